"""The text of a PDF page, made from pdfium's characters so that every one can be found again.

Lines that only wrap are joined by a space, list items and rows stand on their own line, and
paragraphs are parted by an empty line. What stands between two lines follows from geometry: the
gap between baselines, a change of size, and whether the next word would have fitted on the line
before. Everything depends on the page and its neighbours' words alone, so that the same page
gives the same text whether the file is being indexed or a citation is being drawn.
"""

import itertools
import re
from collections import Counter
from collections.abc import Set
from dataclasses import dataclass

from engine.ingest.parsers.pdf_chars import HYPHEN_MARK, Line, PageChars, is_space

LIGATURES = {
    0xFB00: "ff",
    0xFB01: "fi",
    0xFB02: "fl",
    0xFB03: "ffi",
    0xFB04: "ffl",
    0xFB05: "st",
    0xFB06: "st",
}
BULLETS = frozenset("•◦▪▫‣⁃●○■□–—-*·➢✓✔")
SYMBOL_BULLETS = frozenset({0xF0B7, 0xF0A7, 0xF0D8, 0xF0FC, 0xF076, 0xF02D, 0xF06F})
"""Where Symbol and Wingdings keep their bullets in the private use area."""

ENUMERATOR = re.compile(r"(\d{1,3}(\.\d{1,3})*[.)]|\(?[a-zA-Z]\)|\([ivx]{1,5}\)|[ivx]{1,5}[.)])\s")
WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
FIRST_PARTS = frozenset(
    re.findall(
        r"\w+",
        "all anti co cross cutting day decision double easy end ex first five follow four full "
        "half hands high in large left long low mid multi non off on one out over part post pre "
        "problem re real right second self semi short single six small so state step sub ten "
        "third three time top two under up user well world year",
    )
)
"""First parts of compounds that keep their hyphen, where the pages themselves do not tell."""

CELL_GAP = 1.6
"""Gap inside a line, in font sizes, that parts two cells of a row."""
NARROWEST_COLUMN = 12
"""Width, in font sizes, under which lines are entries of a list and not a column of prose."""
PARAGRAPH_GAP = 1.28
"""Distance of baselines, in those usual on the page, that parts two paragraphs."""


@dataclass(frozen=True, slots=True)
class LineSpan:
    """Where a line stands in the page's text."""

    start: int
    end: int
    line: Line
    joint: str
    """What stands before it: ``""`` on the first line, ``" "``, ``"\\t"``, ``"\\n"``, …"""


@dataclass(frozen=True, slots=True)
class PageText:
    """A page's text with the way back into the file."""

    text: str
    indices: list[int]
    """For each character of ``text`` pdfium's character index; -1 for what was put between."""
    spans: list[LineSpan]


def words_of(codes: list[int]) -> set[str]:
    """The words of a page that no line end divides, in lower case: evidence for hyphens."""
    text = "".join(_plain(code) if code != HYPHEN_MARK else "\0" for code in codes)
    return {
        match.group().lower()
        for match in WORD.finditer(text)
        if text[match.end() : match.end() + 1] != "\0"
        and text[max(0, match.start() - 1) : match.start()] != "\0"
    }


def assemble(chars: PageChars, known: Set[str]) -> PageText:
    """Join a page's lines into its text. ``known`` are words of this and the pages around it."""
    pieces: list[str] = []
    indices: list[int] = []
    spans: list[LineSpan] = []
    pitches = _usual_pitches(chars.lines)
    length = 0
    before: Line | None = None
    texts = [_line_text(chars, line) for line in chars.lines]
    for number, (line, (text, places)) in enumerate(zip(chars.lines, texts, strict=True)):
        if not text:
            continue
        joint = ""
        if before is not None:
            if chars.codes[before.indices[-1]] == HYPHEN_MARK:
                if not _keeps_hyphen(pieces[-1], text, known):
                    pieces[-1] = pieces[-1][:-1]
                    indices.pop()
                    length -= 1
                    last = spans[-1]
                    spans[-1] = LineSpan(last.start, last.end - 1, last.line, last.joint)
            else:
                fits = _fits(chars, before, line, _right_margin(chars.lines, number))
                pitch = pitches.get(round(max(before.size, line.size)), 0.0)
                joint = _joint(before, line, pieces[-1], text, pitch, fits)
        if joint:
            pieces.append(joint)
            indices.extend([-1] * len(joint))
            length += len(joint)
        pieces.append(text)
        indices.extend(places)
        spans.append(LineSpan(length, length + len(text), line, joint))
        length += len(text)
        before = line
    return PageText("".join(pieces), indices, spans)


def _plain(code: int) -> str:
    """A code point as it reads: ligatures taken apart, no control characters."""
    if code in LIGATURES:
        return LIGATURES[code]
    if code == HYPHEN_MARK:
        return "-"
    if code in SYMBOL_BULLETS:
        return "•"
    if is_space(code):
        return " "
    if code < 0x20 or 0x7F <= code < 0xA0 or code in (0xAD, 0xFEFF, 0xFFFE, 0xFFFF, 0x200B):
        return ""
    if code > 0x10FFFF or 0xE000 <= code <= 0xF8FF:
        return ""
    return chr(code)


