"""What the window and the terminal do to keep libraries current: settings, states, watching.

Everything but :meth:`Upkeep.watch` is quick and safe from any thread. ``watch`` belongs on a lane
of its own: a file that it finds changed overtakes an ``add`` that runs beside it.
"""

import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Literal

from engine.errors import InputError, VaultError
from engine.inference.embedder import Embedder
from engine.ingest import away, ingest
from engine.ingest.bring_up import Means
from engine.ingest.parsers.formats import BY_TYPE
from engine.ingest.passwords import Passwords
from engine.ingest.sandbox import Sandbox
from engine.ingest.watch import Watcher
from engine.ingest.why import why
from engine.library_types import (
    AddReport,
    Change,
    FileKind,
    FileState,
    LibrarySettings,
    LibraryState,
    Why,
)
from engine.progress import CancelToken, Progress
from engine.store.connect import Vault
from engine.store.document_state import DocumentStates
from engine.store.documents import Documents
from engine.store.jobs import Jobs
from engine.store.library_settings import Settings, Watched
from engine.store.roots import Root, Roots

IDLE_S = 60.0
"""How long the reading processes are kept after the last change."""

Ready = Callable[[CancelToken | None], Generator[Progress, None, Embedder]]


class Upkeep:
    """The libraries of one profile, seen from the disk."""

    def __init__(self, vault: Vault, ready_embedder: Ready, passwords: Passwords) -> None:
        self._vault = vault
        self._ready = ready_embedder
        self._passwords = passwords
        self._documents = Documents(vault)
        self._settings = Settings(vault)

    # --- settings ------------------------------------------------------------------------------

    def settings(self, library: str) -> LibrarySettings:
        """How a library is read. Raises NotFoundError."""
        return self._settings.of(library)

    def set_settings(self, library: str, settings: LibrarySettings) -> None:
        """Keep exactly these; the next sync judges again what they change.

        Raises NotFoundError, and InputError for a format that there is not.
        """
        for each in settings.formats_off:
            if each not in BY_TYPE:
                names = ", ".join(sorted(name for name, row in BY_TYPE.items() if row.parser))
                raise InputError(f"There is no format “{each}”.", f"Formats: {names}.")
        self._settings.set(library, settings)

    # --- states --------------------------------------------------------------------------------

    def states(self) -> list[LibraryState]:
        """How every library stands, by name."""
        roots = Roots(self._vault).all()
        files = self.files()
        watched = Watched(self._vault).all()
        waiting = Jobs(self._vault).paths()
        found = []
        for library in self._documents.libraries():
            own = [each for each in files if each.document.library == library.name]
            below = [root for root in roots if root.library == library.name]
            known = {each.document.path for each in own}
            found.append(
                LibraryState(
                    name=library.name,
                    documents=library.documents,
                    failed=library.failed,
                    locked=sum(each.is_a("locked") for each in own),
                    away=sum(each.away for each in own),
                    scanned=sum(each.scanned > 0 for each in own),
                    waiting=sum(path in known or _belongs(path, below, roots) for path in waiting),
                    watched=_watched(below, watched),
                    changed_at=library.changed_at,
                    away_roots=tuple(root.path for root in below if away.is_away(root)),
                )
            )
        return found

    def files(self, library: str | None = None, kinds: Iterable[FileKind] = ()) -> list[FileState]:
        """Documents with their states, by path; of any of the kinds, or all."""
        wanted = tuple(kinds)
        lost = away.prefixes(Roots(self._vault).all())
        scanned = DocumentStates(self._vault).scanned(library)
        waiting = Jobs(self._vault).paths()
        found = [
            FileState(
                document=document,
                away=bool(lost) and document.path.startswith(lost),
                scanned=scanned.get(document.path, 0),
                waiting=document.path in waiting,
            )
            for document in self._documents.documents(library)
        ]
        return [each for each in found if not wanted or any(map(each.is_a, wanted))]

    def why(self, path: Path | str) -> Why:
        """Why a file is found, or is not."""
        return why(self._vault, path)

    # --- watching ------------------------------------------------------------------------------

    def refresh(
        self,
        paths: Sequence[Path | str],
        *,
        library: str | None = None,
        cancel: CancelToken | None = None,
    ) -> Generator[Progress, None, AddReport]:
        """Look at single files and folders again, before all other work."""
        embedder = yield from self._ready(cancel)
        means = Means(self._vault, embedder, passwords=self._passwords, cancel=cancel)
        return (yield from ingest.refresh(means, paths, library=library))

    def watch(
        self,
        *,
        library: str | None = None,
        cancel: CancelToken,
        told: Callable[[str], None] | None = None,
    ) -> Generator[Progress | AddReport, None, None]:
        """Bring the index up to date after every change, until cancelled.

        Yields a report where something changed, with its ``changes`` one by one. ``told`` gets a
        sentence where folders can only be looked at now and then. Raises InputError where there is
        nothing to watch.
        """
        embedder = yield from self._ready(cancel)
        watcher = Watcher(lambda: Roots(self._vault).all(library))
        register = Watched(self._vault)
        reader: Sandbox | None = None
        lost: frozenset[str] = frozenset()
        how: dict[str, str] = {}
        note, used = "", time.monotonic()
        try:
            for paths in watcher.changes(cancel):
                if watcher.how != how:
                    before, how = how, dict(watcher.how)
                    register.put(how, instead_of=before)
                if told is not None and watcher.note not in ("", note):
                    told(watcher.note)
                note = watcher.note
                if not paths:
                    if reader is not None and time.monotonic() - used > IDLE_S:
                        reader.close()
                        reader = None
                    continue
                reader = reader or Sandbox()
                means = Means(
                    self._vault, embedder, reader=reader, passwords=self._passwords, cancel=cancel
                )
                report = yield from ingest.refresh(means, sorted(paths), library=library)
                used = time.monotonic()
                now = frozenset(
                    root.path for root in Roots(self._vault).all(library) if away.is_away(root)
                )
                report = replace(report, changes=(*_came_and_went(lost, now), *report.changes))
                lost = now
                if report.changes:
                    yield report
        finally:
            if reader is not None:
                reader.close()
            with suppress(VaultError):
                register.put({}, instead_of=how)


def _came_and_went(before: frozenset[str], now: frozenset[str]) -> list[Change]:
    reason = "Its documents are kept and still found."
    went = [Change(path, "away", reason=reason) for path in sorted(now - before)]
    return [*went, *(Change(path, "back") for path in sorted(before - now))]


def _belongs(path: str, own: Sequence[Root], roots: Sequence[Root]) -> bool:
    """Whether a file that is not known yet will be of these roots' library."""
    found = ingest.nearest(Path(path), roots)
    return found is not None and found in own


def _watched(roots: Sequence[Root], watched: dict[str, str]) -> Literal["", "events", "polling"]:
    how = {watched.get(root.path, "") for root in roots}
    if not how or "" in how:
        return ""
    return "polling" if "polling" in how else "events"
