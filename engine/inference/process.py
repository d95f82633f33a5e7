"""The chat model as the rest of the engine sees it: a child process that may end at any time.

One request at a time, except counting tokens. The process is started at the first need; after a
crash the next call starts it again, after several in a row with a pause before.
"""

import logging
import threading
import time
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any, NoReturn

from engine.errors import CancelledError, InputError, ModelError
from engine.formats import chat
from engine.formats.chat import Segment
from engine.inference.chat_model import Sampling
from engine.inference.child import Child, ChildGoneError, Reply
from engine.inference.cores import usable_cores
from engine.inference.frames import Frame
from engine.inference.supervisor import POLL_S, Supervisor
from engine.progress import CancelToken
from engine.types import ChatModelInfo, Completion, Message, Usage

log = logging.getLogger(__name__)

STOP_GRACE_S = 1.0
"""An answer that does not stop within this is stopped with its process."""


class ProcessChatModel:
    """A :class:`engine.inference.chat_model.ChatModel` in a process of its own."""

    def __init__(
        self,
        path: Path,
        *,
        n_ctx: int | None = None,
        threads: int | None = None,
        name: str = "",
        log_folder: Path | None = None,
        command: Sequence[str] | None = None,
    ) -> None:
        """Remember how to run the model; nothing is started yet.

        ``n_ctx`` is the context in tokens, by default 4,096 or what the model was trained on,
        less where memory is short. ``threads`` is by default the number of physical cores.
        ``log_folder`` gets what llama.cpp reports. ``command`` replaces the worker, for tests.
        """
        self._path = path
        self._name = name
        self._threads = threads or usable_cores()
        self._requests = threading.Lock()
        self._templates: dict[str, tuple[str, str]] = {}
        self._supervisor = Supervisor(
            path,
            n_ctx=n_ctx,
            threads=self._threads,
            log_file=log_folder / "model.log" if log_folder is not None else None,
            command=command,
        )

    # --- what it is ----------------------------------------------------------------------------

    @property
    def info(self) -> ChatModelInfo:
        self._supervisor.ready()
        facts = self._supervisor.facts
        return ChatModelInfo(
            name=self._name or self._path.stem.removesuffix(f"-{facts['quantization']}"),
            path=str(self._path),
            architecture=facts["architecture"],
            quantization=facts["quantization"],
            n_ctx=facts["n_ctx"],
            n_ctx_train=facts["n_ctx_train"],
            size_bytes=facts["size_bytes"],
            note=self._template()[1],
        )

    @property
    def pid(self) -> int | None:
        """The process's id; None while it is not running."""
        return self._supervisor.pid

    def preload(self, *, cancel: CancelToken | None = None) -> None:
        """Start the process and load the model now. Raises ModelError, CancelledError."""
        self._supervisor.ready(cancel)

    # --- counting ------------------------------------------------------------------------------

    def count_tokens(self, text: str) -> int:
        return self._count([Segment(text, trusted=False)], prompt=False)

    def count_prompt(self, messages: Sequence[Message]) -> int:
        self._supervisor.ready()
        return self._count(self._segments(messages), prompt=True)

    def _count(self, segments: Sequence[Segment], *, prompt: bool) -> int:
        child = self._supervisor.ready()
        done = self._ask(child, "count", segments=_wire(segments), prompt=prompt)
        return int(done["tokens"])

    def _template(self) -> tuple[str, str]:
        """The template in use, and why it is not the model's own, if so."""
        facts = self._supervisor.facts
        own: str = facts["template"]
        if own not in self._templates:
            self._templates[own] = chat.usable(own, bos=facts["bos"], eos=facts["eos"])
        return self._templates[own]

    def _segments(self, messages: Sequence[Message], prefill: str = "") -> list[Segment]:
        facts = self._supervisor.facts
        try:
            pieces = chat.segments(
                self._template()[0],
                messages,
                bos=facts["bos"],
                eos=facts["eos"],
                control=facts["control"],
            )
        except chat.ChatTemplateError as error:
            raise InputError(
                f"This model's chat template refuses the conversation: {error}.",
                "Begin a new conversation, or choose another model.",
            ) from error
        return [*pieces, Segment(prefill, trusted=False)] if prefill else pieces

    # --- writing -------------------------------------------------------------------------------

    def stream(
        self,
        messages: Sequence[Message],
        sampling: Sampling,
        *,
        prefill: str = "",
        cancel: CancelToken | None = None,
    ) -> Generator[str, None, Completion]:
        started = time.perf_counter()
        cancel = cancel or CancelToken()
        if not self._acquire(cancel):
            return _cancelled("", started)
        try:
            try:
                child = self._supervisor.ready(cancel)
            except CancelledError:
                return _cancelled("", started)
            reply = self._send(
                child,
                "stream",
                segments=_wire(self._segments(messages, prefill)),
                choice=_choice(sampling),
            )
            return (yield from self._pieces(child, reply, cancel, started))
        finally:
            self._requests.release()

    def _pieces(
        self, child: Child, reply: Reply, cancel: CancelToken, started: float
    ) -> Generator[str, None, Completion]:
        text: list[str] = []
        first_token_s = 0.0
        ended = False
        try:
            while True:
                frame = self._next(child, reply, cancel)
                if frame is None:  # stopped with its process, or by close()
                    ended = True
                    return _cancelled("".join(text), started)
                done = frame.get("done")
                ended = done is not None or "error" in frame
                if "error" in frame:
                    self._refuse(frame["error"])
                piece = done["rest"] if done is not None else frame["piece"]
                if piece:
                    first_token_s = first_token_s or time.perf_counter() - started
                    text.append(piece)
                    yield piece
                if done is not None:
                    self._supervisor.worked()
                    return _completion("".join(text), done, first_token_s, started)
        finally:
            if not ended:  # the caller wants no more
                self._stop(child, reply)
            reply.forget()

    def _next(self, child: Child, reply: Reply, cancel: CancelToken) -> Frame | None:
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
            if cancel.cancelled:
                if not asked_at:
                    asked_at = time.monotonic()
                    reply.cancel()
                elif time.monotonic() - asked_at > STOP_GRACE_S:
                    log.warning("the model process does not stop; it is ended")
                    self._supervisor.drop(child)
                    return None

    def _stop(self, child: Child, reply: Reply) -> None:
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

    # --- scoring and measuring -----------------------------------------------------------------

    def score(self, messages: Sequence[Message], continuations: Sequence[str]) -> list[float]:
        with self._requests:
            child = self._supervisor.ready()
            done = self._ask(
                child,
                "score",
                segments=_wire(self._segments(messages)),
                continuations=list(continuations),
            )
            return [float(value) for value in done["scores"]]

    def score_text(self, text: str) -> float:
        """Mean log-probability per token of a bare text; perplexity is ``exp`` of minus this."""
        with self._requests:
            child = self._supervisor.ready()
            begin = self._supervisor.facts["bos"] or self._supervisor.facts["eos"]
            segments = [Segment(begin, trusted=True)]
            done = self._ask(child, "score", segments=_wire(segments), continuations=[text])
            return float(done["scores"][0])

    def measure(self, text: str, *, prompt_tokens: int, decode_tokens: int) -> tuple[float, float]:
        """Seconds of a bare prefill and of a bare decoding loop inside the process."""
        with self._requests:
            child = self._supervisor.ready()
            done = self._ask(
                child,
                "measure",
                text=text,
                prompt_tokens=prompt_tokens,
                decode_tokens=decode_tokens,
            )
            return float(done["prefill_s"]), float(done["decode_s"])

    def requantize(self, target: Path, quantization: str) -> None:
        """Write the model to another file in another quantization. Raises ModelError."""
        with self._requests:
            child = self._supervisor.started()
            self._ask(
                child,
                "requantize",
                source=str(self._path),
                target=str(target),
                quantization=quantization,
                threads=self._threads,
            )

    # --- ending --------------------------------------------------------------------------------

    def close(self) -> None:
        """End the process for good; an answer being written ends as cancelled."""
        self._supervisor.close()

    def unload(self) -> None:
        """End the process to free its memory; the next call starts it again."""
        self._supervisor.unload()

    # --- requests ------------------------------------------------------------------------------

    def _acquire(self, cancel: CancelToken) -> bool:
        while not self._requests.acquire(timeout=POLL_S):
            if cancel.cancelled:
                return False
        if cancel.cancelled:
            self._requests.release()
            return False
        return True

    def _send(self, child: Child, do: str, **values: object) -> Reply:
        try:
            return child.request(do, **values)
        except ChildGoneError:
            self._supervisor.crashed(child)

    def _ask(self, child: Child, do: str, **values: object) -> dict[str, Any]:
        """One question with one answer."""
        reply = self._send(child, do, **values)
        try:
            frame = reply.next()
        except ChildGoneError:
            self._supervisor.crashed(child)
        finally:
            reply.forget()
        assert frame is not None
        if "error" in frame:
            self._refuse(frame["error"])
        self._supervisor.worked()
        done: dict[str, Any] = frame["done"]
        return done

    def _refuse(self, error: dict[str, Any]) -> NoReturn:
        """Raise what the process refused."""
        if error["kind"] == "overflow":
            raise InputError(
                f"This needs {error['prompt_tokens']:,} tokens, and the model has room for "
                f"{self._supervisor.facts['n_ctx']:,}.",
                "Ask a shorter question, begin a new conversation or give the model more context.",
                code="too_long",
            )
        log.error("the model process refused: %s: %s", error["kind"], error["message"])
        raise ModelError(
            f"The model could not do this: {error['message']}.", "Ask again, or choose another."
        )


def _wire(segments: Sequence[Segment]) -> list[list[object]]:
    return [[segment.text, segment.trusted] for segment in segments]


def _choice(sampling: Sampling) -> dict[str, object]:
    return {
        "max_tokens": max(1, sampling.max_tokens),
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "repeat_penalty": sampling.repeat_penalty,
        "seed": sampling.seed,
        "stop": list(sampling.stop),
    }


def _completion(
    text: str, done: dict[str, Any], first_token_s: float, started: float
) -> Completion:
    return Completion(
        text=text,
        finish_reason=done["finish_reason"],
        usage=Usage(
            prompt_tokens=done["prompt_tokens"],
            completion_tokens=done["completion_tokens"],
            reused_tokens=done["reused_tokens"],
        ),
        first_token_s=first_token_s,
        total_s=time.perf_counter() - started,
    )


def _cancelled(text: str, started: float) -> Completion:
    return Completion(text, "cancelled", Usage(), 0.0, time.perf_counter() - started)
