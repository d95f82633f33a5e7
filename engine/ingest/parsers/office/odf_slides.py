"""Presentations of OpenDocument: a page a slide, shapes as they lie from top to bottom."""

import re
from collections.abc import Iterator
from typing import Any

from engine.ingest.parsers.office import odf_table, odf_text, slides
from engine.ingest.parsers.office.docx_xml import attribute, child, children, name_of
from engine.ingest.parsers.office.odf_text import Lists
from engine.ingest.parsers.office.ooxml import Package
from engine.ingest.parsers.office.slides import Item, Piece, Slide
from engine.types import ParsedDocument

FURNITURE = ("date-time", "footer", "header", "page-number")
LENGTH = re.compile(r"(-?[\d.]+)(cm|mm|in|pt|px|pc)?")
UNITS = {"cm": 1.0, "mm": 0.1, "in": 2.54, "pt": 2.54 / 72, "pc": 2.54 / 6, "px": 2.54 / 96}
LINE_CM = 0.8
MAX_DEPTH = 20


def document(
    package: Package | None, body: Any, lists: Lists, title: str, stem: str
) -> ParsedDocument:
    """Raises ParseError where no slide holds any text."""
    del package
    found = []
    for page in children(body, "page"):
        slide = Slide()
        _shapes(page, slide, lists, 0)
        notes = child(page, "notes")
        if notes is not None:
            slide.notes = "\n".join(_notes(notes))
        slide.comments = [
            " ".join(odf_text.inline(one).strip() for one in comment.iter() if name_of(one) == "p")
            for comment in children(page, "annotation")
        ]
        found.append(slide)
    return slides.document("odp", title, stem, found)


def _shapes(container: Any, slide: Slide, lists: Lists, depth: int) -> None:
    placed = []
    for order, shape in enumerate(container):
        if name_of(shape) in ("notes", "annotation", "forms", "animations", "par", ""):
            continue
        placed.append((_length(shape, "y"), _length(shape, "x"), order, shape))
    placed.sort(key=lambda one: (round(one[0] / LINE_CM), one[1], one[2]))
    for *_, shape in placed:
        kind = attribute(shape, "class")
        if kind in FURNITURE:
            continue
        if name_of(shape) in ("g", "a") and depth < MAX_DEPTH:
            _shapes(shape, slide, lists, depth + 1)
            continue
        table = child(shape, "table")
        if table is not None:
            rows = tuple(
                tuple(" ".join(text for _, _, text in _items(cell, lists)) for cell in row)
                for row in odf_table.table_rows(table)
            )
            slide.pieces.append(Piece("table", rows=rows))
            continue
        box = child(shape, "text-box")
        items = tuple(_items(box if box is not None else shape, lists))
        if kind == "title" and items and not slide.title:
            slide.title = " ".join(text for _, _, text in items)
        elif items:
            slide.pieces.append(Piece("text", items))


def _items(body: Any, lists: Lists) -> Iterator[Item]:
    for element in body:
        if name_of(element) in ("p", "h"):
            text = odf_text.inline(element).strip()
            if text:
                yield 0, "", text
        elif name_of(element) == "list":
            for line in odf_text.list_lines(element, lists):
                text = odf_text.inline(line.element).strip()
                if text:
                    yield line.level, line.mark, text


def _notes(notes: Any) -> Iterator[str]:
    for frame in notes:
        if attribute(frame, "class") in FURNITURE:
            continue
        box = child(frame, "text-box")
        for paragraph in box.iter() if box is not None else ():
            if name_of(paragraph) == "p":
                text = odf_text.inline(paragraph).strip()
                if text:
                    yield text


def _length(shape: Any, name: str) -> float:
    """In centimetres."""
    match = LENGTH.fullmatch(attribute(shape, name))
    try:
        return float(match.group(1)) * UNITS[match.group(2) or "cm"] if match else 0.0
    except ValueError:
        return 0.0
