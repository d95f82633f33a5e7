"""Making the vault hold what the user's folders hold now."""

import time
from collections.abc import Generator, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.errors import VaultError
from engine.inference.embedder import Embedder
from engine.ingest import away, scan
from engine.ingest.index import Indexer
from engine.ingest.judging import Judging
from engine.ingest.parsers.formats import VERSIONS
from engine.ingest.passwords import Passwords
from engine.ingest.sandbox import InPlace, Parse, Reader, Sandbox
from engine.library_types import AddReport, Change, FailedFile
from engine.progress import CancelToken, Progress
from engine.store.check import refill
from engine.store.connect import Vault
from engine.store.document_state import DocumentStates
from engine.store.documents import Documents, KnownFile
from engine.store.facts import REEMBED, Facts
from engine.store.jobs import Jobs
from engine.store.library_settings import Settings
from engine.store.roots import Root, Roots, inside
from engine.store.vectors import Vectors

REMOVED_AT_ONCE = 200
"""Documents forgotten in one transaction."""

URGENT_FILES = 32
"""Files up to which other work gives way to them."""

AWAY = "It is not there now. Its documents are kept until it is back or removed."

Work = Generator[Progress, None, AddReport]


@dataclass(frozen=True, slots=True)
class Means:
    """With what files are read and embedded."""

    vault: Vault
    embedder: Embedder
    parse: Parse | None = None
    """Takes the place of the reading processes."""
    reader: Reader | None = None
    """Processes that the caller keeps for the next time."""
    passwords: Passwords | None = None
    cancel: CancelToken | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """An added file or folder, or one path in it, to be looked at."""

    root: Root
    start: Path

    @classmethod
    def whole(cls, root: Root) -> "Place":
        return cls(root, Path(root.path))


@dataclass(slots=True)
class _Looked:
    """What was seen of the places."""

    at_work: frozenset[str] = frozenset()
    """Files that somebody else is reading: they are left to him, unless named one by one."""
    failed: list[FailedFile] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    """Documents whose files are not there."""
    unwanted: list[str] = field(default_factory=list)
    """Documents whose files a rule leaves out now."""
    mounts: dict[Path, str] = field(default_factory=dict)
    """On what folders lie."""

    def mount_of(self, start: Path) -> str:
        """As :func:`away.mount_of`; files of one folder lie on one disk."""
        folder = start if start.is_dir() else start.parent
        if folder not in self.mounts:
            self.mounts[folder] = away.mount_of(folder)
        return self.mounts[folder]


def bring_up(
    means: Means, places: Sequence[Place], *, retry: bool, urgent: bool = False, tell: bool = False
) -> Work:
    """Make the vault hold what the places hold now.

    ``retry`` also reads failed files again that did not change; ``urgent`` makes other work wait,
    where it is little; ``tell`` reports what became of each file.
    """
    started = time.monotonic()
    vault = means.vault
    _finish_removals(vault)
    yield from _renew(vault, means.embedder, means.cancel)
    jobs, roots = Jobs(vault), Roots(vault).all()
    reader = means.reader or (InPlace(means.parse) if means.parse is not None else Sandbox())
    judging = replace(_judging(vault, roots), retry=retry, tell=tell)
    indexer = Indexer(
        vault, means.embedder, reader, means.cancel, judging=judging, passwords=means.passwords
    )
    yield Progress("reading", 0, 0)
    looked = _Looked(at_work=jobs.at_work() if tell else frozenset())
    for place in places:
        _look(vault, place, roots, judging, indexer, looked)
    to_read = yield from indexer.look()
    try:
        if to_read:
            urgent = urgent and len(to_read) <= URGENT_FILES
            job = jobs.begin("index", to_read, urgent=urgent)
            yield from _watched(jobs, job, indexer.run(urgent=urgent))
    finally:
        if means.reader is None:
            reader.close()
    # After the reading: a file that moved is the same document elsewhere, and one that was only
    # away for the moment of being saved is there again.
    documents = Documents(vault)
    held = away.prefixes(roots)
    gone = [name for name in looked.gone if away.is_gone(name) and not name.startswith(held)]
    gone = [name for name in (*gone, *looked.unwanted) if documents.known(name)]
    removed = forget(documents, gone)
    changes = [*indexer.changes, *(Change(name, "removed") for name in gone if tell)]
    return AddReport(
        indexed=indexer.indexed,
        unchanged=indexer.unchanged,
        removed=removed,
        failed=tuple(sorted([*looked.failed, *indexer.failed], key=lambda each: each.path)),
        passages=indexer.passages,
        seconds=time.monotonic() - started,
        moved=indexer.moved,
        changes=tuple(changes),
    )


