"""Runs a training job through Unsloth's code for graphics processors, on a machine without one.

    .venv-training/bin/python -m tests.quality.unsloth_interpreted JOB

Unsloth believes in an accelerator (its own switch for tests), Triton interprets its kernels on the
processor, and what is asked for on a device is made in memory. It says nothing about speed and
takes seconds a step on a model of two layers; it tells whether Unsloth opens what is given to it,
takes the trainer's arguments and comes to the same loss. Needs `make setup-unsloth` and the package
triton. The stand-ins below are for the release that is pinned. Only fp32: with bf16 Unsloth takes
the processor for one without it.
"""

import os
import runpy
import sys
import tempfile
import types
from typing import Any

os.environ |= {
    "UNSLOTH_ALLOW_CPU": "1", "UNSLOTH_COMPILE_DISABLE": "1", "TRITON_INTERPRET": "1",
    "TORCHDYNAMO_DISABLE": "1", "UNSLOTH_COMPILE_LOCATION": tempfile.mkdtemp(prefix="unsloth-"),
}  # fmt: skip

import torch
from torch.overrides import TorchFunctionMode

FACTS = types.SimpleNamespace(
    name="none", total_memory=16 << 30, major=8, minor=6, multi_processor_count=2, gcnArchName=""
)


class InMemory(TorchFunctionMode):
    """Whatever is asked for on an accelerator is made in memory."""

    def __torch_function__(
        self, function: Any, _: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        options = dict(kwargs or {})
        name = getattr(function, "__name__", "")
        if name == "cuda":
            return args[0]
        if "device" in options:
            options["device"] = _here(options["device"])
        if function is torch.device:
            args = tuple(map(_here, args))
        elif name == "to":
            args = (args[0], *map(_here, args[1:]))
        return function(*args, **options)


class OfOneDevice(list[Any]):
    """A list by number of device, where memory has none."""

    def __getitem__(self, number: Any) -> Any:
        return super().__getitem__(number or 0)

    def __setitem__(self, number: Any, value: Any) -> None:
        super().__setitem__(number or 0, value)


def _here(device: Any) -> Any:
    number = isinstance(device, int) and not isinstance(device, bool)
    if number or str(device).startswith("cuda"):
        return torch.device("cpu") if isinstance(device, torch.device) else "cpu"
    return device


def _stand_in() -> None:
    torch.cuda.get_device_properties = lambda *_, **__: FACTS
    torch.cuda.get_device_capability = lambda *_, **__: (FACTS.major, FACTS.minor)
    torch.cuda.mem_get_info = lambda *_, **__: (8 << 30, 16 << 30)
    torch.cuda.device_count = lambda: 1
    torch.cuda.current_device = lambda: 0
    InMemory().__enter__()

    import transformers.core_model_loading as loading

    copy = loading._materialize_copy  # in threads of its own, where the mode above is not
    loading._materialize_copy = lambda tensor, _=None, dtype=None: copy(tensor, "cpu", dtype)

    import unsloth.models.llama as llama

    fill = llama.LlamaRotaryEmbedding._set_cos_sin_cache

    def filled(self: Any, *args: Any, **options: Any) -> Any:
        for name, value in list(vars(self).items()):
            if type(value) is list:
                setattr(self, name, OfOneDevice(value))
        return fill(self, *args, **options)

    llama.LlamaRotaryEmbedding._set_cos_sin_cache = filled


if __name__ == "__main__":
    _stand_in()
    sys.argv = ["training", *sys.argv[1:]]
    runpy.run_module("training", run_name="__main__", alter_sys=True)
