"""How much of a model goes to a graphics processor, and that a build without one is told."""

import ctypes
from typing import Any

from engine.inference.llama_devices import ALL_LAYERS, RESERVE_BYTES, gpus, layers_that_fit

GIB = 1 << 30


def test_all_some_or_none() -> None:
    assert layers_that_fit(32, 4 * GIB, GIB, [8 * GIB]) == ALL_LAYERS
    some = layers_that_fit(32, 8 * GIB, GIB, [5 * GIB])
    assert 0 < some < 33
    assert some * (9 * GIB // 33) <= 5 * GIB - RESERVE_BYTES
    assert layers_that_fit(32, 8 * GIB, GIB, [RESERVE_BYTES]) == 0
    assert layers_that_fit(32, 8 * GIB, GIB, [0, 0]) == 0


class Function:
    """A function of a C library, as far as ctypes shows it."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def __call__(self, *given: Any) -> Any:
        return self._body(*given)


class Library:
    """A ggml with a processor, a graphics processor and an accelerator for matrices."""

    kinds = (0, 1, 3)

    def __init__(self) -> None:
        self.ggml_backend_dev_count = Function(lambda: len(self.kinds))
        self.ggml_backend_dev_get = Function(lambda index: index)
        self.ggml_backend_dev_type = Function(lambda device: self.kinds[device])
        self.ggml_backend_dev_name = Function(lambda device: f"DEV{device}".encode())
        self.ggml_backend_dev_description = Function(lambda device: b"Graphics 9000")
        self.ggml_backend_dev_memory = Function(self._memory)

    def _memory(self, device: int, free: Any, total: Any) -> None:
        ctypes.cast(free, ctypes.POINTER(ctypes.c_size_t))[0] = 3 * GIB
        ctypes.cast(total, ctypes.POINTER(ctypes.c_size_t))[0] = 4 * GIB


def test_only_graphics_processors_are_taken() -> None:
    (found,) = gpus(Library())
    assert (found.name, found.description) == ("DEV1", "Graphics 9000")
    assert (found.free_bytes, found.total_bytes) == (3 * GIB, 4 * GIB)


def test_a_library_without_devices_has_none() -> None:
    assert gpus(object()) == []
