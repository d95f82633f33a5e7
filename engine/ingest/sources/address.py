"""Where a source lies: a database's URL, its password taken out of it, or a path."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from engine.errors import InputError, NotFoundError
from engine.ingest.sources.sheet import SourceError
from engine.network import is_this_machine

DRIVERS = {
    "sqlite": "pysqlite",
    "postgresql": "pg8000",
    "mysql": "pymysql",
    "mariadb": "pymysql",
    "mssql": "pytds",
    "oracle": "oracledb",
}
"""Drivers that connect through Python's own sockets, which the network guard sees. Others would
go past it and are refused."""

PORTS = {"postgresql": 5432, "mysql": 3306, "mariadb": 3306, "mssql": 1433, "oracle": 1521}


@dataclass(frozen=True, slots=True)
class Address:
    """A database's URL without its password, or a path."""

    text: str
    """As it is stored and shown."""
    password: str = ""


def read(text: str) -> Address:
    """Take what the user typed apart. Raises InputError, NotFoundError."""
    text = text.strip()
    if "://" not in text:
        path = Path(text).expanduser().absolute()
        if not path.exists():
            raise NotFoundError(f"{path} is not there.", "Check the path of the file or folder.")
        return Address(str(path))
    url = _url(text)
    password = url.password or ""
    extra = url.query.get("password")
    if extra is not None:
        password = extra if isinstance(extra, str) else extra[0]
        url = url.difference_update_query(["password"])
    without = URL.create(
        url.drivername, url.username, None, url.host, url.port, url.database, url.query
    )
    return Address(without.render_as_string(hide_password=False), str(password))


def hosts(url: URL) -> list[tuple[str, int]]:
    """Other machines that a database lies on, with their ports; none for one on this machine."""
    family = url.get_backend_name()
    if family == "sqlite" or not url.host or is_this_machine(url.host):
        return []
    return [(url.host, url.port or PORTS.get(family, 0))]


def connectable(address: str, password: str) -> URL:
    """The URL to connect with. Raises InputError, NotFoundError."""
    url = _url(address)
    if url.get_backend_name() != "sqlite":
        return url.set(password=password or None)
    if not url.database or url.database == ":memory:":
        raise InputError(
            "The address names no database file.", "Write it as sqlite:////folder/file.db"
        )
    path = Path(url.database).expanduser().absolute()
    if not path.is_file():
        raise NotFoundError(f"The database {path} is not there.", "Check its path.")
    # Opened for reading only: nothing is made where the file is missing, nothing is written.
    return URL.create(
        "sqlite+pysqlite", database=f"file:{quote(str(path))}", query={"mode": "ro", "uri": "true"}
    )


def _url(text: str) -> URL:
    if text.startswith("postgres://"):
        text = "postgresql" + text.removeprefix("postgres")
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise InputError(
            "This is no address of a database.",
            "Write it as postgresql://user@host/database or sqlite:////folder/file.db",
        ) from error
    family, _, driver = url.drivername.partition("+")
    known = DRIVERS.get(family)
    if known is None:
        raise SourceError(
            f"Alcove does not know databases of the kind “{family}”.",
            f"It reads {', '.join(DRIVERS)}. Others can be exported as CSV.",
            code="source_kind",
        )
    if driver and driver != known:
        raise SourceError(
            f"The driver “{driver}” connects past the watch that Alcove keeps on the network.",
            f"Write {family}+{known}:// instead.",
            code="source_kind",
        )
    return url.set(drivername=f"{family}+{known}")
