from pathlib import Path

import pytest

from engine.models import cards, fit
from engine.models.fit import Memory, Need
from engine.models.places import Machine
from engine.models.shelf import Shelf
from engine.models.starter import StarterModels
from engine.paths import Profile, open_profile
from tests.engine.models.test_gguf_header import write_gguf


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return open_profile(tmp_path / "profile")


def test_files_of_the_user_are_listed(profile: Profile, tmp_path: Path) -> None:
    (profile.models / "deeper").mkdir()
    write_gguf(profile.models / "deeper" / "tiny.gguf")
    (profile.models / "broken.gguf").write_bytes(b"GGUF")
    (profile.models / "notes.txt").write_text("no model")
    shelf = Shelf(profile, machine=Machine(tmp_path / "home", {}, "linux"))

    broken, tiny = [card for card in shelf.cards() if card.origin == "a file of yours"]

    assert (tiny.name, tiny.quantization, tiny.context) == ("Tiny", "Q8_0", 2048)
    assert (tiny.licence, tiny.fit) == ("cc0-1.0", "fits")
    assert tiny.words.startswith("It fits: it needs ")
    assert broken.name == "broken"
    assert "cut off" in broken.note


def test_fit_in_words() -> None:
    memory = Memory(total=16 << 30, available=8 << 30)
    assert fit.judge(Need(4 << 30, 0, 0), memory) == "fits"
    assert fit.judge(Need(7 << 30, 0, 0), memory) == "tight"
    assert fit.judge(Need(12 << 30, 0, 0), memory) == "tight"
    assert fit.judge(Need(15 << 30, 0, 0), memory) == "will not fit"


@pytest.mark.model
def test_the_starter_models_have_cards_before_and_after(
    profile: Profile, starter_models: StarterModels
) -> None:
    prepared = Profile(starter_models.chat.parents[3])
    memory = Memory.now()
    before, after = cards.starter_cards(profile, memory), cards.starter_cards(prepared, memory)
    for found in (before, after):
        assert [(card.name, card.role) for card in found] == [
            ("SmolLM2-135M-Instruct", "chat"),
            ("all-MiniLM-L6-v2", "embedding"),
        ]
        for card in found:
            assert card.licence == "Apache-2.0"
            assert card.origin
            assert card.note
            assert card.fit == "fits"
            assert Path(card.file).is_file()
    assert after[0].context == 8192
