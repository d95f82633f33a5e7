"""Training with PEFT and TRL: on any processor, and on a graphics processor without Unsloth."""

import os
import re
import time
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from trl import SFTConfig

from engine.errors import CancelledError, InputError
from training import hardware, opening, running, watching
from training.base import BaseFacts
from training.config import TrainingConfig
from training.errors import LossError
from training.label_trainer import LabelTrainer, dataset
from training.running import RunningJob
from training.trainer import Outcome, Units
from training.watching import Watch


class PeftTrainer:
    """A :class:`training.trainer.Trainer` on PEFT."""

    def unpacks(self, config: TrainingConfig) -> bool:
        return config.four_bit

    def train(self, job: RunningJob, base: BaseFacts, rows: Units, held_out: Units) -> Outcome:
        config = job.config
        torch.set_num_threads(hardware.threads(config))
        torch.manual_seed(config.seed)
        precision = hardware.precision(config)
        job.tell("stage", message=f"opening {base.path.name}")
        model = self._adapted(job, base, precision)
        plan = hardware.batches(config, base, rows, bytes_each=hardware.BYTES[precision])
        return run(job, model, rows, held_out, plan=plan, precision=precision)

    def _adapted(self, job: RunningJob, base: BaseFacts, precision: str) -> Any:
        config = job.config
        options: dict[str, Any] = {}
        if torch.cuda.is_available():
            options["device_map"] = {"": int(os.environ.get("LOCAL_RANK", "0"))}
        dtype = opening.DTYPES[precision]
        if config.four_bit:
            options["quantization_config"] = _four_bit(dtype)
            with opening.as_folder(base, job.folder.root, dtype) as folder:
                model = opening.open_folder(folder, dtype, **options)
        else:
            model = opening.open_model(base, dtype, **options)
        first = base.first_taught(config.layers)
        if config.start:
            return _going_on(model, job.folder.root / config.start, config, first)
        return get_peft_model(model, lora_config(config, layers=range(first, base.layers)))


def _going_on(model: Any, folder: Path, config: TrainingConfig, first: int) -> Any:
    """The model with an adapter that is trained on in the layers from ``first`` on.

    Raises InputError.
    """
    try:
        adapted = PeftModel.from_pretrained(model, str(folder), is_trainable=True)
    except (OSError, ValueError, RuntimeError) as error:
        raise InputError(
            f"There is no adapter for this model in {folder}.",
            "Give the folder “adapter” of a finished job for the same model, or leave start out.",
        ) from error
    known = adapted.peft_config["default"]
    if known.r != config.rank or known.lora_alpha != config.alpha:
        raise InputError(
            f"The adapter to go on from has rank {known.r} and alpha {known.lora_alpha:g}.",
            "Set rank and alpha to the same.",
        )
    for name, weights in adapted.named_parameters():
        place = re.search(r"\.layers\.(\d+)\.", name)
        if weights.requires_grad and place is not None and int(place[1]) < first:
            weights.requires_grad_(False)
    return adapted


LINEAR = ("q_proj", "k_proj", "v_proj", "o_proj", "qkv_proj", "gate_proj", "up_proj", "down_proj",
          "gate_up_proj")  # fmt: skip
"""Names of the linear layers in the families that can be trained."""


def linear_in(model: Any) -> list[str]:
    """Those of :data:`LINEAR` that a model has."""
    names = {name.rpartition(".")[2] for name, _ in model.named_modules()}
    return [name for name in LINEAR if name in names]


def lora_config(config: TrainingConfig, *, layers: range = range(0)) -> LoraConfig:
    """PEFT's words for the adapter; of some ``layers`` alone where these do not begin at 0."""
    return LoraConfig(
        r=config.rank,
        lora_alpha=config.alpha,
        lora_dropout=config.dropout,
        use_rslora=config.method == "rslora",
        use_dora=config.method == "dora",
        # PEFT takes layers only beside names; those that a model has not are passed over.
        layers_to_transform=list(layers) if layers.start else None,
        target_modules=list(config.targets) or (list(LINEAR) if layers.start else "all-linear"),
        task_type="CAUSAL_LM",
    )


