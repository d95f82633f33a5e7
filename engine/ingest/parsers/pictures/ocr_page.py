"""The text of a picture of a page, made from recognised lines, with the way back to the picture.

A page that lies on its side or head is read as if it stood upright, and a slightly turned one as
if it were straight; vertical Chinese and Japanese reads like a page on its side. Rectangles are
those of the picture as it is.
"""

import itertools
import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from engine.ingest.parsers.pdf.known_words import KnownWords
from engine.ingest.parsers.pdf.pdf_chars import CELL_GAP, HYPHEN_MARK, Line, PageChars
from engine.ingest.parsers.pdf.pdf_text import PageText, assemble
from engine.ingest.parsers.pictures.ocr import Pixels, TextLine, recognise

PAGE_SIDE = 842.0
"""The longest side of the page in the points that layout is told in, as on A4."""
SIZE_OF_LINE = 0.72
"""Font size over the height of a recognised line."""
STEP = 1.3
"""Sizes nearer than this factor count as equal: recognised heights vary with the letters."""
DIVIDED = re.compile(r"(?<=[^\W\d_])-$")

Point = tuple[float, float]
Places = list[tuple[float, float]]
Span = tuple[float, float, float, float]
"""(left, top, right, bottom) in fractions of the picture."""


@dataclass(frozen=True, slots=True)
class PictureText:
    """What was read in one picture."""

    text: PageText
    height: float
    """Of the upright page, in points."""
    boxes: tuple[Span, ...]
    """By the indices of ``text``."""

    def lines(self, start: int, end: int) -> list[Span]:
        """Where ``text[start:end]`` stands in the picture, one rectangle a line."""
        found = []
        for span in self.text.spans:
            first, last = max(span.start, start), min(span.end, end)
            boxes = [
                self.boxes[span.places[place - span.start]]
                for place in range(first, last)
                if not self.text.text[place].isspace()
            ]
            if boxes:
                left, top, right, bottom = zip(*boxes, strict=True)
                found.append((min(left), min(top), max(right), max(bottom)))
        return found


def read_picture(pixels: Pixels) -> PictureText:
    """Recognise a picture's text; takes seconds for a full page."""
    height, width = pixels.shape[:2]
    found = recognise(pixels)
    frame = _Frame(found, width, height)
    codes: list[str] = []
    boxes: list[Span] = []
    lines: list[Line] = []
    sizes = _sizes([frame.height_of(line) * SIZE_OF_LINE for line in found])
    for line, size in zip(found, sizes, strict=True):
        text = " ".join(line.text.split())
        places = _places(text, line.marks)
        top, bottom = _edges(line)
        start = len(codes)
        codes += [*DIVIDED.sub(HYPHEN_MARK, text), "\n"]
        for left, right in places:
            corners = [_between(*edge, at) for edge in (top, bottom) for at in (left, right)]
            xs, ys = zip(*corners, strict=True)
            boxes.append((min(xs), min(ys), max(xs), max(ys)))
        boxes.append((0.0, 0.0, 0.0, 0.0))
        for first, last in _cells(text, places, CELL_GAP * size / frame.length_of(line)):
            lines.append(frame.line(line, start, first, last, size, places, text))
    chars = PageChars("".join(codes), lines, frame.width, frame.height)
    made = assemble(chars, KnownWords([chars.codes]), drawn_in_order=False)
    return PictureText(made, frame.height, tuple(boxes))


