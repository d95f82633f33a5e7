"""Where an adapter comes from: the job that made it, what it learnt from, what is known of it."""

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

from engine.errors import InputError
from engine.evaluate.learnt import Learnt
from engine.formats import examples as example_file
from engine.formats import job as job_file
from engine.formats.job import JobFolder
from engine.models import adapter_fits, starter_adapter
from engine.store.documents import Documents
from engine.teach import rehearsal
from engine.teach.made import MadeAdapters, MadeCard

TEACHING = "teaching"
"""Folder of a profile's jobs, beside that of its adapters."""
_PAGE = re.compile(r", pages? [\d–-]+$")


def is_shipped(adapter: Path) -> bool:
    """Whether it comes with the app; then it was taught none of the user's documents."""
    shipped = starter_adapter.path()
    return shipped is not None and adapter == shipped


def card_of(adapter: Path) -> MadeCard | None:
    """What is known of one that was made here."""
    return MadeAdapters(adapter.parent).of(adapter)


def job_of(adapter: Path) -> JobFolder | None:
    """The job that made an adapter: that it lies in, or that its card names.

    None where there is none, as of an adapter from elsewhere or of a job that was thrown away. A
    profile that was moved still knows its own.
    """
    places = [adapter.parent, adapter.parent.parent]
    card = card_of(adapter)
    if card is not None and card.job:
        named = Path(card.job)
        places += [named, adapter.parent.parent / TEACHING / named.name]
    for root in places:
        folder = JobFolder(root)
        if folder.spec.is_file() or folder.report.is_file():
            return folder
    return None


def training_s(adapter: Path) -> float | None:
    """Seconds that it was trained, as its job's report or its card says; None without either."""
    folder, card = job_of(adapter), card_of(adapter)
    told: Any = None
    if folder is not None:
        with suppress(OSError, ValueError):
            told = json.loads(folder.report.read_text(encoding="utf-8"))
    if told is None and card is not None:
        told = card.report
    try:
        return float(told["outcome"]["seconds"])
    except (KeyError, TypeError, ValueError):
        return None


def learnt(adapter: Path, documents: Documents) -> Learnt | None:
    """What it learnt from and when; None where that is not known."""
    folder = job_of(adapter)
    if folder is None or not folder.spec.is_file():
        return None
    try:
        file = job_file.read_spec(folder).examples
        taught = rehearsal.without(example_file.read(file))
        ended = folder.report if folder.report.is_file() else file
        at = ended.stat().st_mtime
    except (OSError, InputError):
        return None
    card = card_of(adapter)
    at = card.made_at if card is not None and card.made_at else at
    sources = {_PAGE.sub("", each.source) for each in taught if Path(each.source).is_absolute()}
    now = {path: documents.document(path) for path in sources}
    changed = sum(found is None or found.indexed_at > at for found in now.values())
    known = adapter_fits.told(adapter)
    name = card.name if card is not None else known.name if known is not None else adapter.stem
    return Learnt(name, at, len(taught), len(sources), changed)
