import re

import pytest
from fastembed import TextEmbedding
from fastembed.rerank.cross_encoder import TextCrossEncoder

from engine.errors import NotFoundError
from engine.inference import encoder_folder
from engine.models import catalogue


def test_every_offer_is_whole() -> None:
    offers = catalogue.offers()
    assert sum(offer.role == "chat" for offer in offers) >= 12
    assert 2 <= sum(offer.role == "embedding" for offer in offers) <= 4
    assert sum(offer.role == "reranking" for offer in offers) >= 2
    assert len({offer.name for offer in offers}) == len(offers)
    for offer in offers:
        assert re.fullmatch(r"[\w.-]+/[\w.-]+", offer.repo)
        assert offer.licence
        assert offer.purpose.endswith(".")
        assert offer.sha256 == "" or re.fullmatch(r"[0-9a-f]{64}", offer.sha256)
        assert offer.revision == "main" or re.fullmatch(r"[0-9a-f]{40}", offer.revision)
        if offer.role == "chat":
            assert offer.file.endswith(".gguf")
            assert offer.context >= 2048
            assert offer.quantization.lower() in offer.file.lower()
        else:
            assert offer.file.endswith(".onnx")
            assert {"config.json", "tokenizer.json"} <= set(offer.companions)
            assert (offer.pooling in encoder_folder.POOLINGS) == (offer.role == "embedding")


def test_every_encoder_is_one_that_fastembed_reads() -> None:
    known = {
        (model["sources"]["hf"], model["model_file"])
        for model in TextEmbedding.list_supported_models()
    }
    encoders = [offer for offer in catalogue.offers() if offer.role == "embedding"]
    assert {(offer.repo, offer.file) for offer in encoders} <= known


def test_every_reranker_is_one_that_fastembed_reads() -> None:
    known = {
        (model["sources"]["hf"], model["model_file"])
        for model in TextCrossEncoder.list_supported_models()
    }
    rerankers = [offer for offer in catalogue.offers() if offer.role == "reranking"]
    assert {(offer.repo, offer.file) for offer in rerankers} <= known


def test_names_are_found_and_unknown_ones_told() -> None:
    offer = catalogue.find("qwen3 4b")
    assert offer.path == f"{offer.repo}/resolve/{offer.revision}/{offer.file}"
    with pytest.raises(NotFoundError) as raised:
        catalogue.find("gpt-9")
    assert "Qwen3 4B" in raised.value.hint
