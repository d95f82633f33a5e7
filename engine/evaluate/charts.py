"""Charts as SVG, drawn without any library: they stand in the report and need nothing else.

Colours are classes that the report's style sets once for light and once for dark.
"""

from collections.abc import Sequence
from html import escape
from unicodedata import east_asian_width

from engine.evaluate import plot
from engine.evaluate.certainty import Estimate
from engine.evaluate.plot import Box, Dot
from engine.evaluate.summary import Latency

WIDTH = 640
LABELS = 170
"""Room for the names at the left of bars, in units of the drawing."""
ROW = 30
PLOT = 260
"""Height of a plot with two axes."""
PX, LINE = 12.0, 16.0
"""Size of the letters of a name, and of its line."""
NAME_PX = 220.0
"""Most that a name takes in a plot."""


def bars(rows: Sequence[tuple[str, Estimate]]) -> str:
    """Shares in [0, 1] as bars, with their intervals as whiskers."""
    span = WIDTH - LABELS - 120
    parts = [_line(LABELS + span * at / 4, 8, LABELS + span * at / 4, ROW * len(rows) + 8, "grid")
             for at in range(5)]  # fmt: skip
    for number, (name, found) in enumerate(rows):
        top = ROW * number + 8
        middle = top + ROW / 2
        low, high = (LABELS + span * _unit(each) for each in (found.low, found.high))
        parts += [
            _text(LABELS - 10, middle + 4, shortened(name, LABELS - 12), "label", "end"),
            f'<rect class="bar" x="{LABELS}" y="{top + 7}" height="{ROW - 14}" rx="3" '
            f'width="{max(span * _unit(found.value), 1):.1f}"/>',
            _line(low, middle, high, middle, "whisker"),
            _line(low, middle - 5, low, middle + 5, "whisker"),
            _line(high, middle - 5, high, middle + 5, "whisker"),
            _text(WIDTH - 4, middle + 4, f"{100 * found.value:.1f} %  n {found.n}", "value", "end"),
        ]
    foot = ROW * len(rows) + 26
    parts += [
        _text(LABELS + span * at / 4, foot, f"{25 * at} %", "tick", "middle") for at in range(5)
    ]
    return _drawing(WIDTH, foot + 10, "Shares with 95 % intervals", parts)


def latency(rows: Sequence[tuple[str, Latency]]) -> str:
    """Seconds: a bar to the 95th percentile, marks at the 50th and the 90th."""
    longest = max((found.p95 for _, found in rows), default=0.0) or 1.0
    span = WIDTH - LABELS - 190
    parts = []
    for number, (name, found) in enumerate(rows):
        top = ROW * number + 8
        middle = top + ROW / 2
        parts += [
            _text(LABELS - 10, middle + 4, shortened(name, LABELS - 12), "label", "end"),
            f'<rect class="band" x="{LABELS}" y="{top + 7}" height="{ROW - 14}" rx="3" '
            f'width="{max(span * found.p95 / longest, 1):.1f}"/>',
            f'<rect class="bar" x="{LABELS}" y="{top + 7}" height="{ROW - 14}" rx="3" '
            f'width="{max(span * found.p50 / longest, 1):.1f}"/>',
            _text(
                LABELS + span + 12,
                middle + 4,
                f"{found.p50:.2f} · {found.p90:.2f} · {found.p95:.2f} s",
                "value",
            ),
        ]
    return _drawing(WIDTH, ROW * len(rows) + 16, "Seconds: median, 90th, 95th percentile", parts)


