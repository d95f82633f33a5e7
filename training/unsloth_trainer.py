"""Training with Unsloth, where a graphics processor is: the same job, rows and export.

Unsloth patches other libraries when it is imported, asks the network, and refuses to start without
an accelerator. It is imported only inside :meth:`UnslothTrainer.train`, in the training process,
with its statistics off and the hub offline; its exporter is not used.
"""

import importlib.util
import os
from typing import Any

from engine import network
from training.base import BaseFacts
from training.errors import TrainingError
from training.running import RunningJob
from training.sheets import one_by_one
from training.trainer import Outcome, Units


def missing() -> str:
    """Why Unsloth cannot be used here, as the end of a sentence; empty where it can."""
    if importlib.util.find_spec("unsloth") is None:
        return "it is not installed"
    import torch

    if torch.cuda.is_available() or (hasattr(torch, "xpu") and torch.xpu.is_available()):
        return ""
    return "there is no graphics processor that it knows"


class UnslothTrainer:
    """A :class:`training.trainer.Trainer` on Unsloth's kernels."""

    def train(self, job: RunningJob, base: BaseFacts, rows: Units, held_out: Units) -> Outcome:
        """Raises TrainingError where Unsloth is missing or the base is no folder."""
        if reason := missing():
            raise TrainingError(f"Unsloth cannot be used here: {reason}.", "Set backend to peft.")
        if base.is_gguf:
            # Unsloth opens folders alone; a GGUF is trained with PEFT on the same processor.
            from training.peft_trainer import PeftTrainer

            job.tell("stage", message="Unsloth opens no GGUF files; PEFT trains it here.")
            return PeftTrainer().train(job, base, rows, held_out)
        os.environ.update(network.QUIET_LIBRARIES)
        from unsloth import FastLanguageModel  # first: it patches what is imported next

        from training import hardware, peft_trainer

        # Its attention knows no masks of ours.
        rows = one_by_one(rows)
        held_out = one_by_one(held_out)
        config = job.config
        precision = hardware.precision(config)
        job.tell("stage", message=f"opening {base.path.name}")
        model: Any
        model, _ = FastLanguageModel.from_pretrained(
            str(base.path),
            max_seq_length=max(len(row.input_ids) for row in rows),
            load_in_4bit=config.four_bit,
            local_files_only=True,
        )
        model = FastLanguageModel.get_peft_model(
            model,
            r=config.rank,
            lora_alpha=config.alpha,
            lora_dropout=config.dropout,
            use_rslora=config.method == "rslora",
            target_modules=list(config.targets)
            or ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
            use_gradient_checkpointing=False,
            random_state=config.seed,
        )
        plan = hardware.batches(config, base, rows, bytes_each=2)
        return peft_trainer.run(job, model, rows, held_out, plan=plan, precision=precision)