def run(
    job: RunningJob,
    model: Any,
    rows: Units,
    held_out: Units,
    *,
    plan: hardware.Batches,
    precision: str,
    tokenizer: Any = None,
    own_loss: bool = False,
) -> Outcome:
    """Train a model that has its adapter already; for every trainer."""
    watch = Watch(job)
    trainer = LabelTrainer(
        pad=0,
        tokenizer=tokenizer,
        own_loss=own_loss,
        model=model,
        args=_arguments(job, len(rows), bool(held_out), plan, precision),
        train_dataset=dataset(rows),
        eval_dataset=dataset(held_out, by_length=True) if held_out else None,
        callbacks=[watch],
    )
    watch.trainer = trainer
    for callback in list(trainer.callback_handler.callbacks):
        if type(callback).__name__ in ("PrinterCallback", "ProgressCallback"):
            trainer.remove_callback(callback)
    checkpoint = running.last_checkpoint(job.folder)
    if held_out and watch.measured.before is None:
        job.tell("stage", message="measuring the model before training")
        trainer.evaluate()
    job.tell(
        "start",
        step=int(checkpoint.name.rpartition("-")[2]) if checkpoint else 0,
        message=f"going on from {checkpoint.name}" if checkpoint else "training",
    )
    started = time.perf_counter()
    try:
        result = trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    except LossError:
        _keep_last_good(job)
        raise
    if watch.stopped:
        raise CancelledError
    best = job.folder.checkpoints / watching.BEST
    if not running.is_first():
        pass
    elif best.exists():
        watching.copy_adapter(best, job.folder.adapter)
    else:
        watching.save_adapter(trainer.model, job.folder.adapter)
    return Outcome(
        steps=trainer.state.global_step,
        loss=_last_loss(trainer, result.training_loss),
        held_out_loss=watch.measured.best,
        held_out_before=watch.measured.before,
        tokens=trainer.tokens,
        seconds=min(trainer.seconds, time.perf_counter() - started),
        processor_s=round(trainer.processor_s, 1),
        peak_memory_bytes=job.memory.bytes,
        accelerator_bytes=(torch.cuda.max_memory_allocated() if torch.cuda.is_available() else 0),
        precision=precision,
        why_ended="no better on held-out examples" if watch.early else "all steps",
    )


def _arguments(
    job: RunningJob, rows: int, measured: bool, plan: hardware.Batches, precision: str
) -> SFTConfig:
    config = job.config
    every = config.measure_every
    return SFTConfig(
        output_dir=str(job.folder.checkpoints),
        per_device_train_batch_size=plan.micro_batch,
        per_device_eval_batch_size=plan.micro_batch,
        gradient_accumulation_steps=plan.accumulate,
        max_steps=config.steps or plan.steps(rows, config.epochs),
        learning_rate=config.learning_rate,
        lr_scheduler_type="cosine",
        warmup_steps=config.warmup,
        weight_decay=config.weight_decay,
        max_grad_norm=config.max_grad_norm,
        bf16=precision == "bf16",
        use_cpu=not torch.cuda.is_available(),
        gradient_checkpointing=plan.checkpointing,
        eval_strategy="steps" if measured else "no",
        eval_steps=every,
        save_strategy="steps",
        save_steps=every,
        logging_steps=1,
        logging_nan_inf_filter=False,
        report_to=[],
        disable_tqdm=True,
        seed=config.seed,
        data_seed=config.seed,
        dataloader_num_workers=0,
        dataloader_pin_memory=torch.cuda.is_available(),
        prediction_loss_only=True,
        max_length=None,
        dataset_kwargs={"skip_prepare_dataset": True},
    )


def _keep_last_good(job: RunningJob) -> None:
    """Put the adapter of the last checkpoint where a whole one would lie."""
    good = running.last_checkpoint(job.folder)
    if good is not None:
        watching.copy_adapter(good, job.folder.adapter)


def _last_loss(trainer: LabelTrainer, mean: float) -> float:
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    last = losses[-10:]
    return sum(last) / len(last) if last else mean


def _four_bit(dtype: torch.dtype) -> Any:
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_compute_dtype=dtype,
        bnb_4bit_use_double_quant=True,
    )
