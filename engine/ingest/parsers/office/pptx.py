"""PPTX: slides with their titles, texts, tables, charts, diagrams, speaker notes and comments.

Shapes are read from the top of the slide to its bottom and from left to right, as they lie; what
stands in a group stays together.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from engine.ingest.parsers.files import check_size
from engine.ingest.parsers.office import drawing, embedded, slides
from engine.ingest.parsers.office.docx_numbering import written
from engine.ingest.parsers.office.docx_xml import attribute, child, children, name_of
from engine.ingest.parsers.office.ooxml import Package, damaged, opened
from engine.ingest.parsers.office.slides import Item, Piece, Slide
from engine.ingest.parsers.options import DEFAULTS, ParseOptions
from engine.types import ParsedDocument

TITLES = ("title", "ctrTitle")
FURNITURE = ("dt", "sldNum", "ftr", "hdr")
"""Placeholders that say the same on every slide, or nothing."""
LINE_EMU = 300_000
"""Shapes whose tops differ by less (a line of text, in 1/914400 inch) stand side by side."""
MAX_DEPTH = 20
NUMBERED = re.compile(
    r"(arabic|alpha|roman)(Lc|Uc)?(Period|ParenR|ParenBoth|Plain)?", re.IGNORECASE
)
SCHEMES = {"arabic": "decimal", "alphaLc": "lowerLetter", "alphaUc": "upperLetter",
           "romanLc": "lowerRoman", "romanUc": "upperRoman"}  # fmt: skip


def parse(path: Path, options: ParseOptions = DEFAULTS) -> ParsedDocument:
    """Raises ParseError where the file is damaged or holds no text."""
    check_size(path)
    return read(path, path.stem, options)


def read(source: Path | BinaryIO, stem: str, options: ParseOptions) -> ParsedDocument:
    with opened(source, "PowerPoint") as package:
        main = package.main_part("ppt/presentation.xml")
        root = package.xml(main)
        if root is None:
            raise damaged("PowerPoint")
        relations = package.relations(main)
        authors = _authors(package, main)
        listed = child(root, "sldIdLst")
        found = []
        for entry in children(listed, "sldId") if listed is not None else []:
            relation = relations.get(_relation_id(entry))
            slide = package.optional_xml(relation.target) if relation is not None else None
            # A slide that is broken keeps its number.
            found.append(
                Slide() if slide is None or relation is None
                else _slide(package, relation.target, slide, authors)
            )  # fmt: skip
        document = slides.document("pptx", package.core_title(), stem, found)
        return embedded.added(document, package, options)


def _relation_id(entry: Any) -> str:
    """``r:id``, not the slide's own ``id``."""
    for key, value in entry.attrib.items():
        if key.startswith("{") and key.endswith("}id"):
            return str(value)
    return ""


@dataclass(frozen=True, slots=True)
class _Placed:
    top: int
    left: int
    height: int
    order: int
    element: Any


def _slide(package: Package, part: str, root: Any, authors: dict[str, str]) -> Slide:
    slide = Slide(hidden=attribute(root, "show") in ("0", "false"))
    tree = child(child(root, "cSld"), "spTree")
    layout = _layout_places(package, part)
    if tree is not None:
        _shapes(package, part, tree, layout, slide, 0)
    for relation in package.relations(part).values():
        if relation.kind == "notesSlide" and relation.target:
            slide.notes = _notes(package.optional_xml(relation.target))
        elif relation.kind == "comments" and relation.target:
            slide.comments = list(_comments(package.optional_xml(relation.target), authors))
    return slide


def _shapes(
    package: Package, part: str, tree: Any, layout: dict[str, tuple[int, int, int]],
    slide: Slide, depth: int,
) -> None:  # fmt: skip
    placed = []
    for order, element in enumerate(_flat(tree)):
        top, left, height = _place(element, layout)
        placed.append(_Placed(top, left, height, order, element))
    for one in _in_reading_order(placed):
        match name_of(one.element):
            case "grpSp" if depth < MAX_DEPTH:
                _shapes(package, part, one.element, layout, slide, depth + 1)
            case "graphicFrame":
                slide.pieces += _frame(package, part, one.element)
            case "sp" | "pic" | "cxnSp":
                _shape(one.element, slide)


