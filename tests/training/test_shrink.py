"""Adapters cut down to a lower rank."""

import numpy as np
import pytest

from training.errors import ExportError
from training.peft_adapter import Pair, PeftAdapter
from training.shrink import shrunk

pytestmark = pytest.mark.training


def _adapter(pair: Pair) -> PeftAdapter:
    return PeftAdapter({"blk.0.attn_q.weight": pair}, pair.rank, pair.scale, "")


def _random(rank: int) -> Pair:
    dice = np.random.default_rng(3)
    return Pair(
        dice.normal(size=(rank, 48)).astype(np.float32),
        dice.normal(size=(32, rank)).astype(np.float32),
        2.0,
    )


def test_the_nearest_product_of_that_rank_is_kept() -> None:
    pair = _random(8)
    whole = pair.second @ pair.first
    found = shrunk(_adapter(pair), 3)
    cut = found.pairs["blk.0.attn_q.weight"]
    assert (found.rank, cut.rank, cut.scale) == (3, 3, 2.0)
    assert cut.first.shape == (3, 48)
    assert cut.second.shape == (32, 3)
    values = np.linalg.svd(whole, compute_uv=False)
    lost = np.linalg.norm(whole - cut.second @ cut.first)
    assert lost == pytest.approx(np.linalg.norm(values[3:]), rel=1e-4)


def test_a_layer_that_changed_more_keeps_more_for_the_same_size() -> None:
    much = _random(8)
    little = Pair(much.first, much.second * np.float32(0.01), much.scale)
    adapter = PeftAdapter({"blk.0.attn_q.weight": much, "blk.1.attn_q.weight": little}, 8, 2.0, "")
    found = shrunk(adapter, 4)
    assert [pair.rank for pair in found.pairs.values()] == [7, 1]
    assert found.rank == 7


def test_what_has_no_higher_rank_stays_as_it_is() -> None:
    pair = _random(4)
    assert shrunk(_adapter(pair), 4).pairs["blk.0.attn_q.weight"] is pair


def test_dora_is_refused() -> None:
    pair = _random(4)
    dora = Pair(pair.first, pair.second, pair.scale, np.ones(32, dtype=np.float32))
    with pytest.raises(ExportError, match="DoRA"):
        shrunk(_adapter(dora), 2)