def _judging(vault: Vault, roots: Sequence[Root]) -> Judging:
    settings = Settings(vault).all()
    states = DocumentStates(vault)
    stale = states.outdated(VERSIONS)
    for library, each in settings.items():
        stale |= states.recognised_otherwise(library, each.recognition)
    return Judging(
        again=frozenset(Jobs(vault).left("index")),
        stale=stale,
        left_out=Roots(vault).exclusions(),
        settings=settings,
        away=away.prefixes(roots),
    )


def _look(
    vault: Vault,
    place: Place,
    roots: Sequence[Root],
    judging: Judging,
    indexer: Indexer,
    looked: _Looked,
) -> None:
    """See what is at a place, and what of it is no longer there."""
    root, start = place.root, place.start
    if away.is_away(root):
        looked.failed.append(FailedFile(root.path, "away", AWAY))
        return
    others = _below_it(root, roots)
    found = scan.scan(
        Path(root.path),
        skip=judging.left_out | ours(vault) | others if root.is_folder else judging.left_out,
        settings=judging.settings.get(root.library),
        start=start,
    )
    known = known_of(vault, place, others)
    lost = [
        mount
        for mount in away.lost_mounts(root)
        if any(name.startswith(_below(mount)) for name in known)
    ]
    looked.failed += found.failed
    looked.failed += [FailedFile(mount, "away", AWAY) for mount in lost]
    if str(start) == root.path:
        on = looked.mount_of(start)
        Roots(vault).note_mounts(root, {*found.mounts, *lost, *([on] if on else [])})
    there = {file.path for file in found.files}
    closed = tuple(_below(folder) for folder in (*found.closed, *lost))
    for name in known:
        if name in there or name in found.closed or name.startswith(closed):
            continue
        (looked.gone if away.is_gone(name) else looked.unwanted).append(name)
    indexer.want(
        [
            file
            for file in found.files
            if file.path not in looked.at_work or file.path == str(start)
        ],
        root.library,
        known,
    )


def _below_it(root: Root, roots: Sequence[Root]) -> frozenset[str]:
    """What was added by itself below an added folder."""
    if not root.is_folder:
        return frozenset()
    below = _below(root.path)
    return frozenset(other.path for other in roots if other.path.startswith(below))


def known_of(vault: Vault, place: Place, others: frozenset[str]) -> dict[str, KnownFile]:
    """What the vault holds of a place, without what was added by itself below it."""
    inner = tuple(map(_below, others))
    return {
        name: file
        for name, file in Documents(vault).known_files(place.start).items()
        if name not in others and not name.startswith(inner)
    }


def forget(documents: Documents, paths: Sequence[str]) -> int:
    """Forget documents a few at a time, so that searches and other writers go on."""
    return sum(
        documents.remove(paths[start : start + REMOVED_AT_ONCE])
        for start in range(0, max(1, len(paths)), REMOVED_AT_ONCE)
    )


def _finish_removals(vault: Vault) -> None:
    """Forget what an interrupted removal left."""
    jobs = Jobs(vault)
    if left := jobs.left("remove"):
        job = jobs.begin("remove", left)
        forget(Documents(vault), left)
        jobs.end(job)
    jobs.drop_empty("remove")
    jobs.drop_empty("index")


def _renew(
    vault: Vault, embedder: Embedder, cancel: CancelToken | None
) -> Generator[Progress, None, None]:
    """Let this embedder's vectors serve, going on where an earlier renewal was."""
    jobs, store = Jobs(vault), Vectors(vault)
    serving = store.serving()
    if serving is not None and (
        serving.identity != embedder.identity or serving.storage == "float32"
    ):
        job = jobs.begin("renew")
        yield from _watched(jobs, job, refill(vault, embedder, cancel=cancel))
        jobs.forget("renew")
    elif serving is not None and not jobs.busy("renew") and not Facts(vault).get(REEMBED):
        for other in store.sets():
            if not other.serving:  # the user went back to the encoder that serves
                store.drop(other)
        jobs.forget("renew")


def _watched(jobs: Jobs, job: int, work: Iterable[Progress]) -> Generator[Progress, None, None]:
    """Do a job's work; stopped before its end, it waits."""
    try:
        yield from work
    except BaseException:
        with suppress(VaultError):  # then the job is known as ended when this process is
            jobs.stop(job)
        raise
    jobs.end(job)


def ours(vault: Vault) -> frozenset[str]:
    """The profile is not one of the user's documents."""
    return frozenset({str(vault.path.parent)})


def _below(folder: str) -> str:
    """What the paths of everything in a folder begin with."""
    return inside(Path(folder))[0]
