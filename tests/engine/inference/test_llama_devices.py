"""How much of a model goes to a graphics processor, and that a build without one is told."""

import ctypes
from typing import Any

import pytest

from engine.inference.llama_devices import (
    ALL_LAYERS,
    RESERVE_BYTES,
    Shape,
    gpus,
    layers_that_fit,
    load_backends,
    shape,
)

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


class Windows:
    """A ggml whose devices are described by a library of its own, as on Windows."""

    def __init__(self, whole: Library, names: tuple[str, ...]) -> None:
        for name in names:
            setattr(self, name, getattr(whole, name))


def test_what_lies_in_two_libraries_is_found() -> None:
    whole = Library()
    registry = ("ggml_backend_dev_count", "ggml_backend_dev_get")
    rest = tuple(name for name in vars(whole) if name not in registry)
    first, second = Windows(whole, registry), Windows(whole, rest)
    assert gpus(first) == []
    assert [device.name for device in gpus(first, second)] == ["DEV1"]


class Laptop(Library):
    """One graphics processor in the processor, and one beside it."""

    kinds = (0, 2, 1)


class Thin(Library):
    kinds = (0, 2)


def test_an_integrated_one_counts_only_alone() -> None:
    assert [(device.name, device.integrated) for device in gpus(Laptop())] == [("DEV2", False)]
    assert [(device.name, device.integrated) for device in gpus(Thin())] == [("DEV1", True)]


def test_every_device_keeps_its_reserve() -> None:
    half = 4 * GIB + RESERVE_BYTES
    assert layers_that_fit(32, 8 * GIB, 0, [half, half]) == ALL_LAYERS
    assert layers_that_fit(32, 8 * GIB, 0, [half, half - 1]) < 33
    assert layers_that_fit(0, 8 * GIB, 0, [half]) == 0  # the file does not tell its layers


def test_backends_are_loaded_where_the_build_has_none_yet() -> None:
    loaded: list[bool] = []
    library = Library()
    library.ggml_backend_load_all = Function(lambda: loaded.append(True))  # type: ignore[attr-defined]
    load_backends(library)
    assert loaded == []
    library.kinds = ()  # type: ignore[assignment]
    load_backends(library)
    assert loaded == [True]
    load_backends(object())


@pytest.mark.parametrize(
    ("heads", "width", "blocks"), [("4", 2 * 4 * 64 * 2, True), ("[4, 2]", 2 * 4 * 64 * 2, True)]
)
def test_a_shape_is_read_from_the_metadata(heads: str, width: int, blocks: bool) -> None:
    told = {
        "general.architecture": "llama",
        "llama.block_count": "2",
        "llama.embedding_length": "512",
        "llama.attention.head_count": "8",
        "llama.attention.head_count_kv": heads,
    }
    assert shape(lambda key: told.get(key, "")) == Shape(2, width, blocks)
    told |= {"llama.attention.key_length": "80", "llama.attention.value_length": "80"}
    assert shape(lambda key: told.get(key, "")) == Shape(2, 2 * 4 * 160, False)
    assert shape(lambda _: "").layers == 0
