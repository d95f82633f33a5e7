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
from desktop.settings.vault_change import VaultChange, apply
from desktop.settings.window_state import WindowState
from desktop.start_problem import StartProblem
from desktop.tasks import Lanes
from desktop.theme.theme import Theme
from desktop.unlock_vault import UnlockVault
from desktop.widgets.busy import Busy
from engine.assistant import Assistant
from engine.errors import DamagedVaultError, EngineError, VaultLockedError
from engine.paths import Profile, open_profile
from engine.services.vault_lock import VaultLock

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
    app.setQuitOnLastWindowClosed(False)  # dialogs come and go before and between windows
    return Opening(app, profile).run()


class Opening:
    """Opens the window of a profile, and opens it again after the vault was changed under it."""

    def __init__(self, app: QApplication, chosen: Path | None) -> None:
        self._app, self._chosen = app, chosen
        self._folder = ""
        self._key: bytes | None = None
        """Of an encrypted vault, once it is known."""

    def run(self) -> int:
        """Returns the exit code."""
        try:
            opened = open_profile(self._chosen)
            self._folder = str(opened.root)
            with ProfileLock(opened):
                return self._stay(opened)
        except EngineError as error:
            told = problem(error)
            tell(Problem(error.message, error.hint, error.code))  # a terminal knows its commands
            if on_screen(self._app) and explain(self._app, told, self._folder):
                return mend_and_run(self._app, Path(self._folder), self._key)
            return 1

    def _stay(self, profile: Profile) -> int:
        told: str | Problem = ""
        while True:
            if self._key is None and not self._unlock(profile):
                return 0
            assistant = Assistant.open(profile.root, key=self._key)
            try:
                ended = show(self._app, assistant, told)
            finally:
                assistant.close()
            if isinstance(ended, int):
                return ended
            told = self._change(profile, ended)

    def _unlock(self, profile: Profile) -> bool:
        """Find the key, asking for the passphrase where one is needed; False where the user leaves.

        Raises VaultLockedError where nobody can be asked.
        """
        lock = VaultLock(profile)
        try:
            self._key = lock.key()
        except VaultLockedError:
            if not (on_screen(self._app) and lock.state().passphrase):
                raise
        else:
            return True
        lanes = Lanes()
        dialog = UnlockVault(Theme(self._app, WindowState(profile.root).theme), lanes, lock)
        try:
            opened = bool(dialog.exec())
            self._key = dialog.key
        finally:
            lanes.close()
            dialog.deleteLater()
        return opened

    def _change(self, profile: Profile, change: VaultChange) -> str | Problem:
        """Encrypt or decrypt while no window is open; says how that went."""
        lanes = Lanes()
        theme = Theme(self._app, WindowState(profile.root).theme)
        busy = Busy(lanes, change.words, "It takes a moment. Nothing is lost if it is interrupted.")
        try:
            busy.run(lambda _cancel: apply(profile, change))
        finally:
            lanes.close()
            theme.deleteLater()
        if busy.problem is not None:
            return busy.problem
        self._key = busy.result_value
        return change.done


def show(app: QApplication, assistant: Assistant, told: str | Problem = "") -> int | VaultChange:
    """The window until it closes: the exit code, or what is to be done with the vault.

    ``told`` is how the change before went.
    """
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
    if told:
        window.go("settings")
        window.settings.tell(told)
    app.setQuitOnLastWindowClosed(True)
    try:
        code = app.exec()
        return window.vault_change or code
    finally:
        app.setQuitOnLastWindowClosed(False)
        pulse.stop()
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


def mend_and_run(app: QApplication, profile: Path, key: bytes | None = None) -> int:
    """Set a damaged vault aside, say what the window goes on with, and open it."""
    try:
        done = Assistant.rescue(profile, key=key)
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
