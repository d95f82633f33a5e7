"""From the pieces of a presentation to pages: one a slide, its title as heading.

What PPTX, PPT and ODP have in common.
"""

from dataclasses import dataclass, field
from typing import Literal

from engine.ingest.parsers.office.ooxml import empty
from engine.ingest.parsers.page_builder import PageBuilder
from engine.types import ParsedDocument

MAX_TITLE = 200
MAX_GUESSED_TITLE = 80
MAX_INDENT = 8

Item = tuple[int, str, str]
"""(level from 0, bullet or number, text): a paragraph of a text body."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A shape's text, or the rows of a table."""

    kind: Literal["text", "table"]
    items: tuple[Item, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(slots=True)
class Slide:
    title: str = ""
    pieces: list[Piece] = field(default_factory=list)
    """In reading order, the title left out."""
    notes: str = ""
    """What the speaker wrote under the slide."""
    comments: list[str] = field(default_factory=list)
    hidden: bool = False


def document(kind: str, title: str, stem: str, slides: list[Slide]) -> ParsedDocument:
    """Raises ParseError where no slide holds any text."""
    pages = []
    first_title = ""
    for number, slide in enumerate(slides, 1):
        builder = PageBuilder()
        heading = " ".join(slide.title.split()) or _first_line(slide)
        first_title = first_title or heading
        if heading and len(heading) <= MAX_TITLE:
            builder.heading(1, heading)
        elif heading:
            builder.paragraph(slide.title)
        for piece in slide.pieces:
            _add(builder, piece)
        if slide.notes.strip():
            builder.paragraph("Speaker notes")
            builder.paragraph(slide.notes)
        for comment in slide.comments:
            builder.paragraph(f"Comment {comment}")
        page = builder.page(number, f"Slide {number}")
        if page.text:
            pages.append(page)
    if not pages:
        raise empty()
    hidden = [str(number) for number, slide in enumerate(slides, 1) if slide.hidden]
    note = f"Hidden slides were read too: {', '.join(hidden[:20])}." if hidden else ""
    return ParsedDocument(kind, title or first_title or stem, tuple(pages), note=note)


def _first_line(slide: Slide) -> str:
    """The title of a slide whose author used a plain text box for it; it is taken out."""
    if len(slide.pieces) < 2 or slide.pieces[0].kind != "text" or len(slide.pieces[0].items) != 1:
        return ""
    _, mark, text = slide.pieces[0].items[0]
    if mark or len(text) > MAX_GUESSED_TITLE or text[-1] in ".,;:":
        return ""
    del slide.pieces[0]
    return " ".join(text.split())


def _add(builder: PageBuilder, piece: Piece) -> None:
    builder.end_group()
    if piece.kind == "table":
        for row in piece.rows:
            builder.row(list(row))
    elif len(piece.items) == 1 and not piece.items[0][1]:
        builder.paragraph(piece.items[0][2])
    else:
        for level, mark, text in piece.items:
            if mark or level:
                indent = "  " * min(level, MAX_INDENT)
                builder.item(f"{indent}{mark} {text}" if mark else indent + text)
            else:
                builder.paragraph(text)
    builder.end_group()
