"""The loop of the model process: takes requests from the parent, does them one after another.

Two threads. The reader takes frames as they come: it sets the stop flag for a cancelled request,
answers counting at once (also while an answer is being written), and ends the process when the
parent is gone. The main thread does what needs the model's state.
"""

import os
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.inference import frames, state_file
from engine.inference.frames import Frame
from engine.inference.generation import Choice, Context, ContextOverflowError, Model, StoppedError
from engine.inference.state_file import StateFileError

EMIT_EVERY_S = 0.025
"""Text is sent at once when the last piece is older than this, else with the next token's: a fast
model would otherwise spend its time on frames."""

PARENT_POLL_S = 1.0
PROBE_TEXT = "The harbour office opens at nine, and the keeper said that"
MIN_EFFECT = 1e-4
"""An adapter whose attachment moves no logit by more than this has no effect."""


class RefusedError(Exception):
    """A request that cannot be done; told to the parent in its kind and words."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Loaded(Model, Protocol):
    """A model that can also turn text into tokens and tell about itself."""

    def tokenize(self, text: str, *, trusted: bool) -> list[int]:
        """Tokens of a text; control tokens are recognised only where trusted. Thread-safe."""
        ...

    def begin(self, tokens: list[int]) -> list[int]:
        """The prompt with the token that begins a text, where the model wants one."""
        ...

    def facts(self) -> dict[str, Any]: ...

    def measure(self, options: Frame) -> dict[str, Any]: ...

    def attach(self, adapters: Sequence[tuple[str, float]]) -> None:
        """Use exactly these adapters, each a path and a scale. Raises RefusedError."""
        ...

    def probe(self, tokens: Sequence[int]) -> NDArray[np.float32]:
        """Logits (n_vocab,) after these tokens alone; nothing is held afterwards."""
        ...


class Backend(Protocol):
    """What the process can do; the worker's is llama.cpp, a test's is scripted."""

    def hello(self) -> dict[str, Any]: ...

    def set_stop(self, stop: bool) -> None:
        """Ask what is running to stop. Called from the reader thread."""
        ...

    def load(self, options: Frame) -> Loaded:
        """Raises RefusedError or StoppedError."""
        ...

    def requantize(self, options: Frame) -> dict[str, Any]: ...


@dataclass(slots=True)
class _Running:
    """Which request is being done, and which ones are to be stopped."""

    lock: threading.Lock
    current: int | None
    cancelled: set[int]


class Service:
    """One process's side of the conversation."""

    def __init__(self, backend: Backend, source: IO[bytes], sink: IO[bytes]) -> None:
        self._backend = backend
        self._source = source
        self._sink = sink
        self._writing = threading.Lock()
        self._running = _Running(threading.Lock(), None, set())
        self._requests: queue.SimpleQueue[Frame] = queue.SimpleQueue()
        self._model: Loaded | None = None
        self._context: Context | None = None

    def run(self) -> None:
        """Greet, then serve until the parent closes the pipe; ends the process."""
        self._send({"hello": {"protocol": frames.PROTOCOL, **self._backend.hello()}})
        threading.Thread(target=self._read, name="frames", daemon=True).start()
        threading.Thread(target=_watch_parent, name="parent", daemon=True).start()
        while True:
            self._do(self._requests.get())

    # --- the reader ----------------------------------------------------------------------------

    def _read(self) -> None:
        try:
            while (frame := frames.read(self._source)) is not None:
                if "ping" in frame:
                    self._send({"pong": frame["ping"]})
                elif "cancel" in frame:
                    self._cancel(frame["cancel"])
                elif frame.get("do") == "count" and self._model is not None:
                    self._answer(frame, self._count)
                else:
                    self._requests.put(frame)
        finally:
            # The main thread may be anywhere inside llama.cpp; nothing of ours needs tidying.
            os._exit(0)

    def _cancel(self, number: int) -> None:
        with self._running.lock:
            self._running.cancelled.add(number)
            if self._running.current == number:
                self._backend.set_stop(True)

    # --- the main thread -----------------------------------------------------------------------

    def _do(self, frame: Frame) -> None:
        doing: dict[str, Callable[[Frame], dict[str, Any]]] = {
            "load": self._load,
            "count": self._count,
            "lessons": self._lessons,
            "stream": self._stream,
            "score": self._score,
            "score_each": self._score_each,
            "measure": self._measure,
            "warm": self._warm,
            "attach": self._attach,
            "save": self._save,
            "restore": self._restore,
            "requantize": self._backend.requantize,
        }
        number = frame["id"]
        with self._running.lock:
            self._running.current = number
            self._backend.set_stop(number in self._running.cancelled)
        try:
            self._answer(frame, doing[frame["do"]])
        finally:
            with self._running.lock:
                self._running.current = None
                self._running.cancelled.discard(number)

    def _answer(self, frame: Frame, work: Callable[[Frame], dict[str, Any]]) -> None:
        number = frame["id"]
        try:
            self._send({"id": number, "done": work(frame)})
        except ContextOverflowError as overflow:
            self._send_error(
                number, "overflow", str(overflow), prompt_tokens=overflow.prompt_tokens
            )
        except StoppedError:
            self._send_error(number, "stopped", "")
        except RefusedError as refusal:
            self._send_error(number, refusal.kind, str(refusal))

    def _send_error(self, number: int, kind: str, message: str, **more: Any) -> None:
        self._send({"id": number, "error": {"kind": kind, "message": message, **more}})

    def _send(self, frame: Frame) -> None:
        with self._writing:
            try:
                frames.write(self._sink, frame)
            except OSError:
                os._exit(0)  # the parent is gone

    # --- requests ------------------------------------------------------------------------------

    def _load(self, frame: Frame) -> dict[str, Any]:
        model = self._backend.load(frame)
        adapters = _adapters(frame)
        if adapters:  # proven when they were attached first
            model.attach(adapters)
        self._context = Context(model)
        self._model = model
        return model.facts()

    def _tokens(self, segments: Sequence[Sequence[Any]]) -> list[int]:
        """Tokens of ``[[text, trusted], …]``."""
        model = self._loaded()
        tokens: list[int] = []
        for text, trusted in segments:
            tokens += model.tokenize(text, trusted=bool(trusted))
        return tokens

    def _count(self, frame: Frame) -> dict[str, Any]:
        tokens = self._tokens(frame["segments"])
        if frame.get("prompt"):
            tokens = self._loaded().begin(tokens)
        return {"tokens": len(tokens)}

    def _lessons(self, frame: Frame) -> dict[str, Any]:
        """Tokens of prompts as they are read in use, and of answers up to the one that ends them.

        The last is missing where what stands behind the answer ends no text.
        """
        model = self._loaded()
        lessons = []
        for prompt, answer in frame["lessons"]:
            written = self._tokens(answer)
            end = next((at for at, token in enumerate(written) if model.ends(token)), len(written))
            lessons.append([model.begin(self._tokens(prompt)), written[: end + 1]])
        return {"lessons": lessons}

    def _stream(self, frame: Frame) -> dict[str, Any]:
        number = frame["id"]
        options = frame["choice"]
        choice = Choice(**{**options, "stop": tuple(options["stop"])})
        pending: list[str] = []
        sent_at = 0.0

        def emit(text: str) -> None:
            nonlocal sent_at
            pending.append(text)
            now = time.monotonic()
            if now - sent_at >= EMIT_EVERY_S:
                self._send({"id": number, "piece": "".join(pending)})
                pending.clear()
                sent_at = now

        prompt = self._loaded().begin(self._tokens(frame["segments"]))
        assert self._context is not None
        written = self._context.write(prompt, choice, emit)
        return {
            "rest": "".join(pending),
            "finish_reason": written.finish_reason,
            "prompt_tokens": written.prompt_tokens,
            "completion_tokens": written.completion_tokens,
            "reused_tokens": written.reused_tokens,
            "prefill_s": written.prefill_s,
            "first_token_s": written.first_token_s,
            "total_s": written.total_s,
        }

    def _score(self, frame: Frame) -> dict[str, Any]:
        model = self._loaded()
        prompt = model.begin(self._tokens(frame["segments"]))
        texts = [model.tokenize(text, trusted=False) for text in frame["continuations"]]
        assert self._context is not None
        scores, reused = self._context.score(prompt, texts)
        read = len(prompt) + sum(map(len, texts))
        return {"scores": scores, "prompt_tokens": read, "reused_tokens": reused}

    def _score_each(self, frame: Frame) -> dict[str, Any]:
        model = self._loaded()
        prompts = [model.begin(self._tokens(segments)) for segments in frame["prompts"]]
        continuation = model.tokenize(frame["continuation"], trusted=False)
        assert self._context is not None
        scores, reused = self._context.score_each(prompts, continuation)
        read = sum(map(len, prompts)) + len(prompts) * len(continuation)
        return {"scores": scores, "prompt_tokens": read, "reused_tokens": reused}

    def _measure(self, frame: Frame) -> dict[str, Any]:
        assert self._context is not None
        self._context.tokens = []
        return self._loaded().measure(frame)

    def _warm(self, frame: Frame) -> dict[str, Any]:
        prompt = self._loaded().begin(self._tokens(frame["segments"]))
        assert self._context is not None
        return {"tokens": self._context.warm(prompt)}

    # --- adapters ------------------------------------------------------------------------------

    def _attach(self, frame: Frame) -> dict[str, Any]:
        """Attach adapters and prove each by what it does to the logits; all or none."""
        model = self._loaded()
        assert self._context is not None
        wanted, before = _adapters(frame), _adapters({"adapters": frame.get("before", [])})
        tokens = model.begin(model.tokenize(PROBE_TEXT, trusted=False))
        effects: list[float] = []
        self._context.forget()  # it was made with the adapters of before
        try:
            if wanted:
                model.attach([])
                base = model.probe(tokens)
            for adapter in wanted:
                model.attach([adapter])
                effects.append(_effect(base, model.probe(tokens), Path(adapter[0]).name))
            model.attach(wanted)
        except (RefusedError, StoppedError):
            model.attach(before)
            raise
        return {"effects": effects}

    # --- saved states --------------------------------------------------------------------------

    def _save(self, frame: Frame) -> dict[str, Any]:
        model, context = self._loaded(), self._context
        assert context is not None
        if len(context.tokens) < int(frame["least"]):
            return {"tokens": 0, "bytes": 0}
        data = model.state()
        if data.nbytes > int(frame["most_bytes"]):
            return {"tokens": 0, "bytes": 0}
        try:
            size = state_file.write(
                Path(frame["path"]), frame["identity"], context.tokens, data, key=_key(frame)
            )
        except OSError as error:
            raise RefusedError("state", error.strerror or "it cannot be written") from error
        return {"tokens": len(context.tokens), "bytes": size}

    def _restore(self, frame: Frame) -> dict[str, Any]:
        self._loaded()
        assert self._context is not None
        try:
            state = state_file.read(Path(frame["path"]), frame["identity"], key=_key(frame))
        except StateFileError as error:
            raise RefusedError("state", str(error)) from error
        except OSError as error:
            raise RefusedError("state", error.strerror or "it cannot be read") from error
        if not self._context.take(state.tokens, state.data):
            raise RefusedError("state", "llama.cpp does not take it")
        return {"tokens": len(state.tokens)}

    def _loaded(self) -> Loaded:
        if self._model is None:
            raise RefusedError("not_loaded", "no model is loaded")
        return self._model


def _key(frame: Frame) -> bytes | None:
    """What a state is encrypted with; None where it is plain."""
    return bytes.fromhex(frame.get("key", "")) or None


def _adapters(frame: Frame) -> list[tuple[str, float]]:
    return [(str(path), float(scale)) for path, scale in frame.get("adapters", [])]


def _effect(base: NDArray[np.float32], tuned: NDArray[np.float32], name: str) -> float:
    """The largest change of a logit. Raises RefusedError where it is none, or no number."""
    effect = float(np.max(np.abs(tuned - base)))
    if not np.isfinite(effect):
        raise RefusedError("adapter", f"{name} breaks the model: its results are no numbers")
    if effect <= MIN_EFFECT:
        raise RefusedError("adapter", f"{name} changes nothing in what the model says")
    return effect


def _watch_parent() -> None:
    """End with the parent even where the pipe stays open.

    A process that the parent forked meanwhile may hold the other end of the pipe. Linux's
    PR_SET_PDEATHSIG is no help: it fires when the *thread* that started the child ends.
    """
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(PARENT_POLL_S)
    os._exit(0)
