"""Rerankers fetched from a hub on loopback, and used."""

from pathlib import Path

from engine.inference.fastembed_reranker import FastembedReranker
from engine.models import reranker_shelf
from engine.models.catalogue import Offer
from engine.network import install
from engine.progress import drain
from tests.engine.models.hub import Hub, serving
from tests.rerankers import COMPANIONS, write_reranker

OFFER = Offer(
    name="Tiny Reranker 1",
    role="reranking",
    repo="maker/tiny",
    file="onnx/model_int8.onnx",
    parameters="1M",
    quantization="INT8",
    context=64,
    licence="MIT",
    purpose="Tests.",
    companions=COMPANIONS,
)


def test_a_fetched_reranker_is_found_and_reads(tmp_path: Path) -> None:
    made = write_reranker(tmp_path / "made")
    texts = {f"/maker/tiny/resolve/main/{name}": (made / name).read_bytes() for name in COMPANIONS}
    models = tmp_path / "models"
    assert reranker_shelf.found(models) == []
    with serving(Hub((made / "model.onnx").read_bytes(), texts=texts)) as hub:
        folder = drain(reranker_shelf.fetch(OFFER, models, install(), mirror=hub.url))
    (found,) = reranker_shelf.found(models)
    assert (found.name, found.folder, found.licence) == (OFFER.name, folder, "MIT")
    assert FastembedReranker(folder).scores("sea", ["the sea", "a car"]).tolist() == [1.0, 0.0]
    (folder / reranker_shelf.CARD_FILE).write_text("{", encoding="utf-8")
    assert reranker_shelf.found(models) == []
