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
from engine.errors import DamagedVaultError, EngineError
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
        told = problem(error)
        tell(Problem(error.message, error.hint, error.code))  # a terminal knows its commands
        if on_screen(app) and explain(app, told, folder):
            return mend_and_run(app, Path(folder))
        return 1


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


def on_screen(app: QApplication) -> bool:
    """Whether anybody could see and close a dialog."""
    return app.platformName() not in ("offscreen", "minimal")


def explain(app: QApplication, told: Problem, folder: str) -> bool:
    """Say on the screen why no window opens; tells whether the user wants it mended."""
    mend = "Set it aside and start" if told.code == DamagedVaultError.code else ""
    dialog = StartProblem(Theme(app), told, folder, mend=mend)
    dialog.exec()
    return dialog.mended


def mend_and_run(app: QApplication, profile: Path) -> int:
    """Set a damaged vault aside, say what the window goes on with, and open it."""
    try:
        done = Assistant.rescue(profile)
    except EngineError as error:
        told = problem(error)
        tell(told)
        explain(app, told, str(profile))
        return 1
    if done is not None:
        explain(app, Problem(f"{done.detail}.", done.hint, "mended"), str(profile))
    return run(profile)


def tell(told: Problem) -> int:
    sys.stderr.write(f"{told.message}\n{told.hint}\n")
    return 1


def has_display() -> bool:
    """On Linux a window needs X11 or Wayland, unless another platform was asked for."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
