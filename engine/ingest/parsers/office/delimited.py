"""CSV, TSV and their like: the encoding and the delimiter are found out, the head is kept."""

import csv
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

from engine.errors import ParseError
from engine.ingest.parsers.encoding import decode
from engine.ingest.parsers.files import MAX_BYTES, read_bytes
from engine.ingest.parsers.office import sheets
from engine.ingest.parsers.office.sheets import Budget, Full, Sheet
from engine.ingest.parsers.options import DEFAULTS, ParseOptions
from engine.types import Heading, Page, ParsedDocument

DELIMITERS = ",;\t|:"
SAMPLE_CHARACTERS = 65_536
SAMPLE_ROWS = 60
MAX_FIELD = 1_000_000
DECLARED = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
"""Excel's own first line that names the delimiter."""


def parse(path: Path, _options: ParseOptions = DEFAULTS) -> ParsedDocument:
    """Raises ParseError where the file is empty or no text."""
    text = decode(read_bytes(path, MAX_BYTES))
    if text is None:
        raise ParseError("This file holds no text that can be read.", "", "unsupported")
    text = text.replace("\0", "")
    if not text.strip():
        raise ParseError("This file is empty.", "", "empty")
    declared = DECLARED.match(text)
    if declared is not None:
        text = text[declared.end() :]
    delimiter = declared.group(1) if declared is not None else find_delimiter(text, path.suffix)
    sheet, budget = Sheet("", solid=True), Budget()
    _fill(sheet, budget, text, delimiter)
    document = sheets.document("csv", path.stem, [sheet], budget)
    (page,) = document.pages
    return ParsedDocument(
        "tsv" if delimiter == "\t" else "csv",
        document.title,
        (replace(page, number=1, headings=_one_head(page)),),
        note=document.note,
    )


def _one_head(page: Page) -> tuple[Heading, ...]:
    """The first lines only: what looks like a head further down is a row of values."""
    end = page.text.find("\n") + 1
    return tuple(heading for heading in page.headings if heading.start <= end)


def _fill(sheet: Sheet, budget: Budget, text: str, delimiter: str) -> None:
    limit = csv.field_size_limit(MAX_FIELD)
    try:
        reader = csv.reader(
            text.splitlines(keepends=True), delimiter=delimiter, skipinitialspace=True
        )
        for number, fields in enumerate(reader):
            cells = {}
            for column, field in enumerate(fields[: sheets.MAX_COLUMNS]):
                if field.strip():
                    budget.take(field)
                    cells[column] = field
            if cells:
                sheet.rows.append((number, cells))
    except Full:
        pass
    except csv.Error as error:
        raise ParseError(
            "This table cannot be read: one of its values is too long.",
            "Open it in a spreadsheet program and save it again.",
            "damaged",
        ) from error
    finally:
        csv.field_size_limit(limit)


def find_delimiter(text: str, suffix: str = "") -> str:
    """The delimiter that parts most lines into the same number of values, more than one."""
    sample = text[:SAMPLE_CHARACTERS].splitlines(keepends=True)
    if len(text) > SAMPLE_CHARACTERS:
        sample = sample[:-1] or sample
    best, usual = (0.0, 0), "\t" if suffix.lower() in (".tsv", ".tab") else ","
    for delimiter in DELIMITERS:
        try:
            rows = [row for row in csv.reader(sample[:SAMPLE_ROWS], delimiter=delimiter) if row]
        except csv.Error:
            continue
        widths = Counter(len(row) for row in rows)
        if not widths:
            continue
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
        # A time of day has colons too: they must agree in every line.
        share = count / len(rows)
        if width < 2 or (delimiter == ":" and (share < 1 or len(rows) < 3)):
            continue
        score = (round(share, 1) + (0.3 if delimiter == usual else 0.0), width)
        if score > best:
            best, chosen = score, delimiter
    return chosen if best[0] else usual