def _flat(tree: Any) -> Iterator[Any]:
    """The shapes of a tree; of alternative contents the first one."""
    for element in tree:
        if name_of(element) == "AlternateContent":
            chosen = child(element, "Choice")
            fallback = child(element, "Fallback")
            yield from chosen if chosen is not None else fallback if fallback is not None else ()
        elif name_of(element):
            yield element


def _in_reading_order(placed: list[_Placed]) -> list[_Placed]:
    """Rows from top to bottom; in a row from left to right."""
    rows: list[list[_Placed]] = []
    for one in sorted(placed, key=lambda shape: (shape.top, shape.order)):
        if rows and one.top - rows[-1][0].top < LINE_EMU:
            rows[-1].append(one)
        else:
            rows.append([one])
    return [one for row in rows for one in sorted(row, key=lambda shape: (shape.left, shape.order))]


def _place(element: Any, layout: dict[str, tuple[int, int, int]]) -> tuple[int, int, int]:
    """(top, left, height); of a placeholder without its own place the layout's."""
    for name in ("spPr", "grpSpPr"):
        own = _measured(child(child(element, name), "xfrm"))
        if own is not None:
            return own
    own = _measured(child(element, "xfrm"))
    if own is not None:
        return own
    kind, index = _placeholder(element)
    return layout.get(f"#{index}") or layout.get(kind) or ((-1, 0, 0) if kind else (0, 0, 0))


def _measured(transform: Any) -> tuple[int, int, int] | None:
    start, size = child(transform, "off"), child(transform, "ext")
    try:
        return (
            int(attribute(start, "y")), int(attribute(start, "x")),
            int(attribute(size, "cy")) if size is not None else 0,
        )  # fmt: skip
    except (ValueError, AttributeError):
        return None


def _placeholder(element: Any) -> tuple[str, str]:
    """(type, index) of a shape's placeholder; empty where it is none."""
    for properties in element:
        if name_of(properties) in ("nvSpPr", "nvPicPr", "nvGraphicFramePr"):
            found = child(child(properties, "nvPr"), "ph")
            if found is not None:
                return attribute(found, "type") or "body", attribute(found, "idx")
    return "", ""


def _layout_places(package: Package, part: str) -> dict[str, tuple[int, int, int]]:
    """Where the layout and its master put placeholders, by ``#index`` and by type."""
    places: dict[str, tuple[int, int, int]] = {}
    for layout in package.related(part, "slideLayout")[:1]:
        for name in [layout, *package.related(layout, "slideMaster")[:1]]:
            tree = child(child(package.optional_xml(name), "cSld"), "spTree")
            for element in tree if tree is not None else ():
                kind, index = _placeholder(element)
                found = _measured(child(child(element, "spPr"), "xfrm"))
                if kind and found is not None:
                    places.setdefault(kind, found)
                    if index and name == layout:
                        places.setdefault(f"#{index}", found)
    return places


def _shape(element: Any, slide: Slide) -> None:
    kind, _ = _placeholder(element)
    if kind in FURNITURE:
        return
    body = child(element, "txBody")
    items = tuple(_items(body)) if body is not None else ()
    if not items:
        picture = _described(element)
        if picture:
            slide.pieces.append(Piece("text", ((0, "", picture),)))
    elif kind in TITLES and not slide.title:
        slide.title = " ".join(text for _, _, text in items)
    else:
        slide.pieces.append(Piece("text", items))


def _described(element: Any) -> str:
    """What the author wrote about a picture for those who cannot see it."""
    properties = child(child(element, "nvPicPr"), "cNvPr")
    return " ".join(attribute(properties, "descr").split()) if properties is not None else ""


