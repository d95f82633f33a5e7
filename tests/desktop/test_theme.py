"""The look can be read, and nothing outside the tokens names a colour."""

import re
from pathlib import Path

import pytest

import desktop
from desktop.settings.window_state import WindowState
from desktop.theme.style import style_sheet
from desktop.theme.theme import Theme
from desktop.theme.tokens import DARK, LIGHT, TEXT_PAIRS, Tokens, contrast

pytestmark = pytest.mark.window
COLOUR = re.compile(r"#[0-9A-Fa-f]{6}\b")


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("pair", TEXT_PAIRS, ids="-".join)
def test_every_text_pair_can_be_read(tokens: Tokens, pair: tuple[str, str]) -> None:
    text, ground = (getattr(tokens, name) for name in pair)
    assert contrast(text, ground) >= 4.5


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)


def test_only_the_tokens_name_colours() -> None:
    root = Path(desktop.__file__).parent
    named = [
        path.name
        for path in root.rglob("*.py")
        if COLOUR.search(path.read_text("utf-8")) and path.name != "tokens.py"
    ]
    assert named == []


def test_the_style_sheet_has_every_colour_filled_in() -> None:
    assert "$" not in style_sheet(LIGHT)
    assert LIGHT.accent in style_sheet(LIGHT)


def test_a_choice_redraws_and_is_remembered(theme: Theme, tmp_path: Path) -> None:
    told: list[bool] = []
    theme.changed.connect(lambda: told.append(theme.dark))
    theme.choose("dark")
    assert theme.tokens is DARK
    theme.choose("light")
    assert told == [True, False]
    WindowState(tmp_path).theme = "dark"
    assert WindowState(tmp_path).theme == "dark"
    assert (tmp_path / "window.ini").exists()
