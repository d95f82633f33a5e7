"""What happens between the steps of a training: events, waiting, stopping, what is kept."""

import json
import math
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from transformers import TrainerCallback

from engine.errors import CancelledError
from training import running
from training.label_trainer import LabelTrainer
from training.running import WHOLE, RunningJob

BEST = "best"
STATE = "held-out.json"
ADAPTER_FILES = ("adapter_config.json", "adapter_model.safetensors")
KEPT = 2
"""Checkpoints beside the best."""


@dataclass(slots=True)
class Measured:
    """What the held-out examples said so far; kept beside the checkpoints."""

    before: float | None = None
    """Of the base alone."""
    best: float | None = None
    worse: int = 0
    """Measurements in a row that were not lower."""


class Watch(TrainerCallback):  # type: ignore[misc]  # transformers' callbacks have no types
    """Tells events, obeys the files ``stop`` and ``pause``, keeps the best adapter."""

    def __init__(self, job: RunningJob) -> None:
        self._job = job
        self.trainer: LabelTrainer | None = None
        self.stopped = False
        self.early = False
        self._told_step = -1
        self._first: tuple[int, float] | None = None
        state = job.folder.checkpoints / STATE
        self.measured = Measured(**json.loads(state.read_text())) if state.exists() else Measured()

    def on_step_begin(self, *_: Any, **__: Any) -> None:
        if self._first is None and self.trainer is not None:
            self._first = (self.trainer.state.global_step, self.trainer.seconds)

    def on_step_end(self, _: Any, __: Any, control: Any, **___: Any) -> Any:
        try:
            self._job.wait_or_stop()
        except CancelledError:
            self.stopped = True
            control.should_save = control.should_training_stop = True
        return control

    def on_log(self, _: Any, state: Any, __: Any, logs: Any = None, **___: Any) -> None:
        loss = (logs or {}).get("loss")
        if loss is None or self.trainer is None or state.global_step == self._told_step:
            return
        self._told_step = state.global_step
        seconds, tokens = self.trainer.seconds, self.trainer.tokens
        first, spent = self._first or (0, 0.0)
        pace = (seconds - spent) / max(1, state.global_step - first)
        self._job.tell(
            "step",
            step=state.global_step,
            steps=state.max_steps,
            loss=round(float(loss), 5) if math.isfinite(loss) else None,
            tokens_per_s=round(tokens / seconds, 1) if seconds else None,
            eta_s=round(pace * (state.max_steps - state.global_step), 1),
        )

    def on_evaluate(self, _: Any, state: Any, control: Any, metrics: Any = None, **__: Any) -> Any:
        loss = float((metrics or {}).get("eval_loss", math.nan))
        if not math.isfinite(loss):
            return control
        known = self.measured
        if state.global_step == 0:
            known.before = loss
        elif known.best is None or loss < known.best:
            known.best, known.worse = loss, 0
            self._keep(self._job.folder.checkpoints / BEST)
        else:
            known.worse += 1
            patience = self._job.config.patience
            if patience and known.worse >= patience:
                self.early = control.should_training_stop = True
        if not running.is_first():
            return control
        self._job.folder.checkpoints.mkdir(exist_ok=True)
        (self._job.folder.checkpoints / STATE).write_text(json.dumps(asdict(known)))
        self._job.tell("held_out", step=state.global_step, held_out_loss=round(loss, 5))
        return control

    def on_save(self, _: Any, state: Any, __: Any, **___: Any) -> None:
        """Mark the checkpoint as whole, where its numbers are numbers; older ones go."""
        if not running.is_first():
            return
        folder = self._job.folder.checkpoints / f"checkpoint-{state.global_step}"
        if not finite(folder):
            return
        (folder / WHOLE).touch()
        self._job.tell("checkpoint", step=state.global_step)
        whole = sorted(
            (path.parent for path in self._job.folder.checkpoints.glob(f"checkpoint-*/{WHOLE}")),
            key=lambda path: int(path.name.rpartition("-")[2]),
        )
        for old in whole[:-KEPT]:
            (old / WHOLE).unlink()
            shutil.rmtree(old, ignore_errors=True)

    def _keep(self, folder: Path) -> None:
        if not running.is_first():
            return
        assert self.trainer is not None
        new = folder.with_name(f"{folder.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        save_adapter(self.trainer.model, new)
        shutil.rmtree(folder, ignore_errors=True)
        new.rename(folder)


def save_adapter(model: Any, folder: Path) -> None:
    """The adapter in PEFT's form, and nothing else."""
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder, save_embedding_layers=False)
    for path in folder.iterdir():
        if path.name not in ADAPTER_FILES:
            path.unlink()


def copy_adapter(source: Path, target: Path) -> None:
    """Copy the adapter out of a checkpoint."""
    target.mkdir(parents=True, exist_ok=True)
    for name in ADAPTER_FILES:
        shutil.copyfile(source / name, target / name)


def finite(folder: Path) -> bool:
    """Whether all numbers of an adapter are numbers."""
    tensors = load_file(folder / ADAPTER_FILES[1])
    return all(bool(torch.isfinite(tensor).all()) for tensor in tensors.values())
