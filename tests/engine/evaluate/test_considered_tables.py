from engine.evaluate import differences
from engine.evaluate.certainty import Estimate
from engine.evaluate.considered import Considered, Cost
from engine.evaluate.considered_tables import figure, interval, tables


def considered(name: str, *kinds: str) -> Considered:
    share = {"right": Estimate(0.5, 0.25, 0.75, 8)}
    return Considered(
        name, dict.fromkeys(("all", *kinds), share), {"words": Estimate(12.5, 3, 20, 8)}, {},
        {}, {"total_s": Estimate(1.25, 1.0, 1.5, 8)}, Cost(model_bytes=98_000_000), {"read": 350.0},
    )  # fmt: skip


def test_six_tables_and_nothing_twice() -> None:
    found = tables([considered("plain", "fact"), considered("rag", "fact")])
    assert [each.title for each in found] == [
        "Correctness", "Form and tone", "Traceability", "Freshness", "Speed", "Cost",
    ]  # fmt: skip
    assert [row.name for row in found[0].rows] == ["right"]  # all are facts
    assert found[2].rows == found[3].rows == ()
    assert [row.name for row in found[4].rows] == ["whole answer", "tokens read for an answer"]
    disk = next(row for row in found[5].rows if row.name == "on disk")
    assert disk.words() == ["98.0 MB", "98.0 MB"]
    several = tables([considered("rag", "fact", "table")])
    assert [row.name for row in several[0].rows] == ["right", "fact: right", "table: right"]


def test_figures_in_words() -> None:
    share = Estimate(0.5, 0.25, 0.75, 8)
    assert (figure(share, "share"), interval(share, "share")) == ("50 %", "25 – 75")
    assert figure(None, "s") == "–"
    assert figure(1.234, "s") == "1.23 s"
    assert figure(312.4, "MB") == "312 MB"
    assert interval(Estimate(1, 1, 1, 3), "share") == ""
    assert interval(4.0, "s") == ""


def test_differences_are_found_word_by_word() -> None:
    assert differences.pieces("The Day is long", "the day was long") == [
        ("The Day", False), ("is", True), ("long", False),
    ]  # fmt: skip
    assert differences.pieces("as it\nis", "") == [("as it\nis", False)]
    assert differences.pieces("", "something") == []
    assert differences.pieces("Größe 5", "Größe 6") == [("Größe", False), ("5", True)]
