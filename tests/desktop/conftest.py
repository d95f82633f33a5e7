"""A window over the real engine in a temporary profile, with stand-ins for the two models."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.main_window import MainWindow
from desktop.settings.window_state import WindowState
from desktop.theme.theme import Theme
from engine.assistant import Assistant
from engine.models.calibration import Calibration, Probe
from engine.paths import open_profile
from engine.progress import drain
from engine.store.connect import Vault
from tests.desktop.paced_model import PacedChatModel
from tests.fakes import HashingEmbedder

SKIFF = "# Prices\n\nA family skiff costs 78 crowns for a whole day. A launch costs 172 crowns.\n"
KEYS = "# Keys\n\nThe spare keys hang behind the harbour office door.\n"
WAIT_MS = 10_000
FIGURES = Calibration(
    20e9, (Probe("Q8_0", 300.0, 40.0, 100_000_000, 150_000_000),), "this very machine"
)


@dataclass
class Stage:
    """A window and what stands behind it."""

    window: MainWindow
    assistant: Assistant
    model: PacedChatModel
    theme: Theme


@pytest.fixture(autouse=True)
def _measured_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening the Models page measures nothing in tests."""
    monkeypatch.setattr(Calibration, "read", classmethod(lambda _cls, _folder=None: FIGURES))


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "prices.md").write_text(SKIFF, "utf-8")
    (folder / "keys.txt").write_text(KEYS, "utf-8")
    return folder


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    made = Theme(qapp, "light")
    yield made
    made.deleteLater()


@pytest.fixture
def open_window(qtbot: QtBot, theme: Theme, tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    """Opens windows on one profile, one after the other; closes whatever is still open."""
    stages: list[Stage] = []

    def close(stage: Stage) -> None:
        stage.window.close()
        stage.assistant.close()
        stages.remove(stage)

    def make(text: str = "", *, add: Path | None = None, watched: bool = False) -> Stage:
        for open_stage in list(stages):
            close(open_stage)
        profile = open_profile(tmp_path / "profile")
        model = PacedChatModel(text)
        assistant = Assistant(
            profile, Vault.open(profile.vault), embedder=HashingEmbedder(), chat_model=model
        )
        if add is not None:
            drain(assistant.add([add]))
        state = WindowState(profile.root)
        if not watched:  # what a test does to a file is read when the test says so
            state.unwatched = frozenset({"Documents"})
        window = MainWindow(theme, assistant, state)
        stage = Stage(window, assistant, model, theme)
        stages.append(stage)
        window.show()
        window.begin()
        qtbot.waitUntil(lambda: window.readiness.is_ready, timeout=WAIT_MS)
        qtbot.waitUntil(lambda: window.foot.model.text() != "", timeout=WAIT_MS)
        return stage

    yield make
    for stage in list(stages):
        close(stage)
        stage.window.deleteLater()
