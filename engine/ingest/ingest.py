"""From files to searchable passages: add, sync and remove.

Every file is stored in a transaction of its own, so that stopping or a crash keeps the files that
were finished; what is left stands in the vault as a job, which :func:`sync` takes up. Passages are
embedded over file borders, several files at once. A text that was embedded before (an unchanged
part of a changed file, a copy of a file, a file that moved) is not embedded again.

A file that cannot be opened keeps what the vault holds of it: nobody knows that its text changed.
A file that was read and makes no sense loses it: the old text no longer stands in the file.
"""

import time
from collections.abc import Generator, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from engine.errors import InputError, NotFoundError, VaultError
from engine.inference.embedder import Embedder
from engine.ingest import scan
from engine.ingest.index import Indexer
from engine.ingest.passwords import Passwords
from engine.ingest.sandbox import InPlace, Parse, Sandbox
from engine.progress import CancelToken, Progress
from engine.store.attached import file_of
from engine.store.check import refill
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.facts import REEMBED, Facts
from engine.store.jobs import Jobs
from engine.store.roots import Root, Roots, inside
from engine.store.vectors import Vectors
from engine.types import AddReport, FailedFile

REMOVED_AT_ONCE = 200
"""Documents forgotten in one transaction."""

Work = Generator[Progress, None, AddReport]


def add(
    vault: Vault,
    embedder: Embedder,
    paths: Sequence[Path],
    *,
    library: str,
    parse: Parse | None = None,
    passwords: Passwords | None = None,
    cancel: CancelToken | None = None,
) -> Work:
    """Index files and folders into a library and remember them for :func:`sync`.

    Files that failed before are tried again; files of another library move to this one, except
    those of a folder that was added to the other library by itself. Raises
    NotFoundError for a path that does not exist and InputError where there is nothing to read,
    both before anything is changed. ``parse`` takes the place of the reading processes.
    """
    if not library.strip():
        raise InputError("The library needs a name.", "Give one with --library.")
    wanted = scan.present(paths)
    if not wanted:
        raise InputError("No file or folder was named.", "Name at least one.")
    documents, roots = Documents(vault), Roots(vault)
    for path in wanted:
        found = scan.scan(path, skip=_ours(vault))
        if not (found.files or found.failed or documents.known_files(path)):
            raise InputError(
                f"There is nothing to read in {path}.",
                "Choose a folder that holds documents. Hidden files are left out.",
            )
    for path in wanted:
        library = roots.add(path, library.strip(), is_folder=path.is_dir())
    chosen = [
        Root(str(path), library, path.is_dir())
        for path in wanted
        if not any(parent in wanted for parent in path.parents)
    ]
    return (yield from _bring_up(vault, embedder, chosen, parse, passwords, cancel, retry=True))


def sync(
    vault: Vault,
    embedder: Embedder,
    *,
    library: str | None = None,
    parse: Parse | None = None,
    passwords: Passwords | None = None,
    cancel: CancelToken | None = None,
) -> Work:
    """Look again at everything that was added: new, changed and removed files.

    A folder that is not there is told and keeps its documents: its disk may be away. Raises
    NotFoundError for an unknown library.
    """
    if library is not None and Documents(vault).library_id(library) is None:
        names = ", ".join(found.name for found in Documents(vault).libraries()) or "none yet"
        raise NotFoundError(f"There is no library {library}.", f"Libraries: {names}.")
    chosen = Roots(vault).all(library)
    report = yield from _bring_up(vault, embedder, chosen, parse, passwords, cancel, retry=False)
    if library is None:
        Jobs(vault).forget("index")  # what they still name is no longer wanted
    return report


def unlock(
    vault: Vault,
    embedder: Embedder,
    path: str,
    password: str,
    *,
    passwords: Passwords,
    remember: bool = False,
    cancel: CancelToken | None = None,
) -> Work:
    """Read a file again that is locked, or in which something is.

    The report tells where it stays locked. With ``remember`` a password that opens it is kept in
    the system's keyring; otherwise it is forgotten with ``passwords``. Raises NotFoundError for a
    path that is in no library, KeyringError once the file is indexed.
    """
    name = file_of(path)
    found = Documents(vault).document(name)
    if found is None:
        raise NotFoundError(f"{path} is in no library.", "Add it first.")
    passwords.give(name, password)
    roots = [Root(name, found.library, is_folder=False)]
    report = yield from _bring_up(vault, embedder, roots, None, passwords, cancel, retry=True)
    locked = {each.path for each in report.failed if each.code == "encrypted"}
    if remember and not locked & {name, path}:
        passwords.remember(name, password)
    return report


