"""The Models page: what a card tells, and what its buttons do."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import gguf
import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QAbstractButton, QFileDialog
from pytestqt.qtbot import QtBot

from desktop.models.faster_result import FasterResult
from engine import settings
from engine.models import faster
from engine.models.places import Machine
from engine.models.requantize import Speed
from tests.desktop.conftest import WAIT_MS, Stage
from tests.desktop.library_stage import drop
from tests.desktop.models_stage import answering, card, go, idle, names
from tests.ggufs import write_adapter, write_model

pytestmark = pytest.mark.window
Open = Callable[..., Stage]


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return write_model(tmp_path / "mine" / "tiny.gguf", quantization=gguf.LlamaFileType.MOSTLY_Q4_1)


def add(qtbot: QtBot, stage: Stage, path: Path) -> None:
    go(qtbot, stage)
    stage.window.models.add([path])
    idle(qtbot, stage)


def test_a_card_tells_what_the_model_is_and_needs(
    qtbot: QtBot, open_window: Open, tiny: Path
) -> None:
    write_adapter(tiny.with_name("house-style.gguf"))
    stage = open_window()
    add(qtbot, stage, tiny)
    view = card(qtbot, stage, "Tiny")
    assert view.line.text().endswith("·  Q4_1  ·  reads 2,048 tokens  ·  licence not stated")
    assert view.verdict.text().startswith("It fits: it needs")
    assert "Expected: writes" in view.verdict.text()
    assert view.entry.report is not None
    assert view.fit.text() == "Fits"
    view.show_details.setChecked(True)
    assert view.details.isVisibleTo(view)


def test_the_catalogues_words_stand_on_a_file_that_it_knows(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    stage = open_window()
    add(qtbot, stage, write_model(tmp_path / "Qwen3-4B-Q4_K_M.gguf", name="Some Qwen"))
    assert card(qtbot, stage, "Some Qwen").entry.purpose.startswith("Strong for its size")


def test_a_file_is_chosen(
    qtbot: QtBot, open_window: Open, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", staticmethod(lambda *_: ([str(tiny)], "")))
    stage = open_window()
    go(qtbot, stage)
    stage.window.models.file_button.click()
    card(qtbot, stage, "Tiny")
    idle(qtbot, stage)
    notice = stage.window.models.notice
    assert notice is not None
    assert notice.message.text() == "Tiny is on the list."


def test_a_file_is_dropped(qtbot: QtBot, open_window: Open, tiny: Path) -> None:
    stage = open_window()
    go(qtbot, stage)
    drop(stage.window.models, [tiny])
    card(qtbot, stage, "Tiny")


def test_what_is_no_model_is_told(qtbot: QtBot, open_window: Open, tmp_path: Path) -> None:
    path = tmp_path / "letter.gguf"
    path.write_text("Dear Sir or Madam, " * 10)
    stage = open_window()
    add(qtbot, stage, path)
    notice = stage.window.models.notice
    assert notice is not None
    assert "letter.gguf" in notice.message.text()
    assert notice.button.text() == "Close"
    notice.button.click()
    assert stage.window.models.notice is None


def test_models_of_other_programs_stand_by_themselves(
    qtbot: QtBot, open_window: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    write_model(home / ".lmstudio" / "models" / "maker" / "repo" / "found.gguf", name="Found")
    monkeypatch.setattr(Machine, "this", classmethod(lambda cls: cls(home, {}, "test")))
    stage = open_window()
    go(qtbot, stage)
    view = card(qtbot, stage, "Found")
    assert view.entry.elsewhere
    assert view.entry.card.source == "LM Studio"
    assert "from LM Studio" in view.line.text()
    assert names(stage)[-1] == "Found"


def test_use_as_default_is_kept_and_shown(qtbot: QtBot, open_window: Open, tiny: Path) -> None:
    stage = open_window()
    add(qtbot, stage, tiny)
    card(qtbot, stage, "Tiny").use.click()
    qtbot.waitUntil(lambda: card(qtbot, stage, "Tiny").entry.default, timeout=WAIT_MS)
    view = card(qtbot, stage, "Tiny")
    assert view.tags.text() == "Default"
    assert view.use.isHidden()
    assert settings.load(stage.assistant.profile.settings).model.name == "Tiny"
    assert stage.assistant.model_use.default == "Tiny"


def test_the_starter_becomes_the_default_again(qtbot: QtBot, open_window: Open, tiny: Path) -> None:
    stage = open_window()
    add(qtbot, stage, tiny)
    starter = next(
        view for view in stage.window.models.cards if view.entry.card.source == "starter"
    )
    assert starter.entry.default
    stage.assistant.model_use.set_default("Tiny")
    stage.assistant.model_use.set_default(starter.entry.card.name)
    assert settings.load(stage.assistant.profile.settings).model.name == ""


def test_an_added_file_is_taken_off_the_list_and_stays(
    qtbot: QtBot, open_window: Open, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answering(monkeypatch, answer=False)
    stage = open_window()
    add(qtbot, stage, tiny)
    card(qtbot, stage, "Tiny").remove.trigger()
    ((question, words),) = asked.questions
    assert question == "Take Tiny off the list?"
    assert str(tiny) in words
    assert not stage.window.models.work.running
    asked.answer = True
    card(qtbot, stage, "Tiny").remove.trigger()
    qtbot.waitUntil(lambda: "Tiny" not in names(stage), timeout=WAIT_MS)
    assert tiny.exists()


def test_the_starter_stays(qtbot: QtBot, open_window: Open) -> None:
    stage = open_window()
    go(qtbot, stage)
    for view in stage.window.models.cards:
        assert not view.remove.isVisible()


def test_the_folder_is_shown(
    qtbot: QtBot, open_window: Open, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(
        QDesktopServices, "openUrl", staticmethod(lambda url: opened.append(url.toLocalFile()))
    )
    stage = open_window()
    add(qtbot, stage, tiny)
    card(qtbot, stage, "Tiny").show_folder.trigger()
    assert opened == [QUrl.fromLocalFile(str(tiny.parent)).toLocalFile()]


def test_what_cannot_be_loaded_says_so_on_its_card(
    qtbot: QtBot, open_window: Open, tiny: Path
) -> None:
    stage = open_window()
    add(qtbot, stage, tiny)
    # Its header is sound, but it has not the tensors of a model.
    card(qtbot, stage, "Tiny").load.click()
    idle(qtbot, stage)
    view = card(qtbot, stage, "Tiny")
    assert view.problem is not None
    assert "Tiny" in view.problem.message.text() or "tiny" in view.problem.message.text()
    assert view.problem.hint.text()
    view.problem.button.click()
    assert view.problem is None


def test_a_file_that_was_damaged_meanwhile_is_told(
    qtbot: QtBot, open_window: Open, tiny: Path
) -> None:
    stage = open_window()
    add(qtbot, stage, tiny)
    view = card(qtbot, stage, "Tiny")
    tiny.write_bytes(b"GGUF, but not any more")
    view.load.click()
    idle(qtbot, stage)
    notice = stage.window.models.notice
    assert notice is not None
    assert notice.hint.text()


def test_a_model_that_fails_again_and_again_says_so_until_it_is_tried_again(
    qtbot: QtBot, open_window: Open, tiny: Path
) -> None:
    stage = open_window()
    stage.assistant.model_jobs.add(tiny)
    for _ in range(5):
        stage.assistant.shelf.marks.failed(tiny, "there was not enough memory")
    go(qtbot, stage)
    view = card(qtbot, stage, "Tiny")
    assert view.unstable is not None
    assert "5 times in a row" in view.unstable.message.text()
    view.unstable.button.click()
    qtbot.waitUntil(lambda: card(qtbot, stage, "Tiny").unstable is None, timeout=WAIT_MS)
    assert stage.assistant.model_use.failures(str(tiny)) == ""


# --- faster ------------------------------------------------------------------------------------


@pytest.fixture
def converting(monkeypatch: pytest.MonkeyPatch) -> dict[str, Speed]:
    """Conversion and measuring without llama.cpp; the speeds can be changed."""
    speeds = {
        "Q4_1": Speed(100, 40, 25.0, 1),
        "Q4_0": Speed(390, 70, 31.0, 1),
        "Q8_0": Speed(300, 60, 25.2, 1),
    }

    def make(
        source: Path, published: str, folder: Path, *, candidates: Sequence[str], cancel: object
    ) -> Iterator[str]:
        files = {published: source}
        for kind in candidates:
            yield f"converting to {kind}"
            files[kind] = write_model(folder / f"{kind}.gguf")
        return files

    def measure(files: dict[str, Path], *, together: bool, cancel: object) -> Iterator[str]:
        yield "measuring"
        return {name: speeds[name] for name in files}

    monkeypatch.setattr(faster.requantize, "make_candidates", make)
    monkeypatch.setattr(faster.requantize, "measure", measure)
    return speeds


def test_faster_asks_tells_both_measurements_and_can_become_the_default(
    qtbot: QtBot,
    open_window: Open,
    tiny: Path,
    converting: dict[str, Speed],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = answering(monkeypatch)
    stage = open_window()
    add(qtbot, stage, tiny)
    card(qtbot, stage, "Tiny").faster.click()
    assert "which is never changed" in asked.questions[0][1]
    actions = stage.window.models.card_actions
    qtbot.waitUntil(lambda: actions.dialog is not None, timeout=WAIT_MS)
    dialog = actions.dialog
    assert isinstance(dialog, FasterResult)
    assert [row[:4] for row in dialog.rows] == [
        ("Q4_1", "100 tokens/s", "40 tokens/s", "25.00"),
        ("Q4_0", "390 tokens/s", "70 tokens/s", "31.00"),
        ("Q8_0", "300 tokens/s", "60 tokens/s", "25.20"),
    ]
    dialog.use.click()
    qtbot.waitUntil(lambda: stage.assistant.model_use.default == "Tiny Q8_0", timeout=WAIT_MS)
    assert card(qtbot, stage, "Tiny Q8_0").entry.card.source == "made"


def test_faster_does_nothing_that_was_not_agreed_to(
    qtbot: QtBot,
    open_window: Open,
    tiny: Path,
    converting: dict[str, Speed],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answering(monkeypatch, answer=False)
    stage = open_window()
    add(qtbot, stage, tiny)
    card(qtbot, stage, "Tiny").faster.click()
    assert not stage.window.models.work.running


def test_where_nothing_pays_the_model_stays(
    qtbot: QtBot,
    open_window: Open,
    tiny: Path,
    converting: dict[str, Speed],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answering(monkeypatch)
    converting["Q8_0"] = Speed(101, 40, 25.2, 1)
    stage = open_window()
    add(qtbot, stage, tiny)
    card(qtbot, stage, "Tiny").faster.click()
    actions = stage.window.models.card_actions
    qtbot.waitUntil(lambda: actions.dialog is not None, timeout=WAIT_MS)
    dialog = actions.dialog
    assert isinstance(dialog, FasterResult)
    assert dialog.use.isHidden()
    dialog.close_button.click()
    assert actions.dialog is None


# --- all of them -------------------------------------------------------------------------------


def test_every_button_has_a_name(qtbot: QtBot, open_window: Open, tiny: Path) -> None:
    stage = open_window()
    add(qtbot, stage, tiny)
    models = stage.window.models
    models.show_catalogue()
    qtbot.waitUntil(lambda: len(models.catalogue.cards) > 5, timeout=WAIT_MS)
    nameless = [
        button for button in models.findChildren(QAbstractButton)
        if not button.accessibleName().strip()
    ]  # fmt: skip
    assert nameless == []


def test_the_page_fits_a_narrow_window(qtbot: QtBot, open_window: Open, tiny: Path) -> None:
    stage = open_window()
    add(qtbot, stage, tiny)
    stage.window.resize(880, 560)
    qtbot.wait(50)
    shelf = stage.window.models.shelf
    assert shelf.horizontalScrollBar().maximum() == 0
    for view in stage.window.models.cards:
        assert view.more.geometry().right() <= view.width()
