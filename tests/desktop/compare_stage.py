"""What the tests of the Compare page share: a set of questions, and waiting for runs."""

from pytestqt.qtbot import QtBot

from desktop.compare.page import ComparePage
from engine.evaluate.questions import Question
from tests.desktop.conftest import WAIT_MS, Stage

QUESTIONS = (
    Question(1, "What does a family skiff cost for a whole day?", ("78 crowns",),
             documents=("prices.md",)),
    Question(2, "Where do the spare keys hang?", ("behind the harbour office door",),
             documents=("keys.txt",)),
    Question(3, "Who painted the harbour office in Paris?", unanswerable=True),
)  # fmt: skip
SAID = "I think it costs 12 crowns."


def go(qtbot: QtBot, stage: Stage) -> ComparePage:
    """Open the page and wait until it has read what there is."""
    stage.window.go("compare")
    page = stage.window.compare
    qtbot.waitUntil(lambda: page.facts is not None, timeout=WAIT_MS)
    return page


def with_set(stage: Stage, name: str = "Harbour") -> int:
    return stage.assistant.evaluation.sets.keep(name, QUESTIONS)


def set_up(qtbot: QtBot, stage: Stage) -> ComparePage:
    """The page of a new comparison with one set of questions on it, and two ways chosen."""
    with_set(stage)
    page = go(qtbot, stage)
    page.show_setup()
    qtbot.waitUntil(lambda: len(page.setup.rows) == 1, timeout=WAIT_MS)
    for mode in ("tuned", "both"):  # the scripted model takes no adapter
        page.setup.ways.boxes[mode].setChecked(False)
    return page


def run(qtbot: QtBot, stage: Stage) -> ComparePage:
    """Ask the set in two ways to the end."""
    page = set_up(qtbot, stage)
    page.setup.start.click()
    finish(qtbot, page)
    return page


def finish(qtbot: QtBot, page: ComparePage) -> None:
    qtbot.waitUntil(
        lambda: not page.work.running and page.results.done is not None, timeout=3 * WAIT_MS
    )
