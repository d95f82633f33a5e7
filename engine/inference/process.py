"""The chat model as the rest of the engine sees it: a child process that may end at any time.

One request at a time, except counting tokens. The process is started at the first need; after a
crash the next call starts it again, after several in a row with a pause before.
"""

import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any

from engine.errors import CancelledError, InputError
from engine.formats.chat import Segment
from engine.inference import adapters, wire
from engine.inference.adapters import Adapter, AttachedAdapter
from engine.inference.chat_model import Sampling
from engine.inference.child import Child, Reply
from engine.inference.conversation_state import ConversationState
from engine.inference.cores import usable_cores
from engine.inference.prompt_form import PromptForm
from engine.inference.requests import ModelRefusedError, Requests
from engine.inference.state_store import StateStore
from engine.inference.supervisor import Supervisor
from engine.inference.thinking import Thinking, opened_by
from engine.model_types import ChatModelInfo, Completion, Message, Scores
from engine.progress import CancelToken


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
        states: StateStore | None = None,
        batch: int = 0,
        kv_type: str = "",
        command: Sequence[str] | None = None,
    ) -> None:
        """Remember how to run the model; nothing is started yet.

        ``n_ctx`` is the context in tokens, by default 4,096 or what the model was trained on,
        less where memory is short. ``threads`` is by default the number of physical cores.
        ``log_folder`` gets what llama.cpp reports. ``states`` keeps what conversations left in the
        context, see :meth:`use_state`. ``batch`` is the number of tokens read at once, by default
        256 for small models and 512 for others. ``kv_type`` fixes how the context is kept
        (``"f16"``, ``"q8_0"``), which by default depends on the free memory. ``command`` replaces
        the worker, for tests.
        """
        self._path = path
        self._name = name
        self._threads = threads or usable_cores()
        self._states = states
        self._adapters: tuple[AttachedAdapter, ...] = ()
        self._supervisor = Supervisor(
            path,
            n_ctx=n_ctx,
            threads=self._threads,
            log_file=log_folder / "model.log" if log_folder is not None else None,
            command=command,
            batch=batch,
            kv_type=kv_type,
        )
        self._form = PromptForm(self._supervisor)
        self._requests = Requests(self._supervisor)
        self._state = ConversationState(path, self._supervisor, self._requests, states)

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
            note="; ".join(
                filter(None, [self._form.note, facts.get("gpu_note", ""), _kept(facts)])
            ),
            gpu=", ".join(device["name"] for device in facts.get("gpus", [])),
            gpu_layers=facts.get("gpu_layers", 0),
            layers=facts.get("layers", 0),
            gpu_note=facts.get("gpu_note", ""),
            kv_type=facts.get("kv_type", ""),
            buffers=facts.get("buffers", {}),
            adapters=tuple(adapter.name for adapter in self._adapters),
        )

    @property
    def path(self) -> Path:
        """The model's file."""
        return self._path

    @property
    def pid(self) -> int | None:
        """The process's id; None while it is not running."""
        return self._supervisor.pid

    @property
    def loaded(self) -> bool:
        """Whether the process is up and has the model; asking starts nothing and never waits."""
        return self._supervisor.running is not None

    @property
    def unstable(self) -> bool:
        """Whether it failed so often in a row that another model is to be offered."""
        return self._supervisor.unstable

    def preload(self, *, cancel: CancelToken | None = None) -> None:
        """Start the process and load the model now. Raises ModelError, CancelledError."""
        self._supervisor.ready(cancel)

    # --- counting ------------------------------------------------------------------------------

    def count_tokens(self, text: str) -> int:
        return self._count([Segment(text, trusted=False)], prompt=False)

    def count_prompt(self, messages: Sequence[Message]) -> int:
        self._supervisor.ready()
        return self._count(self._form.segments(messages), prompt=True)

    def _count(self, segments: Sequence[Segment], *, prompt: bool) -> int:
        child = self._supervisor.ready()
        done = self._requests.ask(child, "count", segments=wire.segments(segments), prompt=prompt)
        return int(done["tokens"])

    # --- writing -------------------------------------------------------------------------------

    def stream(
        self,
        messages: Sequence[Message],
        sampling: Sampling,
        *,
        prefill: str = "",
        cancel: CancelToken | None = None,
        on_thinking: Callable[[str], None] | None = None,
    ) -> Generator[str, None, Completion]:
        """See :meth:`engine.inference.chat_model.ChatModel.stream`.

        ``on_thinking`` gets what a thinking model says to itself, piece by piece.
        """
        started = time.perf_counter()
        cancel = cancel or CancelToken()
        if not self._requests.acquire(cancel):
            return wire.cancelled("", "", started)
        try:
            try:
                child = self._supervisor.ready(cancel)
                self._state.bring(child)
            except CancelledError:
                return wire.cancelled("", "", started)
            segments = self._form.segments(messages, prefill)
            thinking = Thinking(inside=bool(segments) and opened_by(segments[-1].text))
            reply = self._requests.send(
                child, "stream", segments=wire.segments(segments), choice=wire.choice(sampling)
            )
            pieces = self._pieces(child, reply, cancel, started, thinking, on_thinking)
            self._state.answered(child)
            return (yield from pieces)
        finally:
            self._requests.lock.release()

    def _pieces(
        self,
        child: Child,
        reply: Reply,
        cancel: CancelToken,
        started: float,
        thinking: Thinking,
        on_thinking: Callable[[str], None] | None,
    ) -> Generator[str, None, Completion]:
        text: list[str] = []
        first_token_s = 0.0
        ended = False
        try:
            while True:
                frame = self._requests.next(child, reply, cancel)
                if frame is None:  # stopped with its process, or by close()
                    ended = True
                    return wire.cancelled("".join(text), thinking.text, started)
                done = frame.get("done")
                ended = done is not None or "error" in frame
                if "error" in frame:
                    self._requests.refuse(frame["error"])
                piece = done["rest"] if done is not None else frame["piece"]
                if piece:
                    first_token_s = first_token_s or time.perf_counter() - started
                thought, said = thinking.add(piece)
                if done is not None:
                    late_thought, late_said = thinking.close()
                    thought, said = thought + late_thought, said + late_said
                if thought and on_thinking is not None:
                    on_thinking(thought)
                if said:
                    text.append(said)
                    yield said
                if done is not None:
                    self._supervisor.worked()
                    return wire.completion(
                        "".join(text), thinking.text, done, first_token_s, started
                    )
        finally:
            if not ended:  # the caller wants no more
                self._requests.stop(child, reply)
            reply.forget()

    # --- what is kept in the context -----------------------------------------------------------

    def warm(
        self, messages: Sequence[Message], *, cancel: CancelToken | None = None, own: bool = False
    ) -> int:
        """Read the beginning of prompts to come, so that they need not; returns its tokens.

        ``own`` says that they are of the conversation in use, whose saved state comes back first.

        Meant for a lane in the background: gives way to the next answer, which keeps what was
        read by then. Returns 0 where it did not come to it. Raises ModelError.
        """
        cancel = cancel or CancelToken()
        if not self._requests.lock.acquire(blocking=False):
            return 0
        self._requests.warming = cancel
        try:
            child = self._supervisor.ready(cancel)
            try:
                segments = self._form.segments(messages, open_turn=False)
            except InputError:  # some templates want a question behind the system's words
                segments = self._form.segments([*messages, Message("user", "")], open_turn=False)
            if own:
                self._state.bring(child)
                self._state.answered(child)
            else:
                self._state.disturbed()
            done = self._requests.ask(
                child, "warm", cancel=cancel, segments=wire.segments(segments)
            )
            return int(done["tokens"])
        except CancelledError:
            return 0
        finally:
            self._requests.warming = None
            self._requests.lock.release()

    def use_state(self, key: str | None, *, documents: str | None = None) -> None:
        """Say which conversation the next answers belong to; None for none.

        What the model holds of another is saved, and the next answer begins with what was saved of
        this one, or else of another about the same ``documents``.
        """
        if key != self._state.key:
            with self._requests.lock:
                self._state.keep()
                self._state.switch(key)
        self._state.documents = documents

    def forget_state(self, key: str) -> None:
        """Drop what is saved under a key, and save no more of it, as when it is deleted."""
        if key == self._state.key:
            self._state.switch(None)
        if self._states is not None:
            self._states.forget(key)

    def save_state(self, key: str | None = None) -> int:
        """Save what the context holds under a key, by default the conversation's.

        Returns the tokens saved: 0 where that is not worth a file, too large, or not possible.
        """
        with self._requests.lock:
            key = key or self._state.key
            return self._state.save(key) if key is not None else 0

    def restore_state(self, key: str) -> int:
        """Take what was saved under a key into the context; returns its tokens, 0 for none."""
        with self._requests.lock:
            child = self._supervisor.ready()
            self._state.disturbed()
            return self._state.restore(child, key)

    # --- adapters ------------------------------------------------------------------------------

    @property
    def adapters(self) -> tuple[AttachedAdapter, ...]:
        """What is attached; it stays so when the process is started again."""
        return self._adapters

    def attach(self, wanted: Sequence[Adapter]) -> tuple[AttachedAdapter, ...]:
        """Use exactly these adapters from now on, stacked; none where there are none.

        Each is checked against the model and proven to change what it says. Where one is refused,
        everything stays as it was: raises ModelError with the reason and the code ``adapter``.
        """
        wanted = [adapter for adapter in wanted if adapter.scale != 0]
        if not wanted and self.pid is None:  # where one is gone, the model loads without it
            self._supervisor.adapters, self._adapters = (), ()
            return ()
        checks = [adapters.checked(adapter, self._path) for adapter in wanted]
        pairs = tuple((str(adapter.path), float(adapter.scale)) for adapter in wanted)
        with self._requests.lock:
            child = self._supervisor.ready()
            self._state.disturbed()
            before = self._supervisor.adapters
            try:
                done = self._requests.ask(child, "attach", adapters=pairs, before=before)
            except ModelRefusedError as error:
                raise adapters.refused(error.reason) from error
            self._supervisor.adapters = pairs
            self._adapters = adapters.attached(wanted, checks, done["effects"])
        return self._adapters

    # --- scoring and measuring -----------------------------------------------------------------

    def score(self, messages: Sequence[Message], continuations: Sequence[str]) -> Scores:
        with self._requests.lock:
            child = self._supervisor.ready()
            self._state.disturbed()
            done = self._requests.ask(
                child,
                "score",
                segments=wire.segments(self._form.segments(messages)),
                continuations=list(continuations),
            )
            return wire.scores(done)

    def score_each(
        self,
        prompts: Sequence[Sequence[Message]],
        continuation: str,
        *,
        cancel: CancelToken | None = None,
    ) -> Scores:
        """See :meth:`engine.inference.chat_model.ChatModel.score_each`."""
        cancel = cancel or CancelToken()
        if not self._requests.acquire(cancel):
            raise CancelledError
        try:
            child = self._supervisor.ready(cancel)
            self._state.disturbed()
            done = self._requests.ask(
                child,
                "score_each",
                cancel=cancel,
                prompts=[wire.segments(self._form.segments(messages)) for messages in prompts],
                continuation=continuation,
            )
            return wire.scores(done)
        finally:
            self._requests.lock.release()

    def score_text(self, text: str) -> float:
        """Mean log-probability per token of a bare text; perplexity is ``exp`` of minus this."""
        with self._requests.lock:
            child = self._supervisor.ready()
            begin = self._supervisor.facts["bos"] or self._supervisor.facts["eos"]
            segments = [Segment(begin, trusted=True)]
            done = self._requests.ask(
                child, "score", segments=wire.segments(segments), continuations=[text]
            )
            return float(done["scores"][0])

    def measure(self, text: str, *, prompt_tokens: int, decode_tokens: int) -> tuple[float, float]:
        """Seconds of a bare prefill and of a bare decoding loop inside the process."""
        with self._requests.lock:
            child = self._supervisor.ready()
            done = self._requests.ask(
                child,
                "measure",
                text=text,
                prompt_tokens=prompt_tokens,
                decode_tokens=decode_tokens,
            )
            return float(done["prefill_s"]), float(done["decode_s"])

    def requantize(self, target: Path, quantization: str) -> None:
        """Write the model to another file in another quantization. Raises ModelError."""
        with self._requests.lock:
            child = self._supervisor.started()
            self._requests.ask(
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
        self._leave()
        self._supervisor.close()

    def unload(self) -> None:
        """End the process to free its memory; the next call starts it again."""
        self._leave()
        self._supervisor.unload()

    def _leave(self) -> None:
        """Save the conversation, unless something is going on."""
        if self._requests.lock.acquire(blocking=False):
            try:
                self._state.keep()
            finally:
                self._requests.lock.release()


def _kept(facts: dict[str, Any]) -> str:
    """That the context is not kept exactly, where it is not."""
    if facts.get("kv_type", "f16") == "f16":
        return ""
    return "memory is short, so the context is kept in 8-bit numbers"
