"""Another passage length or encoder in the window: its cost first, then paused and gone on with."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.settings.reading_card import ReadingCard
from desktop.settings.reading_dialog import ASK, BEGIN, ReadingDialog, plan_words
from engine.inference.encoder_folder import CARD_FILE
from engine.models.encoder_shelf import FOLDER
from engine.progress import drain
from engine.services.reembed_jobs import Change, ReembedPlan
from engine.store import recut
from tests.desktop.conftest import WAIT_MS, Stage
from tests.desktop.library_stage import wait_idle
from tests.encoders import write_encoder

pytestmark = pytest.mark.window
Open = Callable[..., Stage]


def papers(folder: Path, number: int) -> Path:
    made = folder / "papers"
    made.mkdir()
    for at in range(number):
        (made / f"{at}.txt").write_text(
            " ".join(f"Sentence {n} of paper {at} tells of thing{n}." for n in range(60))
        )
    return made


def open_card(qtbot: QtBot, stage: Stage) -> ReadingCard:
    card = stage.window.settings.reading
    stage.window.go("settings")
    qtbot.waitUntil(lambda: card.reading is not None, timeout=WAIT_MS)
    return card


def ask(qtbot: QtBot, card: ReadingCard, tokens: str) -> ReadingDialog:
    card.change.click()
    dialog = card.dialog
    assert isinstance(dialog, ReadingDialog)
    dialog.tokens.setText(tokens)
    dialog.yes.click()
    qtbot.waitUntil(lambda: dialog.notice is not None, timeout=WAIT_MS)
    return dialog


def test_a_change_tells_its_cost_and_is_made(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    stage = open_window(add=papers(tmp_path, 6))
    before = stage.assistant.status().passages
    card = open_card(qtbot, stage)
    assert card.state_words.text() == (
        "Passages of 130 tokens, read by the encoder that came with Alcove."
    )
    dialog = ask(qtbot, card, "7")
    assert dialog.notice is not None
    assert dialog.notice.message.text() == "Passages can be 32 to 2048 tokens long."
    dialog.tokens.setText("40")
    dialog.yes.click()
    qtbot.waitUntil(lambda: dialog.plan is not None, timeout=WAIT_MS)
    assert dialog.notice.message.text() == "6 documents cut anew."
    assert "on the disk for a while" in dialog.notice.hint.text()
    assert dialog.yes.text() == BEGIN
    dialog.tokens.textEdited.emit("40")
    assert dialog.yes.text() == ASK, "what was changed is asked anew"
    dialog.yes.click()
    qtbot.waitUntil(lambda: dialog.plan is not None, timeout=WAIT_MS)
    with qtbot.waitSignal(card.renewal.done, timeout=WAIT_MS):
        dialog.yes.click()
    qtbot.waitUntil(
        lambda: card.state_words.text().startswith("Passages of 40 tokens"), timeout=WAIT_MS
    )
    assert card.go_on.isHidden()
    assert card.pause.isHidden()
    assert stage.assistant.status().passages > 1.5 * before
    assert recut.left(stage.assistant._vault, 40) == []


def test_a_change_is_paused_and_gone_on_with(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    stage = open_window(add=papers(tmp_path, 120))
    card = open_card(qtbot, stage)
    card.renewal.start("", 40)
    qtbot.waitUntil(lambda: card.bar.maximum() > 0 and card.pause.isVisible(), timeout=WAIT_MS)
    assert stage.window.foot.job.text().startswith("Reading documents anew")
    card.pause.click()
    qtbot.waitUntil(lambda: not card.renewal.running and card.go_on.isVisible(), timeout=WAIT_MS)
    left = len(recut.left(stage.assistant._vault, 40))
    assert 0 < left < 120
    assert card.state_words.text().endswith("is paused.")
    # Searching and adding go on meanwhile; the next start leaves it paused.
    assert stage.assistant.search("thing33").hits
    again = open_window()
    card = open_card(qtbot, again)
    qtbot.waitUntil(lambda: card.go_on.isVisible(), timeout=WAIT_MS)
    assert not card.renewal.running
    with qtbot.waitSignal(card.renewal.done, timeout=3 * WAIT_MS):
        card.go_on.click()
    assert recut.left(again.assistant._vault, 40) == []
    wait_idle(qtbot, again)


def test_an_interrupted_change_is_taken_up_at_the_start(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    stage = open_window(add=papers(tmp_path, 60))
    work = stage.assistant.reembed.run(passage_tokens=40)
    for progress in work:
        if progress.done > 5:
            break
    work.close()
    assert recut.left(stage.assistant._vault, 40)
    again = open_window()
    qtbot.waitUntil(lambda: again.assistant.reembed.state() is None, timeout=3 * WAIT_MS)
    assert recut.left(again.assistant._vault, 40) == []


def test_a_folder_without_an_encoder_is_told(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    stage = open_window(add=papers(tmp_path, 2))
    card = open_card(qtbot, stage)
    card.change.click()
    dialog = card.dialog
    assert isinstance(dialog, ReadingDialog)
    dialog.other.click()
    dialog.yes.click()
    assert dialog.notice is not None
    assert dialog.notice.message.text() == "No folder is chosen."
    dialog.folder.setText(str(tmp_path / "nothing"))
    dialog.yes.click()
    qtbot.waitUntil(
        lambda: dialog.notice is not None and "nothing" in dialog.notice.message.text(),
        timeout=WAIT_MS,
    )
    assert dialog.yes.isEnabled()
    assert stage.assistant.reembed.state() is None
    dialog.reject()


def test_what_is_as_wanted_already_is_said(qtbot: QtBot, open_window: Open, tmp_path: Path) -> None:
    stage = open_window(add=papers(tmp_path, 2))
    dialog = ask(qtbot, open_card(qtbot, stage), "130")
    assert dialog.notice is not None
    assert dialog.notice.message.text() == "That is how it is already."
    assert not dialog.yes.isEnabled()
    dialog.reject()
    assert drain(stage.assistant.reembed.plan()).documents == 0


def test_a_full_disk_is_told_before_anything_begins() -> None:
    words, hint = plan_words(ReembedPlan(Change("", 40), 6, 0, 9_000_000, 2_000_000))
    assert words == "It needs about 9.0 MB on the disk for a while, and 2.0 MB are free."
    assert hint == "Free some space and try again."


def test_an_encoder_of_the_catalogue_is_offered_by_its_name(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    stage = open_window(add=papers(tmp_path, 2))
    folder = write_encoder(stage.assistant.profile.models / FOLDER / "tiny-encoder")
    (folder / CARD_FILE).write_text('{"name": "Tiny Encoder"}', "utf-8")
    card = open_card(qtbot, stage)
    qtbot.waitUntil(
        lambda: card.reading is not None and bool(card.reading.fetched), timeout=WAIT_MS
    )
    card.change.click()
    dialog = card.dialog
    assert isinstance(dialog, ReadingDialog)
    (offered,) = dialog.fetched
    assert offered.text() == "Tiny Encoder"
    offered.click()
    assert not dialog.folder.isEnabled()
    dialog.tokens.setText("60")
    dialog.yes.click()
    qtbot.waitUntil(lambda: dialog.plan is not None, timeout=WAIT_MS)
    with qtbot.waitSignal(card.renewal.done, timeout=WAIT_MS):
        dialog.yes.click()
    assert stage.assistant.reembed.now().embedder == str(folder)
    told = "Passages of 60 tokens, read by Tiny Encoder."
    qtbot.waitUntil(lambda: card.state_words.text() == told, timeout=WAIT_MS)
