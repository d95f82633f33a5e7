"""What every trainer does, on whichever library it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from training.base import BaseFacts
from training.config import TrainingConfig
from training.lessons import Row
from training.running import RunningJob
from training.sheets import Sheet

Units = Sequence[Row] | Sequence[Sheet]
"""What is computed one after the other: examples by themselves, or several in a sheet."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a training ended; the adapter lies in the job's folder in PEFT's form."""

    steps: int
    loss: float
    """Mean of the last steps, in nats per label."""
    held_out_loss: float | None
    """Lowest measured: that of the adapter that was kept."""
    held_out_before: float | None
    """Of the base without adapter."""
    tokens: int
    """Read in this run, padding left out."""
    seconds: float
    """Of training in this run, measurements and pauses left out."""
    processor_s: float
    """The processor's own seconds of these, of all threads: what a busy machine changes little."""
    peak_memory_bytes: int
    """Of the process, in the machine's memory."""
    accelerator_bytes: int
    """Most that PyTorch held on the graphics processor; 0 without one."""
    precision: str
    why_ended: str
    """``"all steps"``, ``"no better on held-out examples"``."""

    @property
    def tokens_per_s(self) -> float:
        return self.tokens / self.seconds if self.seconds else 0.0


class Trainer(Protocol):
    """Trains a base on rows; tells events as it goes."""

    def unpacks(self, config: TrainingConfig) -> bool:
        """Whether a GGUF base is first written to the disk as a folder."""
        ...

    def train(self, job: RunningJob, base: BaseFacts, rows: Units, held_out: Units) -> Outcome:
        """Raises CancelledError when stopped (a checkpoint lies ready) and LossError."""
        ...
