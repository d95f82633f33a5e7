"""Where each way of asking stands in a chart."""

from desktop.compare.drawing import Point
from desktop.compare.words import way_name
from engine.evaluate.evaluated import Evaluated


def points_of(done: Evaluated) -> tuple[Point, ...]:
    """Ways whose answers could be judged, in their order."""
    return tuple(
        Point(way_name(each.column), each.correctness["all"]["right"], each.speed.get("total_s"))
        for each in done.considered
        if "right" in each.correctness.get("all", {})
    )