def remove(vault: Vault, paths: Sequence[Path]) -> int:
    """Forget files and folders; the number of documents forgotten. Files stay on the disk.

    What lay in an added folder stays forgotten until it is added again. Raises NotFoundError,
    with nothing changed, for a path of which the vault holds nothing.
    """
    documents, roots, jobs = Documents(vault), Roots(vault), Jobs(vault)
    gone: list[str] = []
    with vault.write():
        known_roots = {root.path for root in roots.all()}
        for path in scan.absolute(paths):
            known = documents.held(path)
            if not known and str(path) not in known_roots:
                raise NotFoundError(
                    f"{path} is in no library.", "See `alcove status` for what was added."
                )
            roots.remove(path)
            jobs.settle_below(str(path))
            gone += known
        job = jobs.begin("remove", gone)
    removed = _forget(documents, gone)
    jobs.end(job)
    return removed


def remove_library(
    vault: Vault, library: str, *, cancel: CancelToken | None = None
) -> Generator[Progress, None, int]:
    """Forget everything in a library; the number of documents. :func:`sync` ends what is stopped.

    The files stay on the disk.
    """
    documents, roots, jobs = Documents(vault), Roots(vault), Jobs(vault)
    with vault.write():
        for root in roots.all(library):
            roots.remove(Path(root.path))
            jobs.settle_below(root.path)
        gone = [each.path for each in documents.documents(library) if not each.container]
        job = jobs.begin("remove", gone)
    removed = 0
    try:
        for start in range(0, len(gone), REMOVED_AT_ONCE):
            if cancel is not None:
                cancel.check()
            yield Progress("removing", start, len(gone))
            removed += documents.remove(gone[start : start + REMOVED_AT_ONCE])
    except BaseException:
        with suppress(VaultError):
            jobs.stop(job)
        raise
    documents.remove(())  # a library without documents goes too
    jobs.end(job)
    return removed


def _forget(documents: Documents, paths: Sequence[str]) -> int:
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
        _forget(Documents(vault), left)
        jobs.end(job)


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


def _bring_up(
    vault: Vault,
    embedder: Embedder,
    roots: Sequence[Root],
    parse: Parse | None,
    passwords: Passwords | None,
    cancel: CancelToken | None,
    *,
    retry: bool,
) -> Work:
    """Make the vault hold what the roots hold now."""
    started = time.monotonic()
    _finish_removals(vault)
    yield from _renew(vault, embedder, cancel)
    jobs = Jobs(vault)
    left_out = Roots(vault).exclusions()
    reader = InPlace(parse) if parse is not None else Sandbox()
    indexer = Indexer(
        vault,
        embedder,
        reader,
        cancel,
        retry=retry,
        again=frozenset(jobs.left("index")),
        left_out=left_out,
        passwords=passwords,
    )
    all_roots = {root.path for root in Roots(vault).all()}
    documents = Documents(vault)
    skip = left_out | _ours(vault)
    failed: list[FailedFile] = []
    gone: list[str] = []
    yield Progress("reading", 0, 0)
    for root in roots:
        path = Path(root.path)
        inner = tuple(_below(other) for other in all_roots if other.startswith(_below(root.path)))
        known = {
            name: file
            for name, file in documents.known_files(path).items()
            if name not in all_roots - {root.path} and not name.startswith(inner)
        }
        if not path.exists() and (root.is_folder or not path.parent.exists()):
            reason = "It is not there now. Its documents are kept until it is back or removed."
            failed.append(FailedFile(root.path, "away", reason))
            continue
        found = scan.scan(path, skip=skip | (all_roots - {root.path}))
        failed += found.failed
        there = {str(file) for file in found.files}
        closed = tuple(_below(folder) for folder in found.closed)
        gone += [name for name in known if name not in there and not name.startswith(closed)]
        indexer.want(found.files, root.library, known)
    to_read = yield from indexer.look()
    try:
        if to_read:
            job = jobs.begin("index", to_read)
            yield from _watched(jobs, job, indexer.run())
    finally:
        reader.close()
    # After the reading: a file that only moved takes its vectors along.
    removed = _forget(documents, gone)
    return AddReport(
        indexed=indexer.indexed,
        unchanged=indexer.unchanged,
        removed=removed,
        failed=tuple(sorted([*failed, *indexer.failed], key=lambda each: each.path)),
        passages=indexer.passages,
        seconds=time.monotonic() - started,
    )


def _ours(vault: Vault) -> frozenset[str]:
    """The profile is not one of the user's documents."""
    return frozenset({str(vault.path.parent)})


def _below(folder: str) -> str:
    """What the paths of everything in a folder begin with."""
    return inside(Path(folder))[0]
