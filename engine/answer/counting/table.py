"""What a table's titles and values have in common with the words of a question."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath

from engine.answer.counting.words import (
    GENERIC,
    IDENTIFIER,
    KIND_STEMS,
    PERSON,
    UNITS,
    Word,
    title_words,
    words,
)
from engine.store.table_query import StoredColumn, StoredTable
from engine.store.tables import Tables
from engine.types import Cell

MOST_VALUES = 20_000
"""Different values up to which a column's texts are looked for in questions."""
LONGEST_VALUE = 8
"""Words of the longest value that is looked for."""
WEAK_WORDS = frozenset({"nam", "dat", "number", "id", "typ", "valu", "cod", "titl"})
"""Stems of title words that alone hardly tell which column is meant."""
FIRST_YEAR, LAST_YEAR = 1800, 2100
"""Whole numbers that all lie between these are years."""
YES = frozenset({"yes", "true", "y", "ja", "1", "x", "✓"})
NO = frozenset({"no", "false", "n", "nein", "0"})

FULL, PARTLY, BY_KIND, WEAKLY = 1.0, 0.8, 0.6, 0.3
"""How surely words of a question mean a column."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Words ``first`` to ``last`` of a question that mean a column."""

    column: StoredColumn
    first: int
    last: int
    strength: float


