"""Reading a query's rows from a database: read only, for a limited time, a limited number."""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from engine.ingest.sources import address, statement
from engine.ingest.sources.sheet import Sheet, SourceError, sheet
from engine.network import NetworkGuard
from engine.progress import CancelToken, Progress
from engine.store.sources import Source

TIME_S = 120
"""How long a query may take."""
CONNECT_S = 20
BATCH = 1000

_SQLITE_DENY, _SQLITE_OK = 1, 0
_SQLITE_ALLOWED = frozenset({20, 21, 31, 33})
"""Authorizer codes of SQLite: read, select, function, recursive."""
_SQLITE_STEPS = 20_000


def read(
    source: Source, password: str, guard: NetworkGuard, cancel: CancelToken
) -> Generator[Progress, None, list[Sheet]]:
    """The rows of a database source, one sheet. Raises SourceError, InputError, NotFoundError."""
    query = statement.checked(source.query)
    url = address.connectable(source.address, password)
    with ExitStack() as door:
        for host, port in address.hosts(address.connectable(source.address, "")):
            permit = door.enter_context(guard.permit(f"source {source.name}", [host]))
            try:
                permit.addresses(host, port)
            except OSError as error:
                raise SourceError(
                    f"The machine {host} is not known here.",
                    "Check its name and that you are in its network.",
                    code="source_away",
                ) from error
        yield Progress("connecting", 0, 0, source.name)
        engine = _engine(url, cancel)
        try:
            return (yield from _rows(engine, source, query, cancel))
        finally:
            engine.dispose()


def _rows(
    engine: Engine, source: Source, query: str, cancel: CancelToken
) -> Generator[Progress, None, list[Sheet]]:
    with _told(source, cancel), engine.connect() as connection:
        _read_only(connection, engine.dialect.name)
        result = connection.execution_options(stream_results=True).exec_driver_sql(query)
        titles = list(result.keys())
        rows: list[Any] = []
        until = time.monotonic() + TIME_S
        while batch := result.fetchmany(BATCH):
            cancel.check()
            rows += batch
            yield Progress("reading", len(rows), 0, source.name)
            if len(rows) > source.most_rows:
                break
            if time.monotonic() > until:
                raise _slow()
        result.close()
        connection.rollback()
    return [sheet("", titles, rows, source.most_rows)]


def _engine(url: URL, cancel: CancelToken) -> Engine:
    family = url.get_backend_name()
    options: dict[str, Any] = {}
    if family == "postgresql":
        options["timeout"] = TIME_S + CONNECT_S
        secured = url.query.get("ssl", "on") != "off"
        url = url.difference_update_query(["ssl"])
        if address.hosts(url) and secured:
            options["ssl_context"] = True
    elif family in ("mysql", "mariadb"):
        options["connect_timeout"] = CONNECT_S
        options["read_timeout"] = TIME_S
    try:
        engine = create_engine(url, poolclass=NullPool, connect_args=options)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        driver = url.drivername.partition("+")[2]
        raise SourceError(
            f"The driver for this kind of database is not installed ({driver}).",
            f"Install it beside Alcove with pip: {driver}",
            code="source_kind",
        ) from error
    if family == "sqlite":
        event.listen(engine, "connect", _confine(cancel))
    return engine


def _confine(cancel: CancelToken) -> Callable[[Any, Any], None]:
    """What a new connection to a SQLite file may do: read its own tables, for a limited time."""

    def confine(connection: Any, _record: Any) -> None:
        until = time.monotonic() + TIME_S
        connection.execute("PRAGMA query_only = ON")

        def allowed(operation: int, *_names: Any) -> int:
            return _SQLITE_OK if operation in _SQLITE_ALLOWED else _SQLITE_DENY

        connection.set_progress_handler(
            lambda: cancel.cancelled or time.monotonic() > until, _SQLITE_STEPS
        )
        connection.isolation_level = None  # no BEGIN, which the authorizer would refuse
        connection.set_authorizer(allowed)

    return confine


def _read_only(connection: Connection, family: str) -> None:
    """Open a transaction in which the database itself refuses to write."""
    if family == "postgresql":
        connection.execution_options(postgresql_readonly=True)
        connection.exec_driver_sql(f"SET statement_timeout = {TIME_S * 1000}")
    elif family in ("mysql", "mariadb"):
        connection.exec_driver_sql("SET SESSION TRANSACTION READ ONLY")
        connection.rollback()
    elif family == "oracle":
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


# --- what goes wrong ---------------------------------------------------------------------------

_CAUSES: tuple[tuple[tuple[str, ...], str, str, str], ...] = (
    (
        ("28p01", "28000", "password authentication", "access denied", "no password"),
        "source_login",
        "The database refused the user name or the password.",
        "Give the password again: alcove source password NAME",
    ),
    (
        ("3d000", "unknown database"),
        "source_table",
        "There is no database of that name on this server.",
        "Check the last part of the address.",
    ),
    (
        ("42p01", "no such table", "doesn't exist"),
        "source_table",
        "A table that the query names is not there.",
        "It may have been renamed or removed. What was pulled before is kept.",
    ),
    (
        ("42703", "no such column", "unknown column"),
        "source_table",
        "A column that the query names is not there.",
        "It may have been renamed. What was pulled before is kept.",
    ),
    (
        ("25006", "readonly", "read-only", "read only", "not authorized", "prohibited"),
        "source_writes",
        "The query tries to do more than read, and was refused.",
        "Write a SELECT that only reads.",
    ),
    (
        ("42501", "permission denied", "command denied"),
        "source_login",
        "This user of the database may not read what the query names.",
        "Ask for the right to read it, or use another user.",
    ),
    (
        ("not a database", "malformed", "encrypted"),
        "source_kind",
        "The file is no SQLite database, or it is damaged or encrypted.",
        "Check which file the address names.",
    ),
    (
        ("refuses ssl",),
        "source_away",
        "The server does not encrypt connections.",
        "Where you trust the network between, add ?ssl=off to the address.",
    ),
    (
        ("can't create a connection", "connection refused", "can't connect", "network error",
         "name or service", "unable to open"),
        "source_away",
        "The database does not answer.",
        "Check that it runs and that host and port are right.",
    ),
    (
        ("57014", "interrupted", "timed out", "timeout"),
        "source_slow",
        "The query took too long and was stopped.",
        "Ask for less, for example with a WHERE on recent rows.",
    ),
)  # fmt: skip


@contextmanager
def _told(source: Source, cancel: CancelToken) -> Iterator[None]:
    """Turn what drivers raise into known errors."""
    try:
        yield
    except DBAPIError as error:
        cancel.check()
        raise _cause(source, error.orig) from error
    except (SQLAlchemyError, OSError) as error:
        raise _cause(source, error) from error


def _cause(source: Source, error: BaseException | None) -> SourceError:
    said = " ".join(str(part) for part in getattr(error, "args", ())) or str(error)
    low = said.lower()
    for signs, code, message, hint in _CAUSES:
        if any(sign in low for sign in signs):
            return SourceError(message, hint.replace("NAME", source.name), code=code)
    first = getattr(error, "args", ("",))
    told = first[0].get("M", "") if first and isinstance(first[0], dict) else said.split("\n")[0]
    return SourceError(
        f"The database did not understand the query: {told[:200]}",
        "Try the query in another program first.",
        code="source_query",
    )


def _slow() -> SourceError:
    return SourceError(
        "The query took too long and was stopped.",
        "Ask for less, for example with a WHERE on recent rows.",
        code="source_slow",
    )
