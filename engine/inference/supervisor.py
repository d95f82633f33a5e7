"""Keeps one model process up: starts it, loads the model, says why it ended, starts it again."""

import logging
import threading
import time
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, NoReturn

import psutil

from engine.errors import (
    CancelledError,
    ModelCrashedError,
    ModelError,
    ModelLoadError,
    ModelMissingError,
)
from engine.inference import causes
from engine.inference.causes import Cause
from engine.inference.child import Child, ChildGoneError, Reply
from engine.progress import CancelToken

log = logging.getLogger(__name__)

POLL_S = 0.02
"""How often a waiting request looks whether it was cancelled."""
LOAD_STOP_GRACE_S = 0.1
"""A load that does not stop within this is ended with its process, which holds nothing yet."""
MAX_PAUSE_S = 8.0
UNSTABLE_CRASHES = 4
"""After so many ends in a row without one finished request, the model is called unstable."""


class Supervisor:
    """The process of one model file. Safe to use from several threads."""

    def __init__(
        self,
        path: Path,
        *,
        n_ctx: int | None,
        threads: int,
        log_file: Path | None,
        command: Sequence[str] | None,
        batch: int = 0,
        kv_type: str = "",
    ) -> None:
        self._path = path
        self._batch = batch
        self._kv_type = kv_type
        self._n_ctx = n_ctx
        self._threads = threads
        self._log_file = log_file
        self._command = command
        self._lock = threading.RLock()
        self._child: Child | None = None
        self._loaded = False
        self._crashes = 0
        self._crashed_at = 0.0
        self._gpu = True
        self._gpu_note = ""
        self.adapters: tuple[tuple[str, float], ...] = ()
        """Path and scale of those to be attached whenever the model is loaded."""
        self.closed = False
        self.facts: dict[str, Any] = {}
        """What the process told of the model when it was loaded last."""

    @property
    def pid(self) -> int | None:
        child = self._child
        return child.pid if child is not None and child.alive else None

    @property
    def unstable(self) -> bool:
        """Whether this model has ended its process again and again; another is to be offered."""
        return self._crashes >= UNSTABLE_CRASHES

    @property
    def running(self) -> Child | None:
        """The process where it is up with the model loaded; nothing is started."""
        child = self._child
        return child if child is not None and child.alive and self._loaded else None

    def ready(self, cancel: CancelToken | None = None) -> Child:
        """The running process with the model loaded.

        Raises ModelMissingError, ModelLoadError, ModelCrashedError and CancelledError.
        """
        with self._lock:
            child = self.started(cancel)
            if not self._loaded:
                self._load(child, cancel)
            return child

    def started(self, cancel: CancelToken | None = None) -> Child:
        """The running process, whether or not the model is loaded."""
        with self._lock:
            if self.closed:
                raise _closed()
            if self._child is not None and not self._child.alive:
                self.drop(self._child)
            if self._child is None:
                self._pause(cancel)
                try:
                    self._child = Child(
                        self._command,
                        log_file=self._log_file,
                        give_up=lambda: self._given_up(cancel),
                    )
                except ChildGoneError as error:
                    if self._given_up(cancel):
                        raise CancelledError from error
                    self._count_crash()
                    raise ModelLoadError(
                        f"The model process could not be started: {error}.",
                        "Look into the log with `alcove doctor`; reinstalling Alcove may help.",
                        code="model_start",
                    ) from error
                except OSError as error:
                    raise ModelLoadError(
                        f"The model process could not be started: {error.strerror}.",
                        "Close other programs and try again.",
                        code="model_start",
                    ) from error
            return self._child

    def _pause(self, cancel: CancelToken | None) -> None:
        """Wait before another start after several crashes in a row: 0.5 s, 1 s, … 8 s."""
        if self._crashes < 2:
            return
        until = self._crashed_at + min(MAX_PAUSE_S, 0.5 * 2 ** (self._crashes - 2))
        while time.monotonic() < until:
            if self._given_up(cancel):
                raise CancelledError
            time.sleep(POLL_S)

    def _load(self, child: Child, cancel: CancelToken | None) -> None:
        if not self._path.is_file():
            raise ModelMissingError(
                f"The model file {self._path} is not there.",
                "Choose another model, or run `make models` for the starter model.",
            )
        try:
            reply = child.request(
                "load",
                path=str(self._path),
                n_ctx=self._n_ctx,
                threads=self._threads,
                batch=self._batch,
                kv_type=self._kv_type,
                adapters=self.adapters,
                gpu=self._gpu,
                gpu_note=self._gpu_note,
                free_bytes=psutil.virtual_memory().available,
            )
            frame = self._await_load(child, reply, cancel)
        except ChildGoneError as gone:
            if self._given_up(cancel):
                raise CancelledError from gone
            if not self._gpu or not child.gpu:
                self.crashed(child, loading=True)
            # A driver that aborts takes the process along; the processor does without it.
            self.drop(child)
            self._gpu = False
            self._gpu_note = "the graphics processor failed while loading; the processor is used"
            self._load(self.started(cancel), cancel)
            return
        if "done" in frame:
            # What saved states depend on besides; reading it in the process would cost it 2.5 MB.
            build = f"{metadata.version('llama-cpp-python')} {frame['done'].get('kv_type', '')}"
            self.facts = {"build": build, **frame["done"]}
            self._loaded = True
            return
        refused = frame["error"]
        if refused["kind"] == "stopped":
            raise CancelledError
        if refused["kind"] == "adapter":
            self.drop(child)  # the model was loaded before; its memory goes with the process
            raise ModelError(
                f"The adapter cannot be attached: {refused['message']}.",
                "Detach it, or export it again.",
                code="adapter",
            )
        cause = causes.of_text(refused["message"])
        log.warning("the model was not loaded: %s", refused["message"])
        raise self._load_error(cause)

    def _await_load(self, child: Child, reply: Reply, cancel: CancelToken | None) -> dict[str, Any]:
        asked_at = 0.0
        try:
            while True:
                frame = reply.next(POLL_S)
                if frame is not None:
                    return frame
                self.watch(child)
                if self._given_up(cancel) and not asked_at:
                    asked_at = time.monotonic()
                    reply.cancel()
                elif asked_at and time.monotonic() - asked_at > LOAD_STOP_GRACE_S:
                    self.drop(child)
                    raise CancelledError
        finally:
            reply.forget()

    def _given_up(self, cancel: CancelToken | None) -> bool:
        return self.closed or (cancel is not None and cancel.cancelled)

    # --- ends ----------------------------------------------------------------------------------

    def watch(self, child: Child) -> None:
        """End a process that does not answer any more. Raises ModelCrashedError then."""
        if child.hung:
            self.crashed(child, hung=True)

    def crashed(self, child: Child, *, loading: bool = False, hung: bool = False) -> NoReturn:
        """Tidy up after a process that ended by itself, and say why."""
        self.drop(child)
        if self.closed:
            raise _closed()
        self._count_crash()
        status, words = child.last_words()
        cause = causes.HUNG if hung else causes.of_exit(status, words)
        log.error("the model process ended with status %s: %s", status, cause.code)
        if loading:
            raise self._load_error(cause)
        if self.unstable:
            raise ModelCrashedError(
                f"The model {self._path.stem} has failed {self._crashes} times in a row, last "
                f"because {cause.because}.",
                "Choose another model; this one does not run on this machine as it is.",
                code="model_unstable",
            )
        raise ModelCrashedError(
            f"The model process ended because {cause.because}.", cause.hint, code="model_crashed"
        )

    def _load_error(self, cause: Cause) -> ModelLoadError:
        return ModelLoadError(
            f"The model {self._path.name} cannot be loaded because {cause.because}.",
            cause.hint,
            code=cause.code,
        )

    def _count_crash(self) -> None:
        self._crashes += 1
        self._crashed_at = time.monotonic()

    def worked(self) -> None:
        """A request was done, so the next crash is a first one again."""
        self._crashes = 0

    def drop(self, child: Child) -> None:
        """End a process by force, where it has not ended yet."""
        with self._lock:
            if self._child is child:
                self._child = None
                self._loaded = False
        child.kill()

    def unload(self) -> None:
        """End the process; the next request starts it again."""
        with self._lock:
            child, self._child = self._child, None
            self._loaded = False
        if child is not None:
            child.close()

    def close(self) -> None:
        """End the process for good."""
        self.closed = True
        self.unload()


def _closed() -> ModelError:
    return ModelError("The model was closed.", "Open Alcove again.")
