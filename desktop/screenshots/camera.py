"""The window as it is photographed: driven, waited for, taken."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QRect, QTimer
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from desktop.chat.answer_view import AnswerView
from desktop.main_window import FIRST_SIZE, MainWindow
from desktop.settings.window_state import WindowState
from desktop.theme.theme import Theme
from engine.assistant import Assistant

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
