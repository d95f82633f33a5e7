"""The conditions in a question: values, times, limits, parts of words, what is missing."""

import re
from collections.abc import Sequence
from datetime import date

from engine.answer import text
from engine.answer.counting.dates import Period, periods
from engine.answer.counting.table import FULL, LONGEST_VALUE, PARTLY, Mention, TableIndex
from engine.answer.counting.words import (
    GENERIC,
    JOINT,
    NEGATION,
    STRUCTURE,
    SUPERLATIVES,
    Word,
    words,
)
from engine.store.table_query import Condition, Operator, StoredColumn

_N = r"(?:[€$£]\s?|(?:eur|usd|gbp) )?(-?\d[\d,]*(?:\.\d+)?)(?:\s?(k|thousand|million)\b)?"
_UNIT = r"(?:\s?(?:[€$£%]|(?:eur|usd|gbp|euros?|dollars?|kg|km|hours?|percent|years?)\b))?"
_GREATER = (
    r"more than|over|above|greater than|higher than|larger than|bigger than|exceed(?:s|ing)?|"
    r"(?:more expensive|older|longer|heavier|taller|pricier|costlier) than|>"
)
_LESS = (
    r"less than|under|below|fewer than|lower than|smaller than|"
    r"(?:less expensive|cheaper|younger|shorter|lighter) than|<"
)
_COMPARISONS: tuple[tuple[re.Pattern[str], Operator], ...] = (
    (re.compile(rf"\b(?:at least|no less than|a minimum of) {_N}", re.I), ">="),
    (re.compile(rf"\b(?:at most|no more than|up to|a maximum of) {_N}", re.I), "<="),
    (re.compile(rf"{_N}{_UNIT} or (?:more|higher|above|older|over)\b", re.I), ">="),
    (re.compile(rf"{_N}{_UNIT} or (?:less|fewer|lower|below|younger|under)\b", re.I), "<="),
    (re.compile(rf"(?:\b|(?=>))(?:{_GREATER})\s?{_N}", re.I), ">"),
    (re.compile(rf"(?:\b|(?=<))(?:{_LESS})\s?{_N}", re.I), "<"),
    (re.compile(rf"\b(?:exactly|equal(?:s)?(?: to)?|precisely) {_N}", re.I), "="),
)
_BETWEEN = re.compile(rf"\b(?:between|from) {_N}{_UNIT} (?:and|to) {_N}", re.I)
_IS_NUMBER = re.compile(rf"\s*(?:(?:is|are|was|of|=|equals?|equal to)\s)?\s*{_N}(?![\w-])", re.I)
_ADJECTIVES = {
    "expensive": "price", "pricier": "price", "costlier": "price", "cheaper": "price",
    "older": "age", "younger": "age", "longer": "length", "shorter": "length",
    "heavier": "weight", "lighter": "weight", "taller": "height",
}  # fmt: skip
_QUOTED = re.compile(r"[\"“„‘']([^\"”“’']{1,80})[\"”“’'](?!\w)")
_PART = re.compile(
    r"\b(contain(?:s|ing)?|includ(?:es|ing)|mention(?:s|ing)?|with|start(?:s|ing)? with|"
    r"begin(?:s|ning)? with|end(?:s|ing)? (?:with|in))\s*(?:the (?:word|letter|text)\s*)?$",
    re.I,
)
_PART_WORD = re.compile(
    r"\b(contain(?:s|ing)?|mention(?:s|ing)?|start(?:s|ing)? with|begin(?:s|ning)? with|"
    r"end(?:s|ing)? (?:with|in))\s+(?:the (?:word|letter|text)\s+)?([\w-]+)",
    re.I,
)
_MISSING = re.compile(
    r"\b(?:without|missing|lack(?:s|ing)?|no|not have|empty)\b[\w\s]{0,12}$", re.I
)


