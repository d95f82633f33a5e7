"""Questions written in a table: CSV or TSV, the first line names the columns."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.errors import InputError

SUFFIXES = (".csv", ".tsv")
COLUMNS: dict[str, tuple[str, ...]] = {
    "id": ("id", "number", "no."),
    "question": ("question", "questions"),
    "answers": ("answer", "answers", "expected"),
    "unanswerable": ("unanswerable", "no answer"),
    "documents": ("document", "documents", "file", "files", "source"),
    "page": ("page",),
    "type": ("type", "kind"),
    "format": ("format",),
    "samples": ("sample", "samples"),
}
"""What each part of a question may be called, capitals aside."""
LISTS = ("answers", "documents", "samples")
PARTED = re.compile(r"\s+/\s+|\n")
"""Between several answers in one cell."""
YES = ("yes", "true", "1", "x", "y")
NO = ("", "no", "false", "0", "n")
SNIFFED = 8192


def rows(path: Path, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each line with its number from 1, as a row of a question file; empty lines are left out.

    Raises InputError where the first line names no question.
    """
    try:
        dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff(text[:SNIFFED], ",;\t|")
    except csv.Error:
        dialect = csv.excel
    if path.suffix.casefold() == ".tsv":
        dialect = csv.excel_tab
    dialect.doublequote = True  # what the sniffer did not see in its first lines
    reader = csv.reader(io.StringIO(text, newline=""), dialect)
    names: list[str] = []
    before = 0
    try:
        for cells in reader:
            line, before = before + 1, reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if names:
                yield line, _row(dict(zip(names, cells, strict=False)))
            else:
                names = _named(path, cells)
    except csv.Error as error:
        raise InputError(
            f"Line {before + 1} of {path} is not CSV: {error}.", "Save the table anew as CSV."
        ) from error


def _named(path: Path, heads: list[str]) -> list[str]:
    by_head = {head: name for name, others in COLUMNS.items() for head in others}
    names = [by_head.get(head.strip().casefold(), "") for head in heads]
    if "question" not in names:
        raise InputError(
            f"The first line of {path} names no column “question”.",
            f"Columns may be {', '.join(others[0] for others in COLUMNS.values())}.",
        )
    return names


def _row(cells: dict[str, str]) -> dict[str, Any]:
    row: dict[str, Any] = {
        name: cell.strip() for name, cell in cells.items() if name and cell.strip()
    }
    for name in LISTS:
        if name in row:
            row[name] = [each.strip() for each in PARTED.split(row[name]) if each.strip()]
    if row.get("page", "").isdecimal():
        row["page"] = int(row["page"])
    said = row.pop("unanswerable", "").casefold()
    if said in YES:
        row["unanswerable"] = True
    elif said not in NO:
        row["unanswerable"] = said
    return row
