"""Tables in the vault: stored beside the passages of their document, and counted in by SQL.

What a question is turned into runs on a connection that can only read this one table, for a
limited time, and gives a limited number of rows back.
"""

import json
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass

import apsw

from engine.errors import EngineError
from engine.store.connect import Vault
from engine.store.rows import Row, rows
from engine.store.table_query import (
    Statement,
    StoredColumn,
    StoredTable,
    TableQuery,
    matching,
    places,
    quoted,
    slug_of,
    statement,
    stored_columns,
)
from engine.types import Cell, Table

MOST_COLUMNS = 300
"""Columns kept of a table; further ones stand in the text only."""
MOST_RESULTS = 200
"""Rows or groups that a question gives back."""
MOST_PLACES = 20
"""Rows that are cited."""
TIME_S = 5.0
STEPS = 10_000
"""Virtual machine steps between two looks at the clock."""
FUNCTIONS = frozenset({"count", "sum", "avg", "min", "max", "substr", "like"})

_AFFINITY = {"integer": "INTEGER", "real": "REAL", "date": "TEXT", "text": "TEXT"}
_TABLE = (
    "SELECT tables.id, document_id, documents.path, documents.title, libraries.name, tables.name, "
    "sql_name, columns, row_count FROM tables JOIN documents ON documents.id = document_id "
    "JOIN libraries ON libraries.id = documents.library_id "
)


class QuerySlowError(EngineError):
    code = "query_slow"


@dataclass(frozen=True, slots=True)
class Counted:
    """What a question to a table gave."""

    query: str
    """The SELECT, as shown to the user."""
    rows: tuple[tuple[Cell, ...], ...]
    more: bool
    """There were more than ``MOST_RESULTS``."""
    matching: int
    """Rows that the question is about."""
    places: tuple[tuple[int, int, int], ...]
    """Page, start and end of the first ``MOST_PLACES`` of them."""