class TableIndex:
    """Titles, values and names of one table, by the stems of their words."""

    def __init__(self, table: StoredTable, tables: Tables) -> None:
        self.table = table
        self._titles = {
            column.name: tuple(word.stem for word in title_words(column.title))
            for column in table.columns
        }
        self._values: dict[tuple[str, ...], dict[StoredColumn, list[str]]] = {}
        self._distinct: dict[str, int] = {}
        self._yes: dict[str, tuple[str, ...]] = {}
        self._years: set[str] = set()
        for column in table.columns:
            if column.type == "integer" and not column.unit:
                least, greatest = tables.range(table, column)
                if _is_year(least) and _is_year(greatest):
                    self._years.add(column.name)
            if column.type == "text":
                self._read(column, tables.values(table, column, MOST_VALUES))
        self._partial = self._names()
        names = (table.name, table.title, PurePath(table.path.partition(":")[2] or table.path).stem)
        self.name_stems = frozenset(word.stem for name in names for word in title_words(name))

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The words of its titles, its names and its short values."""
        told = [column.title for column in self.table.columns]
        told += [self.table.name, self.table.title]
        said = {word.text for title in told for word in title_words(title)}
        for held in self._values.values():
            for values in held.values():
                for value in values:
                    said.update(word.text for word in words(value))
        return frozenset(said)

    def _names(self) -> dict[str, list[tuple[StoredColumn, str]]]:
        """By the stem of a word the values that hold it beside others, such as a surname."""
        found: dict[str, list[tuple[StoredColumn, str]]] = {}
        for stems, held in self._values.items():
            if len(stems) < 2:
                continue
            for column, values in held.items():
                if not self.repeats(column):
                    continue
                for stem in set(stems):
                    found.setdefault(stem, []).extend((column, value) for value in values)
        return found

    def named_by(self, word: Word) -> tuple[StoredColumn, str] | None:
        """The one value of several words that holds this one; None where several do."""
        found = self._partial.get(word.stem, [])
        return found[0] if len(found) == 1 else None

    def _read(self, column: StoredColumn, values: list[str] | None) -> None:
        self._distinct[column.name] = self.table.rows if values is None else len(values)
        folded = {value.casefold() for value in values or ()}
        if folded and folded <= YES | NO and folded & YES:
            self._yes[column.name] = tuple(
                value for value in values or () if value.casefold() in YES
            )
            return
        for value in values or ():
            stems = tuple(word.stem for word in words(value))
            if 0 < len(stems) <= LONGEST_VALUE:
                self._values.setdefault(stems, {}).setdefault(column, []).append(value)

    # --- columns -------------------------------------------------------------------------------

    @property
    def dates(self) -> list[StoredColumn]:
        return [column for column in self.table.columns if column.type == "date"]

    @property
    def numbers(self) -> list[StoredColumn]:
        """Columns whose numbers can be added up: not those that only name things."""
        return [column for column in self.table.columns if self.is_quantity(column)]

    def is_quantity(self, column: StoredColumn) -> bool:
        titles = title_words(column.title)
        names = bool(titles) and titles[-1].text in IDENTIFIER
        return column.is_number and not names and not self.is_year(column)

    def is_year(self, column: StoredColumn) -> bool:
        """Whether its numbers are years, such as when something was built."""
        return column.name in self._years

    def is_flag(self, column: StoredColumn) -> bool:
        """Whether it says yes or no."""
        return column.name in self._yes

    def yes(self, column: StoredColumn) -> tuple[str, ...]:
        return self._yes[column.name]

    def repeats(self, column: StoredColumn) -> bool:
        """Whether values stand in several rows, so that rows can be grouped by them."""
        if column.type == "text":
            return self._distinct.get(column.name, 0) < 0.9 * self.table.rows
        return self.is_year(column)

    @property
    def label(self) -> StoredColumn:
        """The column that names a row best: the text column with the most different values."""
        texts = [column for column in self.table.columns if column.type == "text"]
        if not texts:
            return self.table.columns[0]

        def named(column: StoredColumn) -> tuple[float, int]:
            titles = {word.text for word in title_words(column.title)}
            is_name = bool(titles & {"name", "title", "product", "item", "customer", "employee"})
            distinct = self._distinct.get(column.name, 0) / max(1, self.table.rows)
            return (round(distinct + is_name, 2), -self.table.columns.index(column))

        return max(texts, key=named)

    @property
    def person(self) -> StoredColumn:
        """The column that "who" asks for."""
        texts = [column for column in self.table.columns if column.type == "text"]
        people = [
            column
            for column in texts
            if any(word.text in PERSON for word in title_words(column.title))
        ]
        return people[0] if people else self.label

    def kind(self, kind: str) -> list[StoredColumn]:
        """Columns of a kind such as price or age: by title; of dates, by type."""
        if kind == "date":
            return self.dates
        stems = KIND_STEMS.get(kind, frozenset())
        found = [column for column in self.numbers if stems & set(self._titles[column.name])]
        first = [column for column in found if kind[:4] in column.name]
        return first or found

    def explains(self, word: Word) -> bool:
        """Whether a word names the table or stands in one of its titles."""
        return word.stem in self.name_stems or any(
            word.stem in titles for titles in self._titles.values()
        )

    # --- matching ------------------------------------------------------------------------------

    def values_at(
        self, asked: Sequence[Word], first: int, length: int
    ) -> dict[StoredColumn, list[str]]:
        """Columns that hold exactly these words as a value, with the values as they are written."""
        return self._values.get(tuple(word.stem for word in asked[first : first + length]), {})

    def mentions(self, asked: Sequence[Word]) -> list[Mention]:
        """Every place where words of a question may mean a column, in order."""
        found: list[Mention] = []
        for column in self.table.columns:
            found += self._mentions(column, asked)
        whole = [each for each in found if each.strength == FULL and each.last > each.first]
        found = [
            each
            for each in found
            if not any(
                other.column is not each.column
                and other.first <= each.first
                and each.last <= other.last
                and other.last - other.first > each.last - each.first
                for other in whole
            )
        ]
        return sorted(found, key=lambda mention: (mention.first, -mention.strength))

    def _mentions(self, column: StoredColumn, asked: Sequence[Word]) -> Iterator[Mention]:
        titles = self._titles[column.name]
        if not titles:
            return
        stems = [word.stem for word in asked]
        taken: set[int] = set()
        for first in range(len(stems) - len(titles) + 1):
            if tuple(stems[first : first + len(titles)]) == titles:
                taken.update(range(first, first + len(titles)))
                yield Mention(column, first, first + len(titles) - 1, FULL)
        kinds = {
            stem
            for stems_of_kind in KIND_STEMS.values()
            if stems_of_kind & set(titles) and column.type != "text"
            for stem in stems_of_kind
        }
        for place, word in enumerate(asked):
            if place in taken:
                continue
            if word.stem in titles:
                weak = (
                    word.stem in WEAK_WORDS
                    or word.stem in self.name_stems
                    or word.text in IDENTIFIER
                )
                yield Mention(column, place, place, WEAKLY if weak else PARTLY)
            elif word.stem in kinds and (column.is_number or column.type == "date"):
                weak = word.text in GENERIC or word.stem in self.name_stems
                strength = WEAKLY if weak else BY_KIND
                yield Mention(column, place, place, strength)
            elif column.unit and UNITS.get(word.text, word.text) == UNITS.get(
                column.unit.lower(), column.unit.lower()
            ):
                yield Mention(column, place, place, BY_KIND)


def _is_year(value: Cell) -> bool:
    return isinstance(value, int) and FIRST_YEAR <= value <= LAST_YEAR
