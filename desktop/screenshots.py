"""``python -m desktop.screenshots FOLDER`` draws the window's states from the real engine.

Nothing in the pictures is made up: the sample library is indexed, the starter models answer, and
the error is a model process that was killed while it wrote. Needs the starter models.
"""

import os
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QRect, QTimer
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from desktop import screenshot_compare, screenshot_papers
from desktop.app import application
from desktop.chat.answer_view import AnswerView
from desktop.library.glossary_dialog import GlossaryDialog
from desktop.library.settings_dialog import LibrarySettingsDialog
from desktop.library.source_dialog import SourceDialog
from desktop.library.why_dialog import WhyDialog
from desktop.main_window import FIRST_SIZE, MainWindow
from desktop.screenshot_teaching import draw_teach
from desktop.settings.reading_dialog import ReadingDialog
from desktop.settings.window_state import WindowState
from desktop.theme.theme import Theme
from engine.assistant import Assistant
from engine.store.sources import Source

SOURCE_QUESTION = "Where is the stopcock for the jetty water?"
FOLLOWING_QUESTION = "When is the harbour office open in winter?"
TEXT_QUESTION = "What does a family skiff cost for a whole day?"
UNKNOWN_QUESTION = "Who won the football world cup in 1974?"
WRITTEN_QUESTION = "Write a short welcome for guests who hire a rowing boat."
ANSWERS = 3
"""Of the conversation that is drawn in the dark."""
COUNTED_QUESTION = "How many bookings were for a launch?"
SCANNED_QUESTION = "When is the slipway closed?"
STEP_MS = 20
LONGEST_MS = 180_000


class Camera:
    """Drives one window and takes its picture."""

    def __init__(self, app: QApplication, folder: Path, profile: Path) -> None:
        self.folder = folder
        self.assistant = Assistant.open(profile)
        self.theme = Theme(app, "light")
        self.window = MainWindow(self.theme, self.assistant, WindowState(profile))
        self.window.resize(*FIRST_SIZE)
        self.window.show()
        self.window.begin()

    def close(self) -> None:
        self.window.close()
        self.assistant.close()

    def until(self, what: Callable[[], bool], *, patience: int = 1) -> None:
        """Run the event loop until something is true, with more ``patience`` for what is slow."""
        loop = QEventLoop()
        waited = 0

        def look() -> None:
            nonlocal waited
            waited += STEP_MS
            if what() or waited > patience * LONGEST_MS:
                loop.quit()

        timer = QTimer(interval=STEP_MS)
        timer.timeout.connect(look)
        timer.start()
        loop.exec()
        timer.stop()
        if not what():
            raise SystemExit("The window did not come to the state that was to be drawn.")

    def settle(self, milliseconds: int = 300) -> None:
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def take(self, name: str) -> None:
        self.settle()
        path = self.folder / f"{name}.png"
        if not self.window.grab().save(str(path)):
            raise SystemExit(f"{path} cannot be written.")

    def take_with(self, name: str, over: QWidget) -> None:
        """The window with what stands over it: a dialog or a panel, each a window of its own."""
        self.settle()
        picture = self.window.grab()
        painter = QPainter(picture)
        at = over.geometry().topLeft() - self.window.geometry().topLeft()
        if isinstance(over, QDialog):
            at = self.window.rect().center() - over.rect().center()
            painter.setPen(QColor(self.theme.tokens.line))
            painter.drawRect(QRect(at, over.size()).adjusted(-1, -1, 0, 0))
        painter.drawPixmap(at, over.grab())
        painter.end()
        picture.save(str(self.folder / f"{name}.png"))

    def ask(self, question: str) -> AnswerView:
        self.window.chat.composer.edit.setPlainText(question)
        self.window.chat.composer.button.click()
        return self.window.chat.view.answers[-1]

    def answer(self, question: str) -> AnswerView:
        view = self.ask(question)
        self.until(lambda: view.state == "done")
        return view

    def way(self, mode: str) -> None:
        for action in self.window.chat.ways.choices.actions():
            if action.data() == mode:
                action.trigger()

    def open_source(self, view: AnswerView) -> None:
        with_page = self.window.chat.side.viewer
        with_page.content = None
        view.cited.emit(1)
        self.until(lambda: with_page.content is not None)
        self.settle(600)


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


def draw_library(camera: Camera, folder: Path) -> None:
    window, library = camera.window, camera.window.library
    papers, letters = screenshot_papers.lay_out(folder)
    window.go("library")
    window.jobs.add([papers], papers.name)
    window.jobs.add([letters], letters.name)
    source = Source(
        "Bookings", "Sources", str(screenshot_papers.bookings(folder)), every_minutes=60
    )
    window.jobs.add_source(source, table="", password="")
    camera.until(lambda: not window.jobs.running and len(library.overview.cards) == 3)
    library.show_all()
    library.job.hide()
    camera.until(lambda: len(library.overview.sources) == 1)
    camera.take("libraries")
    library.overview.source_button.click()
    assert isinstance(library.actions_.dialog, SourceDialog)
    library.actions_.dialog.address.setText("postgresql://reader@harbour.example/bookings")
    camera.take_with("source", library.actions_.dialog)
    library.actions_.dialog.reject()
    library.show_library(papers.name)
    camera.until(lambda: library.table.files.rowCount() > 6)
    camera.take("library")
    library.table.choose(str(papers / "Staff handbook.pdf"))
    camera.until(lambda: library.inside.preview.place.isVisible())
    camera.take("preview")
    wide = window.size()
    window.resize(880, 640)
    camera.take("library-narrow")
    camera.theme.choose("dark")
    window.resize(wide)
    camera.take("preview-dark")
    camera.theme.choose("light")
    library.table.choose(str(papers / "Wages 2026.pdf"))
    library.inside.preview.unlock.click()
    assert library.actions_.dialog is not None
    camera.take_with("unlock", library.actions_.dialog)
    library.actions_.dialog.reject()
    library.actions_.ask_why(str(papers / "Berth plan.pdf"))
    why = library.actions_.dialog
    assert isinstance(why, WhyDialog)
    camera.until(lambda: why.found is not None)
    camera.take_with("why", why)
    why.reject()
    library.show_library(letters.name)
    camera.until(lambda: library.table.files.rowCount() == 1)
    library.table.expandAll()
    library.table.choose(str(letters / "Offer for the slipway.eml"))
    camera.until(lambda: library.inside.preview.inside.isVisible())
    camera.take("letters")
    camera.assistant.glossary.add(papers.name, "HM", "harbour master")
    draw_care(camera, papers.name)


def draw_care(camera: Camera, library: str) -> None:
    """What is set for one library, and its glossary."""
    page = camera.window.library
    page.show_library(library)
    page.inside.settings_button.click()
    camera.until(lambda: isinstance(page.actions_.dialog, LibrarySettingsDialog))
    assert page.actions_.dialog is not None
    camera.take_with("library-settings", page.actions_.dialog)
    page.actions_.dialog.reject()
    camera.settle()
    page.inside.glossary_button.click()
    glossary = page.actions_.dialog
    assert isinstance(glossary, GlossaryDialog)
    camera.until(lambda: glossary.entries.total > 0)
    glossary.table.selectRow(0)
    camera.take_with("glossary", glossary)
    glossary.reject()


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

    draw_library(camera, scratch)
    draw_models(camera)
    draw_settings(camera)
    draw_teach(camera, scratch, "Hollin Quay")
    screenshot_compare.draw(camera)

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
