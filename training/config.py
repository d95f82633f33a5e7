"""The settings of one training run, as the table ``training`` of job.toml holds them."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin, get_type_hints

from engine.errors import InputError

Precision = Literal["auto", "fp32", "bf16"]
Method = Literal["lora", "rslora", "dora"]
Backend = Literal["auto", "peft", "unsloth"]


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """What can be set. The defaults suit a small model and a few hundred examples on a CPU."""

    backend: Backend = "auto"
    """``"auto"`` takes Unsloth where it and a graphics processor are there."""
    method: Method = "lora"
    """rsLoRA scales by alpha/√rank, for high ranks; DoRA also trains the length of each row and can
    only be exported merged into the model."""
    four_bit: bool = False
    """QLoRA: the frozen base in 4 bits. Needs a graphics processor and bitsandbytes."""
    rank: int = 16
    """Width of the adapter's matrices, 1 to 256."""
    alpha: float = 32.0
    """Strength: the adapter is scaled by alpha/rank; above 0."""
    dropout: float = 0.0
    """Share of the adapter's inputs left out at random while training, [0, 1)."""
    export_rank: int = 0
    """Rank at which it is exported, the largest singular values kept; 0 for ``rank``."""
    start: str = ""
    """Folder of an adapter in PEFT's form to go on from, as seen from the job's folder, of the same
    rank and alpha; empty begins anew."""
    layers: float = 1.0
    """Share of the layers that learn, counted from the last, (0, 1]: half of them take two thirds
    of the time."""
    targets: tuple[str, ...] = ()
    """Endings of the names of the layers to adapt, such as ``"q_proj"``; empty for all linear
    layers but the output."""
    epochs: float = 1.0
    """Times that each example is seen, above 0; ``steps`` goes before it."""
    steps: int = 0
    """Steps to train; 0 counts them from ``epochs``."""
    batch: int = 8
    """Examples in one step, ≥ 1."""
    micro_batch: int = 0
    """Examples computed at once, at most ``batch``; 0 chooses by the free memory."""
    packing: bool = True
    """Several examples in one sequence, what they begin with computed once; ``micro_batch`` is then
    the most examples of one sequence."""
    learning_rate: float = 5e-4
    """Highest rate of the step size, above 0; it rises over ``warmup`` and falls to 0."""
    warmup: float = 0.05
    """Share of the steps over which the rate rises, [0, 1)."""
    weight_decay: float = 0.0
    """≥ 0."""
    max_grad_norm: float = 1.0
    """Longer gradients are cut to this length, above 0."""
    max_tokens: int = 1024
    """Longest example in tokens; a longer one is refused. At most the model's context."""
    precision: Precision = "auto"
    """``"auto"`` measures both where the processor multiplies bf16 by itself."""
    checkpointing: Literal["auto", "on", "off"] = "auto"
    """Compute activations twice instead of keeping them: slower, in less memory."""
    held_out: float = 0.1
    """Share of the examples measured on and not learnt from, [0, 0.5]; at most 64 of them."""
    measure_every: int = 20
    """Steps between two measurements on the held-out examples, each with a checkpoint; ≥ 1."""
    patience: int = 3
    """Measurements in a row without a lower held-out loss after which it ends; 0 never."""
    threads: int = 0
    """Processor threads; 0 takes the physical cores."""
    nice: int = 10
    """How far it stands back behind other programs, 0 to 19."""
    memory_bytes: int = 0
    """Most memory that it may plan to use; 0 for what is free."""
    seed: int = 1
    """The same seed on the same machine gives the same adapter."""
    merge: bool = False
    """Also write the whole model with the adapter merged in."""
    quantization: str = ""
    """Of the merged model, such as ``"Q8_0"``; empty keeps the base's."""

    def __post_init__(self) -> None:
        for name, low, high in (
            ("rank", 1, 256), ("export_rank", 0, 256), ("dropout", 0, 0.99),
            ("steps", 0, 10**7), ("batch", 1, 4096),
            ("micro_batch", 0, 4096), ("warmup", 0, 0.99), ("weight_decay", 0, 10),
            ("max_tokens", 16, 10**6), ("held_out", 0, 0.5), ("measure_every", 1, 10**6),
            ("patience", 0, 10**6), ("threads", 0, 1024), ("nice", 0, 19),
            ("memory_bytes", 0, 2**60), ("seed", 0, 2**31 - 1),
        ):  # fmt: skip
            if not low <= getattr(self, name) <= high:
                raise _bad(f"{name} is {getattr(self, name)}", f"from {low} to {high}")
        for name in ("alpha", "epochs", "learning_rate", "max_grad_norm"):
            if not 0 < getattr(self, name) < float("inf"):
                raise _bad(f"{name} is {getattr(self, name)}", "above 0")
        if not 0 < self.layers <= 1:
            raise _bad(f"layers is {self.layers}", "above 0 and at most 1")
        if self.micro_batch > self.batch:
            raise _bad(f"micro_batch is {self.micro_batch}", f"at most batch, {self.batch}")

    @property
    def scale(self) -> float:
        """What the product of the adapter's matrices is multiplied by."""
        return self.alpha / (self.rank**0.5 if self.method == "rslora" else self.rank)


def from_mapping(values: Mapping[str, Any]) -> TrainingConfig:
    """The settings of a job. Raises InputError for what is not known or not of its kind."""
    kinds = get_type_hints(TrainingConfig)
    taken: dict[str, Any] = {}
    for key, value in values.items():
        if key not in kinds:
            raise InputError(
                f"The training job sets {key}, which is not known.",
                "Known are: "
                + ", ".join(field.name for field in dataclasses.fields(TrainingConfig)),
            )
        taken[key] = _as(key, value, kinds[key])
    return TrainingConfig(**taken)


def _as(key: str, value: Any, kind: Any) -> Any:
    if get_origin(kind) is Literal:
        if value in get_args(kind):
            return value
        raise _bad(f"{key} is {value!r}", f"one of {', '.join(get_args(kind))}")
    if get_origin(kind) is tuple:
        if isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
            return tuple(value)
        raise _bad(f"{key} is {value!r}", "a list of texts")
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not kind:
        words = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}
        raise _bad(f"{key} is {value!r}", words[kind])
    return value


def _bad(what: str, wanted: str) -> InputError:
    return InputError(f"In the training job, {what}.", f"It has to be {wanted}.")