def _line_text(chars: PageChars, line: Line) -> tuple[str, list[int]]:
    """A line's text and for each of its characters pdfium's index."""
    text: list[str] = []
    places: list[int] = []
    right: float | None = None
    space: int | None = None
    high: tuple[int, int] | None = None
    for index in line.indices:
        code = chars.codes[index]
        if is_space(code):
            space = index
            continue
        if 0xD800 <= code < 0xDC00:
            high = (code, index)
            continue
        if 0xDC00 <= code < 0xE000:
            if high is None:
                continue
            code = 0x10000 + ((high[0] - 0xD800) << 10) + (code - 0xDC00)
            high = None
        plain = _plain(code)
        if not plain:
            continue
        left = chars.boxes[index][0]
        if space is not None and text:
            wide = right is not None and left - right > CELL_GAP * max(line.size, 1.0)
            text.append("\t" if wide else " ")
            places.append(space)
        space = None
        for character in plain:
            text.append(character)
            places.append(index)
        right = chars.boxes[index][2]
    return "".join(text), places


def _usual_pitches(lines: list[Line]) -> dict[int, float]:
    """For each font size the most frequent distance of two baselines that follow each other."""
    counted: dict[int, Counter[float]] = {}
    for above, below in itertools.pairwise(lines):
        distance = above.baseline - below.baseline
        size = max(above.size, below.size, 1.0)
        if 0.7 * size < distance < 2.4 * size and abs(above.size - below.size) < 0.1 * size:
            counted.setdefault(round(size), Counter())[round(distance * 2) / 2] += 1
    usual = {}
    for size, distances in counted.items():
        if distances.total() >= 3:
            most = max(distances.values())
            usual[size] = min(key for key, count in distances.items() if count >= 0.6 * most)
    return usual


def _right_margin(lines: list[Line], number: int) -> float:
    """Where the lines around this one, of its size and in its column, end at the right."""
    line = lines[number]
    return max(
        other.x1
        for other in lines[max(0, number - 8) : number + 8]
        if line.x0 - 3 * line.size <= other.x0 < line.x1
        and abs(other.size - line.size) <= 0.08 * line.size
    )


def _fits(chars: PageChars, above: Line, below: Line, margin: float) -> bool:
    """Whether the lower line's first word had room on the upper one: the break was meant.

    Where all lines are short there is no margin that they could have reached.
    """
    if margin - min(above.x0, below.x0) < NARROWEST_COLUMN * below.size:
        return True
    right = below.x0
    for index in below.indices:
        if is_space(chars.codes[index]):
            break
        right = max(right, chars.boxes[index][2])
    return above.x1 + 0.3 * below.size + (right - below.x0) < margin


def _joint(above: Line, below: Line, above_text: str, text: str, pitch: float, fits: bool) -> str:
    """What stands between two lines. ``pitch`` is 0 where the page does not tell it."""
    size = max(above.size, below.size, 1.0)
    distance = above.baseline - below.baseline
    if abs(distance) < 0.45 * size and below.x0 >= above.x1 - 0.2 * size:
        return "\t" if below.x0 - above.x1 > CELL_GAP * size else " "
    if abs(distance) < 0.45 * size and below.x0 < above.x0:
        return "\n"
    if above.upright != below.upright:
        return "\n\n"
    flows = text[0].islower() and above_text[-1] not in ".!?:;"
    if distance < 0:
        return " " if flows else "\n\n"
    rows = "\t" in above_text and "\t" in text
    if abs(above.size - below.size) > 0.08 * size and not rows:
        return "\n\n"
    if distance > PARAGRAPH_GAP * (pitch or 1.3 * size):
        return " " if flows and distance > 6 * size else "\n\n"
    if above.bold != below.bold or _starts_item(text) or "\t" in above_text or "\t" in text:
        return "\n"
    indented = above_text[-1] in ".!?:" and 0.8 * size < below.x0 - above.x0 < 5 * size
    return "\n" if fits or indented else " "


def _starts_item(text: str) -> bool:
    if text[0] in BULLETS and text[1:2] in (" ", "\t"):
        return True
    return ENUMERATOR.match(text) is not None


def _keeps_hyphen(above: str, below: str, known: Set[str]) -> bool:
    """Whether the hyphen at a line's end belongs to the word or only divides it."""
    left = re.search(r"([^\W\d_]+)-$", above)
    right = re.match(r"[^\W\d_]+", below)
    if left is None or right is None or not below[0].islower():
        return True
    first, second = left.group(1).lower(), right.group().lower()
    if f"{first}-{second}" in known:
        return True
    if first + second in known:
        return False
    if any(word.startswith(f"{first}-{second}-") for word in known):
        return True
    return first in FIRST_PARTS or (first in known and second in known)
