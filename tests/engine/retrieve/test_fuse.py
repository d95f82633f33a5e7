import numpy as np
import pytest

from engine.retrieve import fuse
from engine.retrieve.fuse import Weights


def test_scores_are_spread_from_nought_to_one() -> None:
    assert fuse.normalised(np.array([2.0, 4.0, 3.0])).tolist() == [0.0, 1.0, 0.5]
    assert fuse.normalised(np.array([2.0, 4.0]), 0.0).tolist() == [0.5, 1.0]


def test_scores_that_do_not_differ_say_nothing() -> None:
    assert fuse.normalised(np.array([0.3, 0.3])).tolist() == [0.0, 0.0]
    assert fuse.normalised(np.array([])).tolist() == []


def test_the_best_in_everything_scores_one_and_the_worst_nought() -> None:
    both = fuse.fused(np.array([5.0, 0.0]), np.array([0.9, 0.1]))
    whole = fuse.closer(both, np.array([1.0, 0.0]), np.array([1.0, 0.0]))
    assert whole.tolist() == pytest.approx([1.0, 0.0])


def test_words_and_meaning_both_count() -> None:
    words = np.array([10.0, 9.0, 0.0])
    meaning = np.array([0.1, 0.7, 0.8])
    scores = fuse.fused(words, meaning)
    assert int(scores.argmax()) == 1


def test_weights_must_sum_to_one() -> None:
    with pytest.raises(ValueError, match="sum"):
        Weights(words=0.9)


def test_meaning_hardly_counts_in_scripts_that_the_encoder_does_not_know() -> None:
    assert fuse.weights_for("zh", "all-MiniLM-L6-v2-int8") is fuse.FOREIGN
    assert fuse.weights_for("zh", "multilingual-e5-small") is fuse.WEIGHTS
    assert fuse.weights_for("de", "all-MiniLM-L6-v2-int8") is fuse.WEIGHTS
    assert fuse.weights_for("ru", "bge-small-en-v1.5") is fuse.FOREIGN
