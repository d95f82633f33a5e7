"""Draws the Compare page from the real engine: empty, set up, running, done, judged."""

from pathlib import Path

from desktop.screenshots.camera import Camera
from engine.evaluate.questions import checked_questions

QUESTIONS = Path(__file__).parents[2] / "samples" / "questions.jsonl"
ASKED = 8
LIBRARY = "Hollin Quay"


def draw(camera: Camera) -> None:
    """Needs the sample library under its own name."""
    window, page = camera.window, camera.window.compare
    libraries = {each.name for each in camera.assistant.libraries()}
    library = LIBRARY if LIBRARY in libraries else ""
    window.go("compare")
    camera.until(lambda: page.facts is not None)
    camera.take("compare-empty")
    found, _ = checked_questions(QUESTIONS)
    chosen = [*found[: ASKED - 2], *[each for each in found if each.unanswerable][:2]]
    camera.assistant.evaluation.sets.keep(
        "Questions of the office", chosen, origin="file", library=library
    )
    page.show_setup()
    camera.until(lambda: len(page.setup.rows) == 1)
    page.setup.facts_box.setChecked(True)
    camera.take("compare-setup")
    page.setup.start.click()
    rows = page.results.matrix.matrix
    camera.until(lambda: sum(len(row.answers) for row in rows.every) >= ASKED + 3)
    camera.take("compare-running")
    camera.until(lambda: page.results.done is not None, patience=8)
    camera.take("compare-results")
    page.results.fold.click()
    camera.settle()
    bar = page.results.verticalScrollBar()
    bar.setValue(page.results.fold.y() - 8)
    camera.take("compare-considerations")
    page.results.fold.click()
    camera.settle()
    bar.setValue(bar.maximum())
    camera.take("compare-matrix")
    page.results.matrix.opened.emit(1)
    camera.take("compare-answers")
    page.answers.left.emit()
    page.results.blind.click()
    camera.until(lambda: page.stack.currentWidget() is page.blind)
    camera.take("compare-blind")
    page.blind.left.emit()
    bar.setValue(0)
    wide = window.size()
    window.resize(880, 640)
    camera.take("compare-narrow")
    window.resize(wide)
    camera.theme.choose("dark")
    camera.take("compare-dark")
    camera.theme.choose("light")
