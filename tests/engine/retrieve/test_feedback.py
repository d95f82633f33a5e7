import numpy as np
import pytest

from engine.retrieve import feedback
from engine.store.lexical import Words

PASSAGES: list[Words] = [
    (["wing"], ["flutter", "\n", "panel", "speed"]),
    ([], ["wing", "flutter", "panel", "load"]),
    (["flutter"], ["panel", "wing", "\n"]),
    ([], ["bread", "oven"]),
    ([], ["wing", "lunch", "menu"]),
]
HELD = {"wing": 5, "flutter": 4, "panel": 4, "speed": 30, "load": 30, "bread": 9, "oven": 9}


def _frequencies(words: list[str]) -> dict[str, int]:
    return {word: HELD.get(word, 0) for word in words}


def test_passages_that_share_the_words_of_the_best_gain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedback, "BEST", 2)
    ranked = np.array([0.9, 0.8, 0.3, 0.5, 0.4])
    found = feedback.scores(PASSAGES, ranked, _frequencies, 100)
    assert found[2] > found[4] > found[3]
    assert found[3] == 0.0
    assert found.max() == 1.0


def test_common_words_and_words_of_no_passage_tell_nothing() -> None:
    passages: list[Words] = [([], ["speed"]), (["lunch"], [])]
    found = feedback.scores(passages, np.array([0.5, 0.4]), _frequencies, 100)
    assert found.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("text", "words", "share"),
    [("Who wrote it?", 12, 0.0), ("holiday", 1, 0.0), ("a claim", 8, 0.5), ("long.", 30, 1.0)],
)
def test_only_long_descriptions_get_it(text: str, words: int, share: float) -> None:
    assert feedback.share(text, words) == pytest.approx(share)
