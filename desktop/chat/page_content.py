"""What the page viewer shows of one page: its picture where the format has one, or its text."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage

from desktop.chat.sheet_content import SheetContent, around
from desktop.names import SOURCE, document_name
from engine.errors import NotFoundError, ParseError
from engine.ingest.parsers.pdf import pdf_view
from engine.ingest.parsers.pictures import picture_view
from engine.types import Document, Page

if TYPE_CHECKING:
    from engine.assistant import Assistant

GONE = "This file is no longer where it was. Shown is its text as Alcove read it."
CHANGED = "This file was changed after Alcove read it. Shown is its text as it was read."

VIEWS = {"pdf": pdf_view, "picture": picture_view}
"""Document types whose pages are shown as they look."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    path: str
    page: int
    marked_page: int
    """The page that the marked span lies on; 0 where nothing is marked."""
    start: int
    end: int
    width_px: int
    """Device pixels for a rendered page."""
    also: tuple[tuple[int, int, int], ...] = ()
    """Page, start and end of what else the answer stands on in this document."""
    cells: tuple[tuple[int, int], ...] = ()
    """Of a sheet: the cells within the marked span that are marked; empty for all of it."""


@dataclass(frozen=True, slots=True)
class PageContent:
    request: PageRequest
    pages: int
    text: str
    """The page as it was read into the vault."""
    image: QImage | None
    rectangles: tuple[QRectF, ...]
    """Marked lines in fractions of the page, origin at the top left."""
    remark: str
    """Why the file itself is not shown; empty where it is."""
    headings: tuple[tuple[int, int], ...] = ()
    """Spans of heading lines in the text."""
    label: str = ""
    """What a reader calls the page where that is not its number."""
    sheet: SheetContent | None = None
    """Its rows around the mark, where it is a sheet."""

    @property
    def marked(self) -> tuple[int, int] | None:
        asked = self.request
        return (asked.start, asked.end) if asked.page == asked.marked_page else None

    @property
    def also_marked(self) -> tuple[tuple[int, int], ...]:
        asked = self.request
        return tuple((start, end) for page, start, end in asked.also if page == asked.page)


def load_page(assistant: "Assistant", request: PageRequest) -> PageContent:
    """Runs on the read lane. Raises NotFoundError where the vault has no such page."""
    pages = assistant.pages(request.path)
    found = next((page for page in pages if page.number == request.page), None)
    if found is None:
        raise NotFoundError(
            f"“{document_name(request.path)}” is no longer in the library.",
            "Add the file again to see this page.",
        )
    document = assistant.document(request.path)
    remark = "" if document is None else remark_on(document)
    image: QImage | None = None
    rectangles: tuple[QRectF, ...] = ()
    if document is not None and document.type in VIEWS and not remark:
        try:
            # Where the file lies now: it may have moved since it was cited.
            there = replace(request, path=document.path)
            image, rectangles = _render(there, document.type, found.text)
        except ParseError as error:
            remark = f"{error.message} Shown is the text as Alcove read it."
    return PageContent(
        request,
        max(page.number for page in pages),
        found.text,
        image,
        rectangles,
        remark,
        headings(found),
        found.label,
        _sheet(found, request),
    )


def _sheet(page: Page, request: PageRequest) -> SheetContent | None:
    if not page.rows:
        return None
    marks = [(start, end) for number, start, end in request.also if number == page.number]
    if page.number == request.marked_page:
        # What was asked for comes first: the table is cut around it.
        marks = [*(request.cells or ((request.start, request.end),)), *marks]
    return around(page, marks)


def remark_on(document: Document) -> str:
    """Whether the file still is what was read, and can be shown as it looks."""
    if document.path.startswith(SOURCE):
        return ""
    if document.container:
        inside = document_name(document.container)
        return f"This lies inside {inside}. Shown is its text as Alcove read it."
    try:
        stat = Path(document.path).stat()
    except OSError:
        return GONE
    same = stat.st_size == document.size_bytes and stat.st_mtime <= document.indexed_at
    return "" if same else CHANGED


def _render(request: PageRequest, kind: str, text: str) -> tuple[QImage, tuple[QRectF, ...]]:
    path = Path(request.path)
    view = VIEWS[kind]
    made = view.render(path, request.page, width_px=request.width_px)
    image = QImage(
        made.rgb, made.width, made.height, 3 * made.width, QImage.Format.Format_RGB888
    ).copy()
    if request.page != request.marked_page:
        return image, ()
    lines = view.rectangles(path, request.page, request.start, request.end, expected=text)
    return image, tuple(QRectF(r.x0, r.y0, r.x1 - r.x0, r.y1 - r.y0) for r in lines)


def headings(page: Page) -> tuple[tuple[int, int], ...]:
    """Spans of the heading lines of a page."""
    spans: list[tuple[int, int]] = []
    for heading in page.headings:
        end = page.text.find("\n", heading.start)
        spans.append((heading.start, end if end >= 0 else len(page.text)))
    return tuple(spans)
