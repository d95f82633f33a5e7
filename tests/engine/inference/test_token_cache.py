import numpy as np

from engine.inference.embedder import TokenVectors
from engine.inference.token_cache import TokenCache


def _told(tokens: int) -> TokenVectors:
    return TokenVectors(((0, 1),) * tokens, np.ones((tokens, 2), dtype=np.float32))


def test_the_texts_read_last_are_kept() -> None:
    cache = TokenCache(2 * _told(3).matrix.nbytes)
    cache.put("a", _told(3))
    cache.put("b", _told(3))
    assert cache.get("a") is not None
    cache.put("c", _told(3))
    assert cache.get("b") is None
    assert cache.get("a") is not None
    cache.put("a", _told(1))
    assert cache.get("c") is not None
    found = cache.get("a")
    assert found is not None
    assert len(found.spans) == 1


def test_a_text_that_is_larger_than_all_room_is_not_kept() -> None:
    cache = TokenCache(_told(3).matrix.nbytes)
    cache.put("a", _told(9))
    assert cache.get("a") is None
    cache.put("b", _told(3))
    assert cache.get("b") is not None
