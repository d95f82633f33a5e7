"""Starting: one window a profile, vaults that cannot be opened, crash reports."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from desktop import app
from desktop.app import CrashDesk, run
from desktop.crash import CrashHook, report_of
from desktop.errors import Problem
from desktop.profile_lock import ProfileLock
from desktop.start_problem import StartProblem
from desktop.theme.theme import Theme
from engine.assistant import Assistant
from engine.errors import VaultBusyError
from engine.paths import open_profile

pytestmark = pytest.mark.window
SECRET = "diagnosis of a person"


def test_a_second_window_is_refused(
    qtbot: QtBot, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with ProfileLock(open_profile(tmp_path)):
        assert run(tmp_path) == 1
    told = capsys.readouterr().err
    assert "already open" in told
    assert "--profile" in told


def test_the_lock_is_free_after_the_window(tmp_path: Path) -> None:
    profile = open_profile(tmp_path)
    with ProfileLock(profile):
        pass
    with ProfileLock(profile), pytest.raises(VaultBusyError), ProfileLock(profile):
        pass


def test_a_second_process_ends_with_one_sentence_and_a_hint(tmp_path: Path) -> None:
    with ProfileLock(open_profile(tmp_path)):
        done = subprocess.run(
            [sys.executable, "-m", "desktop", "--profile", str(tmp_path)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 2
    assert "Traceback" not in done.stderr


def test_a_damaged_vault_is_told(
    qtbot: QtBot, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    profile = open_profile(tmp_path)
    profile.vault.write_bytes(b"this is not a database at all" * 400)
    assert run(tmp_path) == 1
    sentence, hint = capsys.readouterr().err.strip().splitlines()
    assert sentence
    assert hint
    assert profile.vault.read_bytes().startswith(b"this is not")


def test_no_display_is_told_in_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert run() == 1
    assert "alcove chat" in capsys.readouterr().err


def test_a_damaged_vault_is_set_aside_when_the_user_wants_it(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = open_profile(tmp_path)
    profile.vault.write_bytes(b"this is not a database at all" * 400)
    told: list[Problem] = []
    opened: list[Path] = []

    def explain(_app: object, problem: Problem, _folder: str) -> bool:
        told.append(problem)
        return problem.code == "vault_damaged"

    def show(_app: object, assistant: Assistant, _told: object) -> int:
        opened.append(assistant.profile.root)
        return 0

    monkeypatch.setattr(app, "on_screen", lambda _app: True)
    monkeypatch.setattr(app, "explain", explain)
    monkeypatch.setattr(app, "show", show)
    assert run(tmp_path) == 0
    assert [one.code for one in told] == ["vault_damaged", "mended"]
    assert opened == [tmp_path]
    assert any(path.read_bytes().startswith(b"this is not") for path in tmp_path.glob("vault*"))


def test_the_dialog_tells_what_was_pressed(qtbot: QtBot, theme: Theme) -> None:
    dialog = StartProblem(theme, Problem("Damaged.", "Mend.", "x"), mend="Set it aside and start")
    qtbot.addWidget(dialog)
    dialog.mend.click()
    assert dialog.mended


def test_a_start_problem_shows_sentence_and_hint(qtbot: QtBot, theme: Theme) -> None:
    dialog = StartProblem(theme, Problem("The vault is damaged.", "Mend it.", "x"), "/tmp")
    qtbot.addWidget(dialog)
    assert dialog.message.text() == "The vault is damaged."
    assert dialog.hint.text() == "Mend it."


def test_a_report_has_the_whole_chain_and_no_text() -> None:
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            raise RuntimeError(SECRET) from error
    except RuntimeError as error:
        report = report_of(error)
    assert "RuntimeError" in report
    assert "KeyError" in report
    assert SECRET not in report


def test_the_hook_catches_every_thread_and_the_report_can_be_copied(qtbot: QtBot, qapp) -> None:  # type: ignore[no-untyped-def]
    hook, desk = CrashHook(), CrashDesk(qapp)
    hook.reported.connect(desk.show)
    restore = hook.install()
    try:

        def work() -> None:
            raise ZeroDivisionError(SECRET)

        with qtbot.waitSignal(hook.reported):
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
    finally:
        restore()
    qtbot.waitUntil(lambda: desk.dialog is not None)
    dialog = desk.dialog
    assert dialog is not None
    assert SECRET not in dialog.report.toPlainText()
    dialog.copy()
    assert "ZeroDivisionError" in QGuiApplication.clipboard().text()
    with qtbot.waitSignal(dialog.destroyed):
        dialog.close()
    assert desk.dialog is None
