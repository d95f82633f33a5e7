"""A source in its page: PDF rendered and marked, text marked, a changed file told as such."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from desktop.chat.page_content import CHANGED, GONE, PageRequest, load_page
from desktop.chat.page_text import PageText
from desktop.chat.page_viewer import PageViewer
from desktop.chat.source import Source
from desktop.theme.theme import Theme
from tests.desktop.conftest import WAIT_MS, Stage
from tests.engine.ingest.parsers.office.office import word

pytestmark = pytest.mark.window
Open = Callable[..., Stage]
HANDBOOK = Path(__file__).parents[2] / "samples" / "library" / "Staff handbook.pdf"


def open_source(qtbot: QtBot, stage: Stage, path: Path, page: int, quote: str) -> PageViewer:
    text = next(one.text for one in stage.assistant.pages(str(path)) if one.number == page)
    start = text.index(quote)
    side = stage.window.chat.side
    with qtbot.waitSignal(side.viewer.shown, timeout=WAIT_MS):
        side.open(Source(1, str(path), page, start, start + len(quote), quote))
    return side.viewer


def test_a_pdf_page_is_rendered_with_its_lines_marked(qtbot: QtBot, open_window: Open) -> None:
    stage = open_window(add=HANDBOOK)
    viewer = open_source(qtbot, stage, HANDBOOK, 2, "It is short on")
    assert viewer.stack.currentWidget() is viewer.scroller
    assert viewer.place.text().startswith("2 of ")
    area = viewer.canvas.marked_area()
    assert 0 < area.height() < viewer.canvas.height() / 10
    picture = viewer.canvas.grab().toImage()
    inside = QColor(picture.pixel(area.left() + 1, area.top() + 1))
    outside = QColor(picture.pixel(area.left() + 1, area.top() - 30))
    assert inside.blue() < inside.red() - 40
    assert outside == QColor("white")


def test_turning_pages_and_back_to_the_mark(qtbot: QtBot, open_window: Open) -> None:
    stage = open_window(add=HANDBOOK)
    viewer = open_source(qtbot, stage, HANDBOOK, 2, "It is short on")
    with qtbot.waitSignal(viewer.shown, timeout=WAIT_MS):
        viewer.later.click()
    assert viewer.place.text().startswith("3 of ")
    assert viewer.canvas.marked_area().isEmpty()
    with qtbot.waitSignal(viewer.shown, timeout=WAIT_MS):
        viewer.to_mark.click()
    assert not viewer.canvas.marked_area().isEmpty()


def test_zoom_makes_the_page_wider(qtbot: QtBot, open_window: Open) -> None:
    stage = open_window(add=HANDBOOK)
    viewer = open_source(qtbot, stage, HANDBOOK, 2, "It is short on")
    before = viewer.canvas.width()
    assert before <= viewer.scroller.viewport().width()
    with qtbot.waitSignal(viewer.shown, timeout=WAIT_MS):
        viewer.larger.click()
    assert viewer.canvas.width() > before


@pytest.mark.parametrize(("change", "told"), [("rewrite", CHANGED), ("delete", GONE)])
def test_a_changed_or_missing_file_is_told_and_its_stored_text_marked(
    qtbot: QtBot, open_window: Open, documents: Path, change: str, told: str
) -> None:
    stage = open_window(add=documents)
    path = documents / "keys.txt"
    if change == "rewrite":
        path.write_text("Something else altogether.")
        os.utime(path, (4e9, 4e9))
    else:
        path.unlink()
    viewer = open_source(qtbot, stage, path, 1, "spare keys")
    assert viewer.remark.text() == told
    assert viewer.text.marked_text() == "spare keys"


def test_a_changed_pdf_is_shown_as_text(qtbot: QtBot, open_window: Open, tmp_path: Path) -> None:
    path = tmp_path / "handbook.pdf"
    path.write_bytes(HANDBOOK.read_bytes())
    stage = open_window(add=path)
    path.write_bytes(HANDBOOK.read_bytes() + b"\n% more")
    viewer = open_source(qtbot, stage, path, 2, "It is short on")
    assert viewer.stack.currentWidget() is viewer.text
    assert viewer.remark.text() == CHANGED


def test_a_document_that_left_the_library_is_told(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window(add=documents)
    path = documents / "keys.txt"
    stage.assistant.remove([path])
    viewer = stage.window.chat.side.viewer
    stage.window.chat.side.open(Source(1, str(path), 1, 0, 4, "# Ke"))
    qtbot.waitUntil(lambda: viewer.stack.currentWidget() is viewer.failure, timeout=WAIT_MS)
    assert "no longer in the library" in viewer.failure.text()


def test_unknown_pages_are_refused(open_window: Open, documents: Path) -> None:
    stage = open_window(add=documents)
    found = load_page(stage.assistant, PageRequest(str(documents / "keys.txt"), 1, 1, 0, 6, 100))
    assert found.image is None
    assert found.pages == 1
    assert found.marked == (0, 6)


SAID = "The spare keys hang behind the harbour office door."
FILLER = [f"Paragraph {number} is about something else." for number in range(120)]


def made(folder: Path, kind: str) -> Path:
    """A file of many paragraphs with the sentence near its end."""
    texts = [*FILLER, SAID, "The end."]
    path = folder / f"keys.{kind}"
    match kind:
        case "docx":
            body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in texts)
            return word(path, body)
        case "html":
            told = "".join(f"<p>{text}</p>" for text in texts)
            path.write_text(f"<html><body><h1>Keys</h1>{told}</body></html>", "utf-8")
        case "md":
            path.write_text("# Keys\n\n" + "\n\n".join(texts), "utf-8")
        case "eml":
            head = "From: a@example.org\nTo: b@example.org\nSubject: Keys\n\n"
            path.write_text(head + "\n\n".join(texts), "utf-8")
    return path


@pytest.mark.parametrize("kind", ["docx", "html", "md", "eml"])
def test_the_passage_is_marked_and_scrolled_to(
    qtbot: QtBot, open_window: Open, tmp_path: Path, kind: str
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    path = made(folder, kind)
    stage = open_window(add=path)
    viewer = open_source(qtbot, stage, path, 1, SAID)
    assert viewer.stack.currentWidget() is viewer.text
    assert viewer.text.marked_text() == SAID
    bar = viewer.text.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.value() > bar.maximum() // 2, timeout=WAIT_MS)


def test_marks_count_code_points_where_qt_counts_units(qtbot: QtBot, theme: Theme) -> None:
    shown = PageText(theme)
    qtbot.addWidget(shown)
    text = "😀😀 the key 😀"
    shown.show_text(text, (3, 10), ())
    document = shown.document()
    marked = ""
    block = document.begin()
    iterator = block.begin()
    while not iterator.atEnd():
        piece = iterator.fragment()
        if piece.charFormat().background().color() == QColor(theme.tokens.mark):
            marked += piece.text()
        iterator += 1
    assert marked == "the key"
