"""What was counted, as sentences."""

from engine.answer.counting.plan import Plan
from engine.store.table_query import Condition, StoredColumn, TableQuery
from engine.store.tables import MOST_PLACES, Counted
from engine.types import Cell

MOST_NAMED = 20
"""Rows or groups that a sentence names."""
MOST_VALUES = 4

_WORDS = {
    "=": "is",
    "<": "is below",
    "<=": "is at most",
    ">": "is above",
    ">=": "is at least",
    "contains": "contains",
    "starts": "starts with",
    "ends": "ends with",
}
_DATE_WORDS = {"<": "is before", ">=": "is on or after", ">": "is after", "<=": "is until"}
_SUMMED = {"sum": "sum", "avg": "average", "min": "lowest", "max": "highest"}


def sentences(plan: Plan, counted: Counted) -> list[str]:
    """The answer, then what was chosen and left out."""
    said = [_answer(plan, counted), *plan.notes]
    if counted.matching > MOST_PLACES and counted.places and plan.query.order is None:
        said.append(f"The first {MOST_PLACES} of {counted.matching} rows are cited.")
    return said


def _answer(plan: Plan, counted: Counted) -> str:
    query = plan.query
    where = _where(query)
    table = f"“{query.table.name}”"
    if counted.matching == 0:
        return f"0 rows of {table} match{where}."
    if query.measure is not None and query.group is not None:
        return _groups(query, counted, where)
    if query.measure is not None:
        return _one(query, counted, where, table)
    if query.order is not None:
        return _extreme(query, counted, where)
    named = "; ".join(_row(query.columns, row) for row in counted.rows[:MOST_NAMED])
    more = counted.matching - min(len(counted.rows), MOST_NAMED)
    rest = f" and {more} more" if more > 0 else ""
    return f"{_rows(counted.matching)} of {table} match{where}: {named}{rest}."


def _one(query: TableQuery, counted: Counted, where: str, table: str) -> str:
    measure = query.measure
    value = counted.rows[0][0]
    assert measure is not None
    if measure.column is None:
        many = "is" if value == 1 else "are"
        return f"There {many} {_rows(int(value or 0))} in {table}{where}."
    title = f"“{measure.column.title}”"
    if measure.function == "count distinct":
        return f"There are {value} different values of {title} in {table}{where}."
    if value is None:
        return f"No row of {table} has a value of {title}{where}."
    told = number(value, measure.column)
    over = _rows(counted.matching)
    return f"The {_SUMMED[measure.function]} of {title} is {told}, over {over} of {table}{where}."


def _groups(query: TableQuery, counted: Counted, where: str) -> str:
    measure, group = query.measure, query.group
    assert measure is not None
    assert group is not None
    if measure.column is None:
        what = "Rows"
    elif measure.function == "count distinct":
        what = f"Different values of “{measure.column.title}”"
    else:
        what = f"The {_SUMMED[measure.function]} of “{measure.column.title}”"
    by = query.group_part or f"“{group.title}”"
    named = "; ".join(
        f"{_cell(name, group)}: {number(value, measure.column)}"
        for name, value in counted.rows[:MOST_NAMED]
    )
    more = len(counted.rows) - MOST_NAMED
    rest = f"; and {more} more" if more > 0 else ""
    return f"{what} by {by}{where}: {named}{rest}."


def _extreme(query: TableQuery, counted: Counted, where: str) -> str:
    order = query.order
    assert order is not None
    if order.type == "date":
        most = "latest" if query.descending else "earliest"
    else:
        most = "highest" if query.descending else "lowest"
    if not counted.rows:
        return f"No row has a value of “{order.title}”{where}."
    if query.limit > 1:
        named = "; ".join(_row(query.columns, row) for row in counted.rows[:MOST_NAMED])
        return f"The {len(counted.rows)} with the {most} “{order.title}”{where}: {named}."
    at = query.columns.index(order)
    value = number(counted.rows[0][at], order)
    others = [column for column in query.columns if column is not order]
    rows = counted.rows[:MOST_NAMED]
    named = "; ".join(
        ", ".join(_cell(row[query.columns.index(column)], column) for column in others)
        for row in rows
    )
    more = len(counted.rows) - len(rows)
    rest = f"; and {more} more" if more else ""
    return f"The {most} “{order.title}”{where} is {value}" + (
        f": {named}{rest}." if others else "."
    )


def _row(columns: tuple[StoredColumn, ...], row: tuple[Cell, ...]) -> str:
    """``Oak table (price 99)``."""
    head = _cell(row[0], columns[0])
    rest = ", ".join(
        f"{column.title} {_cell(cell, column)}"
        for column, cell in zip(columns[1:], row[1:], strict=True)
    )
    return f"{head} ({rest})" if rest else head


def _where(query: TableQuery) -> str:
    if not query.where:
        return ""
    return " where " + " and ".join(_condition(condition) for condition in query.where)


def _condition(condition: Condition) -> str:
    column = condition.column
    title = f"“{column.title}”"
    operator = condition.operator
    if operator == "empty":
        return f"{title} is empty"
    if operator == "filled":
        return f"{title} is not empty"
    values = [_cell(value, column) for value in condition.values]
    if operator == "month":
        return f"the month of {title} is {values[0]}"
    if operator in ("in", "not in"):
        shown = " or ".join(values[:MOST_VALUES])
        rest = f" or {len(values) - MOST_VALUES} more" if len(values) > MOST_VALUES else ""
        return f"{title} is {'not ' if operator == 'not in' else ''}{shown}{rest}"
    words = _DATE_WORDS if column.type == "date" else _WORDS
    return f"{title} {words.get(operator, _WORDS[operator])} {values[0]}"


def _rows(count: int) -> str:
    return f"{count} {'row' if count == 1 else 'rows'}"


def _cell(value: Cell, column: StoredColumn) -> str:
    if value is None or value == "":
        return "(empty)"
    return number(value, column) if isinstance(value, float) else str(value)


def number(value: Cell, column: StoredColumn | None) -> str:
    """A number as people write it, with its unit."""
    if isinstance(value, float):
        plain = f"{value:.2f}" if abs(value) >= 1 or value == 0 else f"{value:.4g}"
        text = plain.rstrip("0").rstrip(".") if "." in plain else plain
    else:
        text = str(value)
    return f"{text} {column.unit}" if column is not None and column.unit else text
