"""A job while it runs: what it tells, and how it is told to wait or to stop."""

import os
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from filelock import FileLock, Timeout

from engine.errors import CancelledError
from engine.formats import job as job_file
from engine.formats.job import EventKind, JobEvent, JobFolder, JobSpec
from training.config import TrainingConfig
from training.errors import TrainingError

PAUSE_POLL_S = 0.5
MEMORY_POLL_S = 0.25


class PeakMemory:
    """The most that this process has held, looked at a few times a second; a context manager."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="memory", daemon=True)
        self.bytes = self._process.memory_info().rss

    def __enter__(self) -> "PeakMemory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(MEMORY_POLL_S):
            self.bytes = max(self.bytes, self._process.memory_info().rss)


@dataclass(slots=True)
class RunningJob:
    """What a trainer sees of its job."""

    folder: JobFolder
    spec: JobSpec
    config: TrainingConfig
    python: str
    """Of the environment that has llama.cpp."""
    memory: PeakMemory = field(default_factory=PeakMemory)
    parent_gone: threading.Event = field(default_factory=threading.Event)
    paused_s: float = 0.0
    """Seconds spent waiting, which are no training time."""

    def tell(self, kind: EventKind, **values: Any) -> None:
        """Write an event."""
        if not is_first():
            return
        job_file.append(self.folder, JobEvent(kind, memory_bytes=self.memory.bytes, **values))

    def wait_or_stop(self) -> None:
        """Between two steps: wait while paused. Raises CancelledError when told to stop."""
        self._check()
        if not self.folder.pause.exists():
            return
        self.tell("paused")
        started = time.monotonic()
        while self.folder.pause.exists():
            self._check()
            time.sleep(PAUSE_POLL_S)
        self.paused_s += time.monotonic() - started
        self.tell("resumed")

    def _check(self) -> None:
        if self.parent_gone.is_set() or self.folder.stop.exists():
            raise CancelledError

    def end_with_stdin(self) -> None:
        """Stop the job once the standard input closes, as when the window that started it ends."""
        threading.Thread(target=self._read_stdin, name="stdin", daemon=True).start()

    def _read_stdin(self) -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        self.parent_gone.set()


def is_first() -> bool:
    """Whether this is the first of several processes of one job, or the only one.

    Launchers number them; the first alone writes into the folder.
    """
    return os.environ.get("RANK", "0") == "0"


def processes() -> int:
    """How many processes train this job together, each on a graphics processor of its own."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def hold(folder: JobFolder) -> FileLock:
    """Take the folder for this process. Raises TrainingError where another trains here."""
    lock = FileLock(folder.lock)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise TrainingError(
            "This job is already being trained.", "Wait until it ends, or stop it first."
        ) from error
    except OSError as error:
        raise TrainingError(
            f"The job folder {folder.root} cannot be written: {error.strerror}.",
            "Choose another folder.",
        ) from error
    return lock


def last_checkpoint(folder: JobFolder) -> Path | None:
    """The newest checkpoint that was written to its end."""
    found = [
        (int(path.name.rpartition("-")[2]), path)
        for path in folder.checkpoints.glob("checkpoint-*")
        if (path / WHOLE).exists() and path.name.rpartition("-")[2].isdigit()
    ]
    return max(found)[1] if found else None


WHOLE = "whole"
"""File that stands in a checkpoint once everything else does."""