class Tables:
    """The tables of a vault."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def all(self, library: str | None = None) -> list[StoredTable]:
        """Tables of one library or of all, the oldest first."""
        with self._vault.read() as db:
            found = rows(
                db,
                _TABLE + "WHERE ?1 IS NULL OR libraries.name = ?1 ORDER BY tables.id",
                (library,),
            )
        return [_stored(each) for each in found]

    def values(self, table: StoredTable, column: StoredColumn, most: int) -> list[str] | None:
        """The different texts of a column; None where there are more than ``most``."""
        name = quoted(column.name)
        with self._vault.read() as db:
            found = rows(
                db,
                f"SELECT DISTINCT {name} FROM {quoted(table.sql_name)} "
                f"WHERE {name} IS NOT NULL LIMIT ?",
                (most + 1,),
            )
        return None if len(found) > most else [str(text) for (text,) in found]

    def range(self, table: StoredTable, column: StoredColumn) -> tuple[Cell, Cell]:
        """The least and the greatest value of a column."""
        name = quoted(column.name)
        with self._vault.read() as db:
            ((least, greatest),) = rows(
                db, f"SELECT min({name}), max({name}) FROM {quoted(table.sql_name)}"
            )
        return least, greatest

    def ask(self, query: TableQuery, *, time_s: float = TIME_S) -> Counted:
        """Run a question. Raises QuerySlowError where it takes too long."""
        asked = statement(query)
        with self._vault.read(fresh=True) as db, _confined(db, query.table.sql_name, time_s):
            found = _first(db, asked, MOST_RESULTS + 1)
            ((total,),) = _first(db, matching(query), 1)
            # Of an extreme, the rows that hold it are cited, and not all that were compared.
            most = MOST_PLACES if query.order is None else min(MOST_PLACES, len(found))
            stand = _first(db, places(query, most), MOST_PLACES)
        return Counted(
            query=asked.shown,
            rows=tuple(found[:MOST_RESULTS]),
            more=len(found) > MOST_RESULTS,
            matching=total,
            places=tuple((page, start, end) for page, start, end in stand),
        )

    def strays(self) -> list[str]:
        """Tables whose document is gone."""
        with self._vault.read() as db:
            return _strays(db)


def _stored(found: Row) -> StoredTable:
    columns = tuple(StoredColumn(*each) for each in json.loads(found[7]))
    id, document_id, path, title, library, name, sql_name = found[:7]
    return StoredTable(
        id, document_id, path, title, library, name, sql_name, columns, rows=found[8]
    )


def put(db: apsw.Connection, document_id: int, tables: Sequence[Table]) -> None:
    """Store the tables of a document inside a running transaction, in place of its former ones."""
    drop(db, document_id)
    for table in tables:
        if table.columns and table.rows:
            _create(db, document_id, table)


def drop(db: apsw.Connection, document_id: int) -> None:
    """Forget the tables of a document inside a running transaction."""
    found = rows(db, "SELECT sql_name FROM tables WHERE document_id = ?", (document_id,))
    db.execute("DELETE FROM tables WHERE document_id = ?", (document_id,))
    for (name,) in found:
        db.execute(f"DROP TABLE IF EXISTS {quoted(name)}")


def _strays(db: apsw.Connection) -> list[str]:
    found = rows(
        db,
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'table_[0-9]*_*' "
        "AND name NOT IN (SELECT sql_name FROM tables)",
    )
    return [name for (name,) in found]


def _create(db: apsw.Connection, document_id: int, table: Table) -> None:
    columns = stored_columns(table.columns[:MOST_COLUMNS])
    db.execute(
        "INSERT INTO tables(document_id, name, sql_name, columns, row_count) "
        "VALUES (?, ?, ?, ?, ?)",
        (
            document_id,
            table.name,
            f"new {document_id}",
            json.dumps([astuple(column) for column in columns], ensure_ascii=False),
            len(table.rows),
        ),
    )
    table_id = db.last_insert_rowid()
    name = f"table_{table_id}_{slug_of(table.name)[:40] or 'rows'}"
    db.execute("UPDATE tables SET sql_name = ? WHERE id = ?", (name, table_id))
    typed = ", ".join(f"{quoted(column.name)} {_AFFINITY[column.type]}" for column in columns)
    db.execute(
        f"CREATE TABLE {quoted(name)} (_row INTEGER PRIMARY KEY, _page INTEGER NOT NULL, "
        f"_start INTEGER NOT NULL, _end INTEGER NOT NULL, {typed})"
    )
    marks = ", ".join("?" * (len(columns) + 4))
    db.executemany(
        f"INSERT INTO {quoted(name)} VALUES ({marks})",
        (
            (number, *place, *row[: len(columns)])
            for number, (place, row) in enumerate(
                zip(table.places, table.rows, strict=True), start=1
            )
        ),
    )


@contextmanager
def _confined(db: apsw.Connection, table: str, time_s: float) -> Generator[None, None, None]:
    """Let a connection do nothing but read one table, for a limited time."""
    until = time.monotonic() + time_s

    def allowed(
        operation: int, first: str | None, second: str | None, _base: str | None, _by: str | None
    ) -> int:
        if operation == apsw.SQLITE_SELECT:
            return apsw.SQLITE_OK
        if operation == apsw.SQLITE_READ and first == table:
            return apsw.SQLITE_OK
        if operation == apsw.SQLITE_FUNCTION and second in FUNCTIONS:
            return apsw.SQLITE_OK
        return apsw.SQLITE_DENY

    db.pragma("query_only", True)
    db.authorizer = allowed
    db.set_progress_handler(lambda: time.monotonic() > until, STEPS)
    try:
        yield
    except apsw.InterruptError as error:
        raise QuerySlowError(
            "Counting in this table took too long and was stopped.",
            "Ask for less at once, or for one library with --library.",
        ) from error
    finally:
        db.set_progress_handler(None)
        db.authorizer = None
        db.pragma("query_only", False)


def _first(db: apsw.Connection, asked: Statement, most: int) -> list[Row]:
    cursor = db.execute(asked.text, asked.bound)
    found: list[Row] = []
    for row in cursor:
        found.append(row)
        if len(found) >= most:
            break
    cursor.close(True)
    return found
