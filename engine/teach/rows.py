"""Rows of a table file for teaching: CSV, TSV or JSON lines, each with its line number."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import InputError
from engine.formats.examples import ExamplesError, Fault

SNIFFED = 8192


@dataclass(frozen=True, slots=True)
class Row:
    """One row; empty cells are left out."""

    line: int
    """From 1, as an editor counts."""
    cells: dict[str, str]
    """By column, in the table's order."""


@dataclass(frozen=True, slots=True)
class TableFile:
    """A table file that was read whole."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def column(self, names: Sequence[str], *, place: int | None = None) -> str:
        """The first of these columns that there is, capitals aside; else the one at ``place``.

        Raises InputError.
        """
        plain = {column.casefold().strip(): column for column in self.columns}
        for name in names:
            if name.casefold() in plain:
                return plain[name.casefold()]
        if place is not None and place < len(self.columns):
            return self.columns[place]
        raise InputError(
            f"{self.name} has no column for {names[0]}.",
            f"Its columns: {', '.join(self.columns)}. Name the ones meant with --columns.",
        )

    def named(self, wanted: Sequence[str]) -> tuple[str, ...]:
        """These columns, each checked. Raises InputError."""
        return tuple(self.column([name]) for name in wanted)


def text_of(path: Path) -> str:
    """A file as text. Raises InputError."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not text in UTF-8.", "Save it as UTF-8.") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", "Check the path.") from error


def read(path: Path) -> TableFile:
    """Read a table. Raises InputError, and ExamplesError naming every broken line."""
    text = text_of(path)
    table = _json_lines(path, text) if path.suffix in (".jsonl", ".ndjson") else _csv(path, text)
    if not table.rows:
        lines = path.suffix in (".jsonl", ".ndjson")
        raise InputError(
            f"There are no rows in {path.name}.",
            "Each of its lines is an example or a row." if lines
            else "Its first line names the columns.",
        )  # fmt: skip
    return table


def _csv(path: Path, text: str) -> TableFile:
    try:
        dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff(text[:SNIFFED], ",;\t|")
    except csv.Error:
        dialect = csv.excel
    if path.suffix == ".tsv":
        dialect = csv.excel_tab
    dialect.doublequote = True  # what the sniffer did not see in its first lines
    reader = csv.reader(io.StringIO(text, newline=""), dialect)
    rows: list[Row] = []
    faults: list[Fault] = []
    columns: tuple[str, ...] = ()
    before = 0
    try:
        for cells in reader:
            line, before = before + 1, reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if not columns:
                columns = tuple(cell.strip() or f"column {at}" for at, cell in enumerate(cells, 1))
            elif any(cell.strip() for cell in cells[len(columns) :]):
                faults.append(Fault(line, f"it has {len(cells)} cells for {len(columns)} columns"))
            else:
                rows.append(Row(line, _filled(zip(columns, cells, strict=False))))
    except csv.Error as error:
        faults.append(Fault(before + 1, f"it is not CSV ({error})"))
    if faults:
        raise ExamplesError(path.name, tuple(faults))
    return TableFile(path.name, columns, tuple(rows))


def _json_lines(path: Path, text: str) -> TableFile:
    rows: list[Row] = []
    faults: list[Fault] = []
    columns: dict[str, None] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except json.JSONDecodeError as error:
            faults.append(Fault(number, f"it is not JSON ({error.msg})"))
            continue
        if not isinstance(value, dict):
            faults.append(Fault(number, "it is not an object with columns"))
            continue
        cells = _filled(
            (str(key), each if isinstance(each, str) else json.dumps(each, ensure_ascii=False))
            for key, each in value.items()
            if each is not None
        )
        columns.update(dict.fromkeys(cells))
        rows.append(Row(number, cells))
    if faults:
        raise ExamplesError(path.name, tuple(faults))
    return TableFile(path.name, tuple(columns), tuple(rows))


def _filled(cells: "Iterator[tuple[str, str]] | zip[tuple[str, str]]") -> dict[str, str]:
    return {name: cell.strip() for name, cell in cells if cell.strip()}
