"""Work on the library: stopped, taken up again, interrupted by the end of the window."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.desktop.conftest import WAIT_MS, Stage
from tests.desktop.library_stage import (
    boats,
    go_inside,
    wait_idle,
)

pytestmark = pytest.mark.window
Open = Callable[..., Stage]


def test_stop_ends_the_job_and_the_queue(qtbot: QtBot, open_window: Open, tmp_path: Path) -> None:
    many = tmp_path / "many"
    many.mkdir()
    for number in range(2500):
        (many / f"{number}.txt").write_text(f"Boat {number} lies at berth {number}. " * 40)
    stage = open_window()
    jobs = stage.window.jobs
    cancelled: list[bool] = []
    jobs.cancelled.connect(lambda: cancelled.append(True))
    with qtbot.waitSignal(jobs.progressed, timeout=WAIT_MS):
        stage.window.library.add([many])
        stage.window.library.add([many])
    stage.window.library.job.button.click()
    wait_idle(qtbot, stage)
    assert cancelled == [True]
    assert stage.window.library.job.words.text() == "Stopped."
    assert stage.assistant.status().documents < 400


def test_a_stopped_job_goes_on(qtbot: QtBot, open_window: Open, tmp_path: Path) -> None:
    stage = open_window()
    library = stage.window.library
    many = boats(tmp_path, 300)
    with qtbot.waitSignal(stage.window.jobs.progressed, timeout=WAIT_MS):
        library.add([many])
    qtbot.waitUntil(
        lambda: bool(stage.window.jobs.progress) and stage.window.jobs.progress.done > 5,
        timeout=WAIT_MS,
    )
    library.job.button.click()
    wait_idle(qtbot, stage)
    left = stage.assistant.waiting().files
    assert 0 < left < 300
    go_inside(qtbot, stage)
    waiting = library.inside.filters.buttons["waiting"]
    qtbot.waitUntil(lambda: waiting.text() == f"Waiting {left}", timeout=WAIT_MS)
    library.job.go_on.click()
    qtbot.waitUntil(lambda: stage.assistant.status().documents == 300, timeout=3 * WAIT_MS)
    wait_idle(qtbot, stage)
    assert not stage.assistant.waiting()


def test_interrupted_work_is_taken_up_at_the_start(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    stage = open_window()
    many = boats(tmp_path, 200)
    with qtbot.waitSignal(stage.window.jobs.progressed, timeout=WAIT_MS):
        stage.window.library.add([many])
    qtbot.waitUntil(
        lambda: bool(stage.window.jobs.progress) and stage.window.jobs.progress.done > 5,
        timeout=WAIT_MS,
    )
    again = open_window()
    qtbot.waitUntil(lambda: again.assistant.status().documents == 200, timeout=3 * WAIT_MS)
    wait_idle(qtbot, again)
    assert not again.assistant.waiting()
