"""What charts in the window, on paper and in reports share: where names stand, and round axes."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

GAP = 7.0
"""Between a dot and its name."""
ABOVE = 0.7
"""Where a name stands best: so many lines over the middle of its dot, clear of its whiskers."""
STEP = 0.25
"""Of a line, between the places that are tried."""
LEFT, COVERED, CROSSED = 0.3, 4.0, 0.8
"""What a place costs, in lines of distance: at the left of its dot, for each dot under it, for each
whisker under it."""
FAR = 1.6
"""Lines of distance from which a name needs a stroke from its dot."""


@dataclass(frozen=True, slots=True)
class Box:
    """An area of a drawing; y grows downward."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def meets(self, other: "Box") -> bool:
        """Whether they have a place in common that is more than an edge."""
        return (
            self.x < other.right and other.x < self.right
            and self.y < other.bottom and other.y < self.bottom
        )  # fmt: skip

    def shared(self, other: "Box") -> float:
        """The area that both have."""
        across = min(self.right, other.right) - max(self.x, other.x)
        down = min(self.bottom, other.bottom) - max(self.y, other.y)
        return across * down if across > 0 and down > 0 else 0.0

    def holds(self, other: "Box") -> bool:
        return (
            self.x <= other.x and self.y <= other.y
            and other.right <= self.right and other.bottom <= self.bottom
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dot:
    """The middle of a point, with its whiskers and how wide its name is."""

    x: float
    y: float
    width: float
    radius: float = 5.0
    whiskers: tuple[Box, ...] = ()

    @property
    def box(self) -> Box:
        return Box(self.x - self.radius, self.y - self.radius, 2 * self.radius, 2 * self.radius)


@dataclass(frozen=True, slots=True)
class Name:
    """Where a name stands."""

    box: Box
    at_left: bool
    """Of its dot, so that it is written up to its right side."""
    stroke: tuple[float, float] | None
    """Where a stroke from its dot ends, for a name that could be taken for another dot's."""


def names(dots: Sequence[Dot], inside: Box, line: float) -> list[Name]:
    """A place for the name of each dot: inside, clear of the other names, near its dot.

    Places on dots and whiskers are taken only where others are far. Where there is no room for all,
    the later ones share as little as can be.
    """
    places = _taken(dots, inside, line)
    return [
        Name(box, box.x < dot.x, _end(box, dot) if _doubtful(box, dot, dots, line) else None)
        for box, dot in zip(places, dots, strict=True)
    ]


def _taken(dots: Sequence[Dot], inside: Box, line: float) -> list[Box]:
    taken: list[Box] = []
    for dot in dots:
        places = _places(dot, inside, line)
        free = [each for each in places if not any(each.meets(other) for other in taken)]
        if free:
            taken.append(min(free, key=lambda each: _cost(each, dot, dots, line)))
        else:
            taken.append(min(places, key=lambda each: sum(each.shared(o) for o in taken)))
    return taken


def clear(boxes: Sequence[Box]) -> bool:
    """Whether no two of them meet."""
    return not any(one.meets(other) for one, other in combinations(boxes, 2))


def round_up(value: float) -> float:
    """The next number whose quarters are round."""
    power = 1e-3
    while power * 10 < value:
        power *= 10
    return next(
        (each * power for each in (1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8) if each * power >= value),
        10 * power,
    )


def _places(dot: Dot, inside: Box, line: float) -> list[Box]:
    width = min(dot.width, inside.width)
    room = max(inside.height - line, 0.0)
    steps = int(room / (STEP * line))
    ideal = dot.y - (ABOVE + 0.5) * line
    downs = {min(max(ideal, inside.y), inside.y + room)}
    downs |= {inside.y + room * at / max(steps, 1) for at in range(steps + 1)}
    starts = {
        min(max(x, inside.x), inside.right - width)
        for x in (dot.x + GAP, dot.x - GAP - width)
    }  # fmt: skip
    return [Box(x, y, width, line) for x in sorted(starts) for y in sorted(downs)]


def _cost(place: Box, dot: Dot, dots: Sequence[Dot], line: float) -> float:
    under = sum(place.meets(each.box) for each in dots)
    crossed = sum(place.meets(each) for one in dots for each in one.whiskers)
    aside = LEFT if place.x < dot.x else 0.0
    off = abs(place.y + line / 2 - (dot.y - ABOVE * line)) / line
    return off + aside + COVERED * under + CROSSED * crossed


def _doubtful(box: Box, dot: Dot, dots: Sequence[Dot], line: float) -> bool:
    off = _away(box, dot)
    return off > FAR * line or any(
        _away(box, each) <= off and (each.x, each.y) != (dot.x, dot.y) for each in dots
    )


def _end(box: Box, dot: Dot) -> tuple[float, float]:
    x = box.x if box.x > dot.x else min(box.right, dot.x)
    return x, box.y + box.height / 2 if x != dot.x else box.bottom if box.y < dot.y else box.y


def _away(name: Box, dot: Dot) -> float:
    across = max(name.x - dot.x, dot.x - name.right, 0.0)
    down = max(name.y - dot.y, dot.y - name.bottom, 0.0)
    return float((across**2 + down**2) ** 0.5)
