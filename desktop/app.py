"""The composition root of the window: application, look, profile, crash hook, main window."""

import os
import signal
import sys
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from desktop.crash import CrashDialog, CrashHook
from desktop.errors import Problem, problem
from desktop.main_window import MainWindow
from desktop.profile_lock import ProfileLock
from desktop.settings.window_state import WindowState
from desktop.start_problem import StartProblem
from desktop.theme.theme import Theme
from engine.assistant import Assistant
from engine.errors import EngineError
from engine.paths import open_profile

SIGNAL_POLL_MS = 250


def application(arguments: list[str]) -> QApplication:
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(arguments)
    app.setApplicationName("alcove")
    app.setApplicationDisplayName("Alcove")
    app.setDesktopFileName("alcove")
    return app


class CrashDesk(QObject):
    """Shows crash reports, one at a time; a second one while the first is open is dropped."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.dialog: CrashDialog | None = None

    @Slot(str)
    def show(self, report: str) -> None:
        if self.dialog is None:
            self.dialog = CrashDialog(report)
            self.dialog.destroyed.connect(self._closed)
            self.dialog.show()

    @Slot()
    def _closed(self) -> None:
        self.dialog = None


def run(profile: Path | None = None) -> int:
    """Open the window and stay until it closes. Returns the exit code."""
    if not has_display():
        return tell(
            Problem(
                "There is no display to open a window on.",
                "Use the terminal instead: alcove chat",
                "no_display",
            )
        )
    app = application(sys.argv[:1])
    folder = ""
    try:
        opened = open_profile(profile)
        folder = str(opened.root)
        with ProfileLock(opened):
            assistant = Assistant.open(opened.root)
            try:
                return show(app, assistant)
            finally:
                assistant.close()
    except EngineError as error:
        return refuse(app, problem(error), folder)


def show(app: QApplication, assistant: Assistant) -> int:
    state = WindowState(assistant.profile.root)
    theme = Theme(app, state.theme)
    hook, desk = CrashHook(), CrashDesk(app)
    hook.reported.connect(desk.show)
    restore = hook.install()
    window = MainWindow(theme, assistant, state)
    window.lanes.crashed.connect(desk.show)
    signal.signal(signal.SIGINT, lambda _number, _frame: window.close())
    # Python sees signals only while it runs, so Qt hands over to it now and then.
    pulse = QTimer(app, interval=SIGNAL_POLL_MS)
    pulse.timeout.connect(_breathe)
    pulse.start()
    window.show()
    window.begin()
    try:
        return app.exec()
    finally:
        window.lanes.close()
        restore()


def _breathe() -> None:
    """Lets Python look at pending signals."""


def refuse(app: QApplication, told: Problem, folder: str) -> int:
    """Say why no window opens, in the terminal and on the screen."""
    code = tell(told)
    if app.platformName() not in ("offscreen", "minimal"):
        theme = Theme(app)
        StartProblem(theme, told, folder).exec()
    return code


def tell(told: Problem) -> int:
    sys.stderr.write(f"{told.message}\n{told.hint}\n")
    return 1


def has_display() -> bool:
    """On Linux a window needs X11 or Wayland, unless another platform was asked for."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
