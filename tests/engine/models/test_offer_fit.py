"""What is said of a model of the catalogue before it is fetched."""

import pytest

from engine.models.calibration import Calibration, Probe
from engine.models.catalogue import Offer, offers
from engine.models.fit import Memory
from engine.models.offer_fit import estimate, estimated_bytes

GB = 1_000_000_000
FIGURES = Calibration(
    20e9, (Probe("Q8_0", 300.0, 40.0, 100_000_000, 150_000_000),), "this very machine"
)


def offer(**changes: object) -> Offer:
    values: dict[str, object] = {
        "name": "Some 4B", "role": "chat", "repo": "maker/some", "file": "some.gguf",
        "parameters": "4B", "quantization": "Q4_K_M", "context": 40_960, "licence": "MIT",
        "purpose": "Answers.", **changes,
    }  # fmt: skip
    return Offer(**values)  # type: ignore[arg-type]


def test_a_size_that_is_known_is_taken_and_others_are_estimated_within_a_tenth() -> None:
    for known in offers():
        if known.size_bytes and known.parameters[0] != "0":
            assert estimated_bytes(known) == pytest.approx(known.size_bytes, rel=0.1)
    judged = estimate(offer(size_bytes=3 * GB), Memory(16 * GB, 12 * GB), None)
    assert (judged.size_bytes, judged.exact) == (3 * GB, True)
    assert not estimate(offer(), Memory(16 * GB, 12 * GB), None).exact


@pytest.mark.parametrize(
    ("total", "free", "fit", "words"),
    [(32, 24, "fits", "It fits"), (8, 4, "tight", "It will be tight"),
     (8, 2, "tight", "close other programs"), (3, 2, "will not fit", "It will not fit")],
)  # fmt: skip
def test_the_verdict_in_words(total: int, free: int, fit: str, words: str) -> None:
    judged = estimate(offer(), Memory(total * GB, free * GB), None)
    assert judged.fit == fit
    assert words in judged.words
    assert "about" in judged.words


def test_speed_is_told_where_it_can_be() -> None:
    memory = Memory(32 * GB, 24 * GB)
    small = estimate(offer(), memory, FIGURES).decode_tokens_per_s
    large = estimate(offer(parameters="8B"), memory, FIGURES).decode_tokens_per_s
    assert small is not None
    assert large is not None
    assert large < small < 20e9 / estimated_bytes(offer())
    experts = offer(purpose="A mixture of experts: large, yet quick.")
    assert estimate(experts, memory, FIGURES).decode_tokens_per_s is None
    assert estimate(offer(), memory, None).decode_tokens_per_s is None
    assert estimate(offer(), Memory(2 * GB, GB), FIGURES).decode_tokens_per_s is None
