"""Requests to the model process: one after another, each answered, stopped or told why not."""

import logging
import threading
import time
from typing import Any, NoReturn

from engine.errors import CancelledError, InputError, ModelError
from engine.inference.child import Child, ChildGoneError, Reply
from engine.inference.frames import Frame
from engine.inference.supervisor import POLL_S, Supervisor
from engine.progress import CancelToken

log = logging.getLogger(__name__)

STOP_GRACE_S = 1.0
"""An answer that does not stop within this is stopped with its process."""


class ModelRefusedError(ModelError):
    """The process did not take a file; ``reason`` says why. Told in other words further up."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The model process refused it: {reason}.")
        self.reason = reason


class Requests:
    """The way to one supervised process. Safe to use from several threads."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor
        self.lock = threading.Lock()
        """Held for everything that needs the model's state, for the whole of an answer."""
        self.warming: CancelToken | None = None
        """Of what is read in the background, which gives way to an answer."""

    def acquire(self, cancel: CancelToken) -> bool:
        while not self.lock.acquire(timeout=POLL_S):
            if self.warming is not None:  # it gives way
                self.warming.cancel()
            if cancel.cancelled:
                return False
        if cancel.cancelled:
            self.lock.release()
            return False
        return True

    def send(self, child: Child, do: str, **values: object) -> Reply:
        try:
            return child.request(do, **values)
        except ChildGoneError:
            self._supervisor.crashed(child)

    def ask(
        self, child: Child, do: str, *, cancel: CancelToken | None = None, **values: object
    ) -> dict[str, Any]:
        """One question with one answer. Raises CancelledError where it was stopped."""
        reply = self.send(child, do, **values)
        try:
            frame = self.next(child, reply, cancel or CancelToken())
        finally:
            reply.forget()
        if frame is None:
            if self._supervisor.closed:
                self._supervisor.crashed(child)
            raise CancelledError
        if "error" in frame:
            self.refuse(frame["error"])
        self._supervisor.worked()
        done: dict[str, Any] = frame["done"]
        return done

    def refuse(self, error: dict[str, Any]) -> NoReturn:
        """Raise what the process refused."""
        if error["kind"] == "overflow":
            raise InputError(
                f"This needs {error['prompt_tokens']:,} tokens, and the model has room for "
                f"{self._supervisor.facts['n_ctx']:,}.",
                "Ask a shorter question, begin a new conversation or give the model more context.",
                code="too_long",
            )
        if error["kind"] == "stopped":
            raise CancelledError
        if error["kind"] == "grammar":
            raise InputError(
                f"The form asked of the answer cannot be used: {error['message']}.",
                "Correct the JSON schema or the grammar, or ask without one.",
                code="bad_grammar",
            )
        if error["kind"] in ("adapter", "state"):
            raise ModelRefusedError(error["message"])
        log.error("the model process refused: %s: %s", error["kind"], error["message"])
        raise ModelError(
            f"The model could not do this: {error['message']}.", "Ask again, or choose another."
        )

    def next(self, child: Child, reply: Reply, cancel: CancelToken) -> Frame | None:
        """The next frame of an answer; None where it was stopped the hard way."""
        asked_at = 0.0
        while True:
            try:
                frame = reply.next(POLL_S)
            except ChildGoneError:
                if self._supervisor.closed:
                    return None
                self._supervisor.crashed(child)
            if frame is not None:
                return frame
            self._supervisor.watch(child)
            if cancel.cancelled:
                if not asked_at:
                    asked_at = time.monotonic()
                    reply.cancel()
                elif time.monotonic() - asked_at > STOP_GRACE_S:
                    log.warning("the model process does not stop; it is ended")
                    self._supervisor.drop(child)
                    return None

    def stop(self, child: Child, reply: Reply) -> None:
        """Stop an answer that nobody reads any more, and wait until it has stopped."""
        reply.cancel()
        until = time.monotonic() + STOP_GRACE_S
        try:
            while time.monotonic() < until:
                frame = reply.next(POLL_S)
                if frame is not None and "piece" not in frame:
                    return
            self._supervisor.drop(child)
        except ChildGoneError:
            log.info("the model process ended while it was asked to stop")
