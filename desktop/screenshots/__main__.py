"""``python -m desktop.screenshots FOLDER`` draws the window's states from the real engine.

Nothing in the pictures is made up: the sample library is indexed, the starter models answer, and
the error is a model process that was killed while it wrote. Needs the starter models.
"""

import os
import signal
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from desktop.app import application
from desktop.screenshots import comparing, libraries, teaching
from desktop.screenshots.camera import Camera
from desktop.settings.reading_dialog import ReadingDialog

SOURCE_QUESTION = "Where is the stopcock for the jetty water?"
FOLLOWING_QUESTION = "When is the harbour office open in winter?"
TEXT_QUESTION = "What does a family skiff cost for a whole day?"
UNKNOWN_QUESTION = "Who won the football world cup in 1974?"
WRITTEN_QUESTION = "Write a short welcome for guests who hire a rowing boat."
ANSWERS = 3
"""Of the conversation that is drawn in the dark."""
COUNTED_QUESTION = "How many bookings were for a launch?"
SCANNED_QUESTION = "When is the slipway closed?"


def draw_models(camera: Camera) -> None:
    models = camera.window.models
    camera.window.go("models")
    camera.until(lambda: len(models.cards) >= 2 and not models.work.running)
    camera.settle()
    models.cards[0].load.click()
    camera.until(lambda: models.cards[0].entry.loaded is not None and not models.work.running)
    camera.take("models")
    models.cards[0].options.click()
    camera.until(lambda: models.card_actions.dialog is not None)
    assert models.card_actions.dialog is not None
    camera.take_with("model-options", models.card_actions.dialog)
    models.card_actions.dialog.reject()
    models.get_button.click()
    camera.until(lambda: len(models.catalogue.cards) > 0)
    camera.take("catalogue")
    camera.theme.choose("dark")
    models.show_shelf()
    camera.take("models-dark")
    camera.theme.choose("light")


def draw_settings(camera: Camera) -> None:
    settings = camera.window.settings
    camera.window.go("settings")
    camera.until(lambda: settings.vault.state is not None and settings.reading.reading is not None)
    camera.take("settings")
    settings.vault.encrypt.click()
    assert settings.vault.dialog is not None
    camera.take_with("encrypt", settings.vault.dialog)
    settings.vault.dialog.reject()
    settings.reading.change.click()
    reading = settings.reading.dialog
    assert isinstance(reading, ReadingDialog)
    reading.tokens.setText("200")
    reading.yes.click()
    camera.until(lambda: reading.notice is not None)
    camera.take_with("reading", reading)
    reading.reject()


def draw_answer(camera: Camera) -> None:
    """Why an answer came out so, a correction of it, and the document that it stands in pinned."""
    chat = camera.window.chat
    camera.window.new_conversation()
    view = camera.answer(SOURCE_QUESTION)
    camera.until(lambda: view.message_id is not None)
    view.action_row.why.click()
    camera.take("why-answer")
    view.action_row.why.click()
    view.action_row.correct.click()
    camera.take("correction")
    view.correction.leave()
    chat.side.panel.cards[0].pin.click()
    camera.until(lambda: chat.pins.documents != ())
    meter = chat.composer.context
    meter.click()
    assert meter.panel is not None
    camera.take_with("pinned", meter.panel)
    meter.panel.close()


def draw(camera: Camera, scratch: Path) -> None:
    window = camera.window
    camera.until(lambda: window.readiness.is_ready and window.foot.model.text() != "")
    camera.take("empty")

    libraries.draw(camera, scratch)
    draw_models(camera)
    draw_settings(camera)
    teaching.draw(camera, scratch, "Hollin Quay")
    comparing.draw(camera)

    draw_answer(camera)
    window.new_conversation()
    cited = camera.answer(SOURCE_QUESTION)
    camera.take("answer")
    camera.open_source(cited)
    camera.take("source-pdf")
    window.chat.escape()
    camera.answer(FOLLOWING_QUESTION)
    table = camera.answer(TEXT_QUESTION)
    camera.open_source(table)
    camera.take("source-text")
    window.chat.escape()
    window.new_conversation()
    counted = camera.answer(COUNTED_QUESTION)
    counted.query.button.click()
    camera.open_source(counted)
    camera.take("counted")
    window.chat.escape()
    window.new_conversation()
    scanned = camera.answer(SCANNED_QUESTION)
    camera.open_source(scanned)
    camera.take("source-scan")
    window.chat.escape()
    window.new_conversation()
    camera.answer(UNKNOWN_QUESTION)
    camera.take("abstention")

    window.new_conversation()
    camera.way("plain")
    view = camera.ask(WRITTEN_QUESTION)
    camera.until(lambda: len(view.text) > 160 or view.state == "done")
    window.grab().save(str(camera.folder / "streaming.png"))
    camera.until(lambda: view.state == "done")
    meter = window.chat.composer.context
    camera.until(lambda: not meter.isHidden())
    meter.click()
    assert meter.panel is not None
    camera.take_with("context", meter.panel)
    meter.panel.close()
    window.new_conversation()
    view = camera.ask(WRITTEN_QUESTION)
    camera.until(lambda: len(view.text) > 80)
    pid = camera.assistant.model_pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    camera.until(lambda: view.state == "failed")
    camera.take("error")
    camera.way("rag")

    camera.theme.choose("dark")
    assistant = camera.assistant
    told = [(len(assistant.messages(each.id)), each) for each in assistant.conversations()]
    conversation = next(each for messages, each in told if messages == 2 * ANSWERS)
    window.rail.list.chosen.emit(conversation)
    camera.until(lambda: len(window.chat.view.answers) == ANSWERS)
    camera.take("dark")


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0] if arguments else "docs/screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    app = application(sys.argv[:1])
    with tempfile.TemporaryDirectory() as scratch:
        camera = Camera(app, folder, Path(scratch) / "profile")
        try:
            draw(camera, Path(scratch))
        finally:
            camera.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
