"""What a starter model can be taught from a table: before and after, through llama.cpp.

    python -m tests.quality.taught banking77 FOLDER [--examples N] [--steps N] [--limit N]
    .venv-training/bin/python -m training FOLDER/banking77
    python -m tests.quality.taught banking77 FOLDER --measure

The first makes a job as ``alcove teach`` does, the third asks what was kept aside with the adapter
and without. Sets: ``banking77`` (77 kinds of enquiries; the answer is held to the labels by a
grammar), ``abbreviations`` (terms that it was taught, asked again), ``wikisql`` (exact SQL), and
``general`` (the plain questions of ``engine/teach/general.toml``, for ``--adapter FILE``).
"""

import argparse
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engine.answer import prompt
from engine.evaluate import metrics
from engine.formats import examples as example_file
from engine.formats import job as job_file
from engine.formats.examples import Example
from engine.formats.job import JobFolder, JobSpec
from engine.inference.adapters import Adapter
from engine.inference.chat_model import Sampling
from engine.inference.process import ProcessChatModel
from engine.model_types import Message
from engine.models import packages
from engine.progress import drain
from engine.teach import compare, from_tables, recipes, rehearsal, rows
from engine.teach.recipes import Recipe
from tests.quality import data

SEED = 3
LIMIT = 300
SETTINGS = {
    "banking77": {"batch": 32, "micro_batch": 16, "learning_rate": 2e-3, "layers": 0.5},
    "abbreviations": {"batch": 16, "learning_rate": 1e-3},
    "wikisql": {"batch": 8, "learning_rate": 1e-3, "layers": 0.5, "max_tokens": 768},
}
FIXED = {"held_out": 0.0, "patience": 0, "nice": 0, "seed": 1, "export_rank": 0}


@dataclass(frozen=True, slots=True)
class Set:
    """A table to learn, and questions that are asked afterwards."""

    recipe: Recipe
    taught: list[Example]
    asked: list[Example]
    labels: tuple[str, ...] = ()
    """What an answer may be; empty for anything."""


def load(name: str, count: int, limit: int) -> Set:
    """``count`` examples to learn, 0 for all, and ``limit`` questions."""
    dice = random.Random(SEED)
    if name == "banking77":
        recipe, folder = recipes.recipe("classify"), data.folder("finetune") / "banking77"
        taught = _of(recipe, folder / "train.csv")
        asked = _of(recipe, folder / "test.csv")
        labels = tuple(sorted({each.answer for each in taught}))
    elif name == "wikisql":
        recipe, folder = recipes.recipe("sql"), data.folder("finetune") / "wikisql_mlx"
        taught, asked = _of(recipe, folder / "train.jsonl"), _of(recipe, folder / "test.jsonl")
        labels = ()
    else:
        recipe = recipes.recipe("abbreviations")
        table = data.folder("finetune") / "medical_abbreviations" / "abbreviations.csv"
        taught, labels = _of(recipe, table), ()
        dice.shuffle(taught)
        asked = taught[: count or None]
    dice.shuffle(taught) if name != "abbreviations" else None
    return Set(recipe, taught[: count or None], dice.sample(asked, min(limit, len(asked))), labels)


def _of(recipe: Recipe, path: Path) -> list[Example]:
    made, _ = from_tables.examples(recipe, rows.read(path))
    return made


def make(chosen: Set, folder: JobFolder, settings: dict[str, object]) -> None:
    """Lay out a job, with answers of the model's own among the examples as the product does."""
    folder.root.mkdir(parents=True, exist_ok=True)
    file = folder.root / "examples.jsonl"
    kept = rehearsed(rehearsal.wanted(len(chosen.taught)))
    example_file.write(file, rehearsal.among(chosen.taught, kept))
    settings, _ = rehearsal.fitting({**chosen.recipe.training, **settings}, kept)
    spec = JobSpec(
        packages.find(packages.CHAT), file, name=folder.root.name, task=chosen.recipe.task,
        settings=settings,
    )  # fmt: skip
    job_file.write_spec(folder, spec)


def rehearsed(count: int) -> list[Example]:
    """What the model says to plain requests as it is."""
    model = ProcessChatModel(packages.find(packages.CHAT))
    try:
        prompts = rehearsal.prompts()[:count]
        said = answers(model, prompts, Sampling(max_tokens=rehearsal.MOST_TOKENS))
        kept = [rehearsal.example(*pair) for pair in zip(prompts, said, strict=True)]
        return [
            replace(each, more={"tokens": model.count_prompt(each.messages)})
            for each in kept
            if each is not None
        ]
    finally:
        model.close()


def answers(
    model: ProcessChatModel, asked: Sequence[Sequence[Message]], sampling: Sampling
) -> list[str]:
    """What the model writes after each prompt."""
    return [drain(model.stream(messages, sampling)).text.strip() for messages in asked]


def right(model: ProcessChatModel, chosen: Set) -> float:
    """Share of exact answers, blanks and capitals aside."""
    sampling = Sampling(max_tokens=96)
    if chosen.labels:
        choices = " | ".join(json.dumps(label) for label in chosen.labels)
        sampling = replace(sampling, grammar=f"root ::= {choices}")
    said = answers(model, [each.messages[:-1] for each in chosen.asked], sampling)
    pairs = zip(said, chosen.asked, strict=True)
    return sum(_plain(text) == _plain(each.answer) for text, each in pairs) / len(chosen.asked)


def known(model: ProcessChatModel) -> float:
    """Share of the plain questions that are answered right."""
    asked = compare.general_questions()
    prompts = [prompt.plain([Message("user", each.question)]) for each in asked]
    said = answers(model, prompts, Sampling(max_tokens=64, repeat_penalty=1.1))
    pairs = zip(said, asked, strict=True)
    return sum(metrics.contains_answer(text, each.answers) for text, each in pairs) / len(asked)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.quality.taught", description=__doc__)
    parser.add_argument("set", choices=[*SETTINGS, "general"])
    parser.add_argument("folder", type=Path, help="for the jobs")
    parser.add_argument("--examples", type=int, default=0, help="to learn; 0 for all")
    parser.add_argument("--steps", type=int, default=0)
    parser.add_argument("--limit", type=int, default=LIMIT, help="questions asked afterwards")
    parser.add_argument("--measure", action="store_true", help="ask, with the adapter and without")
    parser.add_argument("--adapter", type=Path, help="instead of the job's")
    options = parser.parse_args()
    folder = JobFolder((options.folder / options.set).absolute())
    chosen = None if options.set == "general" else load(
        options.set, options.examples, options.limit
    )  # fmt: skip
    if chosen is not None and not options.measure:
        more = {"steps": options.steps} if options.steps else {}
        make(chosen, folder, {**FIXED, **SETTINGS[options.set], **more})
        print(f"{len(chosen.taught)} examples in {folder.root}")
        return
    adapter = options.adapter or folder.root / f"{options.set}.gguf"
    model = ProcessChatModel(packages.find(packages.CHAT))
    try:
        for label, wanted in (("without", []), ("with the adapter", [Adapter(adapter)])):
            model.attach(wanted)
            if chosen is not None:
                print(f"{label}: {right(model, chosen):.3f} of {len(chosen.asked)} right")
            print(f"{label}: {known(model):.3f} of the plain questions", flush=True)
    finally:
        model.close()


if __name__ == "__main__":
    main()
