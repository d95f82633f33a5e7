import numpy as np

from engine.inference.embedder import TokenVectors
from engine.inference.token_cache import TokenCache


def _told(number: int) -> TokenVectors:
    return TokenVectors(((0, number),), np.ones((1, 2), dtype=np.float32))


def test_the_texts_read_last_are_kept() -> None:
    cache = TokenCache(2)
    for number, text in enumerate("ab"):
        cache.put(text, _told(number))
    assert cache.get("a") is not None
    cache.put("c", _told(3))
    assert cache.get("b") is None
    found = cache.get("a")
    assert found is not None
    assert found.spans == ((0, 0),)
