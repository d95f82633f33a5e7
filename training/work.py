"""A job from its first look to its report: check, train, export."""

import importlib.util
import json
import os
import random
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine.errors import InputError
from engine.formats import examples as example_file
from engine.formats import job as job_file
from engine.formats.examples import Example
from engine.formats.job import JobFolder, JobSpec
from training import base as base_model
from training import lessons, running, sheets
from training.base import BaseFacts
from training.config import TrainingConfig, from_mapping
from training.errors import PreflightError, TrainingError
from training.lessons import Row
from training.running import RunningJob
from training.trainer import Outcome, Trainer, Units

MAX_HELD_OUT = 64
MIN_TRAINED = 2


def do(folder: JobFolder, *, python: str, attached: bool = False) -> None:
    """Train and export. Raises EngineError, CancelledError and OSError."""
    spec = job_file.read_spec(folder)
    config = from_mapping(spec.settings)
    base = base_model.look(spec.base)
    if config.method == "dora" and not config.merge:
        raise InputError(
            "A DoRA adapter cannot stand beside its model: it changes the length of each row.",
            "Set merge = true, which writes the whole model, or choose lora or rslora.",
        )
    with running.hold(folder) if running.is_first() else nullcontext():
        if running.is_first():
            folder.stop.unlink(missing_ok=True)
        job = RunningJob(folder, spec, config, python)
        if attached:
            job.end_with_stdin()
        with job.memory:
            stand_back(config)
            _do(job, base)


def stand_back(config: TrainingConfig) -> None:
    """Let other programs go first; threads are limited before PyTorch looks for them."""
    if hasattr(os, "nice") and config.nice:
        os.nice(config.nice)
    # Threads that wait for each other give the processor to other programs meanwhile.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if config.threads:
        os.environ["OMP_NUM_THREADS"] = str(config.threads)


def _do(job: RunningJob, base: BaseFacts) -> None:
    job.tell("stage", message="reading the examples")
    taught, measured = split(job.spec, job.config)
    tokens = lessons.source(base, job.python)
    try:
        longest = min(job.config.max_tokens, base.context or job.config.max_tokens)
        rows = lessons.rows(taught, tokens, longest=longest)
        held_out = lessons.rows(measured, tokens, longest=longest)
        if tokens.template_note:
            job.tell("stage", message=f"The model's chat template: {tokens.template_note}.")
    finally:
        tokens.close()
    job.wait_or_stop()

    from training import hardware  # PyTorch takes seconds; what is wrong was told before

    trainer = choose_trainer(job.config)
    precision = hardware.precision(job.config)
    units, measured_units = laid_out(job.config, base, rows, held_out, precision)
    try:
        check = hardware.preflight(
            job.config, base, units, job.folder.root,
            precision=precision, unpacked=trainer.unpacks(job.config) and base.is_gguf,
        )  # fmt: skip
    except PreflightError as error:
        job.tell("preflight", message=error.message, hint=error.hint)
        raise
    job.tell("preflight", message=check.words)
    outcome = trainer.train(job, base, units, measured_units)
    if not running.is_first():
        return
    exported = _export(job, base, outcome)
    write_report(job, base, outcome, rows, held_out, exported)
    job.tell(
        "done",
        step=outcome.steps,
        message=f"{job.spec.name} is ready.",
        held_out_loss=outcome.held_out_loss,
        tokens_per_s=round(outcome.tokens_per_s, 1),
    )


def laid_out(
    config: TrainingConfig,
    base: BaseFacts,
    rows: Sequence[Row],
    held_out: Sequence[Row],
    precision: str,
) -> tuple[Units, Units]:
    """Both kinds of rows in sheets, where the job wants that."""
    from training import hardware

    if not config.packing:
        return rows, held_out
    longest = max(len(row.input_ids) for row in (*rows, *held_out))
    size = hardware.sheet_tokens(config, base, longest, bytes_each=hardware.BYTES[precision])
    most = config.micro_batch or config.batch
    return (
        sheets.sheets(rows, longest=size, most=most),
        sheets.sheets(held_out, longest=size, most=most),
    )


