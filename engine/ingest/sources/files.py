"""Reading CSV, Parquet and workbook files, or a folder of them, as sheets."""

import csv
import io
import itertools
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

from engine.ingest.cells import column_of
from engine.ingest.parsers import encoding
from engine.ingest.sources.sheet import Sheet, SourceError, sheet
from engine.progress import CancelToken, Progress
from engine.store.sources import Source

TEXTS = frozenset({".csv", ".tsv"})
WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
PARQUET = frozenset({".parquet"})
KINDS = TEXTS | WORKBOOKS | PARQUET
MOST_BYTES = 500_000_000
MOST_FIELD = 1_000_000
SAMPLE = 20_000


def read(source: Source, cancel: CancelToken) -> Generator[Progress, None, list[Sheet]]:
    """The sheets of a file or of all files in a folder. Raises SourceError."""
    path = Path(source.address)
    files = _files(path)
    found: list[Sheet] = []
    for done, file in enumerate(files):
        cancel.check()
        yield Progress("reading", done, len(files), file.name)
        name = file.relative_to(path).as_posix() if path.is_dir() else ""
        try:
            if file.stat().st_size > MOST_BYTES:
                raise SourceError(
                    f"{file.name} is larger than {MOST_BYTES // 1_000_000} MB.",
                    "Leave it out, or put it into a database.",
                    code="source_large",
                )
            found += _sheets(file, name, source.most_rows)
        except OSError as error:
            raise SourceError(
                f"{file} cannot be opened: {error.strerror}.",
                "Check that you may read it.",
                code="source_away",
            ) from error
    return found


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


def _sheets(file: Path, name: str, most_rows: int) -> Iterator[Sheet]:
    kind = file.suffix.lower()
    if kind in TEXTS:
        yield _headed(name, _text_rows(file), most_rows)
    elif kind in PARQUET:
        yield _parquet(file, name, most_rows)
    elif kind in WORKBOOKS:
        yield from _workbook(file, name, most_rows)
    else:
        raise SourceError(
            f"{file.name} is no table that Alcove reads.",
            "CSV, TSV, Parquet, XLSX, XLS and ODS files are read.",
            code="source_kind",
        )


def _headed(part: str, found: Iterator[Sequence[Any]], most_rows: int) -> Sheet:
    """A sheet whose titles are its first row, where that is one."""
    rows = (row for row in found if any(cell not in (None, "") for cell in row))
    first = next(rows, None)
    if first is None:
        return Sheet(part, (), ())
    titles = [str(cell) if cell is not None else "" for cell in first]
    named = [title for title in titles if title.strip()]
    if named and all(column_of([title])[0] == "text" for title in named):
        return sheet(part, titles, rows, most_rows)
    numbered = [f"column {number}" for number in range(1, len(titles) + 1)]
    return sheet(part, numbered, itertools.chain([first], rows), most_rows)


def _text_rows(file: Path) -> Iterator[Sequence[str]]:
    text = encoding.decode(file.read_bytes())
    if text is None:
        raise SourceError(
            f"{file.name} holds no text.", "Save it as CSV again.", code="source_kind"
        )
    csv.field_size_limit(MOST_FIELD)
    try:
        dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff(text[:SAMPLE], ",;\t|")
    except csv.Error:
        dialect = csv.excel_tab if file.suffix.lower() == ".tsv" else csv.excel
    try:
        yield from csv.reader(io.StringIO(text, newline=""), dialect)
    except csv.Error as error:
        raise SourceError(
            f"{file.name} is not a sound CSV file.",
            "A quote may not be closed, or a field is very long.",
            code="source_kind",
        ) from error


def _workbook(file: Path, name: str, most_rows: int) -> Iterator[Sheet]:
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_path(str(file))
        for title in book.sheet_names:
            rows = book.get_sheet_by_name(title).to_python(skip_empty_area=True)
            found = _headed(f"{name}/{title}".strip("/"), iter(rows), most_rows)
            if found.rows:
                yield found
    except (calamine.CalamineError, ValueError, EOFError) as error:
        raise SourceError(
            f"{file.name} cannot be read as a workbook.",
            "It may be damaged, or protected by a password.",
            code="source_kind",
        ) from error


def _parquet(file: Path, name: str, most_rows: int) -> Sheet:
    import duckdb

    # Nothing is fetched: the reader of Parquet is part of the library, and it may load no other.
    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": "1GB",
        "threads": "2",
    }
    try:
        with duckdb.connect(":memory:", config=settings) as db:
            found = db.execute(
                "SELECT * FROM read_parquet(?) LIMIT ?", [_as_written(file), most_rows + 1]
            )
            titles = [column[0] for column in found.description or ()]
            return sheet(name, titles, found.fetchall(), most_rows)
    except duckdb.Error as error:
        raise SourceError(
            f"{file.name} cannot be read as a Parquet file.",
            "It may be damaged.",
            code="source_kind",
        ) from error


def _as_written(file: Path) -> str:
    """A path without the marks that DuckDB reads as wildcards."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(file))
