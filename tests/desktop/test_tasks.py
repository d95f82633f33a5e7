"""Work on lanes: results, cancel as a state, known errors in words, bugs as reports."""

import sys
import threading
from collections.abc import Generator, Iterator

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from desktop.errors import Problem
from desktop.tasks import Lanes
from engine.errors import InputError
from engine.progress import CancelToken, Progress

pytestmark = pytest.mark.window
SECRET = "the patient's name"


@pytest.fixture
def lanes(qtbot: QtBot) -> Iterator[Lanes]:
    made = Lanes()
    yield made
    made.close()


def counting(cancel: CancelToken) -> Generator[object, None, str]:
    for done in range(200):
        cancel.check()
        yield Progress("counting", done, 200)
        yield done
    return threading.current_thread().name


def test_events_arrive_in_order_and_progress_is_the_newest(qtbot: QtBot, lanes: Lanes) -> None:
    events: list[int] = []
    readings: list[Progress] = []
    task = lanes.start("model", counting)
    task.produced.connect(events.extend)
    task.progressed.connect(readings.append)
    with qtbot.waitSignal(task.succeeded) as result:
        pass
    assert events == list(range(200))
    assert readings[-1].done == 199
    assert len(readings) < 200
    assert result.args is not None
    assert result.args[0].startswith("alcove-model")


def test_cancel_is_a_state(qtbot: QtBot, lanes: Lanes) -> None:
    started = threading.Event()

    def endless(cancel: CancelToken) -> Generator[Progress, None, None]:
        while True:
            started.set()
            cancel.check()
            yield Progress("waiting", 0, 0)

    task = lanes.start("vault", endless)
    problems: list[Problem] = []
    task.failed.connect(problems.append)
    qtbot.waitUntil(started.is_set)
    with qtbot.waitSignal(task.cancelled):
        task.cancel()
    assert problems == []
    qtbot.waitUntil(lambda: not lanes.busy)


def test_a_known_error_is_told_in_its_words(qtbot: QtBot, lanes: Lanes) -> None:
    def fail(_cancel: CancelToken) -> None:
        raise InputError("The question is empty.", "Write a few words.")

    with qtbot.waitSignal(lanes.start("read", fail).failed) as told:
        pass
    assert told.args == [Problem("The question is empty.", "Write a few words.", "bad_input")]


def test_a_bug_makes_a_report_without_the_text_it_met(qtbot: QtBot, lanes: Lanes) -> None:
    def fail(_cancel: CancelToken) -> None:
        raise KeyError(SECRET)

    reports: list[str] = []
    lanes.crashed.connect(reports.append)
    with qtbot.waitSignal(lanes.start("read", fail).failed) as told:
        pass
    assert told.args is not None
    assert told.args[0].crashed
    assert "KeyError" in reports[0]
    assert "test_tasks.py" in reports[0]
    assert SECRET not in reports[0]


def test_closing_ends_the_threads(qtbot: QtBot) -> None:
    lanes = Lanes()
    begun = threading.Event()

    def endless(cancel: CancelToken) -> Generator[Progress, None, None]:
        while True:
            begun.set()
            cancel.check()
            yield Progress("waiting", 0, 0)

    lanes.start("vault", endless)
    never = lanes.start("vault", lambda _cancel: 1)
    qtbot.waitUntil(begun.is_set)
    lanes.close()
    assert never.run.outcome is None
    assert not [one for one in threading.enumerate() if one.name.startswith("alcove-vault")]


def test_a_signal_gives_back_every_reference_it_takes() -> None:
    """PySide6 6.12.0 lost one to True at every emit, which ended the process in the end."""

    class Bell(QObject):
        rang = Signal()

    bell = Bell()
    before = sys.getrefcount(True)
    for _ in range(50):
        bell.rang.emit()
    assert abs(sys.getrefcount(True) - before) < 25
