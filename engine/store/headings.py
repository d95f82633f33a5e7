"""The headings of a page and the heading paths of passages, as they are stored."""

import json
from collections.abc import Sequence
from typing import Any

import apsw

from engine.store import sheet_rows
from engine.store.texts import HEADING_BITS
from engine.types import Area, Heading, Page, SheetRows

HEADING_JOINT = " › "
"""Between the headings of a path; the migrations know it too."""

REACH = 16
"""How far behind a heading's start its title is looked for: behind ``## ``."""


def packed(
    headings: Sequence[Heading],
    text: str,
    rows: Sequence[SheetRows] = (),
    merged: Sequence[Area] = (),
) -> str:
    """JSON of ``[start, level, title]``; a title that stands in the text is named by its place,
    ``[start, level, from, length]``. Behind them, where the rows of a sheet stand.
    """
    found: list[list[Any]] = []
    for each in headings:
        length = len(each.title)
        at = text.find(each.title, each.start, each.start + REACH + length)
        place: list[object] = [at - each.start, length] if at >= 0 else [each.title]
        found.append([each.start, each.level, *place])
    found += sheet_rows.packed(rows, merged)
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")) if found else ""


def unpacked(stored: str, text: str) -> tuple[Heading, ...]:
    return _headings(json.loads(stored), text) if stored else ()


def _headings(entries: Sequence[Sequence[Any]], text: str) -> tuple[Heading, ...]:
    found = []
    for start, level, *place in entries:
        if level == sheet_rows.LEVEL:
            continue
        if len(place) == 1:
            found.append(Heading(start, level, place[0]))
        else:
            at = start + place[0]
            found.append(Heading(start, level, text[at : at + place[1]]))
    return tuple(found)


def page(number: int, text: str, headings: str, label: str) -> Page:
    """A page of a row ``number, page_text(id), headings, label``."""
    entries = json.loads(headings) if headings else []
    placed = [each for each in entries if each[1] == sheet_rows.LEVEL]
    rows, merged = sheet_rows.unpacked(placed)
    return Page(number, text, _headings(entries, text), label, rows, merged)


def put(db: apsw.Connection, document_id: int, places: dict[str, int], title: str = "") -> None:
    """Store the heading paths of a document's passages by their place, inside a transaction.

    Place 0 is that of the passages without one. A path that begins with the document's ``title``
    is stored without it, as a BLOB; the view ``passages`` puts it there again.
    """
    low = document_id << HEADING_BITS
    db.executemany(
        "INSERT INTO headings(id, text) VALUES (?, ?)",
        [(low + place, _without(title, heading)) for heading, place in places.items() if place],
    )


def _without(title: str, heading: str) -> str | bytes:
    if title and (heading == title or heading.startswith(title + HEADING_JOINT)):
        return heading[len(title) :].encode()
    return heading


def clear(db: apsw.Connection, document_id: int) -> None:
    low = document_id << HEADING_BITS
    db.execute("DELETE FROM headings WHERE id > ? AND id < ?", (low, low + (1 << HEADING_BITS)))
