"""Indexing killed at random moments, started again, and compared with a run that was left alone.

After each kill the vault must be whole (the deep check), what is taken up again must end where the
undisturbed run ended, and nothing may be embedded that was stored before.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.ingest import ingest
from engine.progress import drain
from engine.store.check import check
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.jobs import Jobs
from engine.store.roots import Roots
from engine.store.rows import rows, value
from tests import older
from tests.quality import ingest_work
from tests.quality.ingest_work import STAGES
from tests.quality.record import Row
from tests.quality.workplace import Workplace

TRIALS = 200
OLD = 7
"""Version of the vault that is upgraded."""
_BYTES = 8
"""Place of the file's hash in what :func:`_documents` tells of a document."""
FILES = 40


@dataclass(slots=True)
class Outcome:
    """What was seen."""

    trials: int = 0
    wrong: list[str] = field(default_factory=list)
    """What a user should never see, in words."""
    hit: Counter[str] = field(default_factory=Counter)
    """Kills that came before the work had ended, by stage."""


@dataclass(frozen=True, slots=True)
class _Stage:
    name: str
    start: Path
    """Folder with the vault and the documents before the work."""
    seconds: float
    """The undisturbed run, from its first line to its end."""
    end: Any
    """What the vault holds after it."""


def run(place: Workplace) -> None:
    """The bench: 200 kills."""
    trials = place.limit or TRIALS
    with place.bar("kills") as advance:
        outcome = kill(
            place.folder / "kills", trials=trials, seed=1, tick=lambda done: advance(done, trials)
        )
    hits = sum(outcome.hit.values())
    note = ", ".join(f"{name} {count}" for name, count in sorted(outcome.hit.items()))
    over = f"{outcome.trials} kills at random moments"
    place.record.add(Row("kills-ingest", over, "hit the work", hits, note=note))
    place.record.add(
        Row("kills-ingest", over, "left the vault wrong", len(outcome.wrong),
            note="; ".join(outcome.wrong[:3]))
    )  # fmt: skip


def kill(
    folder: Path, *, trials: int, seed: int, tick: Callable[[int], None] = lambda done: None
) -> Outcome:
    """Kill so many runs, taking the stages in turn."""
    dice = random.Random(seed)
    stages = [_stage(folder, name) for name in STAGES]
    outcome = Outcome()
    for number in range(trials):
        stage = stages[number % len(stages)]
        place = folder / "trial"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(stage.start, place)
        if _killed(stage, place, dice.uniform(0, stage.seconds)):
            outcome.hit[stage.name] += 1
        where = f"trial {number}, {stage.name}"
        outcome.wrong += [f"{where}: {what}" for what in _look(stage, place)]
        outcome.trials += 1
        tick(outcome.trials)
    return outcome


# --- the stages --------------------------------------------------------------------------------


def _stage(folder: Path, name: str) -> _Stage:
    # Built where the trials run, because the vault holds whole paths.
    start, place = folder / f"{name}-start", folder / "trial"
    for old in (start, place):
        shutil.rmtree(old, ignore_errors=True)
    docs = place / "docs"
    _write(docs, boxes=name != "files")
    if name not in ("ingest", "files"):
        ingest_work.work("ingest", place / "vault.db", docs)
    if name == "change":
        _change(docs)
    if name == "migrate":
        older.to_version(place / "vault.db", OLD)
    if name == "import":
        ingest_work.work("export", place / "vault.db", docs)
        for file in place.glob("vault.db*"):
            file.unlink()
    if name == "compact":
        ingest_work.work("delete", place / "vault.db", docs)
    shutil.copytree(place, start)
    process = _start(name, place)
    begun = time.monotonic()
    assert process.wait() == 0, name
    seconds = time.monotonic() - begun
    assert process.stdout is not None
    process.stdout.close()
    return _Stage(name, start, seconds, _snapshot(place))


def _write(docs: Path, *, boxes: bool) -> None:
    for number in range(FILES):
        lines = [
            f"Line {line} of file {number} tells of thing {line * number}." for line in range(9)
        ]
        part = "old" if number % 3 == 0 else "new"
        suffix = "box" if boxes and number % 10 == 0 else "txt"
        file = docs / part / f"{number}.{suffix}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n\n".join(lines), "utf-8")
        os.utime(file, (1_600_000_000, 1_600_000_000))
    (docs / "broken.bad").write_text("?")
    shutil.copy(docs / "new" / "1.txt", docs / "old" / "copy of 1.txt")


def _change(docs: Path) -> None:
    for number in (1, 2, 4, 10, 20):
        for file in docs.glob(f"*/{number}.*"):
            file.write_text(f"Now it tells of {number}.", "utf-8")
    for number in (5, 7, 8):
        (docs / "new" / f"{number}.txt").unlink()
    (docs / "new" / "11.txt").rename(docs / "old" / "moved.txt")
    (docs / "new" / "fresh.txt").write_text("Something fresh.", "utf-8")


