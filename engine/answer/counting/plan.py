"""A question and one table made into a query, with what of the question it explains."""

import re
from dataclasses import dataclass, replace
from datetime import date

from engine.answer.counting import superlatives
from engine.answer.counting import words as said
from engine.answer.counting.filters import Filters
from engine.answer.counting.superlatives import Superlative
from engine.answer.counting.table import BY_KIND, FULL, PARTLY, Mention, TableIndex
from engine.answer.counting.typing_errors import mended
from engine.answer.counting.words import Aim, Word
from engine.store.table_query import Function, Measure, Part, StoredColumn, TableQuery

MOST_LISTED = 50


@dataclass(frozen=True, slots=True)
class Plan:
    """A query with what speaks for and against it."""

    query: TableQuery
    aim: Aim
    notes: tuple[str, ...]
    """What was chosen where the question can be read in several ways."""
    unexplained: tuple[Word, ...]
    """Words that neither the table nor the query accounts for."""
    noun: Word | None
    """What is counted, as the question calls it."""
    anchors: int
    """Words that name the table, its columns or its values."""
    named: bool
    """The question names the table itself."""
    titles: int
    """Words that are titles of columns in full."""
    sure: bool
    """Whether what is asked about was named in full, and not only guessed from its kind."""


def plan(question: str, index: TableIndex, today: date) -> Plan | None:
    """The query for a question; None where it asks for nothing that one query can tell."""
    if said.UNANSWERED.search(question):
        return None
    question, slips = mended(question, index.vocabulary)
    filters = Filters(question, index, today)
    filters.notes += [f"“{slip}” was read as “{meant}”." for slip, meant in slips]
    filters.read()
    return _Planner(filters).plan()


