"""A reranker in the settings: measured on questions, used where it helps, and switched off."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.settings.reranker_card import RerankerCard
from engine.models import reranker_shelf
from tests.desktop.conftest import WAIT_MS, Stage
from tests.rerankers import write_reranker

pytestmark = pytest.mark.window
Open = Callable[..., Stage]
ASKED = "zebra quagga okapi bridge river"


def _papers(folder: Path) -> Path:
    made = folder / "papers"
    made.mkdir()
    (made / "bridge.txt").write_text("Zebra quagga okapi bridge.")
    (made / "river.txt").write_text("Told of much before bridge and river are.")
    return made


def _open_card(qtbot: QtBot, stage: Stage) -> RerankerCard:
    card = stage.window.settings.reranker
    stage.window.go("settings")
    qtbot.waitUntil(lambda: card.shown is not None, timeout=WAIT_MS)
    return card


def test_without_one_the_card_says_where_they_come_from(qtbot: QtBot, open_window: Open) -> None:
    card = _open_card(qtbot, open_window())
    assert card.state_words.text() == "None is used. They are fetched on the Models page."
    assert card.measure.isHidden()
    assert card.use.isHidden()
    assert card.off.isHidden()


def test_it_is_measured_used_and_switched_off(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    stage = open_window(add=_papers(tmp_path))
    folder = stage.assistant.profile.models / reranker_shelf.FOLDER / "tiny"
    write_reranker(folder)
    (folder / reranker_shelf.CARD_FILE).write_text(json.dumps({"name": "Tiny"}))
    row = json.dumps({"question": ASKED, "documents": ["river.txt"]})
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join([row] * 20))

    card = _open_card(qtbot, stage)
    assert card.state_words.text() == "None is used."
    card.begin(tmp_path / "missing.jsonl")
    qtbot.waitUntil(lambda: bool(card.told.text()) and not card.measure.isHidden(), timeout=WAIT_MS)
    card.begin(file)
    assert not card.stop.isHidden()
    qtbot.waitUntil(lambda: not card.use.isHidden(), timeout=WAIT_MS)
    assert card.told.text() == ""
    assert "for 0% without and 100% with Tiny: it helps." in card.state_words.text()
    card.use.click()
    qtbot.waitUntil(lambda: not card.off.isHidden(), timeout=WAIT_MS)
    assert card.state_words.text().startswith("Tiny is used.")
    assert stage.assistant.search(ASKED).hits[0].passage.path.endswith("river.txt")
    card.off.click()
    qtbot.waitUntil(lambda: not card.use.isHidden(), timeout=WAIT_MS)
    assert stage.assistant.rerankers.state().serving == ""
