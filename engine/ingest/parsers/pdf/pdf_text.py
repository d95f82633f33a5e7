"""The text of a PDF page, made from pdfium's characters so that every one can be found again.

Lines that only wrap are joined by a space, list items and rows stand on their own line, and
paragraphs are parted by an empty line. What stands between two lines follows from geometry: the
gap between baselines, a change of size, and whether the next word would have fitted on the line
before. Everything depends on the page and its neighbours' words alone, so that the same page
gives the same text whether the file is being indexed or a citation is being drawn.
"""

import itertools
import re
import unicodedata
from collections.abc import Container, Sequence
from dataclasses import dataclass

from engine.ingest.parsers.pdf.known_words import LIGATURES
from engine.ingest.parsers.pdf.layout import BAR, Piece, arrange
from engine.ingest.parsers.pdf.pdf_chars import CELL_GAP, HYPHEN_MARK, Line, PageChars, is_space

BULLETS = frozenset("•◦▪▫‣⁃●○■□–—-*·➢✓✔")
SYMBOL_BULLETS = frozenset("\uf0b7\uf0a7\uf0d8\uf0fc\uf076\uf02d\uf06f")
"""Where Symbol and Wingdings keep their bullets in the private use area."""
PRESENTATION = range(0xFB50, 0xFEFD)
"""Arabic letters as drawn, which stand for plain ones."""
_PLAIN = re.compile(
    "[!-~\u00a1-\u00ac\u00ae-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\u2fff"
    "\u3001-\ud7ff\uf900-\ufaff]+"
    "(?: [!-~\u00a1-\u00ac\u00ae-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\u2fff"
    "\u3001-\ud7ff\uf900-\ufaff]+)*"
)
"""Text that needs no mending."""
CJK = re.compile("[\u2e80-\u312f\u31a0-\u9fff\uf900-\ufaff\uff00-\uff9f]")
"""Scripts that part no words: a line goes on in the next one without a space."""
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")

ENUMERATOR = re.compile(r"(\d{1,3}(\.\d{1,3})*[.)]|\(?[a-zA-Z]\)|\([ivx]{1,5}\)|[ivx]{1,5}[.)])\s")
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

NARROWEST_COLUMN = 12
"""Width, in font sizes, under which lines are entries of a list and not a column of prose."""
PARAGRAPH_GAP = 1.28
"""Distance of baselines, in those usual on the page, that parts two paragraphs."""


@dataclass(slots=True)
class LineSpan:
    """Where a line stands in the page's text. Not frozen for speed, as :class:`Line`."""

    start: int
    end: int
    line: Line
    joint: str
    """What stands before it: ``""`` on the first line, ``" "``, ``"\\t"``, ``"\\n"``, …"""
    places: Sequence[int]
    """For each of its characters pdfium's index."""


@dataclass(frozen=True, slots=True)
class PageText:
    """A page's text with the way back into the file."""

    text: str
    spans: list[LineSpan]


def assemble(chars: PageChars, known: Container[str], *, drawn_in_order: bool = True) -> PageText:
    """Join a page's lines into its text. ``known`` are words of this and the pages around it.

    ``drawn_in_order`` is False where the order of the lines means nothing.
    """
    codes = chars.codes
    pieces = []
    places: dict[int, Sequence[int]] = {}
    for line in chars.lines:
        text = codes[line.start : line.end]
        if text.isascii() and text.isprintable() and "  " not in text:
            pieces.append(Piece(line, text))
            places[line.start] = range(line.start, line.end)
            continue
        text, found = _line_text(codes, line)
        if text:
            pieces.append(Piece(line, text, _is_right_to_left(text)))
            places[line.start] = found
    arranged = arrange(pieces, drawn_in_order=drawn_in_order)
    joints = arranged.joints
    lines = [piece.line for piece in arranged.order]
    pitches = _usual_pitches(lines)
    right = max((line.x1 for line in lines), default=0.0)
    written: list[str] = []
    spans: list[LineSpan] = []
    length = 0
    before: Piece | None = None
    for number, piece in enumerate(arranged.order):
        line, text = piece.line, piece.text
        joint = ""
        if number in joints:
            joint = joints[number]
        elif before is None:
            pass
        elif codes[before.line.end - 1] == HYPHEN_MARK:
            if not _keeps_hyphen(written[-1], text, known):
                written[-1] = written[-1][:-1]
                length -= 1
                spans[-1].end = length
        else:
            after_row = number - 1 in joints and BAR in joints[number - 1]
            told = _joint(before.line, line, before.text, text, pitches, after_row)
            if told is None:
                told = "\n" if _fits(before.line, number, lines, right) else " "
            joint = told
            if joint == " " and CJK.match(before.text[-1]) and CJK.match(text):
                joint = ""
        if joint:
            written.append(joint)
            length += len(joint)
        written.append(text)
        end = length + len(text)
        spans.append(LineSpan(length, end, line, joint, places[line.start]))
        length = end
        before = piece
    return PageText("".join(written), spans)


def _is_right_to_left(text: str) -> bool:
    if text.isascii() or RIGHT_TO_LEFT.search(text) is None:
        return False
    return 2 * len(RIGHT_TO_LEFT.findall(text)) > sum(map(str.isalpha, text))


