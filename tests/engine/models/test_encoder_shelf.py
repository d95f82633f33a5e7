"""Encoders fetched from a hub on loopback that misbehaves, and used."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.errors import EngineError, ModelError
from engine.inference.fastembed_embedder import FastembedEmbedder
from engine.models import encoder_shelf
from engine.models.catalogue import Offer
from engine.network import install
from engine.progress import drain
from tests.encoders import DIMENSION, write_encoder
from tests.engine.models.hub import Hub, serving

COMPANIONS = ("config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")
OFFER = Offer(
    name="Tiny Encoder 1.5",
    role="embedding",
    repo="maker/tiny",
    file="onnx/model.onnx",
    parameters="1M",
    quantization="F32",
    context=64,
    licence="MIT",
    purpose="Tests.",
    companions=COMPANIONS,
    pooling="mean",
    query_prefix="the ",
)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = write_encoder(tmp_path / "made")
    texts = {f"/maker/tiny/resolve/main/{name}": (made / name).read_bytes() for name in COMPANIONS}
    with serving(Hub((made / "model.onnx").read_bytes(), texts=texts)) as served:
        yield served


def _fetch(hub: Hub, models: Path) -> Path:
    return drain(encoder_shelf.fetch(OFFER, models, install(), mirror=hub.url))


def test_a_fetched_encoder_is_found_and_encodes(hub: Hub, tmp_path: Path) -> None:
    folder = _fetch(hub, tmp_path)
    assert folder == tmp_path / "encoders" / "tiny-encoder-1.5"
    (found,) = encoder_shelf.found(tmp_path)
    assert (found.name, found.dimension, found.max_tokens) == (OFFER.name, DIMENSION, 64)
    encoder = FastembedEmbedder(folder)
    assert encoder.identity.query_prefix == "the "
    assert encoder.identity.pooling == "mean"
    vectors = encoder.embed_passages(["the bridge of the river", "a car is a road"])
    near = vectors @ encoder.embed_query("bridge river")
    assert near[0] > near[1]
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1.0, 1.0], abs=1e-5)


def test_what_came_before_a_lost_connection_is_kept(hub: Hub, tmp_path: Path) -> None:
    hub.status = 0
    hub.cut_after = [300, 200]
    folder = _fetch(hub, tmp_path)
    assert (folder / "model.onnx").read_bytes() == hub.content
    assert "bytes=300-" in hub.ranges_asked


def test_a_damaged_text_is_thrown_away(hub: Hub, tmp_path: Path) -> None:
    hub.corrupt = True
    with pytest.raises(EngineError, match="checksum"):
        _fetch(hub, tmp_path)
    assert encoder_shelf.found(tmp_path) == []
    hub.corrupt = False
    _fetch(hub, tmp_path)
    assert len(encoder_shelf.found(tmp_path)) == 1


def test_files_that_make_no_encoder_are_told(hub: Hub, tmp_path: Path) -> None:
    hub.texts["/maker/tiny/resolve/main/config.json"] = b"{}"
    with pytest.raises(ModelError, match="no encoder"):
        _fetch(hub, tmp_path)
    assert encoder_shelf.found(tmp_path) == []