class _Frame:
    """The upright page that a picture shows, in points from its lower left corner."""

    def __init__(self, lines: Sequence[TextLine], width: int, height: int) -> None:
        scale = PAGE_SIDE / max(width, height)
        self._width, self._height = width * scale, height * scale
        votes: dict[tuple[bool, bool], int] = {}
        for line in lines:
            lie = (line.tall, line.flipped)
            votes[lie] = votes.get(lie, 0) + len(line.text)
        self._lie = max(votes, key=lambda lie: votes[lie]) if votes else (False, False)
        self.width, self.height = self._width, self._height
        if self._lie[0]:
            self.width, self.height = self.height, self.width
        self._slope = 0.0
        self._slope = self._skew(lines)

    def _skew(self, lines: Sequence[TextLine]) -> float:
        """Angle of the long lines against the level, in radians."""
        angles = []
        for line in lines:
            if (line.tall, line.flipped) == self._lie and len(line.text) >= 12:
                (start, end), _ = _edges(line)
                (x0, y0), (x1, y1) = self._point(start), self._point(end)
                if x1 > x0:
                    angles.append(math.atan2(y1 - y0, x1 - x0))
        angle = median(angles) if len(angles) >= 3 else 0.0
        return angle if abs(angle) < 0.35 else 0.0

    def _point(self, point: Point) -> Point:
        """A point of the picture on the upright page."""
        x, y = point
        if self._lie == (True, False):
            x, y = y, 1 - x
        elif self._lie == (True, True):
            x, y = 1 - y, x
        elif self._lie == (False, True):
            x, y = 1 - x, 1 - y
        across, up = x * self.width, (1 - y) * self.height
        if not self._slope:
            return across, up
        cos, sin = math.cos(-self._slope), math.sin(-self._slope)
        dx, dy = across - self.width / 2, up - self.height / 2
        return self.width / 2 + dx * cos - dy * sin, self.height / 2 + dx * sin + dy * cos

    def height_of(self, line: TextLine) -> float:
        """Height of a line in points, measured across its direction."""
        (top, _), (bottom, _) = _edges(line)
        return math.dist(
            (top[0] * self._width, top[1] * self._height),
            (bottom[0] * self._width, bottom[1] * self._height),
        )

    def length_of(self, line: TextLine) -> float:
        """Length of a line in points, along its direction."""
        (start, end), _ = _edges(line)
        return max(
            math.dist(
                (start[0] * self._width, start[1] * self._height),
                (end[0] * self._width, end[1] * self._height),
            ),
            1.0,
        )

    def line(
        self,
        line: TextLine,
        start: int,
        first: int,
        last: int,
        size: float,
        places: Places,
        text: str,
    ) -> Line:
        """The letters ``first`` to ``last`` of a line whose own begin at ``start`` of the page."""
        edges = _edges(line)
        ends = (places[first][0], places[last - 1][1])
        corners = [self._point(_between(*edge, at)) for edge in edges for at in ends]
        xs = [corner[0] for corner in corners]
        low = (corners[2][1] + corners[3][1]) / 2
        upright = (line.tall, line.flipped) == self._lie or len(line.text) <= 2
        space = text.find(" ", first, last)
        word = places[(space if space > 0 else last) - 1][1]
        share = (word - ends[0]) / max(ends[1] - ends[0], 1e-6)
        return Line(
            start=start + first,
            end=start + last,
            x0=min(xs),
            x1=max(xs),
            baseline=low + 0.22 * self.height_of(line) if upright else min(c[1] for c in corners),
            size=size,
            bold=False,
            upright=upright,
            first_right=min(xs) + share * (max(xs) - min(xs)),
        )


def _edges(line: TextLine) -> tuple[tuple[Point, Point], tuple[Point, Point]]:
    """The line over the letters and the line under them, in the direction of reading."""
    a, b, c, d = line.corners
    if line.tall:
        return ((d, a), (c, b)) if line.flipped else ((b, c), (a, d))
    return ((c, d), (b, a)) if line.flipped else ((a, b), (d, c))


def _between(start: Point, end: Point, share: float) -> Point:
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])


def _places(text: str, marks: tuple[float, ...]) -> Places:
    """Beginning and end of each character as shares of the line."""
    widths = [_width(character) for character in text]
    letters = [index for index, character in enumerate(text) if character != " "]
    if len(marks) != len(letters):
        total = sum(widths)
        ends = [*itertools.accumulate(widths, initial=0.0)]
        return [(left / total, right / total) for left, right in itertools.pairwise(ends)]
    # A letter reaches half its usual width to both sides of its middle, and never past halfway to
    # its neighbour; spaces fill what is between.
    used = sum(widths[index] for index in letters) * 1.1 or 1.0
    spread = 1.0 / used
    if len(letters) > 1:
        steps = [
            (after - before) / ((widths[i] + widths[j]) / 2)
            for (before, after), (i, j) in zip(
                itertools.pairwise(marks), itertools.pairwise(letters), strict=True
            )
            if j == i + 1
        ]
        spread = median(steps) if steps else spread
    places: Places = [(0.0, 0.0)] * len(text)
    for index, mark in zip(letters, marks, strict=True):
        half = spread * widths[index] / 2
        places[index] = (max(mark - half, 0.0), min(mark + half, 1.0))
    for (i, j), (before, after) in zip(
        itertools.pairwise(letters), itertools.pairwise(marks), strict=True
    ):
        if places[i][1] > places[j][0] or j == i + 1:
            middle = (before + after) / 2
            places[i] = (places[i][0], middle)
            places[j] = (middle, places[j][1])
        for space in range(i + 1, j):
            places[space] = (places[i][1], places[j][0])
    return places


def _cells(text: str, places: Places, gap: float) -> list[tuple[int, int]]:
    """Where a line is cut because a space in it is wider than ``gap``."""
    cells = []
    first = 0
    for index, character in enumerate(text):
        if character == " " and places[index][1] - places[index][0] > gap:
            cells.append((first, index))
            first = index + 1
    return [*cells, (first, len(text))]


def _width(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return 2.0
    if character in "iljtfrI.,:;'|!()[] ":
        return 0.6
    return 1.5 if character in "mwMW" else 1.1


def _sizes(heights: list[float]) -> list[float]:
    """Heights of lines as font sizes, those that hardly differ made equal.

    The usual height of the page comes first, so that no step falls into the midst of its text.
    """
    sizes = [0.0] * len(heights)
    left = set(range(len(heights)))
    while left:
        middle = median(heights[index] for index in left)
        group = {index for index in left if middle / STEP <= heights[index] <= middle * STEP}
        for index in group:
            sizes[index] = max(middle, 1.0)
        left -= group
    return sizes
