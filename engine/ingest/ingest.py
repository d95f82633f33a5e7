"""From files to searchable passages: add, sync and remove.

Every file is stored in a transaction of its own, so that stopping or a crash keeps the files that
were finished; what is left stands in the vault as a job, which :func:`sync` takes up. Passages are
embedded over file borders, several files at once. A text that was embedded before (an unchanged
part of a changed file, a copy of a file, a file that moved) is not embedded again.

A file that cannot be opened keeps what the vault holds of it: nobody knows that its text changed.
A file that was read and makes no sense loses it: the old text no longer stands in the file.
"""

from collections.abc import Generator, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from engine.errors import InputError, NotFoundError, VaultError
from engine.inference.embedder import Embedder
from engine.ingest import scan
from engine.ingest.bring_up import (
    REMOVED_AT_ONCE,
    Means,
    Place,
    Work,
    bring_up,
    forget,
    ours,
)
from engine.ingest.passwords import Passwords
from engine.ingest.rules import RULE_FILES
from engine.ingest.sandbox import Parse
from engine.progress import CancelToken, Progress
from engine.store.attached import file_of
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.jobs import Jobs
from engine.store.library_settings import Settings
from engine.store.roots import Root, Roots, inside


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
    settings = {name.casefold(): each for name, each in Settings(vault).all().items()}
    own = settings.get(library.strip().casefold())
    for path in wanted:
        found = scan.scan(path, skip=ours(vault), settings=own)
        if not (found.files or found.failed or documents.known_files(path)):
            raise InputError(
                f"There is nothing to read in {path}.",
                "Choose a folder that holds documents. Hidden files are left out, and those that "
                "a rule names: alcove why PATH tells.",
            )
    with vault.write():
        for path in wanted:
            library = roots.add(path, library.strip(), is_folder=path.is_dir())
    named = set(wanted)
    chosen = [
        Root(str(path), library, path.is_dir()) for path in wanted if named.isdisjoint(path.parents)
    ]
    means = Means(vault, embedder, parse=parse, passwords=passwords, cancel=cancel)
    return (yield from bring_up(means, [Place.whole(root) for root in chosen], retry=True))


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
    means = Means(vault, embedder, parse=parse, passwords=passwords, cancel=cancel)
    report = yield from bring_up(means, [Place.whole(root) for root in chosen], retry=False)
    if library is None:
        Jobs(vault).forget("index")  # what they still name is no longer wanted
    return report


def refresh(means: Means, paths: Iterable[Path | str], *, library: str | None = None) -> Work:
    """Look at single files and folders again that changed, appeared or went.

    Other work gives way to a few of them, so that a saved file is found at once. Paths that lie in
    no added folder, or of another library, are passed over. The report tells what became of each.
    """
    roots = Roots(means.vault).all()
    places: dict[str, Place] = {}
    for path in scan.absolute(paths):
        named = _as_named(path, roots)
        start = named.parent if named.name in RULE_FILES else named
        root = nearest(start, roots)
        if root is not None and (library is None or root.library.casefold() == library.casefold()):
            places[str(start)] = Place(root, start)
    wanted = [
        place
        for place in places.values()
        if not any(str(folder) in places for folder in place.start.parents)
    ]
    return (yield from bring_up(means, wanted, retry=False, urgent=True, tell=True))


def nearest(path: Path, roots: Sequence[Root]) -> Root | None:
    """The innermost added file or folder that a path belongs to."""
    around = [
        root
        for root in roots
        if root.path == str(path) or (root.is_folder and _is_below(str(path), root.path))
    ]
    return max(around, key=lambda root: len(root.path), default=None)


def _as_named(path: Path, roots: Sequence[Root]) -> Path:
    """The path as the vault names it: some systems tell of changes under the real name only."""
    if nearest(path, roots) is not None:
        return path
    for root in roots:
        real = Path(root.path).resolve()
        if path == real or real in path.parents:
            return Path(root.path) / path.relative_to(real)
    return path


def _is_below(path: str, folder: str) -> bool:
    return path.startswith(inside(Path(folder))[0])


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
    name = file_of(found.path)
    passwords.give(name, password)
    place = Place.whole(Root(name, found.library, is_folder=False))
    means = Means(vault, embedder, passwords=passwords, cancel=cancel)
    report = yield from bring_up(means, [place], retry=True)
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
    removed = forget(documents, gone)
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
