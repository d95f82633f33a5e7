"""The parent's handle of one reading process: started, given files, watched, ended."""

import logging
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from engine.inference import frames
from engine.inference.child import environment
from engine.inference.frames import Frame, FrameError
from engine.ingest.parsers.options import ParseOptions

log = logging.getLogger(__name__)

HELLO_TIMEOUT_S = 60.0
"""A busy machine may take long to start a process."""
TICK_S = 0.1
MOST_WAITING = 20.0
"""Seconds of the clock for each of a processor, where other programs leave it hardly any."""
FOLDER_PREFIX = "alcove-read-"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost."""

    seconds: float = 45.0
    """Of a processor, counted for the busiest thread: a busy machine loses no file."""
    idle_seconds: float = 60.0
    """Of the clock, in which the process does nothing at all; it waits for what never comes."""
    memory_bytes: int = 2**30


class ReaderEndedError(Exception):
    """It is of no more use; ``cause`` is "time", "memory", "crash", "closed" or "start"."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class ReaderProcess:
    """One reading process. One thread gives it files, one after the other."""

    def __init__(
        self, limits: Limits, command: Sequence[str] | None, closed: Callable[[], bool]
    ) -> None:
        """Start it. ``closed`` is asked while waiting; once true, waiting ends.

        Raises ReaderEndedError where it does not begin to speak.
        """
        self._limits = limits
        self._closed = closed
        self._answers: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()
        self._numbers = 0
        self.read_before = 0
        """Files it has been given."""
        self.folder = Path(tempfile.mkdtemp(prefix=f"{FOLDER_PREFIX}{os.getpid()}-"))
        own = environment(os.environ)
        places = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self.folder))
        self._process = subprocess.Popen(
            [
                *(command or [sys.executable, "-P", "-m", "engine.ingest.sandbox_worker"]),
                str(self.folder),
                str(limits.memory_bytes),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what parsers print may quote the file
            env={**own, **places, "MALLOC_ARENA_MAX": "2", "PYTHONDONTWRITEBYTECODE": "1"},
            # A Ctrl-C in the terminal is the parent's to handle.
            start_new_session=sys.platform != "win32",
        )
        assert self._process.stdin and self._process.stdout
        self._seen: psutil.Process | None = None
        self._input, self._output = self._process.stdin, self._process.stdout
        self._listener = threading.Thread(target=self._listen, name="reader-frames", daemon=True)
        self._listener.start()
        try:
            hello = self._next(None)
        except ReaderEndedError as ended:
            self.end()
            raise ReaderEndedError("closed" if ended.cause == "closed" else "start") from ended
        self.shut: tuple[str, ...] = tuple(hello["hello"]["shut"])
        """What it has given up; see :mod:`engine.ingest.sandbox_limits`."""

    def read(self, path: Path, options: ParseOptions, seconds: float) -> Frame:
        """Its answer for one file. Raises ReaderEndedError; then the process is of no more use."""
        request = {
            "path": str(path),
            "password": options.password,
            "ocr": options.ocr,
            "languages": list(options.languages),
        }
        return self._answered(next(self._asked(request, seconds)))

    def tables(self, path: Path, name: str, most_rows: int, seconds: float) -> Iterator[Frame]:
        """What is in a table file, in pieces. Raises ReaderEndedError as :meth:`read` does."""
        request = {"do": "tables", "path": str(path), "name": name, "most_rows": most_rows}
        for frame in self._asked(request, seconds):
            yield self._answered(frame)
            if "done" in frame or "error" in frame:
                return

    def _asked(self, request: Frame, seconds: float) -> Iterator[Frame]:
        self._numbers += 1
        self.read_before += 1
        watch = _Watch(self._process.pid, seconds, self._limits.idle_seconds)
        try:
            frames.write(self._input, {"id": self._numbers, "seconds": seconds, **request})
        except OSError as error:
            raise ReaderEndedError("crash") from error
        while True:
            yield self._next(watch)

    @staticmethod
    def _answered(frame: Frame) -> Frame:
        if frame.get("memory"):
            raise ReaderEndedError("memory")
        return frame

    def _next(self, watch: "_Watch | None") -> Frame:
        """The next frame. Without ``watch``, one to greet with."""
        peak = 0
        until = time.monotonic() + HELLO_TIMEOUT_S
        while True:
            try:
                answer = self._answers.get(timeout=TICK_S)
                break
            except queue.Empty:
                if self._closed():
                    raise ReaderEndedError("closed") from None
                if watch.is_over() if watch is not None else time.monotonic() > until:
                    raise ReaderEndedError("time") from None
                peak = max(peak, self.memory_bytes())
                if watch is not None and peak > self._limits.memory_bytes:
                    raise ReaderEndedError("memory") from None
        if answer is None:
            raise ReaderEndedError(self._cause(peak))
        return answer

    def _cause(self, peak: int) -> str:
        """Why it ended by itself."""
        status = self._process.wait()
        if status == -getattr(signal, "SIGXCPU", 0x7F):
            return "time"
        # The system's own killer, or an allocation that failed: compiled libraries abort then.
        killed = status in (-getattr(signal, "SIGKILL", 0x7F), -signal.SIGABRT)
        return "memory" if killed or peak > 0.6 * self._limits.memory_bytes else "crash"

    def memory_bytes(self) -> int:
        """Resident memory; 0 once it has ended."""
        try:
            if self._seen is None:
                self._seen = psutil.Process(self._process.pid)
            return int(self._seen.memory_info().rss)
        except psutil.Error:
            return 0

    def _listen(self) -> None:
        try:
            while (frame := frames.read(self._output)) is not None:
                self._answers.put(frame)
        except (OSError, ValueError, FrameError) as error:
            log.warning("the reading process sent something unreadable: %s", error)
            self._process.kill()
        self._answers.put(None)

    @property
    def pid(self) -> int:
        return self._process.pid

    def end(self) -> None:
        """End it at once; it holds nothing that could be lost."""
        self._process.kill()
        self._process.wait()
        self._listener.join()
        for stream in (self._input, self._output):
            try:
                stream.close()
            except OSError:
                log.debug("what was still to be sent is lost")
        shutil.rmtree(self.folder, ignore_errors=True)


class _Watch:
    """How long a process has been at one file."""

    def __init__(self, pid: int, seconds: float, idle_seconds: float) -> None:
        self._pid = pid
        self._seconds = seconds
        self._idle_seconds = idle_seconds
        # Looked at once the file takes a while: most are read sooner than that would take.
        self._before: dict[int, float] | None = None
        self._last: dict[int, float] = {}
        started = time.monotonic()
        self._worked = started
        self._until = started + seconds * MOST_WAITING

    def is_over(self) -> bool:
        now, spent = time.monotonic(), self._spent()
        if self._before is None:
            self._before = spent
        before = self._before
        if spent != self._last:
            self._last, self._worked = spent, now
        if now > self._until or now - self._worked > self._idle_seconds:
            return True
        return any(used - before.get(thread, 0.0) > self._seconds for thread, used in spent.items())

    def _spent(self) -> dict[int, float]:
        """Processor seconds of each thread; of all together where the system tells no more."""
        try:
            process = psutil.Process(self._pid)
            try:
                return {each.id: each.user_time + each.system_time for each in process.threads()}
            except psutil.AccessDenied:
                times = process.cpu_times()
                return {0: times.user + times.system}
        except psutil.Error:
            return {}


def sweep() -> None:
    """Remove the folders of readers whose parent was killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*"):
        number = folder.name[len(FOLDER_PREFIX) :].partition("-")[0]
        if number.isdigit() and not psutil.pid_exists(int(number)):
            shutil.rmtree(folder, ignore_errors=True)
