"""The Compare page: judging blind, what has become worse, and leaving as files."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter
from pytestqt.qtbot import QtBot

from desktop.compare.drawing import Point, draw_scatter, scatter_names
from desktop.compare.page import ComparePage
from desktop.theme.tokens import LIGHT
from engine.evaluate import charts
from engine.evaluate.certainty import Estimate
from engine.evaluate.plot import Box, clear
from tests.desktop.compare_stage import QUESTIONS, SAID, finish, run
from tests.desktop.conftest import WAIT_MS, Stage

pytestmark = pytest.mark.window
Open = Callable[..., Stage]


def judge(qtbot: QtBot, page: ComparePage) -> None:
    page.results.blind.click()
    qtbot.waitUntil(lambda: page.stack.currentWidget() is page.blind, timeout=WAIT_MS)


def test_two_answers_are_judged_without_their_names(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window(SAID, add=documents)
    page = run(qtbot, stage)
    judge(qtbot, page)
    seen = 0
    while (trial := page.blind.trial) is not None:
        shown = {card.text.text() for card in page.blind.cards}
        assert SAID in shown
        assert not any(name in " ".join(shown) for name in ("plain", "rag", "Documents"))
        qtbot.keyClick(page.blind, "1" if trial.left.mode == "rag" else "2")
        seen += 1
    assert seen == 3
    assert "3 of 3 choices were for “Documents”" in page.blind.tally.words.text()
    assert "chance" in page.blind.tally.words.text()
    assert page.results.done is not None
    number = page.results.done.id
    qtbot.waitUntil(lambda: len(stage.assistant.comparison.preferences(number)) == 3,
                    timeout=WAIT_MS)  # fmt: skip
    page.blind.left.emit()
    judge(qtbot, page)  # what was judged is not asked again
    assert page.blind.trial is None
    assert "3 of 3" in page.blind.tally.words.text()


def test_judging_can_be_left_and_gone_on_with(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    page = run(qtbot, open_window(SAID, add=documents))
    judge(qtbot, page)
    qtbot.keyClick(page.blind, "0")
    page.blind.enough.click()
    assert page.blind.tally.words.text() == "Neither was liked better."
    assert page.blind.tally.go_on.text() == "Go on: 2 questions left"
    page.blind.tally.go_on.click()
    assert page.blind.progress.text() == "2 of 3"
    qtbot.keyClick(page.window(), "\x1b")


def test_what_has_become_worse_is_told(qtbot: QtBot, open_window: Open, documents: Path) -> None:
    stage = open_window("It is seven.", add=documents)
    many = [
        type(QUESTIONS[0])(at, f"When does ferry number {at} leave?", ("seven",))
        for at in range(12)
    ]
    stage.assistant.evaluation.sets.keep("Ferries", many)
    page = stage.window.compare
    stage.window.go("compare")
    page.show_setup()
    qtbot.waitUntil(lambda: len(page.setup.rows) == 1, timeout=WAIT_MS)
    for mode in ("rag", "tuned", "both"):
        page.setup.ways.boxes[mode].setChecked(False)
    page.setup.start.click()
    finish(qtbot, page)
    assert page.results.shifts.isHidden()
    stage.model._script = "No idea."
    page.results.again.click()
    qtbot.waitUntil(lambda: page.work.running, timeout=WAIT_MS)
    finish(qtbot, page)
    assert not page.results.shifts.isHidden()
    page.show_start()
    qtbot.waitUntil(
        lambda: any(
            "correctness is 100 points worse" in words
            for card in page.start.cards[:1]
            for words, _, _ in card.shifts
        ),
        timeout=WAIT_MS,
    )
    assert len(page.start.cards) == 2


def test_a_comparison_leaves_as_page_paper_table_and_json(
    qtbot: QtBot, open_window: Open, documents: Path, tmp_path: Path
) -> None:
    page = run(qtbot, open_window(SAID, add=documents))
    done = page.results.done
    assert done is not None
    for form in ("html", "pdf", "csv", "json"):
        page.results.export.save(tmp_path / f"out.{form}")
        assert page.results.notice is not None
        assert page.results.notice.hint.text() == str(tmp_path / f"out.{form}")
    assert done.reasons[0].text in (tmp_path / "out.html").read_text("utf-8")
    with pdfium.PdfDocument(tmp_path / "out.pdf") as paper:
        text = " ".join(page.get_textpage().get_text_range() for page in paper)
    assert QUESTIONS[0].question.split()[3] in text
    assert "Harbour" in text
    with (tmp_path / "out.csv").open(encoding="utf-8-sig") as table:
        assert len(list(csv.DictReader(table))) == 6
    assert len(json.loads((tmp_path / "out.json").read_text("utf-8"))["results"]) == 6


@pytest.mark.parametrize("form", ["html", "pdf", "csv"])
def test_a_place_that_cannot_be_written_is_told(
    qtbot: QtBot, open_window: Open, documents: Path, tmp_path: Path, form: str
) -> None:
    page = run(qtbot, open_window(SAID, add=documents))
    page.results.export.save(tmp_path / "not there" / f"out.{form}")
    assert page.results.notice is not None
    assert "cannot be written" in page.results.notice.message.text()


def crowd(count: int, share: float, seconds: float) -> list[Point]:
    return [
        Point(f"way of asking number {at}", Estimate(share, max(share - 0.1, 0), share, 20),
              Estimate(seconds + 0.01 * at, seconds - 0.05, seconds + 0.1, 20))
        for at in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize(("width", "count"), [(280, 4), (480, 4), (720, 8)])
@pytest.mark.parametrize(("share", "seconds"), [(1.0, 2.0), (0.5, 2.0), (0.0, 0.05)])
def test_names_in_a_chart_stand_inside_and_keep_apart(
    qtbot: QtBot, width: int, count: int, share: float, seconds: float
) -> None:
    points = crowd(count, share, seconds)
    area = QRectF(0, 0, width, 264)
    placed = scatter_names(QFontMetrics(QFont("Inter", 9)), area, points)
    assert len(placed) == count
    picture = Box(0, 0, width, 264)
    assert all(picture.holds(each.box) for _, each in placed)
    assert clear([each.box for _, each in placed])


def test_a_dot_at_the_top_is_drawn_with_its_whole_name(qtbot: QtBot) -> None:
    def ink(upper: float) -> int:
        image = QImage(480, 320, QImage.Format.Format_RGB32)
        image.fill(QColor(LIGHT.paper))
        painter = QPainter(image)
        painter.setClipRect(QRectF(0, upper, 480, 264))
        draw_scatter(painter, QRectF(0, 28, 480, 264), crowd(4, 1.0, 2.0), LIGHT)
        painter.end()
        dark = QColor(LIGHT.ink).rgb()
        return sum(image.pixel(x, y) == dark for x in range(480) for y in range(60))

    assert ink(28) == ink(0)


@pytest.mark.parametrize("text", ["retrieval and tuning", "WWWW mmmm @@", "both — 100 %", "漢字"])
def test_the_report_leaves_room_for_names_in_the_usual_fonts(qtbot: QtBot, text: str) -> None:
    for family in ("Inter", "DejaVu Sans", "Noto Sans"):
        font = QFont(family)
        font.setPixelSize(12)
        assert QFontMetrics(font).horizontalAdvance(text) <= charts.wide(text)