def split(spec: JobSpec, config: TrainingConfig) -> tuple[list[Example], list[Example]]:
    """Examples to learn from, and those to measure on: never two from one source apart.

    Raises InputError.
    """
    taught = example_file.read(spec.examples)
    if spec.held_out is not None:
        return taught, example_file.read(spec.held_out)
    wanted = min(MAX_HELD_OUT, int(len(taught) * config.held_out))
    sources: dict[str, list[Example]] = {}
    for number, example in enumerate(taught):
        sources.setdefault(example.source or f"\0{number}", []).append(example)
    names = sorted(sources)
    random.Random(config.seed).shuffle(names)
    aside: set[str] = set()
    count = 0
    for name in names:
        if count + len(sources[name]) <= wanted:
            aside.add(name)
            count += len(sources[name])
    if wanted and not aside and len(names) > 1:
        # Every source is larger than that: the smallest is measured on in part, and not learnt.
        aside = {min(names, key=lambda name: len(sources[name]))}
    kept: list[Example] = []
    measured: list[Example] = []
    for number, example in enumerate(taught):
        (measured if (example.source or f"\0{number}") in aside else kept).append(example)
    if len(kept) < MIN_TRAINED:
        raise InputError(
            f"{len(kept)} example is too few to train on.", "Add some more; a hundred is a start."
        )
    return kept, measured[:wanted]


def choose_trainer(config: TrainingConfig) -> Trainer:
    """The trainer for this machine. Raises TrainingError where the one asked for cannot run."""
    from training import unsloth_trainer

    if config.four_bit and importlib.util.find_spec("bitsandbytes") is None:
        raise TrainingError(
            "Training in 4 bits needs bitsandbytes, which is not installed.",
            "Run make setup-unsloth, or leave four_bit out.",
        )
    missing = unsloth_trainer.missing()
    if config.backend == "unsloth" and missing:
        raise TrainingError(
            f"Unsloth cannot be used here: {missing}.", "Set backend to peft, or to auto."
        )
    wanted = config.backend == "unsloth" or unsloth_trainer.has_accelerator()
    if config.backend != "peft" and wanted and not missing:
        return unsloth_trainer.UnslothTrainer()
    if config.four_bit and not unsloth_trainer.has_accelerator():
        raise TrainingError(
            "PEFT trains in 4 bits on a graphics processor alone, and there is none here.",
            "Leave four_bit out, or set backend to unsloth.",
        )
    from training.peft_trainer import PeftTrainer

    return PeftTrainer()


def _export(job: RunningJob, base: BaseFacts, outcome: Outcome) -> dict[str, Any]:
    from training import export

    if not base.is_gguf:
        job.tell("stage", message="The base is a folder: its adapter stays in PEFT's form.")
        return {}
    job.tell("stage", message="exporting")
    made = export.export(
        job.folder.adapter,
        base.path,
        job.folder.root,
        name=job.spec.name,
        task=job.spec.task,
        form=job.spec.form,
        merge=job.config.merge,
        quantization=job.config.quantization,
        rank=job.config.export_rank,
        python=job.python,
        facts={"Examples": str(job.spec.examples.name), "Held-out loss": outcome.held_out_loss},
    )
    return {key: path.name for key, path in made.items()}


def write_report(
    job: RunningJob,
    base: BaseFacts,
    outcome: Outcome,
    rows: Sequence[Row],
    held_out: Sequence[Row],
    exported: dict[str, Any],
) -> Path:
    """report.json: how it went, for whoever decides whether the adapter is used."""
    value = {
        "name": job.spec.name,
        "task": job.spec.task,
        "base": str(base.path),
        "architecture": base.architecture.name,
        "examples": len(rows),
        "held_out_examples": len(held_out),
        "label_tokens": sum(row.answer_tokens for row in rows),
        "settings": asdict(job.config),
        "outcome": {
            **asdict(outcome),
            "tokens_per_s": round(outcome.tokens_per_s, 1),
        },
        "files": exported,
        "ended": round(time.time(), 3),
    }
    temporary = job.folder.report.with_suffix(".new")
    temporary.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    temporary.replace(job.folder.report)
    return job.folder.report