def _plain(code: str) -> str:
    """A character as it reads: ligatures taken apart, no control characters."""
    if code in LIGATURES:
        return LIGATURES[code]
    if code == HYPHEN_MARK:
        return "-"
    if code in SYMBOL_BULLETS:
        return "•"
    if is_space(code):
        return " "
    point = ord(code)
    if point in PRESENTATION:
        return unicodedata.normalize("NFKC", code)
    if point < 0x20 or 0x7F <= point < 0xA0 or code in "\u00ad\ufeff\ufffe\uffff\u200b":
        return ""
    return "" if 0xE000 <= point <= 0xF8FF else code


def _line_text(codes: str, line: Line) -> tuple[str, Sequence[int]]:
    """A line's text and for each of its characters pdfium's index."""
    plain = codes[line.start : line.end]
    if _PLAIN.fullmatch(plain):
        return plain, range(line.start, line.end)
    text: list[str] = []
    places: list[int] = []
    space: int | None = None
    high: tuple[int, int] | None = None
    for index in range(line.start, line.end):
        code = codes[index]
        if is_space(code):
            space = index
            continue
        if "\ud800" <= code < "\udc00":
            high = (ord(code), index)
            continue
        if "\udc00" <= code < "\ue000":
            if high is None:
                continue
            code = chr(0x10000 + ((high[0] - 0xD800) << 10) + (ord(code) - 0xDC00))
            high = None
        plain = _plain(code)
        if not plain:
            continue
        if space is not None and text:
            text.append(" ")
            places.append(space)
        space = None
        for character in plain:
            text.append(character)
            places.append(index)
    return "".join(text), places


def _usual_pitches(lines: list[Line]) -> dict[int, float]:
    """For each font size the most frequent distance of two baselines that follow each other."""
    counted: dict[int, dict[float, int]] = {}
    for above, below in itertools.pairwise(lines):
        distance = above.baseline - below.baseline
        one, other = above.size, below.size
        size = one if one > other else other
        if size < 1.0:
            size = 1.0
        if 0.7 * size < distance < 2.4 * size and abs(one - other) < 0.1 * size:
            distances = counted.setdefault(round(size), {})
            distance = round(distance * 2) / 2
            distances[distance] = distances.get(distance, 0) + 1
    usual = {}
    for size, distances in counted.items():
        if sum(distances.values()) >= 3:
            most = max(distances.values())
            usual[size] = min(key for key, count in distances.items() if count >= 0.6 * most)
    return usual


def _right_margin(lines: list[Line], number: int) -> float:
    """Where the lines around this one, of its size and in its column, end at the right."""
    line = lines[number]
    left, right, margin = line.x0 - 3 * line.size, line.x1, line.x1
    smallest, largest = 0.92 * line.size, 1.08 * line.size
    for other in lines[max(0, number - 8) : number + 8]:
        if other.x1 > margin and left <= other.x0 < right and smallest <= other.size <= largest:
            margin = other.x1
    return margin


def _fits(above: Line, number: int, lines: list[Line], right: float) -> bool:
    """Whether the lower line's first word had room on the upper one: the break was meant.

    Where all lines are short there is no margin that they could have reached. ``right`` is where
    the page's last line ends.
    """
    below = lines[number]
    left, narrow = min(above.x0, below.x0), NARROWEST_COLUMN * below.size
    end = above.x1 + 0.3 * below.size + (below.first_right - below.x0)
    if end >= right and below.x1 - left >= narrow:  # so wherever the margin is
        return False
    margin = _right_margin(lines, number)
    return margin - left < narrow or end < margin


def _joint(
    above: Line,
    below: Line,
    above_text: str,
    text: str,
    pitches: dict[int, float],
    after_row: bool,
) -> str | None:
    """What stands between two lines; None where that depends on the room at the end of the upper.

    ``pitches`` as :func:`_usual_pitches` tells them.
    """
    size, other = above.size, below.size
    unlike = abs(size - other)
    if other > size:
        size = other
    key = round(size)
    if size < 1.0:
        size = 1.0
    distance = above.baseline - below.baseline
    if abs(distance) < 0.45 * size:
        if below.x0 >= above.x1 - 0.2 * size:
            return "\t" if below.x0 - above.x1 > CELL_GAP * size else " "
        if below.x0 < above.x0:
            return "\n"
    if above.upright != below.upright:
        return "\n\n"
    if distance < 0:
        return " " if _flows(above_text, text) else "\n\n"
    if after_row or unlike > 0.08 * size:
        return "\n\n"
    if distance > PARAGRAPH_GAP * (pitches.get(key) or 1.3 * size):
        return " " if distance > 6 * size and _flows(above_text, text) else "\n\n"
    if above.bold != below.bold or _starts_item(text):
        return "\n"
    indented = 0.8 * size < below.x0 - above.x0 < 5 * size and above_text[-1] in ".!?:"
    return "\n" if indented else None


def _flows(above: str, text: str) -> bool:
    return text[0].islower() and above[-1] not in ".!?:;"


def _starts_item(text: str) -> bool:
    if text[0] in BULLETS and text[1:2] in (" ", "\t"):
        return True
    return ENUMERATOR.match(text) is not None


def _keeps_hyphen(above: str, below: str, known: Container[str]) -> bool:
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
    if f"{first}-{second}-" in known:
        return True
    return first in FIRST_PARTS or (first in known and second in known)
