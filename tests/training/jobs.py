"""Small jobs on tiny models, for tests."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.formats import examples as example_file
from engine.formats import job as job_file
from engine.formats.examples import Example
from engine.formats.job import JobEvent, JobFolder, JobSpec
from engine.model_types import Message
from tests.training import families

SMALL = {"steps": 6, "batch": 4, "rank": 4, "measure_every": 2, "precision": "fp32",
         "threads": 1, "nice": 0, "learning_rate": 0.02, "max_tokens": 200}  # fmt: skip


def examples(count: int = 24) -> list[Example]:
    """Questions with an answer that can be learnt: the same word for every one."""
    return [
        Example(
            (
                Message("user", f"Question {number}{'!' * (number % 7)}"),
                Message("assistant", "aye"),
            ),
            source=f"paper {number // 2}",
        )
        for number in range(count)
    ]


def make(root: Path, *, family: str = "llama", count: int = 24, **settings: Any) -> JobFolder:
    """A job on a tiny model of a family."""
    root.mkdir(parents=True, exist_ok=True)
    base = root / "base.gguf"
    kind = families.FAMILIES[family]
    families.write_gguf(kind, families.make_model(kind), base)
    example_file.write(root / "examples.jsonl", examples(count))
    folder = JobFolder(root)
    job_file.write_spec(
        folder,
        JobSpec(base, root / "examples.jsonl", name="Aye", settings={**SMALL, **settings}),
    )
    return folder


def told(folder: JobFolder, kind: str = "") -> list[JobEvent]:
    """Events so far, of one kind where it is named."""
    found: Iterator[JobEvent] = (event for event, _ in job_file.events(folder))
    return [event for event in found if not kind or event.kind == kind]
