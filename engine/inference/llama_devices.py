"""Graphics processors that llama.cpp can use, and how much of a model goes there.

Works on the libraries that the worker hands in, the only module to import ``llama_cpp``.
"""

import ctypes
from dataclasses import dataclass
from typing import Any

GPU_TYPES = (1, 2)
"""``GGML_BACKEND_DEVICE_TYPE_GPU`` and ``_IGPU`` of ggml-backend.h."""
RESERVE_BYTES = 512 << 20
"""Left free on a device: working buffers, and the screen that hangs on it."""
ALL_LAYERS = 999


@dataclass(frozen=True, slots=True)
class Device:
    """One graphics processor."""

    name: str
    description: str
    free_bytes: int
    total_bytes: int


def gpus(library: Any) -> list[Device]:
    """What the installed build of ggml can offload to; empty for a build without one."""
    if not hasattr(library, "ggml_backend_dev_memory"):
        return []  # a build that keeps its devices elsewhere
    library.ggml_backend_dev_count.restype = ctypes.c_size_t
    library.ggml_backend_dev_get.restype = ctypes.c_void_p
    library.ggml_backend_dev_get.argtypes = [ctypes.c_size_t]
    for function, result in (
        (library.ggml_backend_dev_name, ctypes.c_char_p),
        (library.ggml_backend_dev_description, ctypes.c_char_p),
        (library.ggml_backend_dev_type, ctypes.c_int),
    ):
        function.restype, function.argtypes = result, [ctypes.c_void_p]
    size = ctypes.POINTER(ctypes.c_size_t)
    library.ggml_backend_dev_memory.restype = None
    library.ggml_backend_dev_memory.argtypes = [ctypes.c_void_p, size, size]
    found = []
    for index in range(library.ggml_backend_dev_count()):
        device = library.ggml_backend_dev_get(index)
        if library.ggml_backend_dev_type(device) not in GPU_TYPES:
            continue
        free, total = ctypes.c_size_t(), ctypes.c_size_t()
        library.ggml_backend_dev_memory(device, ctypes.byref(free), ctypes.byref(total))
        found.append(
            Device(
                name=_text(library.ggml_backend_dev_name(device)),
                description=_text(library.ggml_backend_dev_description(device)),
                free_bytes=free.value,
                total_bytes=total.value,
            )
        )
    return found


def _text(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", "replace")


def layers_that_fit(layers: int, weights_bytes: int, context_bytes: int, free_bytes: int) -> int:
    """How many layers to offload: all with the output, as many as fit, or none.

    Layers of a model are about alike; the output layer counts as one more.
    """
    room = free_bytes - RESERVE_BYTES
    if room <= 0:
        return 0
    if weights_bytes + context_bytes <= room:
        return ALL_LAYERS
    return max(0, int(room // max(1, (weights_bytes + context_bytes) // (layers + 1))))
