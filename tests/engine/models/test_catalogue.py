import re

import pytest

from engine.errors import NotFoundError
from engine.models import catalogue


def test_every_offer_is_whole() -> None:
    offers = catalogue.offers()
    assert sum(offer.role == "chat" for offer in offers) >= 12
    assert 2 <= sum(offer.role == "embedding" for offer in offers) <= 4
    assert len({offer.name for offer in offers}) == len(offers)
    for offer in offers:
        assert re.fullmatch(r"[\w.-]+/[\w.-]+", offer.repo)
        assert offer.file.endswith(".gguf")
        assert offer.licence
        assert offer.purpose.endswith(".")
        assert offer.context >= 2048
        assert offer.sha256 == "" or re.fullmatch(r"[0-9a-f]{64}", offer.sha256)
        assert offer.revision == "main" or re.fullmatch(r"[0-9a-f]{40}", offer.revision)
        assert offer.quantization.lower() in offer.file.lower()


def test_names_are_found_and_unknown_ones_told() -> None:
    offer = catalogue.find("qwen3 4b")
    assert offer.path == f"{offer.repo}/resolve/{offer.revision}/{offer.file}"
    with pytest.raises(NotFoundError) as raised:
        catalogue.find("gpt-9")
    assert "Qwen3 4B" in raised.value.hint
