"""Sources in the window: added by dialog, pulled by button and by time, told of, removed."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from desktop.library.source_card import SourceCard, every, place
from desktop.library.source_dialog import SourceDialog
from engine.progress import drain
from engine.store.sources import Source
from tests.desktop.conftest import WAIT_MS, Stage
from tests.desktop.models_stage import answering
from tests.desktop.test_chat import ask, wait_done

pytestmark = pytest.mark.window
Open = Callable[..., Stage]
ROWS = 40


@pytest.fixture
def bookings(tmp_path: Path) -> Path:
    path = tmp_path / "Bookings.csv"
    rows = [
        f"{number},{'Launch' if number % 4 == 0 else 'Skiff'},{number}" for number in range(ROWS)
    ]
    path.write_text("\n".join(["booking,boat,crowns", *rows]) + "\n")
    return path


def card(qtbot: QtBot, stage: Stage) -> SourceCard:
    overview = stage.window.library.overview
    qtbot.waitUntil(
        lambda: len(overview.sources) == 1 and not stage.window.jobs.running, timeout=WAIT_MS
    )
    return overview.sources[0]


def add(stage: Stage, path: Path, **more: object) -> None:
    drain(stage.assistant.sources.add(Source("Bookings", "Sources", str(path), **more)))  # type: ignore[arg-type]
    stage.window.go("library")


def test_a_file_becomes_a_source(qtbot: QtBot, open_window: Open, bookings: Path) -> None:
    stage = open_window()
    stage.window.go("library")
    stage.window.library.actions_.new_source("Sources")
    dialog = stage.window.library.actions_.dialog
    assert isinstance(dialog, SourceDialog)
    dialog.yes.click()
    assert dialog.notice is not None
    assert dialog.notice.message.text() == "The source has no name yet."
    dialog.address.setText(str(bookings))
    dialog.name.setText("Bookings")
    dialog.key.setText("booking")
    dialog.template.setText("{boat} for {crowns} crowns")
    dialog.every.setText("60")
    assert dialog.database.isHidden()
    dialog.yes.click()
    qtbot.waitUntil(lambda: card(qtbot, stage).source.rows == ROWS, timeout=WAIT_MS)
    assert card(qtbot, stage).source.every_minutes == 60
    assert stage.window.library.job.words.text() == f"{ROWS} rows: {ROWS} new, 0 changed, 0 gone."
    assert "Skiff for 1 crowns" in stage.assistant.pages("source:Bookings")[0].text


def test_a_database_is_asked_what_to_read(qtbot: QtBot, open_window: Open, tmp_path: Path) -> None:
    stage = open_window()
    stage.window.go("library")
    stage.window.library.actions_.new_source("Sources")
    dialog = stage.window.library.actions_.dialog
    assert isinstance(dialog, SourceDialog)
    dialog.name.setText("Hire")
    dialog.address.setText(f"sqlite:///{tmp_path / 'hire.db'}")
    assert not dialog.database.isHidden()
    dialog.yes.click()
    assert not dialog.isVisible()
    qtbot.waitUntil(lambda: dialog.notice is not None, timeout=WAIT_MS)
    assert dialog.isVisible(), "what was typed comes again"
    assert dialog.notice is not None
    assert dialog.notice.hint.text() == "Name a table, or write a query."
    assert dialog.name.text() == "Hire"
    assert stage.assistant.sources.all() == []
    dialog.reject()


def test_a_source_is_changed(qtbot: QtBot, open_window: Open, bookings: Path) -> None:
    stage = open_window()
    add(stage, bookings, key_column="booking")
    card(qtbot, stage).change.click()
    library = stage.window.library
    dialog = library.actions_.dialog
    assert isinstance(dialog, SourceDialog)
    assert not dialog.name.isEnabled()
    assert dialog.key.text() == "booking"
    dialog.every.setText("120")
    dialog.yes.click()
    qtbot.waitUntil(
        lambda: library.job.words.text() == "Bookings is pulled every 2 hours from now on.",
        timeout=WAIT_MS,
    )
    assert library.actions_.dialog is None
    qtbot.waitUntil(lambda: card(qtbot, stage).source.every_minutes == 120, timeout=WAIT_MS)
    card(qtbot, stage).change.click()
    again = library.actions_.dialog
    assert isinstance(again, SourceDialog)
    again.template.setText("{boat} for {price}")
    again.yes.click()
    qtbot.waitUntil(lambda: again.notice is not None, timeout=WAIT_MS)
    assert "price" in again.notice.message.text()  # type: ignore[union-attr]
    assert again.isVisible()
    assert stage.assistant.sources.find("Bookings").template == ""
    again.template.setText("{boat} for {crowns} crowns")
    again.yes.click()
    qtbot.waitUntil(lambda: library.actions_.dialog is None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not stage.window.jobs.running, timeout=WAIT_MS)
    assert "Skiff for 1 crowns" in stage.assistant.pages("source:Bookings")[0].text


def test_a_source_is_pulled_and_its_failure_told(
    qtbot: QtBot, open_window: Open, bookings: Path
) -> None:
    stage = open_window()
    add(stage, bookings)
    with bookings.open("a") as file:
        file.write("400,Launch,9\n")
    card(qtbot, stage).pull.click()
    job = stage.window.library.job
    qtbot.waitUntil(lambda: "1 new" in job.words.text(), timeout=WAIT_MS)
    bookings.unlink()
    card(qtbot, stage).pull.click()
    qtbot.waitUntil(lambda: stage.window.library.notice is not None, timeout=WAIT_MS)
    stage.window.library.reload()
    overview = stage.window.library.overview
    qtbot.waitUntil(lambda: bool(overview.sources[0].source.reason), timeout=WAIT_MS)
    assert not overview.sources[0].reason.isHidden()


def test_a_due_source_is_pulled_by_itself(
    qtbot: QtBot, open_window: Open, bookings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = open_window()
    add(stage, bookings, every_minutes=1)
    with bookings.open("a") as file:
        file.write("400,Launch,9\n")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 120)
    stage.window.watching.look()
    qtbot.waitUntil(
        lambda: stage.assistant.sources.find("Bookings").rows == ROWS + 1, timeout=WAIT_MS
    )
    qtbot.waitUntil(lambda: not stage.window.jobs.running, timeout=WAIT_MS)


def test_a_source_is_removed_after_a_question(
    qtbot: QtBot, open_window: Open, bookings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = open_window()
    add(stage, bookings)
    asked = answering(monkeypatch)
    card(qtbot, stage).remove.click()
    assert asked.questions[0][0] == "Remove Bookings?"
    qtbot.waitUntil(lambda: not stage.assistant.sources.all(), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not stage.window.library.overview.sources, timeout=WAIT_MS)


def test_what_was_counted_shows_its_query_and_its_rows(
    qtbot: QtBot, open_window: Open, bookings: Path
) -> None:
    stage = open_window("Ten.")
    add(stage, bookings)
    view = ask(qtbot, stage, "How many bookings have the boat Launch?")
    wait_done(qtbot, view)
    assert view.answer is not None
    assert "10" in view.answer.text
    assert not view.query.isHidden()
    assert view.query.ground.isHidden()
    view.query.button.click()
    assert view.query.text.text().upper().startswith("SELECT")
    view.query.copy.click()
    assert QGuiApplication.clipboard().text() == view.answer.query
    viewer = stage.window.chat.side.viewer
    view.body.anchorClicked.emit(QUrl("cite:1"))
    qtbot.waitUntil(lambda: viewer.content is not None, timeout=WAIT_MS)
    assert viewer.name.text() == "Bookings"
    assert viewer.outside.isHidden()
    assert viewer.place.text().startswith("Rows 1")
    marked = viewer.text.marked_texts()
    assert len(marked) == 10
    assert all("Launch" in row for row in marked)


def test_sources_are_told_in_words() -> None:
    found = Source("A", "S", "postgresql+pg8000://ada@harbour.example:5432/hire?ssl=off")
    assert place(found) == "PostgreSQL database · harbour.example:5432/hire"
    assert [every(minutes) for minutes in (0, 1, 45, 60, 120, 1440)] == [
        "on demand",
        "every minute",
        "every 45 minutes",
        "every hour",
        "every 2 hours",
        "every day",
    ]
