"""Reading files in processes of their own, so that no file can harm more than itself.

A file that takes too long, needs too much memory or makes its reader crash fails with a reason;
the others go on. Files are read while the caller does something else: it hands over several and
takes what is finished, in any order.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from engine.errors import ParseError
from engine.inference.frames import Frame
from engine.ingest import document_form
from engine.ingest.parsers.options import DEFAULTS, ParseOptions
from engine.ingest.sandbox_child import Limits, ReaderEndedError, ReaderProcess, sweep
from engine.types import ParsedDocument

SECOND_AFTER_S = 0.5
"""A second process is started once a file has waited so long for the first."""
HELD_BYTES = 32 * 2**20
"""Text that may wait to be taken; above it no further file is begun."""
RENEW_BYTES = 400 * 2**20
"""A process that has grown to this is exchanged after the file in hand."""
OCR_SECONDS_A_MB = 20.0
"""More time for pictures of text: a page of a megabyte takes a few seconds."""
PICTURED = frozenset({".pdf", ".tif", ".tiff", ".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif"})
"""Names of what may be pictures of text; nothing else is given more time."""
MOST_SECONDS = 600.0

Parse = Callable[[Path], ParsedDocument]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file."""

    key: int
    parsed: ParsedDocument | None
    code: str = ""
    reason: str = ""
    """Why there is no document, in words for the user."""


class Reader(Protocol):
    """Reads files; :class:`Sandbox`, or :class:`InPlace` in tests."""

    def submit(self, key: int, path: Path, options: ParseOptions = DEFAULTS) -> None:
        """Hand a file over."""
        ...

    def take(self, timeout_s: float) -> Outcome | None:
        """A file that is finished; None where none is by then."""
        ...

    def close(self) -> None: ...


class InPlace:
    """Reads with a function, in this process and when asked."""

    def __init__(self, parse: Parse) -> None:
        self._parse = parse
        self._waiting: deque[tuple[int, Path]] = deque()

    def submit(self, key: int, path: Path, options: ParseOptions = DEFAULTS) -> None:  # noqa: ARG002
        self._waiting.append((key, path))

    def take(self, timeout_s: float) -> Outcome | None:  # noqa: ARG002
        if not self._waiting:
            return None
        key, path = self._waiting.popleft()
        try:
            return Outcome(key, document_form.clean(self._parse(path)))
        except ParseError as error:
            return Outcome(key, None, error.code, error.message)

    def close(self) -> None:
        self._waiting.clear()


@dataclass(frozen=True, slots=True)
class _Job:
    key: int
    path: Path
    options: ParseOptions
    since: float


class Sandbox:
    """One or two reading processes, started when there is something to read.

    Safe from several threads. Every process is fed and watched by a thread of its own.
    """

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        most: int = 2,
        command: Sequence[str] | None = None,
    ) -> None:
        """``command`` takes the place of the reading program, for tests."""
        self._limits = limits or Limits()
        self._most = most
        self._command = command
        self._change = threading.Condition()
        self._waiting: deque[_Job] = deque()
        self._finished: deque[tuple[Outcome, int]] = deque()
        self._held = 0
        self._closed = False
        self._threads: list[threading.Thread] = []
        self.pids: set[int] = set()
        """The processes that are running."""

    def submit(self, key: int, path: Path, options: ParseOptions = DEFAULTS) -> None:
        with self._change:
            self._waiting.append(_Job(key, path, options, time.monotonic()))
            self._change.notify_all()
            if not self._threads:
                sweep()
                self._start()

    def _start(self) -> None:
        thread = threading.Thread(target=self._run, name="reader", daemon=True)
        self._threads.append(thread)
        thread.start()

    def take(self, timeout_s: float) -> Outcome | None:
        with self._change:
            if (
                self._waiting
                and len(self._threads) < self._most
                and time.monotonic() - self._waiting[0].since > SECOND_AFTER_S
            ):
                self._start()
            self._change.wait_for(lambda: bool(self._finished), timeout_s)
            if not self._finished:
                return None
            outcome, size = self._finished.popleft()
            self._held -= size
            self._change.notify_all()
            return outcome

    def close(self) -> None:
        """End the processes, also in the middle of a file."""
        with self._change:
            self._closed = True
            self._waiting.clear()
            self._change.notify_all()
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def protections(self) -> tuple[str, ...]:
        """Start a process and tell what it has given up. Raises ReaderEndedError."""
        process = ReaderProcess(self._limits, self._command, lambda: self._closed)
        process.end()
        return process.shut

    # --- the threads ---------------------------------------------------------------------------

    def _run(self) -> None:
        process: ReaderProcess | None = None
        try:
            while (job := self._next()) is not None:
                outcome, process = self._read(job, process)
                if outcome is None:
                    return
                parsed = outcome.parsed
                size = sum(map(len, document_form.texts(parsed))) if parsed is not None else 0
                with self._change:
                    self._finished.append((outcome, size))
                    self._held += size
                    self._change.notify_all()
                if process is not None and process.memory_bytes() > RENEW_BYTES:
                    self._end(process)
                    process = None
        finally:
            if process is not None:
                self._end(process)

    def _next(self) -> _Job | None:
        with self._change:
            self._change.wait_for(
                lambda: self._closed or bool(self._waiting and self._held < HELD_BYTES)
            )
            return None if self._closed else self._waiting.popleft()

    def _read(
        self, job: _Job, process: ReaderProcess | None
    ) -> tuple[Outcome | None, ReaderProcess | None]:
        """The outcome for a file, and the process for the next; None where all is closed.

        A process that had read other files before may have been harmed by one of them, so that a
        file that ends it is read once more in a fresh one.
        """
        seconds = self._seconds(job)
        while True:
            try:
                if process is None:
                    process = ReaderProcess(self._limits, self._command, lambda: self._closed)
                    self.pids.add(process.pid)
                answer = process.read(job.path, job.options, seconds)
                return _outcome(job.key, answer), process
            except ReaderEndedError as ended:
                fresh = process is None or process.read_before <= 1
                if process is not None:
                    self._end(process)
                    process = None
                if ended.cause == "closed":
                    return None, None
                if fresh or ended.cause == "time":
                    return Outcome(job.key, None, *self._words(ended.cause, seconds)), None

    def _end(self, process: ReaderProcess) -> None:
        self.pids.discard(process.pid)
        process.end()

    def _seconds(self, job: _Job) -> float:
        """How long a file may take: more for large scans, never without end."""
        seconds = self._limits.seconds
        if not job.options.ocr or job.path.suffix.lower() not in PICTURED:
            return seconds
        try:
            size = job.path.stat().st_size
        except OSError:
            return seconds
        return min(seconds + max(0, size - 2**20) / 2**20 * OCR_SECONDS_A_MB, MOST_SECONDS)

    def _words(self, cause: str, seconds: float) -> tuple[str, str]:
        """Code and reason of a file that ended its reader."""
        if cause == "start":
            return "fault", "The program that reads files does not start; the file may be sound."
        if cause == "time":
            told = f"This file takes too long to read: more than {seconds:.0f} s of work."
            return "timeout", told
        if cause == "memory":
            size = self._limits.memory_bytes / 2**30
            return "memory", f"This file needs more than {size:.2g} GB of memory to be read."
        return "crash", "This file made the reader crash; it is probably damaged."


def _outcome(key: int, answer: Frame) -> Outcome:
    if "error" in answer:
        return Outcome(key, None, answer["error"]["code"], answer["error"]["reason"])
    return Outcome(key, document_form.from_values(answer["done"]))
