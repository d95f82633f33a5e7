"""The options of a model in the window: defaults in grey, values kept, bad ones told."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.models.option_fields import FIELDS, options_of, text_of
from desktop.models.options_dialog import OptionsDialog
from engine.errors import EngineError, InputError
from engine.models.options import ModelOptions
from tests.desktop.conftest import WAIT_MS, Stage
from tests.desktop.models_stage import card, go, idle
from tests.ggufs import write_model

pytestmark = pytest.mark.window
Open = Callable[..., Stage]


def test_every_option_of_the_engine_has_a_line() -> None:
    assert {field.key for field in FIELDS} == set(ModelOptions.__dataclass_fields__)


def test_values_come_back_as_they_were_typed() -> None:
    options = options_of(
        {
            "temperature": "0,7",
            "top_k": "40",
            "seed": " 7 ",
            "stop": "END, \\n\\n",
            "n_ctx": "8 192",
        }
    )
    assert options == ModelOptions(
        temperature=0.7, top_k=40, seed=7, stop=("END", "\n\n"), n_ctx=8192
    )
    texts = {field.key: text_of(options, field.key) for field in FIELDS}
    assert texts["stop"] == "END, \\n\\n"
    assert texts["min_p"] == ""
    assert options_of(texts) == options


@pytest.mark.parametrize(
    ("key", "text", "told"),
    [
        ("temperature", "warm", "Temperature takes a number"),
        ("top_k", "1.5", "Top-k takes a whole"),
    ],
)
def test_what_is_no_number_is_told_by_name(key: str, text: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        options_of({key: text})


def test_what_is_out_of_range_is_told() -> None:
    with pytest.raises(EngineError, match="temperature"):
        options_of({"temperature": "9"})


@pytest.fixture
def dialog(qtbot: QtBot, open_window: Open, tmp_path: Path) -> tuple[Stage, OptionsDialog]:
    stage = open_window()
    go(qtbot, stage)
    stage.window.models.add([write_model(tmp_path / "tiny.gguf", context=2048)])
    idle(qtbot, stage)
    return stage, opened(qtbot, stage)


def opened(qtbot: QtBot, stage: Stage) -> OptionsDialog:
    card(qtbot, stage, "Tiny").options.click()
    actions = stage.window.models.card_actions
    qtbot.waitUntil(lambda: actions.dialog is not None, timeout=WAIT_MS)
    assert isinstance(actions.dialog, OptionsDialog)
    return actions.dialog


def test_empty_lines_show_the_defaults(dialog: tuple[Stage, OptionsDialog]) -> None:
    _, view = dialog
    assert all(line.text() == "" for line in view.lines.values())
    assert view.lines["n_ctx"].placeholderText() == "2048"
    assert view.lines["max_tokens"].placeholderText() == "256"
    assert all(line.accessibleName() for line in view.lines.values())


def test_what_is_saved_is_there_the_next_time(
    qtbot: QtBot, dialog: tuple[Stage, OptionsDialog]
) -> None:
    stage, view = dialog
    view.lines["temperature"].setText("0.6")
    view.lines["stop"].setText("END")
    qtbot.keyClick(view.lines["stop"], Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: stage.window.models.card_actions.dialog is None, timeout=WAIT_MS)
    kept = stage.assistant.model_options("Tiny")
    assert kept == ModelOptions(temperature=0.6, stop=("END",))
    again = opened(qtbot, stage)
    assert again.lines["temperature"].text() == "0.6"
    again.clear.click()
    again.save.click()
    qtbot.waitUntil(lambda: stage.window.models.card_actions.dialog is None, timeout=WAIT_MS)
    assert stage.assistant.model_options("Tiny") == ModelOptions()


def test_a_bad_value_is_told_and_nothing_is_lost(dialog: tuple[Stage, OptionsDialog]) -> None:
    stage, view = dialog
    view.lines["temperature"].setText("hot")
    view.lines["seed"].setText("7")
    view.save.click()
    assert view.notice is not None
    assert view.notice.message.text().startswith("Temperature takes a number")
    assert view.lines["seed"].text() == "7"
    assert stage.assistant.model_options("Tiny") == ModelOptions()
    view.lines["temperature"].setText("9")
    view.save.click()
    assert view.notice is not None
    assert "from 0 to 2" in view.notice.message.text()
