"""Names beside the dots of a plot stay inside and clear of each other."""

import random

import pytest

from engine.evaluate import plot
from engine.evaluate.plot import Box, Dot

INSIDE = Box(60, 2, 576, 278)
LINE = 16.0


def crowd(seed: int, count: int, x: tuple[float, float], y: tuple[float, float]) -> list[Dot]:
    chance = random.Random(seed)
    return [
        Dot(chance.uniform(*x), chance.uniform(*y), chance.uniform(20, 220)) for _ in range(count)
    ]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(
    ("x", "y"),
    [
        ((60, 610), (20, 280)),
        ((600, 610), (20, 24)),
        ((60, 66), (276, 280)),
        ((300, 310), (90, 99)),
    ],
)
def test_names_are_inside_and_apart(
    seed: int, x: tuple[float, float], y: tuple[float, float]
) -> None:
    found = plot.names(crowd(seed, 8, x, y), INSIDE, LINE)
    assert all(INSIDE.holds(each.box) for each in found)
    assert plot.clear([each.box for each in found])


def test_a_name_at_the_top_stands_in_the_picture_and_one_at_the_right_turns_left() -> None:
    [top] = plot.names([Dot(200, 4, 60)], INSIDE, LINE)
    assert top.box.y >= INSIDE.y
    [right] = plot.names([Dot(620, 100, 60)], INSIDE, LINE)
    assert right.at_left
    assert right.box.right < 620


def test_a_name_beside_its_own_dot_needs_no_stroke_and_one_in_a_crowd_does() -> None:
    [alone] = plot.names([Dot(200, 100, 60)], INSIDE, LINE)
    assert alone.stroke is None
    assert alone.box.bottom <= 100 + LINE / 2
    crowded = plot.names([Dot(300 + at, 100 + at, 60) for at in range(5)], INSIDE, LINE)
    assert any(each.stroke is not None for each in crowded)


def test_names_keep_off_other_dots() -> None:
    one, other = plot.names([Dot(200, 100, 60), Dot(225, 94, 60)], INSIDE, LINE)
    assert not one.box.meets(Dot(225, 94, 60).box)
    assert not other.box.meets(Dot(200, 100, 60).box)


def test_more_names_than_there_is_room_for_still_stand_inside() -> None:
    small = Box(0, 0, 100, 40)
    found = plot.names([Dot(50, 20, 300) for _ in range(6)], small, LINE)
    assert all(small.holds(each.box) for each in found)


@pytest.mark.parametrize(
    ("value", "top"), [(1.1, 1.2), (0.04, 0.04), (137, 160), (0.93, 1), (9.1, 10), (2.5, 3.2)]
)
def test_axes_end_at_numbers_whose_quarters_are_round(value: float, top: float) -> None:
    assert plot.round_up(value) == pytest.approx(top)
