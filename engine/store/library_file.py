"""A library as one file: a ZIP with a manifest, and a line of JSON for each document.

The manifest is written last and holds the checksum of the lines, so that a file whose writing was
interrupted, or that was changed on its way, is known before anything of it is taken.
"""

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from engine.errors import EngineError, InputError, NotFoundError
from engine.model_types import EmbedderIdentity
from engine.store.faults import disk_full
from engine.store.transfer import NoLibraryFileError, Values

FORMAT = "alcove library"
VERSION = 1
MANIFEST = "library.json"
LINES = "documents.jsonl"
MOST_LINE_BYTES = 1 << 30
MOST_MANIFEST_BYTES = 1 << 20
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    library: str
    documents: int
    """Files; what is in them comes with them."""
    identity: EmbedderIdentity | None
    """What made the vectors; None without any."""
    storage: str
    sha256: str = ""
    """Of the lines."""
    size: int = 0
    """Of the lines, in bytes."""


def write(path: Path, manifest: Manifest, lines: Iterable[Values]) -> Iterator[int]:
    """Write the file, yielding the number of documents written; in its place only when whole."""
    part = path.with_name(path.name + ".part")
    sha, size, done = hashlib.sha256(), 0, 0
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            with archive.open(LINES, "w", force_zip64=True) as sink:
                for values in lines:
                    line = json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n"
                    data = line.encode("utf-8", "replace")
                    sink.write(data)
                    sha.update(data)
                    size += len(data)
                    done += 1
                    yield done
            told = {
                "format": FORMAT, "version": VERSION, **asdict(manifest), "documents": done,
                "sha256": sha.hexdigest(), "size": size,
            }  # fmt: skip
            archive.writestr(MANIFEST, json.dumps(told, ensure_ascii=False, indent=1))
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        if error.errno == 28:  # ENOSPC
            raise disk_full(path) from error
        raise InputError(
            f"{path} cannot be written: {error.strerror}.", "Choose another place for the file."
        ) from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def read(path: Path) -> Manifest:
    """Check the whole file against its manifest. Raises NotFoundError, NoLibraryFileError."""
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo(MANIFEST).file_size > MOST_MANIFEST_BYTES:
                raise NoLibraryFileError
            manifest = _manifest(json.loads(archive.read(MANIFEST)))
            if archive.getinfo(LINES).file_size != manifest.size:
                raise NoLibraryFileError
            sha = hashlib.sha256()
            with archive.open(LINES) as source:
                while block := source.read(BLOCK):
                    sha.update(block)
    except FileNotFoundError as error:
        raise NotFoundError(f"{path} is not there.", "Check the path of the file.") from error
    except (zipfile.BadZipFile, zlib.error, KeyError, TypeError, ValueError, EOFError) as error:
        raise NoLibraryFileError from error
    except NotImplementedError as error:  # a compression that nobody here writes
        raise NoLibraryFileError from error
    except OSError as error:
        raise InputError(f"{path} cannot be opened: {error.strerror}.", "Check it.") from error
    if sha.hexdigest() != manifest.sha256:
        raise NoLibraryFileError
    return manifest


def lines(path: Path) -> Iterator[Values]:
    """The documents of a file that was checked."""
    with zipfile.ZipFile(path) as archive, archive.open(LINES) as source:
        while line := source.readline(MOST_LINE_BYTES):
            values = json.loads(line)
            if not isinstance(values, dict):
                raise NoLibraryFileError
            yield values


def _manifest(told: Any) -> Manifest:
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise NoLibraryFileError
    if int(told["version"]) > VERSION:
        raise EngineError(
            "This library file was written by a newer version of Alcove.",
            "Install the newer version, then import it again.",
            code="library_file_newer",
        )
    identity = told["identity"]
    return Manifest(
        library=str(told["library"]),
        documents=int(told["documents"]),
        identity=EmbedderIdentity(**identity) if identity else None,
        storage=str(told["storage"]),
        sha256=str(told["sha256"]),
        size=int(told["size"]),
    )
