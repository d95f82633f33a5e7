"""Which lines of a PDF are headings: its outline where it has one, else size and weight.

A line that returns on many pages at the same height (a running head, a page number) is none.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from engine.ingest.parsers.pdf.pdf_text import LineSpan, PageText
from engine.types import Heading

MAX_LENGTH = 140
LARGER = 1.1
"""Size over the body's from which a line stands out."""
MAX_SHARE = 0.25
"""A style that makes more of the text than this is no heading style."""
OUTLINE_FOUND = 0.6
"""Share of the outline's entries that must be found on their pages for it to be trusted."""


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    page: int
    """From 0."""
    level: int
    """From 1."""
    title: str


Style = tuple[float, bool]


def find_headings(
    pages: Sequence[PageText], heights: Sequence[float], outline: Sequence[OutlineEntry]
) -> list[tuple[Heading, ...]]:
    """Headings of every page, in the order of the text."""
    looks = [[_style(span) for span in page.spans] for page in pages]
    styles: Counter[Style] = Counter()
    for page, page_looks in zip(pages, looks, strict=True):
        for span, style in zip(page.spans, page_looks, strict=True):
            styles[style] += span.end - span.start
    body = _body_size(styles)
    running = _running_lines(pages, heights, body)
    by_outline = _from_outline(pages, outline, running)
    if by_outline is not None:
        return by_outline
    return _from_styles(pages, looks, styles, running, body)


def _style(span: LineSpan) -> Style:
    return round(span.line.size * 2) / 2, span.line.bold


def _is_cell(joint: str) -> bool:
    return "\t" in joint or "|" in joint


def _folded(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text).strip().casefold()


def _body_size(styles: Counter[Style]) -> float:
    """The size most of the text is set in; 0 without text."""
    sizes: Counter[float] = Counter()
    for (size, _), count in styles.items():
        sizes[size] += count
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _running_lines(
    pages: Sequence[PageText], heights: Sequence[float], body: float
) -> set[tuple[int, int]]:
    """(page, line) of what repeats at the top or foot of pages.

    Numbers count as equal in small print, where they are page numbers, but not in large print,
    where they tell one chapter from the next.
    """
    places: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for number, (page, height) in enumerate(zip(pages, heights, strict=True)):
        for place, span in enumerate(page.spans):
            share = span.line.baseline / height if height else 0.5
            if 0.12 < share < 0.88:
                continue
            text = page.text[span.start : span.end]
            if span.line.size < LARGER * body:
                text = re.sub(r"\d+", "#", text)
            places.setdefault((text, round(share * 50)), []).append((number, place))
    return {
        place
        for found in places.values()
        if len({page for page, _ in found}) >= 3
        for place in found
    }


def _from_outline(
    pages: Sequence[PageText], outline: Sequence[OutlineEntry], running: set[tuple[int, int]]
) -> list[tuple[Heading, ...]] | None:
    if len(outline) < 3:
        return None
    found: list[list[Heading]] = [[] for _ in pages]
    count = 0
    for entry in outline:
        wanted = _folded(entry.title)
        if not wanted or not 0 <= entry.page < len(pages):
            continue
        start = _find_title(pages[entry.page], entry.page, wanted, running)
        if start is None:
            continue
        count += 1
        if all(heading.start != start for heading in found[entry.page]):
            found[entry.page].append(Heading(start, entry.level, " ".join(entry.title.split())))
    if count < OUTLINE_FOUND * len(outline):
        return None
    return [tuple(sorted(page, key=lambda heading: heading.start)) for page in found]


def _find_title(
    page: PageText, number: int, wanted: str, running: set[tuple[int, int]]
) -> int | None:
    """Start of the line, or of up to three lines, that read as the wanted title."""
    for place, span in enumerate(page.spans):
        if (number, place) in running:
            continue
        for following in page.spans[place : place + 3]:
            text = _folded(page.text[span.start : following.end])
            if text == wanted or re.sub(r"^[\divx ]+ ", "", text) == wanted:
                return span.start
    return None


def _from_styles(
    pages: Sequence[PageText],
    looks: Sequence[Sequence[Style]],
    styles: Counter[Style],
    running: set[tuple[int, int]],
    body: float,
) -> list[tuple[Heading, ...]]:
    total = styles.total()
    groups = [
        _candidates(page, page_looks, number, body, running)
        for number, (page, page_looks) in enumerate(zip(pages, looks, strict=True))
    ]
    used = {
        style
        for page_groups in groups
        for style, _ in page_groups
        if styles[style] <= MAX_SHARE * total or style[0] >= 1.3 * body
    }
    ranks = {style: rank for rank, style in enumerate(sorted(used, reverse=True), start=1)}
    return [
        tuple(
            Heading(
                spans[0].start,
                min(ranks[style], 6),
                " ".join(page.text[spans[0].start : spans[-1].end].split()),
            )
            for style, spans in page_groups
            if style in ranks
        )
        for page, page_groups in zip(pages, groups, strict=True)
    ]


def _candidates(
    page: PageText,
    looks: Sequence[Style],
    number: int,
    body: float,
    running: set[tuple[int, int]],
) -> list[tuple[Style, list[LineSpan]]]:
    """Lines, or groups of lines that wrap, which look like headings."""
    groups: list[tuple[Style, list[LineSpan]]] = []
    open_group = False
    for place, (span, style) in enumerate(zip(page.spans, looks, strict=True)):
        stands_out = style[0] >= LARGER * body or (style[1] and style[0] >= 0.95 * body)
        if not stands_out or (number, place) in running or _is_cell(span.joint):
            open_group = False
            continue
        if open_group and groups[-1][0] == style and "\n\n" not in span.joint:
            groups[-1][1].append(span)
            continue
        starts = "\n" in span.joint or not span.joint
        open_group = starts
        if starts:
            groups.append((style, [span]))
    return [
        (style, spans) for style, spans in groups if _reads_as_heading(page, style, spans, body)
    ]


def _reads_as_heading(page: PageText, style: Style, spans: list[LineSpan], body: float) -> bool:
    text = page.text[spans[0].start : spans[-1].end]
    after = page.text[spans[-1].end : spans[-1].end + 1]
    if len(text) > MAX_LENGTH or after not in ("", "\n"):
        return False
    if sum(character.isalpha() for character in text) < max(2, 0.4 * len(text.replace(" ", ""))):
        return False
    if style[0] < LARGER * body and text[-1] in ".:,;":
        return False
    return text[-1] not in ",;" and not (text[-1] == "." and len(text) > 60)
