"""How soon Alcove knows of changes: a rescan of many unchanged files, and a file saved while a
large ``add`` runs in another process.
"""

import os
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from engine.assistant import Assistant
from engine.ingest import ingest
from engine.progress import CancelToken, drain
from engine.store.connect import Vault
from engine.store.lexical import Lexical
from tests import shelf
from tests.fakes import HashingEmbedder
from tests.quality.record import Row
from tests.quality.workplace import Workplace

FILES = 10_000
ROUNDS = 5
SAVES = 10
PATIENCE_S = 60.0
WORDS = ("river", "stone", "market", "winter", "silver", "garden", "letter", "window", "copper")


def run(place: Workplace) -> None:
    rescan(place)
    overtaking(place)


def rescan(place: Workplace) -> None:
    """``sync`` over unchanged files, beside os.walk with a stat of each, on the same tree."""
    count = place.limit or FILES
    work = place.folder / "current-rescan"
    shutil.rmtree(work, ignore_errors=True)
    docs = work / "docs"
    _tree(docs, count, words=3)
    vault, embedder = Vault.open(_made(work / "profile") / "vault.db"), HashingEmbedder()
    try:
        drain(ingest.add(vault, embedder, [docs], library="Documents", parse=shelf.parse))
        for rules in (False, True):
            if rules:
                (docs / ".gitignore").write_text("*.log\nbuild/\n!keep.log\n/private/**/x\n")
            walked = [_timed(lambda: _walk(docs)) for _ in range(ROUNDS)]
            synced = [
                _timed(lambda: drain(ingest.sync(vault, embedder, parse=shelf.parse)))
                for _ in range(ROUNDS)
            ]
            over = f"{count} unchanged files{', with a .gitignore' if rules else ''}"
            seconds, walk = statistics.median(synced), statistics.median(walked)
            place.record.add(
                Row("current", over, "rescan", seconds, "s", ROUNDS, min(synced), max(synced))
            )
            place.record.add(
                Row("current", over, "os.walk and stat", walk, "s", ROUNDS, min(walked),
                    max(walked))
            )  # fmt: skip
            place.record.add(Row("current", over, "rescan / os.walk and stat", seconds / walk))
    finally:
        vault.close()


def overtaking(place: Workplace) -> None:
    """Seconds from saving a file until its new words are found: at rest, and while ``alcove add``
    of many files runs in another process. Everything is real.
    """
    work = place.folder / "current-overtaking"
    shutil.rmtree(work, ignore_errors=True)
    docs, many = work / "docs", work / "many"
    _tree(docs, 20, words=60)
    _tree(many, place.limit or FILES, words=120)
    with place.assistant("current-overtaking/profile") as assistant:
        drain(assistant.add([docs]))
        cancel = CancelToken()
        thread = threading.Thread(
            target=lambda: drain(assistant.upkeep.watch(cancel=cancel)), name="watching"
        )
        thread.start()
        try:
            until = time.monotonic() + PATIENCE_S
            while not all(each.watched for each in assistant.upkeep.states()):
                if time.monotonic() > until:
                    raise RuntimeError("nothing is watched")
                time.sleep(0.1)
            time.sleep(2)
            _record(place, "at rest", [_saved(assistant, docs, n) for n in range(SAVES)])
            adding = subprocess.Popen(
                [sys.executable, "-c", "from engine.cli.app import main; main()", "add",
                      str(many), "--library", "Many", "--profile", str(work / "profile")],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )  # fmt: skip
            try:
                until = time.monotonic() + PATIENCE_S
                while len(assistant.documents("Many")) < 100 and time.monotonic() < until:
                    time.sleep(0.2)
                before, began = len(assistant.documents("Many")), time.monotonic()
                saves = [_saved(assistant, docs, SAVES + n) for n in range(SAVES)]
                running = adding.poll() is None
                after, took = len(assistant.documents("Many")), time.monotonic() - began
            finally:
                adding.terminate()
                adding.wait()
            _record(place, f"while alcove add of {place.limit or FILES} files runs", saves)
            place.record.add(
                Row("current", "a file saved", "files a second of that add meanwhile",
                    (after - before) / took, "files/s",
                    note="" if running else "it ended before the last save")
            )  # fmt: skip
        finally:
            cancel.cancel()
            thread.join()


def _record(place: Workplace, when: str, seconds: list[float]) -> None:
    place.record.add(
        Row("current", "a file saved", f"until it is found, {when}", statistics.median(seconds),
            "s", len(seconds), min(seconds), max(seconds))
    )  # fmt: skip


def _saved(assistant: Assistant, docs: Path, number: int) -> float:
    """Save a file with a word that is nowhere else, and wait until a search finds it."""
    word = f"zebrafish{number:04}"
    file = docs / "000" / f"{number % 20:05}.txt"
    file.write_text(f"{_text(number, 60)} {word}.")
    began = time.monotonic()
    index = Lexical(assistant._vault)
    while not index.search(f'"{word}"', 1):
        if time.monotonic() - began > PATIENCE_S:
            raise RuntimeError(f"{file.name} was not found in {PATIENCE_S:.0f} s")
        time.sleep(0.02)
    seconds = time.monotonic() - began
    time.sleep(0.3)
    return seconds


def _tree(root: Path, count: int, *, words: int) -> None:
    for number in range(count):
        file = root / f"{number // 100:03}" / f"{number:05}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_text(number, words), "utf-8")
        os.utime(file, (1_600_000_000, 1_600_000_000))


def _text(number: int, words: int) -> str:
    return f"Report {number}. " + " ".join(
        WORDS[(number * 7 + place * (1 + number % 11)) % len(WORDS)] + str(place % 9)
        for place in range(words)
    )


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _walk(root: Path) -> int:
    return sum(
        os.stat(os.path.join(folder, name)).st_size  # noqa: PTH116, PTH118 - the plain way
        for folder, _, names in os.walk(root)
        for name in names
    )


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
