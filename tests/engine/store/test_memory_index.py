import numpy as np

from engine.store.memory_index import MemoryIndex, expected_bytes, lists_for, parts_for


def _vectors(count: int, dimension: int = 64) -> np.ndarray:
    rng = np.random.default_rng(count)
    centres = rng.standard_normal((12, dimension))
    found = centres[rng.integers(0, 12, count)] + 0.7 * rng.standard_normal((count, dimension))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def test_candidates_hold_the_nearest_also_among_chosen_ones() -> None:
    held, asked = _vectors(3000), _vectors(20)
    index = MemoryIndex(held, len(held))
    numbers = np.arange(10, 3010)
    index.add(numbers[:2000], held[:2000])
    index.add(numbers[2000:], held[2000:])
    assert len(index) == 3000
    only = np.arange(10, 3010, 9)
    hit = narrowed = 0
    for query in asked:
        scores = held @ query
        hit += len(set(index.search(query, 200)) & set(numbers[np.argsort(-scores)[:10]]))
        best = only[np.argsort(-scores[only - 10])[:10]]
        found = index.search(query, 100, only)
        assert set(found) <= set(only)
        narrowed += len(set(found) & set(best))
    assert hit >= 198
    assert narrowed >= 198
    assert not len(index.search(asked[0], 10, only[:0]))


def test_removed_vectors_are_not_found_and_counted_no_more() -> None:
    held = _vectors(1000)
    index = MemoryIndex(held, len(held))
    index.add(np.arange(1, 1001), held)
    assert index.remove(np.arange(1, 501)) == 500
    assert index.remove(np.zeros(0, dtype=np.int64)) == 0
    assert sorted(index.ids()) == list(range(501, 1001))
    assert set(index.search(held[0], 1000)) <= set(range(501, 1001))


def test_memory_is_bounded_whatever_the_size() -> None:
    assert (parts_for(384, 1_000_000), parts_for(768, 1_000_000)) == (2, 3)
    for dimension, count in ((384, 1_000_000), (768, 1_000_000), (384, 2_000_000)):
        assert expected_bytes(dimension, count) < 250_000_000
    assert [lists_for(count) for count in (20_000, 100_000, 1_000_000)] == [128, 256, 1024]
    held = _vectors(1000)
    index = MemoryIndex(held, len(held))
    index.add(np.arange(1000), held)
    assert 1000 * (64 // 4 + 8) < index.size_bytes() < 10 * 1000 * (64 // 4 + 8)