class Filters:
    """Conditions as they are found; remembers which words they explain and what was chosen."""

    def __init__(self, question: str, index: TableIndex, today: date) -> None:
        self.question = question
        self.words = words(question)
        self.index = index
        self.used: set[int] = set()
        """Places of the words that conditions explain."""
        self.conditions: list[Condition] = []
        self.notes: list[str] = []
        self.numbers_left: list[Word] = []
        self.mentions: list[Mention] = index.mentions(self.words)
        self.spent: set[int] = set()
        """Places of column names that say what a condition is about."""
        self._today = today

    def read(self) -> None:
        """Find everything, the surest first."""
        self._comparisons()
        self._quoted()
        self._values()
        self._periods()
        self._missing()
        self._flags()
        self._equal_numbers()

    # --- values --------------------------------------------------------------------------------

    def _values(self) -> None:
        found: list[tuple[int, int, StoredColumn, list[str]]] = []
        all_held: list[tuple[int, int, dict[StoredColumn, list[str]]]] = []
        for length in range(min(LONGEST_VALUE, len(self.words)), 0, -1):
            for first in range(len(self.words) - length + 1):
                places = range(first, first + length)
                if not self.used.isdisjoint(places):
                    continue
                held = self.index.values_at(self.words, first, length)
                if not held or (length == 1 and not self._tells(first)):
                    continue
                all_held.append((first, first + length - 1, held))
                self.used.update(places)
        all_held += self._surnames()
        all_held.sort(key=lambda each: each[0])
        for number, (first, end, held) in enumerate(all_held):
            column = self._column_of(self._shared(all_held, number), first, end)
            found.append((first, end, column, held[column]))
        chosen: dict[tuple[StoredColumn, bool], list[str]] = {}
        last: tuple[int, StoredColumn, bool] | None = None
        for first, end, column, values in sorted(found, key=lambda each: each[0]):
            match = NEGATION.search(self.question[: self.words[first].start])
            self._claim_text(match)
            negated = match is not None
            if not negated and last is not None and last[1] is column and last[2]:
                between = self.question[self.words[last[0]].end : self.words[first].start]
                negated = JOINT.fullmatch(between) is not None  # "not in Graz or Linz"
            chosen.setdefault((column, negated), []).extend(values)
            last = (end, column, negated)
        for (column, negated), values in chosen.items():
            operator: Operator = "not in" if negated else "in"
            self.conditions.append(Condition(column, operator, tuple(dict.fromkeys(values))))

    def _surnames(self) -> list[tuple[int, int, dict[StoredColumn, list[str]]]]:
        """ "Dr. Okafor", where the table says "Dr. Tom Okafor" and knows no other one."""
        found: list[tuple[int, int, dict[StoredColumn, list[str]]]] = []
        for place, word in enumerate(self.words):
            if place in self.used or not word.text.isalpha() or word.text in GENERIC:
                continue
            if word.text in STRUCTURE or self.index.explains(word):
                continue
            named = self.index.named_by(word)
            if named is None:
                continue
            column, value = named
            of_it = {each.stem for each in words(value)}
            first = end = place
            while first > 0 and self.words[first - 1].stem in of_it:
                first -= 1
            while end + 1 < len(self.words) and self.words[end + 1].stem in of_it:
                end += 1
            self.used.update(range(first, end + 1))
            self.notes.append(f"“{word.text}” was taken for “{value}”.")
            found.append((first, end, {column: [value]}))
        return found

    def _shared(
        self, all_held: list[tuple[int, int, dict[StoredColumn, list[str]]]], number: int
    ) -> dict[StoredColumn, list[str]]:
        """The columns of a value, only those of the one beside it where "or" joins the two."""
        first, end, held = all_held[number]
        for other in (number - 1, number + 1):
            if not 0 <= other < len(all_held):
                continue
            start, stop, beside = all_held[other]
            low, high = (stop, first) if other < number else (end, start)
            between = self.question[self.words[low].end : self.words[high].start]
            shared = {column: values for column, values in held.items() if column in beside}
            if shared and JOINT.fullmatch(between):
                return shared
        return held

    def _tells(self, place: int) -> bool:
        """Whether a single word may be taken for a value."""
        word = self.words[place]
        if word.text[0].isdigit() or word.stem in self.index.name_stems:
            return False
        written = self.question[word.start : word.end]
        if word.text in STRUCTURE or word.text in SUPERLATIVES:
            return written[:1].isupper() and place > 0
        if word.text in GENERIC:
            held = self.index.values_at(self.words, place, 1)
            return any(value.lower() == word.text for each in held.values() for value in each)
        return True

    def _column_of(
        self, held: dict[StoredColumn, list[str]], first: int, last: int
    ) -> StoredColumn:
        """Which column a value is meant in: one named nearby, or the one with the fewest values."""
        columns = list(held)
        for mention in self.mentions:
            near = min(abs(mention.first - last), abs(first - mention.last)) <= 3
            if mention.column in columns and near and mention.strength >= PARTLY:
                return mention.column
        columns.sort(key=lambda column: not self.index.repeats(column))
        if len(columns) > 1:
            self.notes.append(
                f"“{held[columns[0]][0]}” stands in several columns; "
                f"“{columns[0].title}” was taken."
            )
        return columns[0]

    def _quoted(self) -> None:
        for match in _QUOTED.finditer(self.question):
            before = self.question[: match.start()]
            part = _PART.search(before)
            inner = tuple(word.stem for word in words(match[1]))
            first = next((i for i, word in enumerate(self.words) if word.start >= match.start()), 0)
            exact = self.index.values_at(self.words, first, len(inner))
            if part is None and exact:
                continue  # a value as it stands
            self._part_of(part[1] if part else "contains", match[1], match.start(), match.end())
            if part:
                self._claim_text(part)
        for match in _PART_WORD.finditer(self.question):
            if not self._is_used(match.start(2)) and not match[2][0].isdigit():
                self._part_of(match[1], match[2], match.start(2), match.end(2))
                self._claim_text(match)

    def _part_of(self, verb: str, part: str, start: int, end: int) -> None:
        verb = verb.lower()
        operator: Operator = "contains"
        if verb.startswith(("start", "begin")):
            operator = "starts"
        elif verb.startswith("end"):
            operator = "ends"
        texts = [column for column in self.index.table.columns if column.type == "text"]
        column = self._nearest(texts, start) or (self.index.label if texts else None)
        if column is not None:
            self.conditions.append(Condition(column, operator, (part,)))
            self._claim(start, end)

    # --- times ---------------------------------------------------------------------------------

    def _periods(self) -> None:
        for told in periods(self.question, self._today):
            if self._is_used(told.start) or self._overlaps(told.start, told.end):
                continue
            years = [c for c in self.index.table.columns if self.index.is_year(c)]
            column = self._nearest([*self.index.dates, *years], told.start)
            if column is None:
                column = next(iter([*self.index.dates, *years]), None)
                if len(self.index.dates) > 1 and column is not None:
                    self.notes.append(f"“{column.title}” was taken as the date.")
            if column in years and column is not None:
                if not told.period.month and self._years(column, told.period):
                    self._claim(told.start, told.end)
            elif column is not None:
                self._period(column, told.period)
                self._claim(told.start, told.end)

    def _period(self, column: StoredColumn, period: Period) -> None:
        if period.month:
            self.conditions.append(Condition(column, "month", (f"{period.month:02d}",)))
        if period.first:
            self.conditions.append(Condition(column, ">=", (period.first,)))
        if period.end:
            self.conditions.append(Condition(column, "<", (period.end,)))

    def _years(self, column: StoredColumn, period: Period) -> bool:
        """Whole years as a column of years holds them."""
        if any(side and not side.endswith("-01-01") for side in (period.first, period.end)):
            return False
        if period.first:
            self.conditions.append(Condition(column, ">=", (int(period.first[:4]),)))
        if period.end:
            self.conditions.append(Condition(column, "<", (int(period.end[:4]),)))
        return True

    # --- limits --------------------------------------------------------------------------------

    def _comparisons(self) -> None:
        for match in _BETWEEN.finditer(self.question):
            low, high = _number(match[1], match[2]), _number(match[3], match[4])
            years = _like_year(low) and _like_year(high) and not self._named_before(match.start())
            if not years and not self._overlaps(match.start(), match.end()):
                self._limit(((">=", low), ("<=", high)), match)
        for pattern, operator in _COMPARISONS:
            for match in pattern.finditer(self.question):
                number = _number(match[1], match[2])
                until = match.group().lower().startswith("up to") and _like_year(number)
                if not until and not self._overlaps(match.start(), match.end()):
                    self._limit(((operator, number),), match)

    def _limit(self, limits: Sequence[tuple[Operator, int | float]], match: re.Match[str]) -> None:
        column = self._column_for(match)
        if column is None:
            return
        self.conditions += [Condition(column, operator, (number,)) for operator, number in limits]
        self._claim(match.start(), match.end())
        # the unit that follows the number
        rest = re.match(_UNIT, self.question[match.end() :], re.I)
        if rest and rest.group():
            self._claim(match.end(), match.end() + rest.end())

    def _named_before(self, start: int) -> bool:
        """Whether a column of numbers is named right before a place."""
        return any(
            mention.column.is_number
            and mention.strength >= PARTLY
            and 0 <= start - self.words[mention.last].end <= 12
            for mention in self.mentions
        )

    def _column_for(self, match: re.Match[str]) -> StoredColumn | None:
        """Which numbers a limit is for."""
        said = match.group().lower()
        for adjective, kind in _ADJECTIVES.items():
            if adjective in said and (meant := self.index.kind(kind)):
                return meant[0]
        named = {mention.column for mention in self.mentions if mention.strength == FULL}
        numbers = [
            column
            for column in self.index.table.columns
            if self.index.is_quantity(column) or (column.is_number and column in named)
        ]
        unit = self.question[match.start() : match.end() + 12]
        column = self._nearest(numbers, match.start(), end=match.end())
        if column is not None:
            return column
        quantities = self.index.numbers
        money = re.search(r"[€$£]|\b(?:eur|usd|gbp|euros?|dollars?|pounds?)\b", unit, re.I)
        if money:
            priced = [*self.index.kind("amount"), *self.index.kind("price")]
            with_unit = [column for column in quantities if column.unit]
            quantities = with_unit or priced or quantities
        if len(quantities) > 1:
            self.notes.append(f"“{quantities[0].title}” was taken for the limit.")
        return quantities[0] if quantities else None

    def _equal_numbers(self) -> None:
        """ "Rating 5", "with a quantity of 12": a number right behind the name of a column."""
        for mention in self.mentions:
            if not mention.column.is_number or mention.strength < PARTLY:
                continue
            end = self.words[mention.last].end
            match = _IS_NUMBER.match(self.question, end)
            if match and not self._overlaps(match.start(1), match.end(1)):
                number = _number(match[1], match[2])
                self.conditions.append(Condition(mention.column, "=", (number,)))
                self._claim(match.start(), match.end())
                self.spent.update(range(mention.first, mention.last + 1))

    # --- what is missing, yes and no -----------------------------------------------------------

    def _missing(self) -> None:
        for mention in self.mentions:
            if mention.strength < PARTLY or mention.first in self.used:
                continue
            if self.index.is_flag(mention.column):
                continue
            before = self.question[: self.words[mention.first].start]
            match = _MISSING.search(before)
            if match and not self._overlaps(match.start(), match.end()):
                self.conditions.append(Condition(mention.column, "empty"))
                self._claim(match.start(), self.words[mention.last].end)

    def _flags(self) -> None:
        """ "How many are active?" with a column that says yes or no."""
        done: set[str] = set()
        for mention in self.mentions:
            column = mention.column
            if not self.index.is_flag(column) or column.name in done or mention.strength < PARTLY:
                continue
            before = self.question[: self.words[mention.first].start]
            if re.search(r"\b(?:per|by|each|every)\s+$", before, re.I):
                continue
            done.add(column.name)
            negated = NEGATION.search(before)
            self.conditions.append(
                Condition(column, "not in" if negated else "in", self.index.yes(column))
            )
            self.used.update(range(mention.first, mention.last + 1))
            if negated:
                self._claim_text(negated)

    # --- words and places ----------------------------------------------------------------------

    def _nearest(
        self, columns: Sequence[StoredColumn], start: int, *, end: int | None = None
    ) -> StoredColumn | None:
        """The column named nearest to a place; names before it count as a little nearer."""
        best: tuple[float, Mention] | None = None
        for mention in self.mentions:
            if mention.column not in columns or mention.strength <= 0.3:
                continue
            low, high = self.words[mention.first].start, self.words[mention.last].end
            if self.used.intersection(range(mention.first, mention.last + 1)):
                continue
            away = start - high if high <= start else low - (end or start) + 6
            cost = away / 10 - 3 * mention.strength
            if best is None or cost < best[0]:
                best = (cost, mention)
        if best is None:
            return None
        self.spent.update(range(best[1].first, best[1].last + 1))
        return best[1].column

    def _is_used(self, at: int) -> bool:
        return any(self.words[i].start <= at < self.words[i].end for i in self.used)

    def _overlaps(self, start: int, end: int) -> bool:
        """Whether a digit in the span is explained already."""
        return any(
            self.words[i].start < end and start < self.words[i].end
            and self.words[i].text[0].isdigit()
            for i in self.used
        )  # fmt: skip

    def _claim(self, start: int, end: int) -> None:
        self.used.update(
            i for i, word in enumerate(self.words) if word.start < end and start < word.end
        )

    def _claim_text(self, match: re.Match[str] | None) -> None:
        if match is not None:
            self._claim(match.start(), match.end())


def _number(digits: str, times: str | None) -> int | float:
    plain = digits.replace(",", "")
    value: int | float = float(plain) if "." in plain else int(plain)
    scale = {"k": 1000, "thousand": 1000, "million": 1_000_000}.get((times or "").lower(), 1)
    return value * scale


def _like_year(number: int | float) -> bool:
    return isinstance(number, int) and 1900 <= number < 2100


def number_word(word: str) -> int | None:
    """``5`` or ``five``."""
    plain = text.NUMBER_WORDS.get(word, word)
    return int(plain) if plain.isdigit() else None
