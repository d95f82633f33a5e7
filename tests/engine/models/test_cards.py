from pathlib import Path

import pytest

from engine.models import fit
from engine.models.cards import model_cards
from engine.models.fit import Memory
from engine.models.starter import StarterModels
from engine.paths import Profile, open_profile
from tests.engine.models.test_gguf_header import write_gguf


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return open_profile(tmp_path / "profile")


def test_files_of_the_user_are_listed(profile: Profile) -> None:
    (profile.models / "deeper").mkdir()
    write_gguf(profile.models / "deeper" / "tiny.gguf")
    (profile.models / "broken.gguf").write_bytes(b"GGUF")
    (profile.models / "notes.txt").write_text("no model")

    broken, tiny = [card for card in model_cards(profile) if card.origin == "a file of yours"]

    assert (tiny.name, tiny.quantization, tiny.context) == ("Tiny", "Q8_0", 2048)
    assert (tiny.licence, tiny.fit) == ("cc0-1.0", "fits")
    assert broken.name == "broken"
    assert "cut off" in broken.note


def test_fit_in_words() -> None:
    memory = Memory(total=16 << 30, available=8 << 30)
    assert fit.judge(4 << 30, memory) == "fits"
    assert fit.judge(7 << 30, memory) == "tight"
    assert fit.judge(12 << 30, memory) == "tight"
    assert fit.judge(15 << 30, memory) == "will not fit"


@pytest.mark.model
def test_the_starter_models_have_cards_before_and_after(
    profile: Profile, starter_models: StarterModels
) -> None:
    prepared = Profile(starter_models.chat.parents[3])
    for cards in (model_cards(profile), model_cards(prepared)):
        assert [(card.name, card.role) for card in cards] == [
            ("SmolLM2-135M-Instruct", "chat"),
            ("all-MiniLM-L6-v2", "embedding"),
        ]
        for card in cards:
            assert card.licence == "Apache-2.0"
            assert card.origin
            assert card.note
            assert card.fit == "fits"
            assert Path(card.file).is_file()
    assert model_cards(prepared)[0].context == 8192
