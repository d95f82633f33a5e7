"""Charts of the report: what is written in them lies in the picture."""

import re
from itertools import combinations
from xml.etree import ElementTree

import pytest

from engine.evaluate import charts
from engine.evaluate.certainty import Estimate
from engine.evaluate.plot import Box, clear

Points = list[tuple[str, Estimate, Estimate]]


def written(svg: str) -> tuple[Box, list[tuple[str, Box]]]:
    """The picture, and each text with its kind and the room that it takes."""
    root = ElementTree.fromstring(svg)
    picture = Box(*map(float, root.attrib["viewBox"].split()))
    found = []
    for each in root.iter():
        if not each.tag.endswith("text"):
            continue
        x, y, width = float(each.attrib["x"]), float(each.attrib["y"]), charts.wide(each.text or "")
        x -= {"start": 0.0, "middle": width / 2, "end": width}[each.attrib["text-anchor"]]
        found.append((each.attrib["class"], Box(x, y - 11, width, 14)))
    return picture, found


def near(share: float, seconds: float, count: int, step: float) -> Points:
    return [
        (f"way number {at}", Estimate(seconds + step * at, seconds - 0.1, seconds + 0.4, 20),
         Estimate(share, max(share - 0.1, 0), min(share + 0.1, 1), 20))
        for at in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize(
    "points",
    [
        near(1.0, 2.0, 1, 0),
        near(1.0, 2.0, 4, 0.01),
        near(0.0, 0.1, 4, 0.01),
        near(0.5, 3.0, 4, 0.0),
        near(0.98, 130, 6, 0.02),
        [("a way with a name that does not end before the border " * 2, *near(1, 9, 1, 0)[0][1:])],
    ],
)
def test_names_in_the_scatter_are_in_the_picture_and_apart(points: Points) -> None:
    picture, found = written(charts.scatter(points))
    assert all(picture.holds(box) for _, box in found)
    names = [box for kind, box in found if kind == "name"]
    assert len(names) == len(points)
    assert clear(names)
    assert not any(
        one.meets(other) for one in names for kind, other in found if kind in ("tick", "label")
    )


def test_seconds_are_written_out() -> None:
    drawn = charts.scatter(near(0.5, 137.0, 1, 0))
    assert "160 s" in drawn
    assert not re.search(r"\de\+", drawn)


def test_bars_hold_long_names_and_large_counts() -> None:
    rows = [("retrieval with the large model and its adapter", Estimate(1.0, 1.0, 1.0, 12_345)),
            ("plain", Estimate(0.0, 0.0, 0.1, 9))]  # fmt: skip
    picture, found = written(charts.bars(rows))
    assert all(picture.holds(box) for _, box in found)
    assert not any(one.meets(other) for (_, one), (_, other) in combinations(found, 2))


@pytest.mark.parametrize(
    "text", ["short", "漢字の名前", "a much longer name than there is room for"]
)
def test_a_shortened_name_fits(text: str) -> None:
    kept = charts.shortened(text, 90)
    assert charts.wide(kept) <= 90
    assert (kept == text) == (charts.wide(text) <= 90)
