import numpy as np

from engine.store.quantise import packed, unpacked


def test_eight_bits_keep_the_direction_and_pack_the_same_again() -> None:
    random = np.random.default_rng(3)
    for _ in range(50):
        vector = random.normal(size=384).astype(np.float32)
        vector /= np.linalg.norm(vector)
        blob = packed(vector, "int8")
        assert len(blob) == 384
        again = unpacked(blob, "int8")
        assert float(again @ vector) > 0.9995
        assert packed(again, "int8") == blob


def test_floats_are_kept_to_the_bit_and_nothing_stays_nothing() -> None:
    vector = np.array([0.6, -0.8], dtype=np.float32)
    assert unpacked(packed(vector, "float32"), "float32").tolist() == vector.tolist()
    assert unpacked(packed(np.zeros(4, np.float32), "int8"), "int8").tolist() == [0.0] * 4
