"""What the window and the terminal do with sources: add, pull, watch and remove them."""

import os
import re
import time
from collections.abc import Callable, Generator
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.errors import EngineError, InputError
from engine.inference import keys
from engine.inference.embedder import Embedder
from engine.library_types import FailedFile
from engine.network import NetworkGuard
from engine.progress import CancelToken, Progress
from engine.store.connect import Vault
from engine.store.sources import Source, Sources

if TYPE_CHECKING:
    from engine.ingest.sources.pull import PullReport

PASSWORD_VARIABLE = "ALCOVE_SOURCE_PASSWORD"
"""Password of a source on machines that have no keyring."""

LOOK_S = 1.0
MOST_ROWS = 1_000_000
_NAME = re.compile(r"[^\W_][\w .-]{0,79}")

Ready = Callable[[CancelToken | None], Generator[Progress, None, Embedder]]


class SourceJobs:
    """The sources of one profile."""

    def __init__(self, vault: Vault, guard: NetworkGuard, ready_embedder: Ready) -> None:
        self._vault = vault
        self._guard = guard
        self._ready = ready_embedder
        self._sources = Sources(vault)

    def all(self) -> list[Source]:
        return self._sources.all()

    def find(self, name: str) -> Source:
        return self._sources.find(name)

    def add(
        self,
        source: Source,
        *,
        table: str = "",
        password: str = "",
        cancel: CancelToken | None = None,
    ) -> Generator[Progress, None, "PullReport"]:
        """Remember a source and pull it; where that fails, nothing is remembered.

        ``source.address`` is what the user typed; a password in it goes to the keyring.
        """
        source, password = _told(source, table, password)
        if password:
            keys.store(_account(source), password)
        kept = self._sources.add(source)
        try:
            return (yield from self._pull(kept, password, cancel))
        except BaseException:
            self._forget(kept)
            raise

    def change(
        self,
        source: Source,
        *,
        table: str = "",
        password: str = "",
        cancel: CancelToken | None = None,
    ) -> Generator[Progress, None, "PullReport | Source"]:
        """Other values for the source of this name, its library aside; then it is pulled.

        Where that fails, everything is as it was. A change of its times alone needs no pull, and
        the source is returned. Raises as :meth:`add`, and NotFoundError.
        """
        before = self._sources.find(source.name)
        wanted, password = _told(replace(source, library=before.library), table, password)
        wanted = replace(wanted, name=before.name, id=before.id)
        if not password and _same_rows(wanted, before):
            return self._sources.change(wanted)
        held = keys.read(_account(wanted)) if wanted.is_database else ""
        if password:
            keys.store(_account(wanted), password)
        kept = self._sources.change(wanted)
        try:
            report = yield from self._pull(kept, password, cancel)
        except BaseException:
            self._sources.change(before)
            if password:
                keys.store(_account(wanted), held)
            raise
        if _account(before) != _account(wanted):
            self._forget_password(before)
        return report

    def pull(
        self, name: str, *, cancel: CancelToken | None = None
    ) -> Generator[Progress, None, "PullReport"]:
        """Bring one source up to date. Raises NotFoundError, SourceError."""
        source = self._sources.find(name)
        return (yield from self._pull(source, "", cancel))

    def pull_due(
        self, *, cancel: CancelToken | None = None
    ) -> Generator[Progress, None, list["PullReport | FailedFile"]]:
        """Pull every source whose time has come; one that fails does not stop the others."""
        done: list[PullReport | FailedFile] = []
        for source in self._sources.all():
            if not source.is_due(time.time()):
                continue
            try:
                done.append((yield from self._pull(source, "", cancel)))
            except EngineError as error:
                if error.code == "cancelled":
                    raise
                done.append(FailedFile(source.path, error.code, error.message))
        return done

    def watch(
        self, *, cancel: CancelToken
    ) -> Generator["Progress | PullReport | FailedFile", None, None]:
        """Pull sources whenever their time has come, until cancelled."""
        while not cancel.cancelled:
            yield from (yield from self.pull_due(cancel=cancel))
            time.sleep(LOOK_S)

    def set_password(self, name: str, password: str) -> None:
        """Keep a new password for a source; an empty one forgets it. Raises KeyringError."""
        keys.store(_account(self._sources.find(name)), password)

    def remove(self, name: str) -> int:
        """Forget a source, its rows and its password; the number of rows."""
        source = self._sources.find(name)
        self._forget(source)
        return source.rows

    def _forget(self, source: Source) -> None:
        from engine.ingest.sources import pull

        pull.remove(self._vault, source)
        self._forget_password(source)

    def _forget_password(self, source: Source) -> None:
        """Unless another source needs it."""
        account = _account(source)
        shared = any(_account(other) == account for other in self._sources.all())
        if source.is_database and not shared and keys.read(account):
            keys.store(account, "")

    def _pull(
        self, source: Source, password: str, cancel: CancelToken | None
    ) -> Generator[Progress, None, "PullReport"]:
        # SQLAlchemy takes a third of a second to import, which other commands do not need.
        from engine.ingest.sources.pull import Puller

        embedder = yield from self._ready(cancel)
        if source.is_database and not password:
            password = keys.read(_account(source)) or os.environ.get(PASSWORD_VARIABLE, "")
        puller = Puller(self._vault, embedder, self._guard)
        return (yield from puller.pull(source, password=password, cancel=cancel))


def _account(source: Source) -> str:
    """Under what name the keyring holds a password: the address, which tells user and host."""
    return source.address


def _told(source: Source, table: str, password: str) -> tuple[Source, str]:
    """A source as it is kept, from what the user typed, and its password. Raises InputError."""
    from engine.ingest.sources import address, statement

    told = address.read(source.address)
    source = replace(_checked(source), address=told.text)
    if table and source.query:
        raise InputError("A table and a query were named.", "Give --table or --query.")
    if source.is_database:
        if not table and not source.query:
            raise InputError(
                "A database needs to be told what to read.", "Give --table NAME or --query SQL."
            )
        query = source.query or statement.of_table(table)
        source = replace(source, query=statement.checked(query))
    elif table or source.query:
        raise InputError("A file is read whole.", "Leave --table and --query out.")
    return source, password or told.password


def _same_rows(one: Source, other: Source) -> bool:
    """Whether both read the same rows in the same form."""
    return all(
        getattr(one, name) == getattr(other, name)
        for name in ("address", "query", "key_column", "template", "most_rows")
    )


def _checked(source: Source) -> Source:
    name = source.name.strip()
    if not _NAME.fullmatch(name):
        raise InputError(
            f"“{name}” cannot be the name of a source.",
            "Use letters, digits, spaces, dots and dashes, beginning with a letter or digit.",
        )
    if not source.library.strip():
        raise InputError("The library needs a name.", "Give one with --library.")
    if not 0 <= source.every_minutes <= 525_600:
        raise InputError("That is no time between pulls.", "Give minutes, 0 for never.")
    if not 1 <= source.most_rows <= MOST_ROWS:
        raise InputError(f"A source can have 1 to {MOST_ROWS} rows.", "Ask the database for less.")
    return replace(source, name=name, library=source.library.strip())
