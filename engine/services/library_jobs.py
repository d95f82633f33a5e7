"""What the window and the terminal do with whole libraries: remove, export and import them."""

import shutil
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.errors import DiskFullError, InputError, NotFoundError
from engine.inference.embedder import Embedder
from engine.ingest import ingest
from engine.progress import CancelToken, Progress
from engine.services.source_jobs import SourceJobs
from engine.store import library_file, library_names, space, transfer
from engine.store.connect import Vault
from engine.store.document_rows import Inner
from engine.store.documents import Documents
from engine.store.library_file import Manifest
from engine.store.transfer import NoLibraryFileError, Values
from engine.store.vectors import Vectors, VectorSet

Ready = Callable[[CancelToken | None], Generator[Progress, None, Embedder]]
SLICE = 64


@dataclass(frozen=True, slots=True)
class LibraryRemoved:
    library: str
    documents: int
    freed_bytes: int
    """What the disk got back."""
    note: str = ""
    """Why the room could not be given back yet, in words; mostly empty."""


@dataclass(frozen=True, slots=True)
class LibraryExported:
    library: str
    file: str
    documents: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class LibraryImported:
    library: str
    documents: int
    already: int
    """Files left out because the vault holds their path already."""
    passages: int
    embedded: int
    """Passages read by the encoder; none where the vectors came along."""


class LibraryJobs:
    """The libraries of one profile. The user's files are never touched."""

    def __init__(self, vault: Vault, sources: SourceJobs, ready_embedder: Ready) -> None:
        self._vault = vault
        self._sources = sources
        self._ready = ready_embedder
        self._documents = Documents(vault)
        self._vectors = Vectors(vault)

    def remove(
        self, name: str, *, cancel: CancelToken | None = None
    ) -> Generator[Progress, None, LibraryRemoved]:
        """Forget a library with everything in it, then give its room on the disk back.

        An interrupted removal is finished by the next `sync`. Raises NotFoundError.
        """
        name = self._known(name)
        for source in self._sources.all():
            if source.library.casefold() == name.casefold():
                self._sources.remove(source.name)
        removed = yield from ingest.remove_library(self._vault, name, cancel=cancel)
        try:
            freed = yield from space.compact(self._vault, cancel=cancel)
        except DiskFullError as error:
            return LibraryRemoved(name, removed, 0, f"{error.message} {error.hint}")
        return LibraryRemoved(name, removed, freed)

    def rename(self, name: str, new: str) -> str:
        """Another name for a library; returns it. Raises NotFoundError, InputError."""
        return library_names.rename(self._vault, name, new)

    def export(
        self, name: str, file: Path, *, cancel: CancelToken | None = None
    ) -> Generator[Progress, None, LibraryExported]:
        """Write a library's documents, passages, vectors and tables into one file.

        Conversations, settings, passwords and other libraries are not in it. The file is not
        encrypted. Raises NotFoundError, InputError, DiskFullError.
        """
        name = self._known(name)
        file = file.expanduser().absolute()
        if file.is_dir():
            raise InputError(f"{file} is a folder.", "Name a file, for example library.alcove")
        if not file.parent.is_dir():
            raise NotFoundError(f"The folder {file.parent} is not there.", "Make it first.")
        numbers = transfer.files(self._vault, name)
        serving = self._vectors.serving()
        manifest = Manifest(
            name, len(numbers), serving.identity if serving else None,
            serving.storage if serving else "",
        )  # fmt: skip
        done = 0
        for done in library_file.write(file, manifest, self._values(numbers, serving, cancel)):
            yield Progress("exporting", done, len(numbers))
        return LibraryExported(name, str(file), done, file.stat().st_size)

    def _values(
        self, numbers: list[int], serving: VectorSet | None, cancel: CancelToken | None
    ) -> Iterator[Values]:
        for number in numbers:
            if cancel is not None:
                cancel.check()
            values = transfer.read(self._vault, number, serving)
            if values is not None:
                yield values

    def load(
        self, file: Path, *, library: str = "", cancel: CancelToken | None = None
    ) -> Generator[Progress, None, LibraryImported]:
        """Take a library in from a file; by default under the name it had.

        The whole file is checked before anything is stored. Vectors of the encoder that serves
        here are taken as they are; otherwise the passages are embedded. Raises NotFoundError,
        NoLibraryFileError, DiskFullError.
        """
        file = file.expanduser().absolute()
        yield Progress("checking", 0, 0, file.name)
        manifest = library_file.read(file)
        name = (library or manifest.library).strip()
        if not name:
            raise InputError("The library needs a name.", "Give one with --library.")
        free = shutil.disk_usage(self._vault.path.parent).free
        if free < 2 * manifest.size:
            raise DiskFullError(
                f"Importing needs about {2 * manifest.size / 1e6:.0f} MB, and {free / 1e6:.0f} MB "
                "are free.",
                "Free some space and try again.",
            )
        embedder = yield from self._ready(cancel)
        vectors = self._vectors.ensure(embedder.identity)
        counts = _Counts()
        for number, values in enumerate(library_file.lines(file)):
            if cancel is not None:
                cancel.check()
            yield Progress("importing", number, manifest.documents)
            self._take(values, name, manifest, embedder, vectors, counts)
        return LibraryImported(
            name, counts.documents, counts.already, counts.passages, counts.embedded
        )

    def _take(
        self,
        values: Values,
        library: str,
        manifest: Manifest,
        embedder: Embedder,
        vectors: VectorSet,
        counts: "_Counts",
    ) -> None:
        stamp = transfer.stamp(values)
        if transfer.held(self._vault, stamp.path):
            counts.already += 1
            return
        if values.get("state") != "indexed":
            self._documents.put_failed(
                stamp, library, str(values.get("code")), str(values.get("reason"))
            )
            counts.documents += 1
            return
        whole = self._part(values, manifest, embedder, counts)
        inner = [self._part(each, manifest, embedder, counts) for each in values.get("inner", ())]
        paths = {stamp.path}
        for each in inner:
            if each.container not in paths or not each.path.startswith(f"{each.container}!/"):
                raise NoLibraryFileError
            paths.add(each.path)
        assert whole.parsed is not None
        self._documents.put(
            stamp, library, whole.parsed, whole.drafts, whole.matrix, vectors,
            digests=whole.digests, inner=inner, reader=whole.reader,
        )  # fmt: skip
        counts.documents += 1

    def _part(
        self, values: Values, manifest: Manifest, embedder: Embedder, counts: "_Counts"
    ) -> Inner:
        document = transfer.parsed(values)
        drafts, names, texts = transfer.passages(values, document)
        matrix = None
        if manifest.identity == embedder.identity:
            matrix = transfer.matrix(values, manifest.storage, embedder.identity.dimension)
        if matrix is None:
            names = transfer.names_of(texts)
            counts.embedded += len(texts)
            parts = [
                embedder.embed_passages(texts[at : at + SLICE])
                for at in range(0, len(texts), SLICE)
            ]
            empty = np.zeros((0, embedder.identity.dimension), dtype=np.float32)
            matrix = np.concatenate(parts) if parts else empty
        counts.passages += len(drafts)
        return transfer.inner(values, matrix, drafts, names, document)

    def _known(self, name: str) -> str:
        for library in self._documents.libraries():
            if library.name.casefold() == name.strip().casefold():
                return library.name
        names = ", ".join(each.name for each in self._documents.libraries()) or "none yet"
        raise NotFoundError(f"There is no library {name}.", f"Libraries: {names}.")


@dataclass(slots=True)
class _Counts:
    documents: int = 0
    already: int = 0
    passages: int = 0
    embedded: int = 0
