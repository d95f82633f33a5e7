"""How much context, and in which numbers."""

import pytest

from engine.inference.context_plan import MIN_N_CTX, exactly, plan

WIDTH = 1024
"""Keys and values of one token: 2,048 bytes in 16 bits, 1,088 in 8."""


@pytest.mark.parametrize(
    ("available", "n_ctx", "kv_type"),
    [
        (2 * 4096 * 2048, 4096, "f16"),
        (2 * 4096 * 2048 - 1, 4096, "q8_0"),
        (2 * 4096 * 1088, 4096, "q8_0"),
        (2 * 4096 * 1088 - 1, 2048, "q8_0"),
        (0, MIN_N_CTX, "q8_0"),
    ],
)
def test_exactly_then_in_8_bits_then_less(available: int, n_ctx: int, kv_type: str) -> None:
    found = plan(4096, WIDTH, available)
    assert (found.n_ctx, found.kv_type, found.flash) == (n_ctx, kv_type, kv_type == "q8_0")


def test_without_whole_blocks_only_the_length_gives_way() -> None:
    found = plan(4096, WIDTH, 2 * 4096 * 2048 - 1, blocks=False)
    assert (found.n_ctx, found.kv_type) == (2048, "f16")


def test_what_is_asked_for_is_taken() -> None:
    assert exactly(4096, WIDTH, "q8_0").bytes == 4096 * 1088
