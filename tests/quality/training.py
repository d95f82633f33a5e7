"""Speed and memory of training beside a plain SFTTrainer with PEFT, and what export costs.

    .venv-training/bin/python -m tests.quality.training [--examples N] [--steps N] [--together N]

Run by the training environment, each side in a process of its own, on the same examples, rank and
batch. Processor seconds are compared beside wall seconds, so that a busy machine changes little.
The plain side is TRL's SFTTrainer as its documentation shows it: the model's own tokens, its own
defaults, nothing said about memory. Tokens are those of the examples one by one, padding left out,
on both sides. ``--together`` asks so many questions about one passage, as examples made from
documents do. ``--job`` trains on a user's own examples instead.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from engine.formats import examples as example_file
from engine.formats import job as job_file
from engine.formats.examples import Example
from engine.formats.job import JobFolder, JobSpec
from engine.model_types import Message
from engine.models import packages

RANK, BATCH = 8, 4
WORDS = (
    "harbour office keeper lamp rope tide ledger permit mooring crane pilot invoice weather night "
    "morning repair fee boat owner island letter map signal stone bridge market captain"
)


def make(count: int, together: int = 1, seed: int = 1) -> list[Example]:
    """Questions with a passage of 60 to 180 words and a short answer, as of documents."""
    dice = random.Random(seed)
    made = []
    passage: list[str] = []
    for number in range(count):
        if number % together == 0:
            passage = dice.choices(WORDS.split(), k=dice.randint(60, 180))
        place = number % together
        asked = f"Question: which word stands at place {place + 1}?"
        made.append(
            Example(
                (
                    Message("system", "Answer shortly, from the passages alone."),
                    Message("user", f"[1] {' '.join(passage)}.\n\n{asked}"),
                    Message("assistant", passage[place]),
                ),
                source=f"paper {number}",
            )
        )
    return made


def ours(folder: Path) -> dict[str, Any]:
    """Train a job and export it, in this process."""
    from training import export, work

    started = time.perf_counter()
    work.do(JobFolder(folder), python=sys.executable)
    report = json.loads((folder / "report.json").read_text())
    spec = job_file.read_spec(JobFolder(folder))
    before = time.perf_counter()
    export.export(folder / "adapter", spec.base, folder / "again", name="A", python=sys.executable)
    return {
        "tokens_per_s": report["outcome"]["tokens_per_s"],
        "tokens": report["outcome"]["tokens"],
        "processor_s": report["outcome"]["processor_s"],
        "wall_s": round(time.perf_counter() - started, 1),
        "export_s": round(time.perf_counter() - before, 2),
        "peak_bytes": peak(),
        "precision": report["outcome"]["precision"],
    }


def plain(folder: Path) -> dict[str, Any]:
    """The same examples through SFTTrainer as it comes."""
    import torch
    import transformers
    from datasets import Dataset
    from peft import LoraConfig
    from trl import SFTConfig, SFTTrainer

    from training import base, opening

    spec = job_file.read_spec(JobFolder(folder))
    tokenizer = transformers.AutoTokenizer.from_pretrained(
        spec.base.parent, gguf_file=spec.base.name
    )
    model = opening.open_model(base.look(spec.base), torch.float32)
    rows = [
        {"messages": [{"role": turn.role, "content": turn.content} for turn in example.messages]}
        for example in example_file.read(spec.examples)
    ]
    steps = int(spec.settings["steps"])
    trainer = SFTTrainer(
        model=model,
        args=SFTConfig(
            output_dir=str(folder / "plain"),
            per_device_train_batch_size=BATCH,
            max_steps=steps,
            save_strategy="no",
            report_to=[],
            use_cpu=not torch.cuda.is_available(),
            disable_tqdm=True,
            seed=1,
        ),
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer,
        peft_config=LoraConfig(r=RANK, lora_alpha=32, target_modules="all-linear"),
    )
    started, processor = time.perf_counter(), time.process_time()
    trainer.train()
    seconds = time.perf_counter() - started
    tokens = int(trainer.state.num_input_tokens_seen or trainer._total_train_tokens)
    return {
        "tokens_per_s": round(tokens / seconds, 1),
        "tokens": tokens,
        "processor_s": round(time.process_time() - processor, 1),
        "wall_s": round(seconds, 1),
        "peak_bytes": peak(),
    }


def peak() -> int:
    """Most that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.quality.training", description=__doc__)
    parser.add_argument("--examples", type=int, default=32)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--together", type=int, default=1)
    parser.add_argument("--job", type=Path)
    parser.add_argument("--side", choices=["ours", "plain"])
    options = parser.parse_args()
    if options.side:
        print("RESULT " + json.dumps({"ours": ours, "plain": plain}[options.side](options.job)))
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.job or _job(Path(temporary), options)
        results = {side: _run(side, folder) for side in ("ours", "plain")}
    one, other = results["ours"], results["plain"]
    results["ratio"] = {
        "tokens_per_s": round(one["tokens_per_s"] / other["tokens_per_s"], 2),
        "tokens_per_processor_s": round(
            one["tokens"] / one["processor_s"] / (other["tokens"] / other["processor_s"]), 2
        ),
        "peak": round(one["peak_bytes"] / other["peak_bytes"], 2),
    }
    print(json.dumps(results, indent=2))
    return 0


def _job(folder: Path, options: argparse.Namespace) -> Path:
    example_file.write(folder / "examples.jsonl", make(options.examples, options.together))
    settings = {"steps": options.steps, "batch": BATCH, "rank": RANK, "held_out": 0.0, "nice": 0}
    base = packages.find(packages.CHAT)
    job_file.write_spec(
        JobFolder(folder), JobSpec(base, folder / "examples.jsonl", settings=settings)
    )
    return folder


def _run(side: str, folder: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.quality.training", "--side", side, "--job", str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    line = next(line for line in done.stdout.splitlines() if line.startswith("RESULT "))
    result: dict[str, Any] = json.loads(line.removeprefix("RESULT "))
    return result


if __name__ == "__main__":
    sys.exit(main())