class _Planner:
    """Finds out what is to be computed of which column, in which groups."""

    def __init__(self, filters: Filters) -> None:
        self._f = filters
        self._index = filters.index
        self._words = filters.words
        self._mentions = [
            mention
            for mention in filters.mentions
            if filters.used.isdisjoint(range(mention.first, mention.last + 1))
        ]
        self._explained = set(filters.used)
        self._notes = list(filters.notes)
        self._noun: Word | None = None
        self._sure = bool(filters.conditions)
        self._top = 0

    def plan(self) -> Plan | None:
        superlative = superlatives.find(self._f, self._mentions)
        if superlative is not None:
            self._explained |= superlative.places
            self._top = superlative.top
        average = self._find(said.AVERAGE)
        count = self._find(said.COUNT)
        total = self._find(said.SUM)
        base = TableQuery(self._index.table, where=tuple(self._f.conditions))
        group, part = self._group(superlative)
        made: tuple[TableQuery, Aim] | None
        if superlative is not None:
            way: Function | None = (
                "avg" if average else "count" if count else "sum" if total else None
            )
            made = self._extreme(base, superlative, group, part, way)
        elif average:
            made = self._measured(base, "avg", group, part, average.end())
        elif count:
            made = self._counted(base, group, part, count)
        elif total:
            made = self._summed(base, group, part, total)
        elif group is not None and self._has_quantity(group):
            made = self._measured(base, "sum", group, part, 0)  # "revenue by month"
        else:
            made = self._listed(base)
        return self._finished(*made) if made else None

    # --- kinds of questions --------------------------------------------------------------------

    def _counted(
        self, base: TableQuery, group: StoredColumn | None, part: Part, count: re.Match[str]
    ) -> tuple[TableQuery, Aim] | None:
        after = [i for i, word in enumerate(self._words) if word.start >= count.end()]
        distinct = self._find(said.DISTINCT)
        if distinct:
            after = [i for i in after if self._words[i].start >= distinct.end()]
        place = next((i for i in after if self._words[i].text not in said.GENERIC), None)
        noun = self._words[place] if place is not None else None
        self._noun = noun
        mention = self._mention_at(place, after)
        measure = Measure("count")
        if noun is not None and noun.stem in self._index.name_stems and not distinct:
            mention = None
        if mention is not None and mention.column is not group:
            column = mention.column
            happened = said.happened(self._f.question, self._index.name_stems)
            if happened and column.type == "text" and not distinct:
                # "how many books were lent" asks for the loans
                self._explained.update(self._places(happened.start(), happened.end()))
            elif distinct or (column.type == "text" and self._may_be_counted(column)):
                measure = Measure("count distinct", column)
                if not distinct:
                    self._notes.append(f"Each “{column.title}” was counted once.")
            elif self._index.is_quantity(column) and mention.strength >= BY_KIND:
                measure = Measure("sum", column)
            self._explain(mention)
        elif distinct and mention is None:
            return None
        aim: Aim = "sum" if measure.function == "sum" else "count"
        return replace(base, measure=measure, group=group, group_part=part), aim

    def _may_be_counted(self, column: StoredColumn) -> bool:
        """Whether "how many <column>" asks for its different values and not for rows."""
        filtered = {condition.column.name for condition in self._f.conditions}
        return (
            self._index.repeats(column)
            and column.name not in filtered
            and not self._index.is_flag(column)
        )

    def _summed(
        self, base: TableQuery, group: StoredColumn | None, part: Part, total: re.Match[str]
    ) -> tuple[TableQuery, Aim] | None:
        column = self._quantity(total.end(), group=group, spoken=total)
        if column is None:
            return None
        price = column in self._index.kind("price") and column not in self._index.kind("amount")
        each = total.group().lower() == "how much" and not said.EARNED.search(self._f.question)
        if price and each and base.where and group is None:
            return replace(base, columns=self._shown(column), limit=MOST_LISTED), "list"
        query = replace(base, measure=Measure("sum", column), group=group, group_part=part)
        return query, "sum"

    def _measured(
        self, base: TableQuery, way: Function, group: StoredColumn | None, part: Part, at: int
    ) -> tuple[TableQuery, Aim] | None:
        column = self._quantity(at, group=group)
        if column is None:
            return None
        query = replace(base, measure=Measure(way, column), group=group, group_part=part)
        return query, "avg" if way == "avg" else "sum"

    def _extreme(
        self,
        base: TableQuery,
        superlative: Superlative,
        group: StoredColumn | None,
        part: Part,
        way: Function | None,
    ) -> tuple[TableQuery, Aim] | None:
        order = self._order(superlative, group)
        most = superlative.word in ("most", "fewest", "least") and superlative.kind == ""
        grouped = group is not None and (part != "" or self._index.repeats(group))
        if grouped and way is None and (most or self._top > 1):
            way = "sum" if order is not None else "count"
            if order is not None and not most:
                self._notes.append(f"“{order.title}” was added up for each.")
        if way == "count" and not grouped and order is not None:
            way = None  # "the maximum number of units in a single sale"
        if way is not None and not grouped:
            return None
        if grouped and way is not None:
            if way in ("sum", "avg") and order is None:
                return None
            measure = Measure(way, None if way == "count" else order)
            query = replace(
                base,
                measure=measure,
                group=group,
                group_part=part,
                descending=superlative.greatest,
                limit=self._top or 1,
            )
            return query, "extreme"
        if order is None:
            return None
        greatest = superlative.greatest
        if superlative.kind == "age" and (order.type == "date" or self._index.is_year(order)):
            greatest = not greatest  # the oldest has the earliest date
        query = replace(
            base,
            columns=self._shown(order, group),
            order=order,
            descending=greatest,
            limit=self._top or 1,
            ties=self._top <= 1,
        )
        return query, "extreme"

    def _listed(self, base: TableQuery) -> tuple[TableQuery, Aim] | None:
        if not said.LIST.search(self._f.question) or not base.where:
            return None
        asked = [
            mention.column
            for mention in self._mentions
            if mention.strength >= PARTLY and mention.column is not self._index.label
        ]
        for mention in self._mentions:
            self._explain(mention)
        columns = (self._index.label, *dict.fromkeys(asked))
        return replace(base, columns=columns, limit=MOST_LISTED), "list"

    def _has_quantity(self, group: StoredColumn) -> bool:
        return any(
            mention.strength == FULL
            and mention.column is not group
            and self._index.is_quantity(mention.column)
            for mention in self._mentions
        )

    # --- columns -------------------------------------------------------------------------------

    def _order(self, superlative: Superlative, group: StoredColumn | None) -> StoredColumn | None:
        """The column that a superlative compares."""
        kind = superlative.kind
        if kind == "date":
            return self._date()
        if kind:
            found = [column for column in self._index.kind(kind) if column is not group]
            found.sort(key=self._strength, reverse=True)
            if found:
                self._choose(found)
                self._mark_kind(found[0])
                return found[0]
            if kind == "age":
                return self._date()
            named = any(m.strength == FULL and m.column.is_number for m in self._mentions)
            if kind not in ("price", "salary") or not named:
                return None
        return self._quantity(
            superlative.end, group=group, must=superlative.word in ("most", "fewest", "least")
        )

    def _strength(self, column: StoredColumn) -> float:
        return max((m.strength for m in self._mentions if m.column is column), default=0.0)

    def _date(self) -> StoredColumn | None:
        columns = self._index.table.columns
        dates = self._index.dates or [each for each in columns if self._index.is_year(each)]
        if not dates:
            return None
        spoken = [mention for mention in self._mentions if mention.column in dates]
        if spoken:
            best = max(spoken, key=lambda mention: mention.strength)
            self._explain(best)
            return best.column
        self._choose(dates)
        return dates[0]

    def _quantity(
        self,
        at: int,
        *,
        group: StoredColumn | None = None,
        must: bool = False,
        spoken: re.Match[str] | None = None,
    ) -> StoredColumn | None:
        """The numbers to compute with: those named nearest, or else the only ones.

        ``must``: only such as the question names.
        """
        named = [
            mention
            for mention in self._f.mentions
            if self._index.is_quantity(mention.column)
            and mention.column is not group
            and (self._f.used.isdisjoint(range(mention.first, mention.last + 1)))
        ]
        free = [mention for mention in named if mention.first not in self._f.spent] or named
        if free:

            def nearness(mention: Mention) -> tuple[float, float]:
                place = self._words[mention.first].start
                away = place - at if place >= at else (at - place) * 1.5
                return (-mention.strength, away)

            best = min(free, key=nearness)
            if best.strength > 0.3 or not must:
                rivals = [
                    mention.column
                    for mention in free
                    if mention.first == best.first and mention.strength == best.strength
                ]
                self._choose(rivals)
                self._explain(best)
                return best.column
        if must:
            money = re.search(r"\b(?:spent|spend|paid|earned|sold)\b", self._f.question, re.I)
            if not money:
                return None
        amounts = [*self._index.kind("amount"), *self._index.kind("price")]
        choice = list(dict.fromkeys(amounts)) if spoken or must else self._index.numbers
        choice = [c for c in choice or self._index.numbers if c is not group]
        self._choose(choice)
        return choice[0] if choice else None

    def _choose(self, columns: list[StoredColumn]) -> None:
        different = list(dict.fromkeys(columns))
        if len(different) > 1:
            others = ", ".join(f"“{column.title}”" for column in different[1:3])
            self._notes.append(f"“{different[0].title}” was taken; {others} would fit as well.")

    def _shown(
        self, column: StoredColumn, group: StoredColumn | None = None
    ) -> tuple[StoredColumn, ...]:
        wanted = [group or self._index.label, self._index.label, column]
        return tuple(dict.fromkeys(each for each in wanted if each is not None))

    def _mark_kind(self, column: StoredColumn) -> None:
        for mention in self._mentions:
            if mention.column is column:
                self._explain(mention)

    # --- groups --------------------------------------------------------------------------------

    def _group(self, superlative: Superlative | None) -> tuple[StoredColumn | None, Part]:
        """The column whose values part the rows, and the part of a date that does."""
        for match in said.PER.finditer(self._f.question):
            found = self._group_at(match.end())
            if found is None:
                continue
            if match.group().lower() == "by" and superlative and self._index.is_quantity(found[0]):
                continue  # "the top five products by price"
            return found
        if superlative is None:
            return None, ""
        for match in said.WHICH.finditer(self._f.question):
            if match.group().lower() == "who":
                return self._index.person, ""
            found = self._group_at(match.end())
            if found is not None:
                return found
        # "the five customers with the highest revenue", "the product that sold best"
        for mention in self._mentions:
            if mention.strength >= PARTLY and self._index.repeats(mention.column):
                self._explain(mention)
                return mention.column, ""
        return None, ""

    def _group_at(self, at: int) -> tuple[StoredColumn, Part] | None:
        places = [i for i, word in enumerate(self._words) if word.start >= at][:2]
        for place in places:
            word = self._words[place]
            if word.text in ("month", "year") and self._index.dates:
                named = next((m for m in self._mentions if m.first == place), None)
                if named is None or named.strength < FULL:
                    self._explained.add(place)
                    return self._index.dates[0], "month" if word.text == "month" else "year"
            here = [m for m in self._mentions if m.first == place and m.strength >= PARTLY]
            if here:
                self._explain(here[0])
                return here[0].column, ""
            if word.text not in ("the", "of", "single", "one"):
                break
        return None

    # --- words ---------------------------------------------------------------------------------

    def _mention_at(self, place: int | None, after: list[int]) -> Mention | None:
        """The column that the counted noun means."""
        if place is None:
            return None
        near = [i for i in after if i <= place]
        here = [
            mention
            for mention in self._f.mentions
            if mention.first in near
            and mention.first not in self._f.used
            and mention.strength > 0.3
        ]
        return max(here, key=lambda mention: mention.strength, default=None)

    def _find(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The first match that no condition has explained."""
        for match in pattern.finditer(self._f.question):
            places = self._places(match.start(), match.end())
            if self._f.used.isdisjoint(places):
                self._explained.update(places)
                return match
        return None

    def _places(self, start: int, end: int) -> set[int]:
        return {i for i, word in enumerate(self._words) if word.start < end and start < word.end}

    def _explain(self, mention: Mention) -> None:
        self._explained.update(range(mention.first, mention.last + 1))
        self._sure = self._sure or mention.strength >= PARTLY

    def _finished(self, query: TableQuery, aim: Aim) -> Plan:
        for mention in self._mentions:
            if mention.strength >= BY_KIND or mention.first in self._f.spent:
                self._explained.update(range(mention.first, mention.last + 1))
        open_words = [
            word
            for place, word in enumerate(self._words)
            if place not in self._explained
            and (word.text not in said.GENERIC or word.text[0].isdigit())
            and word.text not in said.UNITS
            and not self._index.explains(word)
        ]
        whole = {
            place
            for mention in self._f.mentions
            if mention.strength == FULL
            for place in range(mention.first, mention.last + 1)
        }
        anchors = sum(
            place in whole
            or (place in self._explained and word.text not in said.GENERIC)
            or self._index.explains(word)
            for place, word in enumerate(self._words)
        )
        named = any(word.stem in self._index.name_stems for word in self._words)
        return Plan(
            query=query,
            aim=aim,
            notes=tuple(dict.fromkeys(self._notes)),
            unexplained=tuple(open_words),
            noun=self._noun,
            anchors=anchors,
            named=named,
            titles=len(whole),
            sure=self._sure or named,
        )
