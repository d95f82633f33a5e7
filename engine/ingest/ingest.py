"""From files to searchable passages: add, sync and remove.

Every file is stored in a transaction of its own, so that stopping or a crash keeps the files that
were finished. Passages are embedded over file borders, several files at once. A text that was
embedded before (an unchanged part of a changed file, a copy of a file) is not embedded again.

A file that cannot be opened keeps what the vault holds of it: nobody knows that its text changed.
A file that was read and makes no sense loses it: the old text no longer stands in the file.
"""

import time
from collections.abc import Generator, Sequence
from pathlib import Path

from engine.errors import InputError, NotFoundError
from engine.inference.embedder import Embedder
from engine.ingest import scan
from engine.ingest.index import Indexer, Parse
from engine.ingest.parsers import registry
from engine.progress import CancelToken, Progress
from engine.store.check import refill
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.roots import Root, Roots, inside
from engine.store.vectors import Vectors
from engine.types import AddReport, FailedFile

Work = Generator[Progress, None, AddReport]


def add(
    vault: Vault,
    embedder: Embedder,
    paths: Sequence[Path],
    *,
    library: str,
    parse: Parse = registry.parse,
    cancel: CancelToken | None = None,
) -> Work:
    """Index files and folders into a library and remember them for :func:`sync`.

    Files that failed before are tried again; files of another library move to this one, except
    those of a folder that was added to the other library by itself. Raises
    NotFoundError for a path that does not exist and InputError where there is nothing to read,
    both before anything is changed.
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
    return (yield from _bring_up(vault, embedder, chosen, parse, cancel, retry=True))


def sync(
    vault: Vault,
    embedder: Embedder,
    *,
    library: str | None = None,
    parse: Parse = registry.parse,
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
    return (yield from _bring_up(vault, embedder, chosen, parse, cancel, retry=False))


def remove(vault: Vault, paths: Sequence[Path]) -> int:
    """Forget files and folders; the number of documents forgotten. Files stay on the disk.

    What lay in an added folder stays forgotten until it is added again. Raises NotFoundError,
    with nothing changed, for a path of which the vault holds nothing.
    """
    documents, roots = Documents(vault), Roots(vault)
    removed = 0
    with vault.write():
        known_roots = {root.path for root in roots.all()}
        for path in scan.absolute(paths):
            known = documents.known_files(path)
            if not known and str(path) not in known_roots:
                raise NotFoundError(
                    f"{path} is in no library.", "See `alcove status` for what was added."
                )
            roots.remove(path)
            removed += documents.remove(known)
    return removed


def _bring_up(
    vault: Vault,
    embedder: Embedder,
    roots: Sequence[Root],
    parse: Parse,
    cancel: CancelToken | None,
    *,
    retry: bool,
) -> Work:
    """Make the vault hold what the roots hold now."""
    started = time.monotonic()
    serving = Vectors(vault).serving()
    if serving is not None and serving.identity != embedder.identity:
        yield from refill(vault, embedder, cancel=cancel)
    indexer = Indexer(vault, embedder, parse, cancel, retry=retry)
    all_roots = {root.path for root in Roots(vault).all()}
    documents = Documents(vault)
    skip = Roots(vault).exclusions() | _ours(vault)
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
    removed = documents.remove(gone)
    yield from indexer.run()
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
