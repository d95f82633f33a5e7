"""The parent's handle of one model process: started, spoken to, listened to, ended.

Requests carry a number; a reader thread sorts what comes back by it, so that counting works while
an answer is being written. All methods may be called from any thread.
"""

import logging
import os
import queue
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

import engine
from engine.inference import frames
from engine.inference.frames import Frame, FrameError

log = logging.getLogger(__name__)

HELLO_TIMEOUT_S = 30.0
CLOSE_GRACE_S = 1.0
PING_AFTER_S = 5.0
"""A process that has said nothing for so long is asked whether it is there."""
HUNG_AFTER_S = 40.0
"""One that has not answered by then is taken for hung; a suspended one may come back before."""
STDERR_LINES = 60
MAX_LOG_BYTES = 1_000_000


class ChildGoneError(Exception):
    """The process has ended, or never began to speak."""


class Child:
    """One model process."""

    def __init__(
        self,
        command: Sequence[str] | None = None,
        *,
        log_file: Path | None = None,
        hello_timeout_s: float = HELLO_TIMEOUT_S,
        give_up: Callable[[], bool] = lambda: False,
    ) -> None:
        """Start the process and wait for its greeting.

        ``give_up`` is asked while waiting; once it is true the process is ended. Raises
        ChildGoneError where no valid greeting came.
        """
        self._stderr: deque[str] = deque(maxlen=STDERR_LINES)
        self.gpu = False
        """Whether its build of llama.cpp can use a graphics processor."""
        self._replies: dict[int, queue.SimpleQueue[Frame | None]] = {}
        self._numbers = 0
        self._lock = threading.Lock()
        self._outbox: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()
        self._gone = threading.Event()
        self._heard_at = time.monotonic()
        self._pinged_at = 0.0
        self._hello: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()
        self._process = subprocess.Popen(
            command or [sys.executable, "-P", "-m", "engine.inference.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(os.environ),
            # A Ctrl-C in the terminal is the parent's to handle.
            start_new_session=sys.platform != "win32",
        )
        assert self._process.stdin and self._process.stdout and self._process.stderr
        self._input, self._output = self._process.stdin, self._process.stdout
        self._threads = (
            threading.Thread(target=self._read, name="model-frames", daemon=True),
            threading.Thread(target=self._write, name="model-requests", daemon=True),
            threading.Thread(
                target=self._listen, args=(self._process.stderr, log_file), name="model-stderr",
                daemon=True,
            ),
        )  # fmt: skip
        for thread in self._threads:
            thread.start()
        try:
            self.system = self._greeted(hello_timeout_s, give_up)
        except BaseException:
            self.kill()
            raise

    def _greeted(self, timeout_s: float, give_up: Callable[[], bool]) -> str:
        until = time.monotonic() + timeout_s
        while True:
            try:
                hello = self._hello.get(timeout=0.02)
                break
            except queue.Empty:
                if give_up() or time.monotonic() > until:
                    raise ChildGoneError("no greeting") from None
        if hello is None:
            raise ChildGoneError("it ended at once")
        if hello.get("protocol") != frames.PROTOCOL:
            raise ChildGoneError(f"it speaks protocol {hello.get('protocol')}")
        self.gpu = bool(hello.get("gpu"))
        return str(hello.get("system", ""))

    # --- talking -------------------------------------------------------------------------------

    def request(self, do: str, **values: object) -> "Reply":
        """Send a request. Raises ChildGoneError."""
        with self._lock:
            self._numbers += 1
            number = self._numbers
            replies: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()
            self._replies[number] = replies
        reply = Reply(self, number, replies)
        if self._gone.is_set():
            reply.forget()
            raise ChildGoneError("it has ended")
        if len(self._replies) == 1:  # nothing was asked before, so that its silence says nothing
            self._heard_at = time.monotonic()
        self._outbox.put({"id": number, "do": do, **values})
        return reply

    @property
    def hung(self) -> bool:
        """Whether the process does not answer any more; asks it where it has been quiet."""
        now = time.monotonic()
        if now - max(self._heard_at, self._pinged_at) > PING_AFTER_S:
            self._pinged_at = now
            self._outbox.put({"ping": 1})
        return now - self._heard_at > HUNG_AFTER_S

    def cancel(self, number: int) -> None:
        """Ask a request to stop; nothing happens where it or the process has ended."""
        self._outbox.put({"cancel": number})

    def forget(self, number: int) -> None:
        with self._lock:
            self._replies.pop(number, None)

    def _write(self) -> None:
        """Send what is to be sent; a thread of its own, since a suspended process reads nothing."""
        try:
            while (frame := self._outbox.get()) is not None:
                frames.write(self._input, frame)
        except OSError:
            log.debug("the model process takes no more; its end is told by the reader")
        finally:
            try:
                self._input.close()
            except OSError:
                log.debug("what was still to be sent is lost")

    # --- listening -----------------------------------------------------------------------------

    def _read(self) -> None:
        try:
            while (frame := frames.read(self._output)) is not None:
                self._heard_at = time.monotonic()
                if "hello" in frame:
                    self._hello.put(frame["hello"])
                    continue
                with self._lock:
                    replies = self._replies.get(frame.get("id", 0))
                if replies is not None:
                    replies.put(frame)
        except (OSError, ValueError, FrameError) as error:
            log.warning("the model process sent something unreadable: %s", error)
            self._process.kill()
        self._gone.set()
        self._hello.put(None)
        with self._lock:
            for replies in self._replies.values():
                replies.put(None)

    def _listen(self, stream: IO[bytes], log_file: Path | None) -> None:
        """Keep the last lines for the cause, and all of them in the log file."""
        file = None
        try:
            if log_file is not None:
                fresh = log_file.exists() and log_file.stat().st_size > MAX_LOG_BYTES
                file = log_file.open("wb" if fresh else "ab")
            for line in stream:
                self._stderr.append(line.decode("utf-8", "replace").rstrip())
                if file is not None:
                    file.write(line)
                    file.flush()
        except OSError as error:
            log.warning("the log of the model process cannot be written: %s", error)
            for line in stream:
                self._stderr.append(line.decode("utf-8", "replace").rstrip())
        finally:
            if file is not None:
                file.close()

    # --- ending --------------------------------------------------------------------------------

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return not self._gone.is_set()

    def close(self) -> None:
        """End the process by closing its input; by force where it does not follow."""
        self._outbox.put(None)
        try:
            self._process.wait(CLOSE_GRACE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._tidy()

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()
        self._tidy()

    def _tidy(self) -> None:
        self._outbox.put(None)
        self._process.wait()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join()
        self._output.close()
        assert self._process.stderr is not None
        self._process.stderr.close()

    def last_words(self) -> tuple[int | None, str]:
        """Exit status and the end of stderr, once the process has been ended."""
        return self._process.returncode, "\n".join(self._stderr)


class Reply:
    """What comes back for one request."""

    def __init__(
        self, child: Child, number: int, replies: "queue.SimpleQueue[Frame | None]"
    ) -> None:
        self._child = child
        self._number = number
        self._replies = replies

    def next(self, timeout_s: float | None = None) -> Frame | None:
        """The next frame; None where the time is over. Raises ChildGoneError."""
        try:
            frame = self._replies.get(timeout=timeout_s)
        except queue.Empty:
            return None
        if frame is None:
            raise ChildGoneError("it ended")
        return frame

    def cancel(self) -> None:
        self._child.cancel(self._number)

    def forget(self) -> None:
        """No more is wanted."""
        self._child.forget(self._number)


def environment(own: Mapping[str, str]) -> dict[str, str]:
    """The parent's environment, with our package first and threads that spin for a moment only.

    llama.cpp's threads meet at a barrier a thousand times a token. OpenMP's default is to spin
    there, which another busy program turns into a standstill: a thread burns its share of the
    processor while the one it waits for is not running. Not to spin at all costs a third of the
    writing speed where nothing else runs. So they spin for some ten microseconds and then sleep.
    """
    root = str(Path(engine.__file__).resolve().parent.parent)
    paths = [root, *filter(None, [own.get("PYTHONPATH")])]
    waiting = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "20000", "OPENBLAS_NUM_THREADS": "1"}
    return {**waiting, **own, "PYTHONPATH": os.pathsep.join(paths)}
