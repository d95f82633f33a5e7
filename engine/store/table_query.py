"""Questions to one table as values, and the SQL that they become."""

from dataclasses import dataclass
from typing import Literal

from engine.types import Cell, Column

Operator = Literal[
    "=", "<", "<=", ">", ">=", "in", "not in", "contains", "starts", "ends", "empty", "filled",
    "month",
]  # fmt: skip
Part = Literal["", "year", "month"]
Function = Literal["count", "count distinct", "sum", "avg", "min", "max"]


@dataclass(frozen=True, slots=True)
class StoredColumn:
    """A column of a stored table and its name in SQL."""

    title: str
    name: str
    type: str
    unit: str = ""

    @property
    def is_number(self) -> bool:
        return self.type in ("integer", "real")


@dataclass(frozen=True, slots=True)
class StoredTable:
    """A table of the vault and the document that it stands in."""

    id: int
    document_id: int
    path: str
    title: str
    library: str
    name: str
    sql_name: str
    columns: tuple[StoredColumn, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class Condition:
    """What a row must fulfil. ``values`` are bound, never written into the statement."""

    column: StoredColumn
    operator: Operator
    values: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Measure:
    """What is computed of a group of rows, or of all."""

    function: Function
    column: StoredColumn | None = None


@dataclass(frozen=True, slots=True)
class TableQuery:
    """One read-only question to one table.

    With ``measure`` one value, or one for each value of ``group``; without, the rows themselves.
    """

    table: StoredTable
    where: tuple[Condition, ...] = ()
    measure: Measure | None = None
    group: StoredColumn | None = None
    group_part: Part = ""
    """Groups of a date column: by year, or by year and month; empty for whole values."""
    columns: tuple[StoredColumn, ...] = ()
    """Shown of each row where there is no measure."""
    order: StoredColumn | None = None
    descending: bool = True
    limit: int = 0
    """Most rows or groups; 0 for no limit of the question's own."""
    ties: bool = False
    """With ``order``: every row that holds the first one's value."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement with its bound values, and as it is shown to the user."""

    text: str
    bound: tuple[Cell, ...]

    @property
    def shown(self) -> str:
        """The statement with its values written in."""
        pieces = self.text.split("?")
        values = [*(literal(value) for value in self.bound), ""]
        return "".join(piece + value for piece, value in zip(pieces, values, strict=True))


def statement(query: TableQuery) -> Statement:
    """The SELECT of a question."""
    bound: list[Cell] = []
    table = quoted(query.table.sql_name)
    where = _where(query.where, bound)
    if query.measure is None:
        return _rows(query, table, where, bound)
    value = _measure(query.measure)
    if query.group is None:
        return Statement(f"SELECT {value} FROM {table}{where}", tuple(bound))
    group = quoted(query.group.name)
    if query.group_part:
        group = f"substr({group}, 1, {4 if query.group_part == 'year' else 7})"
    joint = " AND " if where else " WHERE "
    text = f"SELECT {group}, {value} FROM {table}{where}{joint}{group} IS NOT NULL GROUP BY {group}"
    by = "1" if query.group_part and not query.limit else f"2 {_direction(query.descending)}, 1"
    text += f" ORDER BY {by}"
    if query.limit:
        text += f" LIMIT {int(query.limit)}"
    return Statement(text, tuple(bound))


def places(query: TableQuery, most: int) -> Statement:
    """Where the rows stand that a question is about."""
    bound: list[Cell] = []
    where = _where(query.where, bound)
    table = quoted(query.table.sql_name)
    text = f"SELECT _page, _start, _end FROM {table}{where}"
    if query.order is not None:
        joint = " AND " if where else " WHERE "
        name = quoted(query.order.name)
        text += f"{joint}{name} IS NOT NULL ORDER BY {name} {_direction(query.descending)}, _row"
    else:
        text += " ORDER BY _row"
    return Statement(f"{text} LIMIT {int(most)}", tuple(bound))


def matching(query: TableQuery) -> Statement:
    """How many rows a question is about."""
    bound: list[Cell] = []
    where = _where(query.where, bound)
    return Statement(f"SELECT count(*) FROM {quoted(query.table.sql_name)}{where}", tuple(bound))


def _rows(query: TableQuery, table: str, where: str, bound: list[Cell]) -> Statement:
    names = ", ".join(quoted(column.name) for column in query.columns or query.table.columns)
    text = f"SELECT {names} FROM {table}{where}"
    if query.order is None:
        text += " ORDER BY _row"
    else:
        order = quoted(query.order.name)
        joint = " AND " if where else " WHERE "
        if query.ties:
            best = "max" if query.descending else "min"
            text += f"{joint}{order} = (SELECT {best}({order}) FROM {table}{where}) ORDER BY _row"
            bound += list(bound)
        else:
            text += f"{joint}{order} IS NOT NULL ORDER BY {order} {_direction(query.descending)}"
            text += ", _row"
    if query.limit and not query.ties:
        text += f" LIMIT {int(query.limit)}"
    return Statement(text, tuple(bound))


def _measure(measure: Measure) -> str:
    if measure.column is None:
        return "count(*)"
    name = quoted(measure.column.name)
    if measure.function == "count distinct":
        return f"count(DISTINCT {name})"
    return f"{measure.function}({name})"


def _where(conditions: tuple[Condition, ...], bound: list[Cell]) -> str:
    parts = [_condition(condition, bound) for condition in conditions]
    return f" WHERE {' AND '.join(parts)}" if parts else ""


def _condition(condition: Condition, bound: list[Cell]) -> str:
    name = quoted(condition.column.name)
    operator = condition.operator
    if operator in ("empty", "filled"):
        nothing = f"({name} IS NULL OR {name} = '')"
        return nothing if operator == "empty" else f"NOT {nothing}"
    if operator == "month":
        bound.extend(condition.values)
        return f"substr({name}, 6, 2) = ?"
    if operator in ("in", "not in"):
        bound.extend(condition.values)
        marks = ", ".join("?" * len(condition.values))
        if operator == "not in":
            return f"({name} IS NULL OR {name} NOT IN ({marks}))"
        return f"{name} = ?" if len(condition.values) == 1 else f"{name} IN ({marks})"
    if operator in ("contains", "starts", "ends"):
        text = like_escaped(str(condition.values[0]))
        before = "" if operator == "starts" else "%"
        after = "" if operator == "ends" else "%"
        bound.append(f"{before}{text}{after}")
        return f"{name} LIKE ? ESCAPE '\\'"
    bound.extend(condition.values)
    return f"{name} {operator} ?"


def like_escaped(text: str) -> str:
    """A text without the marks that LIKE reads as wildcards."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(value: Cell) -> str:
    """A value as SQL writes it."""
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return repr(value)


def _direction(descending: bool) -> str:
    return "DESC" if descending else "ASC"


def stored_columns(columns: tuple[Column, ...]) -> tuple[StoredColumn, ...]:
    """Columns with names that SQL can carry, each once."""
    taken: set[str] = set()
    made = []
    for number, column in enumerate(columns, start=1):
        slug = slug_of(column.title) or f"column_{number}"
        name, again = slug, 1
        while name in taken:
            again += 1
            name = f"{slug}_{again}"
        taken.add(name)
        made.append(StoredColumn(column.title, name, column.type, column.unit))
    return tuple(made)


def slug_of(title: str) -> str:
    """Letters, digits and underscores of a title; never begins with an underscore."""
    kept = "".join(letter if letter.isalnum() else "_" for letter in title.lower())
    return "_".join(part for part in kept.split("_") if part)[:60]
