"""A cited cell of a spreadsheet: the table around it, with the cell marked."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from desktop.chat.page_viewer import PART, PageViewer
from desktop.chat.side import around
from desktop.chat.source import Source, sources_of
from engine.answer import cited_cells
from engine.ingest.parsers import registry
from engine.types import Answer, Citation, Page, Sentence, Timings, Usage
from tests.desktop.conftest import WAIT_MS, Stage
from tests.engine.ingest.parsers.office.office import odf

pytestmark = pytest.mark.window
Open = Callable[..., Stage]


def workbook(path: Path, rows: int = 30) -> Path:
    book = openpyxl.Workbook()
    notes = book.active
    assert notes is not None
    notes.append(["Nothing here", "of use"])
    sheet = book.create_sheet("Prices")
    for column, title in enumerate(("Boat", "Crew", "Deposit"), start=3):
        sheet.cell(4, column, title)
    for number in range(rows):
        sheet.cell(5 + number, 3, f"Skiff {number}")
        sheet.cell(5 + number, 4, 2 + number % 3)
        sheet.cell(5 + number, 5, 1000 + number)
    sheet.cell(5, 4, None)
    sheet.merge_cells("C8:C9")
    sheet.cell(7 + rows, 3, "All sums in crowns")
    book.save(path)
    return path


def cited(page: Page, path: Path, row: str, answer: str = "") -> Source:
    start = page.text.index(row)
    at = start + row.index(answer)
    span = (at, at + len(answer)) if answer else None
    end = start + len(row)
    cells = cited_cells.of_quote(page, start, end, answer=span)
    quote = Citation(str(path), page.number, start, end, row, label=page.label, cells=cells)
    (source,) = sources_of(
        Answer("?", answer, False, (Sentence(answer, (1,), True),), (quote,),
               Timings(0, 0, 0), Usage(0, 0, 0))
    )  # fmt: skip
    return source


def opened(qtbot: QtBot, stage: Stage, source: Source) -> PageViewer:
    side = stage.window.chat.side
    with qtbot.waitSignal(side.viewer.shown, timeout=WAIT_MS):
        side.open(source)
    return side.viewer


def test_the_cell_is_marked_in_its_table(qtbot: QtBot, open_window: Open, tmp_path: Path) -> None:
    path = workbook(tmp_path / "hire.xlsx")
    stage = open_window(add=path)
    page = stage.assistant.pages(path)[1]
    source = cited(page, path, "Skiff 20 | 4 | 1020", "1020")
    assert source.place == "Sheet Prices · E25"
    viewer = opened(qtbot, stage, source)
    assert viewer.stack.currentWidget() is viewer.sheet
    assert viewer.sheet.marked_texts() == ["1020"]
    model = viewer.sheet.model()
    across, down = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
    assert [model.headerData(at, across) for at in range(3)] == [
        "C\nBoat", "D\nCrew", "E\nDeposit",
    ]  # fmt: skip
    qtbot.waitUntil(lambda: viewer.sheet.currentIndex().isValid(), timeout=WAIT_MS)
    place = viewer.sheet.currentIndex()
    assert (model.headerData(place.row(), down), place.column()) == ("25", 2)
    area = viewer.sheet.visualRect(place)
    assert viewer.sheet.viewport().rect().contains(area.center())
    picture = viewer.sheet.viewport().grab().toImage()
    ratio = picture.devicePixelRatio()
    mark = QColor(stage.theme.tokens.mark)
    at = (area.right() - 4, area.top() + 3)
    assert QColor(picture.pixel(int(at[0] * ratio), int(at[1] * ratio))) == mark
    beside = viewer.sheet.visualRect(place.siblingAtColumn(1))
    at = (beside.right() - 4, beside.top() + 3)
    assert QColor(picture.pixel(int(at[0] * ratio), int(at[1] * ratio))) != mark
    # What lies outside the table is told as well.
    assert model.index(model.rowCount() - 1, 0).data() == "All sums in crowns"
    # The card marks the cell within its row.
    shown = around(stage.assistant, (source,))[source.number]
    assert (shown.before, shown.quote) == ("Skiff 20 | 4 | ", "1020")


def test_a_quoted_row_has_all_its_cells_marked(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    path = workbook(tmp_path / "hire.xlsx")
    stage = open_window(add=path)
    page = stage.assistant.pages(path)[1]
    source = cited(page, path, "Skiff 20 | 4 | 1020")
    assert source.place == "Sheet Prices · C25:E25"
    assert opened(qtbot, stage, source).sheet.marked_texts() == ["Skiff 20", "4", "1020"]
    # A citation from before cells were known marks them all too.
    plain = Source(1, str(path), 2, source.start, source.end, source.quote)
    assert opened(qtbot, stage, plain).sheet.marked_texts() == ["Skiff 20", "4", "1020"]


def test_a_merged_area_is_one_cell(qtbot: QtBot, open_window: Open, tmp_path: Path) -> None:
    path = workbook(tmp_path / "hire.xlsx")
    stage = open_window(add=path)
    page = stage.assistant.pages(path)[1]
    source = cited(page, path, "Skiff 3 | 3 | 1004", "Skiff 3")  # row 9, under the area's first
    assert source.place == "Sheet Prices · C8"
    viewer = opened(qtbot, stage, source)
    rows = [viewer.sheet.model().headerData(at, Qt.Orientation.Vertical) for at in range(8)]
    assert viewer.sheet.rowSpan(rows.index("8"), 0) == 2
    assert set(viewer.sheet.marked_texts()) == {"Skiff 3"}


def test_a_long_sheet_is_shown_around_the_cell(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    path = workbook(tmp_path / "hire.xlsx", rows=1500)
    stage = open_window(add=path)
    page = stage.assistant.pages(path)[1]
    viewer = opened(qtbot, stage, cited(page, path, "Skiff 900 | 2 | 1900", "1900"))
    assert viewer.sheet.marked_texts() == ["1900"]
    assert viewer.sheet.model().rowCount() < 700
    assert viewer.sheet.model().headerData(2, Qt.Orientation.Horizontal) == "E\nDeposit"
    assert viewer.remark.text() == PART


def test_turning_to_another_sheet_and_back(qtbot: QtBot, open_window: Open, tmp_path: Path) -> None:
    path = workbook(tmp_path / "hire.xlsx")
    stage = open_window(add=path)
    page = stage.assistant.pages(path)[1]
    viewer = opened(qtbot, stage, cited(page, path, "Skiff 20 | 4 | 1020", "1020"))
    with qtbot.waitSignal(viewer.shown, timeout=WAIT_MS):
        viewer.earlier.click()
    assert viewer.sheet.marked_texts() == []
    assert viewer.sheet.model().index(0, 0).data() == "Nothing here"
    with qtbot.waitSignal(viewer.shown, timeout=WAIT_MS):
        viewer.to_mark.click()
    assert viewer.sheet.marked_texts() == ["1020"]


@pytest.mark.parametrize(("head", "place"), [("Boat,Crew,Deposit\n", "C3"), ("", "C2")])
def test_a_delimited_file_with_and_without_a_header(
    qtbot: QtBot, open_window: Open, tmp_path: Path, head: str, place: str
) -> None:
    path = tmp_path / "hire.csv"
    path.write_text(f"{head}Skiff,2,78\nLaunch,6,172\nBarge,4,410\n", encoding="utf-8")
    stage = open_window(add=path)
    (page,) = stage.assistant.pages(path)
    source = cited(page, path, "Launch | 6 | 172", "172")
    assert source.place == place
    assert opened(qtbot, stage, source).sheet.marked_texts() == ["172"]


def test_an_open_document_sheet(qtbot: QtBot, open_window: Open, tmp_path: Path) -> None:
    rows = "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell><text:p>{text}</text:p></table:table-cell>" for text in row)
        + "</table:table-row>"
        for row in (("Day", "High water"), ("Monday", "4.2 m"), ("Friday", "3.9 m"))
    )
    body = f'<table:table table:name="Our tides">{rows}</table:table>'
    path = odf(tmp_path / "tides.ods", "spreadsheet", body)
    (page,) = registry.parse(path).pages
    stage = open_window(add=path)
    source = cited(page, path, "Friday | 3.9 m", "3.9 m")
    assert source.cells[0].name == "'Our tides'!B3"
    assert source.place == "Sheet Our tides · B3"
    assert opened(qtbot, stage, source).sheet.marked_texts() == ["3.9 m"]
