"""Speed and memory of training beside a plain SFTTrainer with PEFT, and what export costs.

    .venv-training/bin/python -m tests.quality.training [--examples N] [--steps N] [--together N]

Run by the training environment, each side in a process of its own, on the same examples, rank and
batch. Processor seconds are compared beside wall seconds, so that a busy machine changes little.
The plain side is TRL's SFTTrainer as its documentation shows it: the model's own tokens, its own
defaults, nothing said about memory. Tokens are those of the examples one by one, padding left out,
on both sides. ``--together`` asks so many questions about one passage, as examples made from
documents do. ``--job`` trains on a user's own examples instead. Where Unsloth is installed, it
trains the same job too.
"""

import argparse
import importlib.util
import json
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil

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
    from training import work

    started = time.perf_counter()
    work.do(JobFolder(folder), python=sys.executable)
    report = json.loads((folder / "report.json").read_text())
    return {
        "tokens_per_s": report["outcome"]["tokens_per_s"],
        "tokens": report["outcome"]["tokens"],
        "processor_s": report["outcome"]["processor_s"],
        "wall_s": round(time.perf_counter() - started, 1),
        "peak_bytes": peak(),
        "precision": report["outcome"]["precision"],
    }


def unsloth(folder: Path) -> dict[str, Any]:
    """The same job with Unsloth."""
    spec = job_file.read_spec(JobFolder(folder))
    other = JobFolder(folder / "unsloth")
    other.root.mkdir(exist_ok=True)
    job_file.write_spec(other, replace(spec, settings={**spec.settings, "backend": "unsloth"}))
    return ours(other.root)


def exported(folder: Path) -> dict[str, Any]:
    """What the trained pairs cost to write: as an adapter, and merged and quantized again."""
    from training import export

    base = job_file.read_spec(JobFolder(folder)).base
    times, made = [], {}
    for merge in (False, True):
        before, target = time.perf_counter(), folder / f"again {merge}"
        with Held() as held:
            made = export.export(
                folder / "adapter", base, target, name="A", python=sys.executable, merge=merge
            )
        times.append(time.perf_counter() - before)
    return {
        "adapter_s": round(times[0], 2),
        "merge_and_quantize_s": round(times[1], 2),
        "base_bytes": base.stat().st_size,
        "model_bytes": made["model"].stat().st_size,
        "peak_bytes": held.most,
    }


class Held:
    """Most memory of this process and its children together while it is open.

    Pages of mapped files are left out: they are the page cache's.
    """

    def __init__(self) -> None:
        self.most = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Held":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        here = psutil.Process()
        while not self._done.wait(0.02):
            all_of_them = [here, *here.children(recursive=True)]
            self.most = max(self.most, sum(_own(each.pid) for each in all_of_them))


def _own(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = [line for line in status.splitlines() if line.startswith("RssAnon:")]
    return int(found[0].split()[1]) * 1024 if found else 0


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


SIDES = {"ours": ours, "export": exported, "plain": plain, "unsloth": unsloth}


def peak() -> int:
    """Most that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.quality.training", description=__doc__)
    parser.add_argument("--examples", type=int, default=32)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--together", type=int, default=1)
    parser.add_argument("--job", type=Path)
    parser.add_argument("--side", choices=list(SIDES))
    options = parser.parse_args()
    if options.side:
        print("RESULT " + json.dumps(SIDES[options.side](options.job)))
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.job or _job(Path(temporary), options)
        installed = importlib.util.find_spec("unsloth") is not None
        results = {side: _run(side, folder) for side in SIDES if side != "unsloth" or installed}
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
