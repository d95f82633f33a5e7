"""Getting a model in the window: judged before, asked, fetched, stopped, gone on with, told."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.models.offer_card import OfferCard
from engine.models import catalogue
from engine.models.catalogue import Offer
from tests.desktop.conftest import WAIT_MS, Stage
from tests.desktop.models_stage import answering, card, go, idle, names
from tests.engine.models.hub import Hub, serving
from tests.ggufs import write_model

pytestmark = pytest.mark.window
Open = Callable[..., Stage]
OFFER = Offer(
    "Tiny Hub", "chat", "maker/tiny", "tiny.gguf", "1B", "Q8_0", 2048, "MIT", "For tests."
)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(catalogue, "offers", lambda: (OFFER,))
    with serving(Hub(write_model(tmp_path / "source.gguf", rows=20_000).read_bytes())) as served:
        (tmp_path / "profile").mkdir()
        settings_file = tmp_path / "profile" / "settings.toml"
        settings_file.write_text(f'[download]\nmirror = "{served.url}"\n')
        yield served


def offer_card(qtbot: QtBot, stage: Stage, name: str = "Tiny Hub") -> OfferCard:
    """Go to the catalogue and return a card of it."""
    go(qtbot, stage)
    view = stage.window.models.catalogue
    stage.window.models.get_button.click()
    qtbot.waitUntil(lambda: view.card(name) is not None, timeout=WAIT_MS)
    found = view.card(name)
    assert found is not None
    return found


def test_offers_are_judged_before_anything_is_fetched(qtbot: QtBot, open_window: Open) -> None:
    stage = open_window()
    found = offer_card(qtbot, stage, "Qwen3 4B")
    assert found.judged.words.startswith(("It fits", "It will"))
    assert found.judged.exact
    assert "huggingface.co" in stage.window.models.catalogue.remark.text()
    assert stage.assistant.status().connections == 0
    sizes = [one.judged.size_bytes for one in stage.window.models.catalogue.cards
             if one.offer.role == "chat"]  # fmt: skip
    assert len(sizes) >= 12
    groups = [0 if size < 1e9 else 1 if size < 4e9 else 2 for size in sizes]
    assert groups == sorted(groups)


def test_the_question_names_host_size_and_licence_and_no_means_no(
    qtbot: QtBot, open_window: Open, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answering(monkeypatch, answer=False)
    stage = open_window()
    offer_card(qtbot, stage).get.click()
    ((question, words),) = asked.questions
    assert question == "Fetch Tiny Hub from 127.0.0.1?"
    assert "MIT" in words
    assert "About 1.1 GB" in words
    assert hub.requests == []


def test_a_model_is_fetched_and_on_the_list(
    qtbot: QtBot, open_window: Open, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch)
    stage = open_window()
    found = offer_card(qtbot, stage)
    found.get.click()
    qtbot.waitUntil(lambda: not found.here.isHidden(), timeout=WAIT_MS)
    assert found.get.isHidden()
    assert found.transfer.isHidden()
    stage.window.models.show_shelf()
    view = card(qtbot, stage, "Tiny Hub")
    assert view.entry.card.source == "downloaded"
    notice = stage.window.models.notice
    assert notice is not None
    assert notice.message.text() == "Tiny Hub is here."
    idle(qtbot, stage)
    file = Path(view.entry.card.file)
    assert file.exists()
    card(qtbot, stage, "Tiny Hub").remove.trigger()
    qtbot.waitUntil(lambda: "Tiny Hub" not in names(stage), timeout=WAIT_MS)
    assert not file.exists()


def test_a_stopped_download_goes_on_after_a_restart(
    qtbot: QtBot, open_window: Open, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch)
    hub.pause_after = 1_000_000
    stage = open_window()
    found = offer_card(qtbot, stage)
    found.get.click()
    work = stage.window.models.work
    qtbot.waitUntil(
        lambda: any(progress.done > 0 for progress in work.progress.values()), timeout=WAIT_MS
    )
    assert "Fetching Tiny Hub" in stage.window.foot.job.text()
    assert "MB of" in found.transfer.words.text() or "KB of" in found.transfer.words.text()
    found.transfer.stop.click()
    qtbot.waitUntil(lambda: not work.running, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: found.transfer.state == "paused", timeout=WAIT_MS)

    hub.pause_after = None
    again = open_window()
    go(qtbot, again)
    (waiting,) = again.window.models.shelf.transfers
    assert waiting.name == "Tiny Hub"
    assert waiting.transfer.state == "paused"
    waiting.transfer.resume.click()
    card(qtbot, again, "Tiny Hub")
    assert hub.ranges_asked[-1].startswith("bytes=")
    idle(qtbot, again)
    assert again.window.models.shelf.transfers == []


def test_a_part_can_be_thrown_away(
    qtbot: QtBot, open_window: Open, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch)
    hub.pause_after = 1_000_000
    stage = open_window()
    found = offer_card(qtbot, stage)
    found.get.click()
    work = stage.window.models.work
    qtbot.waitUntil(
        lambda: any(progress.done > 0 for progress in work.progress.values()), timeout=WAIT_MS
    )
    found.transfer.stop.click()
    qtbot.waitUntil(lambda: not work.running, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: found.transfer.state == "paused", timeout=WAIT_MS)
    assert stage.assistant.model_jobs.unfinished()
    found.transfer.discard.click()
    qtbot.waitUntil(lambda: not found.get.isHidden(), timeout=WAIT_MS)
    assert stage.assistant.model_jobs.unfinished() == {}


def test_what_went_wrong_is_told_with_one_button(
    qtbot: QtBot, open_window: Open, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answering(monkeypatch)
    hub.corrupt = True
    stage = open_window()
    found = offer_card(qtbot, stage)
    found.get.click()
    qtbot.waitUntil(lambda: found.problem is not None, timeout=WAIT_MS)
    assert found.problem is not None
    assert "checksum" in found.problem.message.text()
    assert found.problem.hint.text()
    assert found.problem.button.text() == "Try again"
    idle(qtbot, stage)
    hub.corrupt = False
    found.problem.button.click()
    qtbot.waitUntil(lambda: not found.here.isHidden(), timeout=WAIT_MS)
    assert len(asked.questions) == 2
