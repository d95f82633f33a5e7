"""Adapters on a loaded model: read once, attached in any number at any scale, and let go.

Works on the ``llama_cpp`` module that the worker hands in, the only one to import it. The model
stays as it is, mapped from its file: an adapter adds its small matrices beside each layer.
"""

import ctypes
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from engine.inference.service import RefusedError

Wanted = tuple[str, float]
"""Path of a GGUF adapter and its scale."""


class LlamaAdapters:
    """The adapters of one model and which of them its context uses."""

    def __init__(self, api: Any, model: Any, errors: Callable[[], str]) -> None:
        self._api = api
        self._model = model
        self._errors = errors
        self._read: dict[tuple[str, int, int], Any] = {}
        """By path, size and time of change, so that a file trained anew is read anew."""
        self.attached: tuple[Wanted, ...] = ()

    def attach(self, context: Any, wanted: Sequence[Wanted]) -> None:
        """Use exactly these on a context; none where the list is empty. Raises RefusedError.

        What was attached before stays where one of them is refused.
        """
        pointers = [self._pointer(path) for path, _ in wanted]
        count = len(pointers)
        adapters = (self._api.llama_adapter_lora_p_ctypes * max(1, count))(*pointers)
        scales = (ctypes.c_float * max(1, count))(*[scale for _, scale in wanted])
        if self._api.llama_set_adapters_lora(context, adapters, count, scales) != 0:
            raise RefusedError("adapter", self._errors() or "llama.cpp did not take the adapter")
        self.attached = tuple(wanted)

    def _pointer(self, path: str) -> Any:
        try:
            status = Path(path).stat()
        except OSError as error:
            raise RefusedError("adapter", f"{Path(path).name}: {error.strerror}") from error
        key = (path, status.st_size, status.st_mtime_ns)
        if key not in self._read:
            pointer = self._api.llama_adapter_lora_init(self._model, os.fsencode(path))
            if not pointer:
                raise RefusedError(
                    "adapter", self._errors() or f"llama.cpp cannot read {Path(path).name}"
                )
            self._read[key] = pointer
        return self._read[key]
