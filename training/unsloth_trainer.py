"""Training with Unsloth: the same job, rows and export as with PEFT.

Unsloth patches other libraries when it is imported, asks the network, and puts a loss of its own
into TRL's trainer. It is imported only inside :meth:`UnslothTrainer.train`, in the training
process, with its statistics off and the hub offline; its exporter is not used. Its newer releases
train on a processor too, through PyTorch alone: that is how it is tried where no graphics processor
is. It is no faster there than :mod:`training.peft_trainer`, which knows sheets.
"""

import importlib.util
import os
from pathlib import Path
from typing import Any

from engine import network
from training.base import BaseFacts
from training.config import TrainingConfig
from training.errors import TrainingError
from training.running import RunningJob
from training.sheets import one_by_one
from training.trainer import Outcome, Units

SPACE = "unsloth"
"""Folder below the job's, for what Unsloth compiles."""


def missing() -> str:
    """Why Unsloth cannot be used here, as the end of a sentence; empty where it can."""
    found = importlib.util.find_spec("unsloth")
    if found is None:
        return "it is not installed"
    if has_accelerator() or any(
        Path(folder, "_cpu_init.py").exists() for folder in found.submodule_search_locations or ()
    ):
        return ""
    return "there is no graphics processor that it knows, and this release of it needs one"


def has_accelerator() -> bool:
    """Whether there is a graphics processor that Unsloth knows."""
    import torch

    return torch.cuda.is_available() or (hasattr(torch, "xpu") and torch.xpu.is_available())


class UnslothTrainer:
    """A :class:`training.trainer.Trainer` on Unsloth's kernels."""

    def unpacks(self, config: TrainingConfig) -> bool:  # noqa: ARG002  # Unsloth opens folders alone
        return True

    def train(self, job: RunningJob, base: BaseFacts, rows: Units, held_out: Units) -> Outcome:
        """Raises TrainingError where Unsloth is missing or cannot do what the job asks for."""
        if reason := missing():
            raise TrainingError(f"Unsloth cannot be used here: {reason}.", "Set backend to peft.")
        if job.config.start:
            raise TrainingError(
                "Unsloth does not go on from another adapter here.", "Set backend to peft."
            )
        os.environ.update(network.QUIET_LIBRARIES)
        os.environ["UNSLOTH_COMPILE_LOCATION"] = str(job.folder.root / SPACE)
        import unsloth  # first: it patches what is imported next

        from training import hardware, opening, peft_trainer

        # Its attention knows no masks of ours.
        rows = one_by_one(rows)
        held_out = one_by_one(held_out)
        config = job.config
        precision = hardware.precision(config)
        job.tell("stage", message=f"opening {base.path.name} with Unsloth {unsloth.__version__}")
        with opening.as_folder(base, job.folder.root, opening.DTYPES[precision]) as folder:
            model: Any
            model, tokenizer = unsloth.FastLanguageModel.from_pretrained(
                str(folder),
                max_seq_length=max(len(row.input_ids) for row in (*rows, *held_out)),
                dtype=opening.DTYPES[precision],
                load_in_4bit=config.four_bit,
                use_gradient_checkpointing=False,
                local_files_only=True,
            )
        plan = hardware.batches(config, base, rows, bytes_each=hardware.BYTES[precision])
        first = base.first_taught(config.layers)
        model = unsloth.FastLanguageModel.get_peft_model(
            model,
            r=config.rank,
            lora_alpha=config.alpha,
            lora_dropout=config.dropout,
            use_rslora=config.method == "rslora",
            **({"use_dora": True} if config.method == "dora" else {}),
            target_modules=list(config.targets) or list(peft_trainer.linear_in(model)),
            layers_to_transform=list(range(first, base.layers)) if first else None,
            use_gradient_checkpointing=plan.checkpointing,
            random_state=config.seed,
        )
        return peft_trainer.run(
            job,
            model,
            rows,
            held_out,
            plan=plan,
            precision=precision,
            tokenizer=tokenizer,
            own_loss=True,
        )