# --- a trial -----------------------------------------------------------------------------------


def _start(stage: str, place: Path) -> "subprocess.Popen[bytes]":
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.quality.ingest_work",
            stage,
            place / "vault.db",
            place / "docs",
        ],
        stdout=subprocess.PIPE,
        cwd=root,
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == b"go"
    return process


def _killed(stage: _Stage, place: Path, delay: float) -> bool:
    process = _start(stage.name, place)
    time.sleep(delay)
    running = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.stdout is not None
    process.stdout.close()
    return running


def _look(stage: _Stage, place: Path) -> list[str]:
    """What is wrong after the kill, and after the work was taken up again."""
    wrong: list[str] = []
    docs = place / "docs"
    vault = Vault.open(place / "vault.db")
    try:
        wrong += [f"after the kill: {part.detail}" for part in check(vault, True) if not part.ok]
        embedder = ingest_work.embedder(stage.name)
        missing = None
        if stage.name == "delete":
            if not Jobs(vault).left("remove") and Documents(vault).held(docs / "old"):
                ingest.remove(vault, [docs / "old"])  # nothing had been begun
        elif stage.name in ("import", "compact"):
            vault.close()
            ingest_work.work(stage.name, place / "vault.db", docs)
            vault = Vault.open(place / "vault.db")
        elif not Roots(vault).all():
            ingest_work.work(stage.name, place / "vault.db", docs)
        elif stage.name in ("ingest", "files"):
            missing = stage.end["unique"] - _unique(vault)
        parse = None if stage.name == "files" else ingest_work.parse
        drain(ingest.sync(vault, embedder, parse=parse))
        if missing is not None and embedder.embedded > missing:
            wrong.append(f"{embedder.embedded} passages embedded where {missing} were missing")
        wrong += [f"in the end: {part.detail}" for part in check(vault, True) if not part.ok]
        if Jobs(vault).waiting():
            wrong.append("a job still waits")
    finally:
        vault.close()
    found = _snapshot(place)
    wrong += [
        f"{part} differ from the run left alone" for part in found if found[part] != stage.end[part]
    ]
    return wrong


def _unique(vault: Vault) -> int:
    """Different texts that are embedded."""
    with vault.read() as db:
        return int(value(db, "SELECT count(DISTINCT digest) FROM passages"))


# --- what a vault holds ------------------------------------------------------------------------


def _snapshot(place: Path) -> dict[str, Any]:
    """All that the user could see of a vault, without moments and numbers of rows."""
    vault = Vault.open(place / "vault.db")
    try:
        with vault.read() as db:
            base = str(place)
            return {
                "documents": _documents(vault),
                "unique": _unique(vault),
                "roots": [
                    path.removeprefix(base) for (path,) in rows(db, "SELECT path FROM roots")
                ],
                "exclusions": sorted(
                    path.removeprefix(base) for (path,) in rows(db, "SELECT path FROM exclusions")
                ),
                "jobs": rows(db, "SELECT kind FROM jobs") + rows(db, "SELECT path FROM job_files"),
                "sets": rows(db, "SELECT model_id, dimension, state FROM vector_sets"),
            }
    finally:
        vault.close()


def _documents(vault: Vault) -> list[Any]:
    base = str(vault.path.parent)
    found = []
    with vault.read() as db:
        (table,) = rows(db, "SELECT id FROM vector_sets WHERE state = 'serving'") or [(None,)]
        for id, path, *values in rows(
            db,
            "SELECT id, path, type, title, state, code, reason, note, size_bytes, sha256, "
            "page_count, passage_count, (SELECT path FROM documents AS o WHERE o.id = d.parent_id) "
            "FROM documents AS d ORDER BY path",
        ):
            values[-1] = (values[-1] or "").removeprefix(base)
            pages = rows(
                db,
                "SELECT number, page_text(id), headings, label FROM pages WHERE document_id = ? "
                "ORDER BY number",
                (id,),
            )
            passages = rows(
                db,
                f'SELECT page, start, "end", title, heading, label, hex(digest), '
                f"(SELECT hex(embedding) FROM vectors_{table[0]} WHERE passage_id = passages.id) "
                "FROM passages WHERE document_id = ? ORDER BY ordinal",
                (id,),
            )
            found.append([path.removeprefix(base), *values, pages, passages])
    copied = Counter(document[_BYTES] for document in found if document[_BYTES])
    for document in found:
        if copied[document[_BYTES]] > 1:
            # Which of two copies lends the other its vectors is the order in which they came.
            document[-1] = [passage[:-2] for passage in document[-1]]
    return found
