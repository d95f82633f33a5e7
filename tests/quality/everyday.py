"""Everyday questions: about made-up papers of ``everyday.toml`` and about the sample library.

Half of the papers is what thresholds are chosen on, with some questions about the sample library;
the other half is only measured on, and so are the questions that come with the sample library.
"""

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.quality.data import ROOT

FILE = Path(__file__).with_suffix(".toml")
SAMPLES = ROOT / "samples" / "library"
CHOSEN, HELD_OUT = "chosen", "held out"
TOLD = "samples"
"""The part of the questions that come with the sample library; only measured on."""


@dataclass(frozen=True, slots=True)
class Everyday:
    """A question about papers of everyday life."""

    id: str
    text: str
    answers: tuple[str, ...]
    """Any of them is right; none where the papers do not tell."""
    part: str
    library: str
    """The library that is asked."""


def libraries(target: Path) -> dict[str, list[Path]]:
    """The files of each library; made-up papers are written into ``target``."""
    files: dict[str, list[Path]] = {"Samples": [SAMPLES]}
    for paper in _rows()["paper"]:
        path = target / _library(paper["part"]) / paper["name"]
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != paper["text"]:
            path.write_text(paper["text"], encoding="utf-8")
        files.setdefault(_library(paper["part"]), []).append(path)
    return files


def questions() -> list[Everyday]:
    """All of them, those with and without an answer in turn."""
    rows = _rows()
    found: list[Everyday] = []
    for number, row in enumerate([*rows["paper"], *rows["samples"]]):
        library = _library(row["part"]) if "name" in row else "Samples"
        asked = [(each[0], tuple(each[1:])) for each in row["asked"]]
        without = [(text, ()) for text in row["unanswered"]]
        for place, (text, answers) in enumerate([*asked, *without]):
            found.append(Everyday(f"day-{number}-{place}", text, answers, row["part"], library))
    lines = (SAMPLES.parent / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    for row in map(json.loads, lines):
        found.append(Everyday(row["id"], row["question"], tuple(row["answers"]), TOLD, "Samples"))
    return found


def _library(part: str) -> str:
    return "Papers to choose on" if part == CHOSEN else "Papers held out"


def _rows() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
