"""Graphics processors that llama.cpp can use, and how much of a model goes there.

Works on the libraries that the worker hands in, the only module to import ``llama_cpp``. CUDA,
Metal, Vulkan, SYCL and HIP builds tell their devices alike, through ggml's list of them.
"""

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

GPU, INTEGRATED = 1, 2
"""``GGML_BACKEND_DEVICE_TYPE_GPU`` and ``_IGPU`` of ggml-backend.h."""
RESERVE_BYTES = 512 << 20
"""Left free on every device: working buffers, and the screen that hangs on it."""
ALL_LAYERS = 999


@dataclass(frozen=True, slots=True)
class Device:
    """One graphics processor."""

    name: str
    description: str
    free_bytes: int
    total_bytes: int
    integrated: bool = False
    """Shares the main memory."""


class Ggml:
    """Functions of ggml, which may lie in one library or in two.

    On Linux and macOS looking up a name in ``ggml`` also finds what ``ggml-base`` holds, which it
    depends on; on Windows it does not.
    """

    def __init__(self, *libraries: Any) -> None:
        self._libraries = libraries

    def get(self, name: str, result: Any, arguments: Sequence[Any]) -> Any:
        """The function; None where none of the libraries has it."""
        for library in self._libraries:
            found = getattr(library, name, None)
            if found is not None:
                found.restype, found.argtypes = result, list(arguments)
                return found
        return None


def gpus(*libraries: Any) -> list[Device]:
    """What the installed build of ggml can offload to; empty for a build without one.

    Integrated ones count only where there is no other, as in llama.cpp itself.
    """
    ggml = Ggml(*libraries)
    size = ctypes.POINTER(ctypes.c_size_t)
    count = ggml.get("ggml_backend_dev_count", ctypes.c_size_t, [])
    get = ggml.get("ggml_backend_dev_get", ctypes.c_void_p, [ctypes.c_size_t])
    name = ggml.get("ggml_backend_dev_name", ctypes.c_char_p, [ctypes.c_void_p])
    description = ggml.get("ggml_backend_dev_description", ctypes.c_char_p, [ctypes.c_void_p])
    kind = ggml.get("ggml_backend_dev_type", ctypes.c_int, [ctypes.c_void_p])
    memory = ggml.get("ggml_backend_dev_memory", None, [ctypes.c_void_p, size, size])
    if None in (count, get, name, description, kind, memory):
        return []  # a build that keeps its devices elsewhere
    found = []
    for index in range(count()):
        device = get(index)
        type_ = kind(device)
        if type_ not in (GPU, INTEGRATED):
            continue
        free, total = ctypes.c_size_t(), ctypes.c_size_t()
        memory(device, ctypes.byref(free), ctypes.byref(total))
        found.append(
            Device(
                name=_text(name(device)),
                description=_text(description(device)),
                free_bytes=free.value,
                total_bytes=total.value,
                integrated=type_ == INTEGRATED,
            )
        )
    return [device for device in found if not device.integrated] or found


def beside(library: Any) -> list[Any]:
    """The library that holds the rest of ggml, where names are looked up in one file only."""
    path = Path(str(getattr(library, "_name", ""))).with_name("ggml-base.dll")
    return [ctypes.CDLL(str(path))] if path.exists() else []


def load_backends(*libraries: Any) -> None:
    """Find the devices of a build that keeps each kind of them in a library of its own."""
    ggml = Ggml(*libraries)
    count = ggml.get("ggml_backend_dev_count", ctypes.c_size_t, [])
    load = ggml.get("ggml_backend_load_all", None, [])
    if count is not None and load is not None and count() == 0:
        load()


def _text(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", "replace")


def layers_that_fit(
    layers: int, weights_bytes: int, context_bytes: int, free_bytes: Sequence[int]
) -> int:
    """How many layers to offload: all with the output, as many as fit, or none.

    ``free_bytes`` has one number for each device. Layers of a model are about alike; the output
    layer counts as one more. llama.cpp spreads them in the proportion of what is free.
    """
    room = sum(max(0, free - RESERVE_BYTES) for free in free_bytes)
    if room <= 0:
        return 0
    if weights_bytes + context_bytes <= room:
        return ALL_LAYERS
    if layers <= 0:
        return 0
    each = -(-(weights_bytes + context_bytes) // (layers + 1))
    return int(room // max(1, each))


def meta(api: Any, model: Any, key: str) -> str:
    """A value of a model file's metadata as text; empty where there is none."""
    size = 256
    while True:
        buffer = ctypes.create_string_buffer(size)
        length = api.llama_model_meta_val_str(model, key.encode(), buffer, size)
        if length < size:
            return buffer.value.decode("utf-8", "replace") if length >= 0 else ""
        size = length + 1


@dataclass(frozen=True, slots=True)
class Shape:
    """What a model's file says of its size, known before its weights are read."""

    layers: int
    kv_width: int
    """Keys and values that one token leaves behind in all layers."""
    blocks: bool
    """Whether keys and values are made of whole blocks of 32 numbers."""


def shape(told: Callable[[str], str]) -> Shape:
    """From the metadata. Peeking at a file without its weights, llama.cpp itself tells 0 layers."""
    architecture = told("general.architecture")

    def number(key: str) -> int:
        # One value a layer is told as "[8, 8, 4, …]".
        parts = told(f"{architecture}.{key}").strip("[]").split(",")
        return max((int(part) for part in parts if part.strip().isdigit()), default=0)

    heads = number("attention.head_count") or 1
    width = number("embedding_length") // heads
    keys = number("attention.key_length") or width
    values = number("attention.value_length") or width
    layers = number("block_count")
    return Shape(
        layers,
        layers * (number("attention.head_count_kv") or heads) * (keys + values),
        blocks=keys % 32 == 0 and values % 32 == 0,
    )
