"""Formats: how much of what a file says is read, and what becomes of hostile files.

Each file is read in a child process of its own, so that its memory and its end are its own.
"""

import csv
import json
import re
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from tests.quality.data import MissingDataError, folder
from tests.quality.record import Row
from tests.quality.workplace import Workplace

ENOUGH = 0.95
LIMIT_S = 60
LIMIT_MB = 1024
WORD = re.compile(r"[^\W_]+")
MARKS = re.compile(
    r"<!--.*?-->| 00:00:00\b|"
    r"^\s*\|?[ |:-]*-[ |:-]*\|?\s*$|```\w*|\]\([^)\s]*(?:\s\"[^\"]*\")?\)|data:\S+",
    re.MULTILINE,
)
"""What Markdown adds to the words: comments, rules of tables, fences, targets of links; and the
midnight that the expected texts put after every day of a spreadsheet."""
MATH = re.compile(r"\$\$?(.+?)\$\$?")
COMMAND = re.compile(r"\\[a-zA-Z]+")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file."""

    code: str
    """``"read"``, a ParseError's code, ``"timeout"`` or ``"crash"``."""
    text: str
    note: str
    seconds: float
    peak_mb: float


def run(place: Workplace) -> None:
    _formats(place)
    _hostile(place)


def _formats(place: Workplace) -> None:
    where = folder("formats")
    contains = json.loads((where / "EXPECTED_CONTAINS.json").read_text(encoding="utf-8"))
    table = Table(title="Formats", title_justify="left")
    for name in ("file", "outcome", "recall", "missing", "s", "MB"):
        table.add_column(name, justify="right" if name in ("recall", "s", "MB") else "left")
    recalls: list[float] = []
    held: list[float] = []
    for entry in _manifest(where)[: place.limit]:
        path = where.parent / entry["file"]
        if path.name.endswith("-actual.csv") or "markitdown_expected" in entry["file"]:
            continue
        outcome = read_apart(path, entry["password"])
        recall, missing = "", ""
        if entry["expected"]:
            wanted = (path.parent / entry["expected"]).read_text(encoding="utf-8")
            share = word_recall(wanted, outcome.text)
            recalls.append(share)
            recall = f"{share:.3f}"
            if share < ENOUGH:
                missing = _missing(wanted, outcome.text)
        for text in contains.get(entry["file"], {}).get("must_include", []):
            found = holds(outcome.text, text)
            held.append(float(found))
            if not found:
                missing += f" «{text[:60]}»"
        table.add_row(
            entry["file"].removeprefix("formats/"), outcome.code, recall, missing.strip(),
            f"{outcome.seconds:.2f}", f"{outcome.peak_mb:.0f}",
        )  # fmt: skip
    place.console.print(table)
    enough = [float(share >= ENOUGH) for share in recalls]
    place.record.mean("formats", "files with expected text", "recall ≥ 0.95", enough)
    place.record.mean("formats", "files with expected text", "word recall", recalls)
    place.record.mean("formats", "expected strings", "found", held)


def _hostile(place: Workplace) -> None:
    try:
        where = folder("hostile")
    except MissingDataError as error:
        place.record.note(str(error))
        return
    table = Table(title="Hostile files", title_justify="left")
    for name in ("file", "outcome", "said", "s", "MB"):
        table.add_column(name, justify="right" if name in ("s", "MB") else "left")
    seconds, peaks, ended = [], [], []
    for entry in _manifest(where)[: place.limit]:
        outcome = read_apart(where.parent / entry["file"], entry["password"])
        table.add_row(
            entry["file"].removeprefix("hostile/"), outcome.code, outcome.note[:90],
            f"{outcome.seconds:.2f}", f"{outcome.peak_mb:.0f}",
        )  # fmt: skip
        seconds.append(outcome.seconds)
        peaks.append(outcome.peak_mb)
        ended.append(float(outcome.code not in ("timeout", "crash")))
    place.console.print(table)
    place.record.mean("formats", "hostile files", "read, or refused in words", ended)
    place.record.add(Row("formats", "hostile files", "slowest", max(seconds), "s", len(seconds)))
    place.record.add(Row("formats", "hostile files", "largest", max(peaks), "MB", len(peaks)))


def _manifest(where: Path) -> list[dict[str, str]]:
    with (where / "MANIFEST.tsv").open(encoding="utf-8", newline="") as stream:
        return [
            {name: value or "" for name, value in row.items() if name}
            for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]


# --- reading apart -----------------------------------------------------------------------------


def read_apart(path: Path, password: str = "") -> Outcome:
    started = time.perf_counter()
    command = [sys.executable, "-m", "tests.quality.read_one", str(path), password]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=LIMIT_S, check=False, encoding="utf-8"
        )
    except subprocess.TimeoutExpired:
        return Outcome("timeout", "", "", time.perf_counter() - started, 0.0)
    seconds = time.perf_counter() - started
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["ended without a word"]
        return Outcome("crash", "", last[0], seconds, 0.0)
    said: dict[str, Any] = json.loads(done.stdout)
    return Outcome(said["code"], said["text"], said["note"], said["seconds"], said["peak_mb"])


# --- comparing ---------------------------------------------------------------------------------


def words(text: str) -> Counter[str]:
    """Words without the marks of Markdown and without the commands of TeX."""
    text = MATH.sub(lambda match: COMMAND.sub(" ", match.group(1)), MARKS.sub(" ", text))
    return Counter(word.lower() for word in WORD.findall(text))


def word_recall(wanted: str, found: str) -> float:
    """Share of the expected text's words, each as often as it is expected."""
    expected, read = words(wanted), words(found)
    total = expected.total()
    return (expected & read).total() / total if total else 1.0


def _missing(wanted: str, found: str) -> str:
    return " ".join(list((words(wanted) - words(found)).elements())[:12])


def holds(text: str, wanted: str) -> bool:
    """Whether the words of a string follow each other in the text."""
    return " ".join(_plain(wanted)) in " ".join(_plain(text))


def _plain(text: str) -> list[str]:
    return WORD.findall(MARKS.sub(" ", text).lower())
