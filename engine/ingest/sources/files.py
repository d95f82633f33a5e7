"""CSV, Parquet and workbook files, or a folder of them, as sheets; read by a process of its own.

What is in the files is read where :mod:`engine.ingest.sandbox` reads documents, with the same
limits, so that a file made to do harm ends with a sentence.
"""

from collections.abc import Generator
from pathlib import Path

from engine.ingest.sandbox_child import Limits, ReaderEndedError, ReaderProcess
from engine.ingest.sources.sheet import Sheet, SourceError
from engine.ingest.sources.table_file import KINDS
from engine.progress import CancelToken, Progress
from engine.store.sources import Source
from engine.types import Cell

MOST_BYTES = 500_000_000
SECONDS_A_MB = 0.5
"""More time for large files: a CSV file of a megabyte takes a tenth of a second."""


def read(
    source: Source, cancel: CancelToken, limits: Limits | None = None
) -> Generator[Progress, None, list[Sheet]]:
    """The sheets of a file or of all files in a folder. Raises SourceError."""
    limits = limits or Limits()
    path = Path(source.address)
    files = _files(path)
    found: list[Sheet] = []
    process: ReaderProcess | None = None
    try:
        for done, file in enumerate(files):
            cancel.check()
            yield Progress("reading", done, len(files), file.name)
            name = file.relative_to(path).as_posix() if path.is_dir() else ""
            size = _size(file)
            try:
                if process is None:
                    process = ReaderProcess(limits, None, lambda: cancel.cancelled)
                found += yield from _sheets(process, file, name, size, source, limits)
            except ReaderEndedError as ended:
                cancel.check()
                raise _ended(ended.cause, file, limits) from ended
    finally:
        if process is not None:
            process.end()
    return found


def _size(file: Path) -> int:
    try:
        size = file.stat().st_size
    except OSError as error:
        raise SourceError(
            f"{file} cannot be opened: {error.strerror}.",
            "Check that you may read it.",
            code="source_away",
        ) from error
    if size > MOST_BYTES:
        raise SourceError(
            f"{file.name} is larger than {MOST_BYTES // 1_000_000} MB.",
            "Leave it out, or put it into a database.",
            code="source_large",
        )
    return size


def _sheets(
    process: ReaderProcess, file: Path, name: str, size: int, source: Source, limits: Limits
) -> Generator[Progress, None, list[Sheet]]:
    """What the reading process finds in one file. Raises SourceError, ReaderEndedError."""
    seconds = limits.seconds + size / 1e6 * SECONDS_A_MB
    found: list[Sheet] = []
    part, titles, rows = "", (), list[tuple[Cell, ...]]()
    for frame in process.tables(file, name, source.most_rows, seconds):
        if "sheet" in frame:
            part, titles = frame["sheet"][0], tuple(frame["sheet"][1])
        elif "rows" in frame:
            rows += map(tuple, frame["rows"])
            yield Progress("reading", len(rows), 0, file.name)
        elif "note" in frame:
            found.append(Sheet(part, titles, tuple(rows), frame["note"]))
            rows = []
        elif "error" in frame:
            error = frame["error"]
            raise SourceError(error["reason"], error.get("hint", ""), code=error["code"])
    return found


def _ended(cause: str, file: Path, limits: Limits) -> SourceError:
    """What is told of a file that ended its reader."""
    if cause == "start":
        return SourceError(
            "The program that reads files does not start.",
            "Try again; if that does not help, start the computer anew.",
            code="source_fault",
        )
    if cause == "memory":
        told = f"{file.name} needs more than {limits.memory_bytes / 2**30:.2g} GB of memory."
        return SourceError(told, "Leave it out, or put it into a database.", code="source_large")
    if cause == "time":
        told = f"{file.name} takes too long to read."
        return SourceError(told, "Leave it out, or put it into a database.", code="source_slow")
    return SourceError(
        f"{file.name} made its reader crash.", "It is probably damaged.", code="source_kind"
    )


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise SourceError(
            f"{path} is not there now.",
            "Its rows are kept until it is back or the source is removed.",
            code="source_away",
        )
    if path.is_file():
        return [path]
    files = sorted(
        file
        for file in path.rglob("*")
        if file.suffix.lower() in KINDS
        and file.is_file()
        and not any(part.startswith((".", "~$")) for part in file.relative_to(path).parts)
    )
    if not files:
        raise SourceError(
            f"There is no table in {path}.",
            "CSV, TSV, Parquet, XLSX, XLS and ODS files are read.",
            code="source_empty",
        )
    return files
