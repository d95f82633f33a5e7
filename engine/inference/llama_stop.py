"""Stopping llama.cpp in the middle of its work."""

import ctypes
import sys
from typing import Any


class StopFlag:
    """A flag that llama.cpp can read without Python.

    llama.cpp asks an abort callback before every node of its graph, about a thousand times a
    token; a Python function there costs more than a tenth of the speed. The callback is therefore
    C's own ``strlen``, given a buffer that holds an empty string (0: go on) or one of length 1.
    """

    def __init__(self, api: Any) -> None:
        self._buffer = ctypes.create_string_buffer(2)
        library = ctypes.CDLL("msvcrt" if sys.platform == "win32" else None)
        self.callback = ctypes.cast(library.strlen, api.ggml_abort_callback)
        self.data = ctypes.cast(self._buffer, ctypes.c_void_p)

    def set(self, stop: bool) -> None:
        self._buffer[0] = b"x" if stop else b"\0"

    @property
    def raised(self) -> bool:
        return self._buffer[0] != b"\0"
