"""The Teach page with nothing scripted: a tiny model trained, compared and used from the window."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import sys
from pathlib import Path

import pytest

pytest.importorskip("pytestqt")

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.main_window import MainWindow
from desktop.settings.window_state import WindowState
from desktop.teach.check_view import Choice
from desktop.theme.theme import Theme
from engine.assistant import Assistant
from engine.formats import examples as example_file
from engine.paths import open_profile
from engine.store.connect import Vault
from engine.teach import trainer_process
from engine.teach.recipes import recipe
from tests.fakes import HashingEmbedder
from tests.training import families, jobs

LONG_MS = 280_000
pytestmark = pytest.mark.timeout(3 * LONG_MS // 1000)


def test_a_tiny_model_is_taught_from_the_page(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(trainer_process.VARIABLE, sys.executable)
    base = tmp_path / "tiny.gguf"
    kind = families.FAMILIES["llama"]
    families.write_gguf(kind, families.make_model(kind), base)
    example_file.write(tmp_path / "e.jsonl", jobs.examples(40))
    home = open_profile(tmp_path / "profile")
    assistant = Assistant(home, Vault.open(home.vault), embedder=HashingEmbedder())
    assistant.model_jobs.add(base)
    assistant.model_use.set_default("tiny")
    theme = Theme(qapp, "light")
    window = MainWindow(theme, assistant, WindowState(home.root))
    page = window.teach
    try:
        window.show()
        window.go("teach")
        qtbot.waitUntil(lambda: page.facts is not None, timeout=LONG_MS)
        page.choose(recipe("style"))
        page.examples.work.open(tmp_path / "e.jsonl")
        qtbot.waitUntil(lambda: page.examples.ready, timeout=LONG_MS)
        page.examples.review.go_button.click()
        qtbot.waitUntil(lambda: page.check.check is not None, timeout=LONG_MS)
        page.check.changed.emit(Choice(name="Aye", settings={**jobs.SMALL, "steps": 30}))
        qtbot.waitUntil(page.check.start_button.isEnabled, timeout=LONG_MS)
        page.check.start_button.click()
        qtbot.waitUntil(lambda: page.result.result is not None, timeout=LONG_MS)
        result = page.result.result
        assert result is not None
        assert len(page.live.plot.losses) == 30
        assert page.live.plot.losses[-1][1] < page.live.plot.losses[0][1]
        assert result.decision is not None
        assert result.decision.questions == 4
        assert result.decision.after > result.decision.before
        page.result.use.click()
        qtbot.waitUntil(lambda: page.result.in_use, timeout=LONG_MS)
        [used] = assistant.adapters.in_use()
        assert used.effect > 0  # the model process proved that it acts
    finally:
        window.close()
        assistant.close()
        window.deleteLater()
        theme.deleteLater()
