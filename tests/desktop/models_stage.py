"""What the tests of the Models page share: going there, finding cards, agreeing to questions."""

from dataclasses import dataclass, field

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.models.model_card import ModelCardView
from desktop.theme.theme import Theme
from desktop.widgets import ask
from tests.desktop.conftest import WAIT_MS, Stage


@dataclass
class Asked:
    """Questions that were asked, and what is answered."""

    answer: bool = True
    questions: list[tuple[str, str]] = field(default_factory=list)


def answering(monkeypatch: pytest.MonkeyPatch, *, answer: bool = True) -> Asked:
    asked = Asked(answer)

    def sure(
        _theme: Theme,
        _parent: QWidget,
        _title: str,
        question: str,
        words: str,
        *,
        yes: str,
        no: str = "Cancel",
    ) -> bool:
        asked.questions.append((question, words))
        return asked.answer

    monkeypatch.setattr(ask, "sure", sure)
    return asked


def go(qtbot: QtBot, stage: Stage) -> None:
    """Open the page and wait for its cards."""
    stage.window.go("models")
    qtbot.waitUntil(lambda: stage.window.models.shown is not None, timeout=WAIT_MS)


def names(stage: Stage) -> list[str]:
    return [card.entry.card.name for card in stage.window.models.cards]


def card(qtbot: QtBot, stage: Stage, name: str) -> ModelCardView:
    """The card of a model, once it is there and nothing goes on."""
    models = stage.window.models
    qtbot.waitUntil(lambda: name in names(stage) and not models.work.running, timeout=WAIT_MS)
    found = models.shelf.card(name)
    assert found is not None
    return found


def idle(qtbot: QtBot, stage: Stage) -> None:
    """Until all work and the reading after it are done."""
    models = stage.window.models
    qtbot.waitUntil(
        lambda: not models.work.running and not stage.window.lanes.busy, timeout=WAIT_MS
    )