def _items(body: Any) -> Iterator[Item]:
    """Paragraphs of a text body with their bullets; numbers are counted."""
    counters: dict[int, int] = {}
    for paragraph in children(body, "p"):
        text = drawing.paragraph_text(paragraph).strip()
        if not text:
            continue
        properties = child(paragraph, "pPr")
        level, mark, numbered = 0, "", None
        if properties is not None:
            given = attribute(properties, "lvl")
            level = int(given) if given.isdecimal() else 0
            mark = "•" if child(properties, "buChar") is not None else ""
            numbered = child(properties, "buAutoNum")
        for deeper in [one for one in counters if one > level]:
            del counters[deeper]
        if numbered is None:
            counters.pop(level, None)
        else:
            start = attribute(numbered, "startAt")
            first = int(start) if start.isdecimal() else 1
            counters[level] = counters.get(level, first - 1) + 1
            mark = _number(counters[level], attribute(numbered, "type"))
        yield level, mark, text


def _number(value: int, scheme: str) -> str:
    match = NUMBERED.match(scheme)
    if match is None:
        return f"{value}."
    text = written(value, SCHEMES.get(match.group(1) + (match.group(2) or ""), "decimal"))
    end = (match.group(3) or "").lower()
    return {"parenr": f"{text})", "parenboth": f"({text})", "plain": text}.get(end, f"{text}.")


def _frame(package: Package, part: str, frame: Any) -> Iterator[Piece]:
    """Tables, charts and diagrams."""
    relations = package.relations(part)
    for element in frame.iter():
        name = name_of(element)
        if name == "tbl":
            yield Piece("table", rows=tuple(map(tuple, drawing.table_rows(element))))
        elif name == "chart":
            relation = relations.get(_relation_id(element))
            if relation is not None and relation.target:
                yield from _paragraphs(drawing.chart(package.optional_xml(relation.target)))
        elif name == "relIds":
            relation = relations.get(attribute(element, "dm"))
            if relation is not None and relation.target:
                lines = drawing.diagram(package.optional_xml(relation.target))
                yield Piece("text", tuple((0, "•", line) for line in lines))


def _paragraphs(texts: list[str]) -> Iterator[Piece]:
    for text in texts:
        if "\n" in text:
            yield Piece("table", rows=tuple((line,) for line in text.split("\n")))
        else:
            yield Piece("text", ((0, "", text),))


def _notes(root: Any) -> str:
    """The speaker's words; the slide's picture and the page number are left out."""
    tree = child(child(root, "cSld"), "spTree")
    lines = []
    for shape in children(tree, "sp") if tree is not None else []:
        kind, _ = _placeholder(shape)
        body = child(shape, "txBody")
        if kind in (*FURNITURE, "sldImg") or body is None:
            continue
        lines.append(drawing.body_text(body))
    return "\n".join(line for line in lines if line)


def _authors(package: Package, main: str) -> dict[str, str]:
    found = {}
    for kind in ("commentAuthors", "authors"):
        for part in package.related(main, kind):
            root = package.optional_xml(part)
            for author in root if root is not None else ():
                initials = attribute(author, "initials")
                name = attribute(author, "name")
                found[attribute(author, "id")] = f"{name} ({initials})" if initials else name
    return found


def _comments(root: Any, authors: dict[str, str]) -> Iterator[str]:
    """Comments and their answers, of both kinds that PowerPoint has written."""
    if root is None:
        return
    for comment in root.iter():
        if name_of(comment) not in ("cm", "reply"):
            continue
        plain, body = child(comment, "text"), child(comment, "txBody")
        text = (plain.text or "") if plain is not None else ""
        if body is not None:
            text = drawing.body_text(body)
        if text.strip():
            author = authors.get(attribute(comment, "authorId"), "")
            when = attribute(comment, "created") or attribute(comment, "dt")
            by = f"author: {author}, " if author else ""
            by += f"time: {when}" if when else ""
            yield f"[{by.strip(', ')}] {' '.join(text.split())}" if by else " ".join(text.split())