def curve(
    lines: Sequence[tuple[str, Sequence[tuple[float, float]]]], mark: float | None = None
) -> str:
    """Risk over coverage, both in [0, 1]; ``mark`` draws a line at one coverage."""
    left, top = 60, 12
    parts = []
    for at in range(5):
        x, y = left + PLOT * at / 4, top + PLOT * (1 - at / 4)
        parts += [
            _line(left, y, left + PLOT, y, "grid"),
            _line(x, top, x, top + PLOT, "grid"),
            _text(x, top + PLOT + 18, f"{25 * at} %", "tick", "middle"),
            _text(left - 8, y + 4, f"{25 * at} %", "tick", "end"),
        ]
    if mark is not None:
        x = left + PLOT * _unit(mark)
        parts.append(_line(x, top, x, top + PLOT, "mark"))
    for number, (name, points) in enumerate(lines):
        drawn = " ".join(
            f"{left + PLOT * _unit(x):.1f},{top + PLOT * (1 - _unit(y)):.1f}" for x, y in points
        )
        parts.append(f'<polyline class="curve curve{number % 4}" points="{drawn}"/>')
        parts.append(
            _line(left + PLOT + 24, top + 14 + 22 * number, left + PLOT + 48,
                  top + 14 + 22 * number, f"curve curve{number % 4}")
        )  # fmt: skip
        parts.append(_text(left + PLOT + 56, top + 18 + 22 * number, name, "label"))
    parts += [
        _text(left + PLOT / 2, top + PLOT + 38, "answered", "label", "middle"),
        _text(left + PLOT + 24, top + PLOT - 4, "upward: share that is wrong", "tick"),
    ]
    return _drawing(WIDTH, top + PLOT + 50, "Risk and coverage", parts)


def scatter(points: Sequence[tuple[str, Estimate, Estimate]]) -> str:
    """Shares in [0, 1] upward against seconds, each with its intervals both ways."""
    left, top, across = 60, 20, WIDTH - 60 - 30
    longest = plot.round_up(max((took.high for _, took, _ in points), default=1.0))
    parts = []
    for at in range(5):
        x, y = left + across * at / 4, top + PLOT * (1 - at / 4)
        parts += [
            _line(left, y, left + across, y, "grid"),
            _line(x, top, x, top + PLOT, "grid"),
            _text(x, top + PLOT + 18, f"{longest * at / 4:.4g} s", "tick", "middle"),
            _text(left - 8, y + 4, f"{25 * at} %", "tick", "end"),
        ]
    dots = []
    for name, took, right in points:
        x, from_x, to_x = (
            left + across * _unit(each / longest) for each in (took.value, took.low, took.high)
        )
        y, from_y, to_y = (
            top + PLOT * (1 - _unit(each)) for each in (right.value, right.high, right.low)
        )
        parts += [
            _line(from_x, y, to_x, y, "whisker"),
            _line(x, from_y, x, to_y, "whisker"),
            f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="5"/>',
        ]
        whiskers = Box(from_x, y, to_x - from_x, 0), Box(x, from_y, 0, to_y - from_y)
        dots.append(Dot(x, y, wide(shortened(name, NAME_PX)), whiskers=whiskers))
    places = plot.names(dots, Box(left, 2, WIDTH - left - 4, top + PLOT - 2), LINE)
    for (name, _, _), dot, place in zip(points, dots, places, strict=True):
        if place.stroke is not None:
            parts.append(_line(dot.x, dot.y, *place.stroke, "whisker stroke"))
        edge, anchor = (place.box.right, "end") if place.at_left else (place.box.x, "start")
        told = shortened(name, NAME_PX)
        parts.append(_text(edge, place.box.bottom - 4, told, "name", anchor))
    parts.append(
        _text(left + across / 2, top + PLOT + 38, "seconds for an answer", "label", "middle")
    )
    return _drawing(WIDTH, top + PLOT + 50, "Right answers against seconds", parts)


def wide(text: str) -> float:
    """Pixels that a name may take: none of the usual fonts takes more."""
    return sum(
        PX if east_asian_width(each) in "WF" else PX * (0.95 if each in "MWmw@%—…" else 0.64)
        for each in text
    )


def shortened(text: str, room: float) -> str:
    """A name that fits, its end left out where it does not."""
    if wide(text) <= room:
        return text
    kept = text
    while kept and wide(f"{kept}…") > room:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def _unit(value: float) -> float:
    return min(1.0, max(0.0, value))


def _line(x: float, y: float, to_x: float, to_y: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}"/>'


def _text(x: float, y: float, words: str, kind: str, anchor: str = "start") -> str:
    return (
        f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">'
        f"{escape(words)}</text>"
    )


def _drawing(width: float, height: float, title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'role="img" aria-label="{escape(title)}">{"".join(parts)}</svg>'
    )
