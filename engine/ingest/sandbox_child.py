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
from collections.abc import Callable, Sequence
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
FOLDER_PREFIX = "alcove-read-"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost."""

    seconds: float = 60.0
    """Of the clock, from the moment the process begins with the file."""
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
        self._input, self._output = self._process.stdin, self._process.stdout
        self._listener = threading.Thread(target=self._listen, name="reader-frames", daemon=True)
        self._listener.start()
        try:
            hello = self._next(time.monotonic() + HELLO_TIMEOUT_S, watched=False)
        except ReaderEndedError as ended:
            self.end()
            raise ReaderEndedError("closed" if ended.cause == "closed" else "start") from ended
        self.shut: tuple[str, ...] = tuple(hello["hello"]["shut"])
        """What it has given up; see :mod:`engine.ingest.sandbox_limits`."""

    def read(self, path: Path, options: ParseOptions, seconds: float) -> Frame:
        """Its answer for one file. Raises ReaderEndedError; then the process is of no more use."""
        self._numbers += 1
        self.read_before += 1
        request = {
            "id": self._numbers,
            "path": str(path),
            "password": options.password,
            "ocr": options.ocr,
            "languages": list(options.languages),
            "seconds": seconds,
        }
        try:
            frames.write(self._input, request)
        except OSError as error:
            raise ReaderEndedError("crash") from error
        answer = self._next(time.monotonic() + seconds, watched=True)
        if answer.get("memory"):
            raise ReaderEndedError("memory")
        return answer

    def _next(self, until: float, *, watched: bool) -> Frame:
        peak = 0
        while True:
            try:
                answer = self._answers.get(timeout=TICK_S)
                break
            except queue.Empty:
                if self._closed():
                    raise ReaderEndedError("closed") from None
                if time.monotonic() > until:
                    raise ReaderEndedError("time") from None
                peak = max(peak, self.memory_bytes())
                if watched and peak > self._limits.memory_bytes:
                    raise ReaderEndedError("memory") from None
        if answer is None:
            raise ReaderEndedError(self._cause(peak))
        return answer

    def _cause(self, peak: int) -> str:
        """Why it ended by itself."""
        status = self._process.wait()
        if status == -getattr(signal, "SIGXCPU", 0x7F):
            return "time"
        # The system's own killer, or an allocation that failed in a library.
        killed = status == -getattr(signal, "SIGKILL", 0x7F)
        return "memory" if killed or peak > 0.6 * self._limits.memory_bytes else "crash"

    def memory_bytes(self) -> int:
        """Resident memory; 0 once it has ended."""
        try:
            return int(psutil.Process(self._process.pid).memory_info().rss)
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


def sweep() -> None:
    """Remove the folders of readers whose parent was killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*"):
        number = folder.name[len(FOLDER_PREFIX) :].partition("-")[0]
        if number.isdigit() and not psutil.pid_exists(int(number)):
            shutil.rmtree(folder, ignore_errors=True)
