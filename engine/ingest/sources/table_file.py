"""What is in one CSV, Parquet or workbook file; runs in the reading process only.

Rows leave as they are read, in frames for the parent:
``{"sheet": [part, titles]}``, any number of ``{"rows": [[value, …], …]}``, then ``{"note": text}``
for each sheet.
"""

import csv
import itertools
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from engine.ingest.cells import column_of
from engine.ingest.parsers import encoding
from engine.ingest.sources.sheet import SourceError, plain_rows, sound

TEXTS = frozenset({".csv", ".tsv"})
WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
PARQUET = frozenset({".parquet"})
KINDS = TEXTS | WORKBOOKS | PARQUET
MOST_FIELD = 1_000_000
SAMPLE = 20_000
BATCH_ROWS = 2_000
BATCH_CHARACTERS = 2_000_000
FETCHED = 1_000
_LINE = re.compile(r"[^\n]*\n|[^\n]+")

Frames = Iterator[dict[str, Any]]


def read(file: Path, name: str, most_rows: int) -> Frames:
    """The sheets of a file as frames; ``name`` tells it from others. Raises SourceError."""
    kind = file.suffix.lower()
    try:
        if kind in TEXTS:
            yield from _headed(name, _text_rows(file), most_rows)
        elif kind in PARQUET:
            yield from _parquet(file, name, most_rows)
        elif kind in WORKBOOKS:
            yield from _workbook(file, name, most_rows)
        else:
            raise SourceError(
                f"{file.name} is no table that Alcove reads.",
                "CSV, TSV, Parquet, XLSX, XLS and ODS files are read.",
                code="source_kind",
            )
    except OSError as error:
        raise SourceError(
            f"{file} cannot be opened: {error.strerror}.",
            "Check that you may read it.",
            code="source_away",
        ) from error


def _headed(part: str, found: Iterator[Sequence[Any]], most_rows: int) -> Frames:
    """A sheet whose titles are its first row, where that is one."""
    rows = (row for row in found if any(cell not in (None, "") for cell in row))
    first = next(rows, None)
    if first is None:
        return
    titles = [str(cell) if cell is not None else "" for cell in first]
    named = [title for title in titles if title.strip()]
    if named and all(column_of([title])[0] == "text" for title in named):
        yield from _sheet(part, titles, rows, most_rows)
        return
    numbered = [f"column {number}" for number in range(1, len(titles) + 1)]
    yield from _sheet(part, numbered, itertools.chain([first], rows), most_rows)


def _sheet(
    part: str, titles: Sequence[object], found: Iterator[Sequence[Any]], most_rows: int
) -> Frames:
    named = sound(titles)
    yield {"sheet": [part, named]}
    work = plain_rows(found, len(named), most_rows)
    batch: list[Sequence[Any]] = []
    characters = 0
    while True:
        try:
            row = next(work)
        except StopIteration as end:
            yield {"rows": batch}
            yield {"note": end.value}
            return
        batch.append(row)
        characters += sum(len(value) for value in row if isinstance(value, str))
        if len(batch) >= BATCH_ROWS or characters > BATCH_CHARACTERS:
            yield {"rows": batch}
            batch, characters = [], 0


def _text_rows(file: Path) -> Iterator[Sequence[str]]:
    text = encoding.decode(file.read_bytes())
    if text is None:
        raise SourceError(
            f"{file.name} holds no text.", "Save it as CSV again.", code="source_kind"
        )
    limit = csv.field_size_limit(MOST_FIELD)
    try:
        dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff(text[:SAMPLE], ",;\t|")
    except csv.Error:
        dialect = csv.excel_tab if file.suffix.lower() == ".tsv" else csv.excel
    try:
        yield from csv.reader((found[0] for found in _LINE.finditer(text)), dialect)
    except csv.Error as error:
        raise SourceError(
            f"{file.name} is not a sound CSV file.",
            "A quote may not be closed, or a field is very long.",
            code="source_kind",
        ) from error
    finally:
        csv.field_size_limit(limit)  # it holds for the whole process


def _workbook(file: Path, name: str, most_rows: int) -> Frames:
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_path(str(file))
        for title in book.sheet_names:
            rows = book.get_sheet_by_name(title).iter_rows()
            yield from _headed(f"{name}/{title}".strip("/"), rows, most_rows)
    except (calamine.CalamineError, ValueError, EOFError) as error:
        raise SourceError(
            f"{file.name} cannot be read as a workbook.",
            "It may be damaged, or protected by a password.",
            code="source_kind",
        ) from error


def _parquet(file: Path, name: str, most_rows: int) -> Frames:
    import duckdb

    # Nothing is fetched: the reader of Parquet is part of the library, and it may load no other.
    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": "512MB",
        "temp_directory": os.environ.get("TMPDIR", ""),
        "threads": "2",
    }
    try:
        with duckdb.connect(":memory:", config=settings) as db:
            found = db.execute(
                "SELECT * FROM read_parquet(?) LIMIT ?", [_as_written(file), most_rows + 1]
            )
            titles = [column[0] for column in found.description or ()]
            batches = iter(lambda: found.fetchmany(FETCHED), [])
            rows = itertools.chain.from_iterable(batches)
            yield from _sheet(name, titles, rows, most_rows)
    except duckdb.OutOfMemoryException as error:
        raise MemoryError from error
    except duckdb.Error as error:
        raise SourceError(
            f"{file.name} cannot be read as a Parquet file.",
            "It may be damaged.",
            code="source_kind",
        ) from error


def _as_written(file: Path) -> str:
    """A path without the marks that DuckDB reads as wildcards."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(file))
