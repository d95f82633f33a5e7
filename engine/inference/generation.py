"""Prompts and answers on one loaded model: prefix reuse, sampling loop, stop texts, scoring.

Runs in the model process. Knows no llama.cpp: what it needs of a model is :class:`Model`.
"""

import codecs
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

MIN_ANSWER_TOKENS = 32
"""An answer is shortened to what is left of the context, but never below this."""


MAX_SCORED = 32
"""Most tokens of a branch whose probability is asked for."""


class StoppedError(Exception):
    """The request was cancelled; what was evaluated until then is kept."""


class ContextOverflowError(Exception):
    """The prompt leaves no room for an answer."""

    def __init__(self, prompt_tokens: int, n_ctx: int) -> None:
        super().__init__(f"{prompt_tokens} tokens do not fit a context of {n_ctx}")
        self.prompt_tokens = prompt_tokens
        self.n_ctx = n_ctx


@dataclass(frozen=True, slots=True)
class Choice:
    """How the next token is chosen; see :class:`engine.inference.chat_model.Sampling`."""

    max_tokens: int
    temperature: float = 0.0
    top_p: float = 1.0
    min_p: float = 0.0
    top_k: int = 0
    repeat_penalty: float = 1.0
    seed: int = 0
    stop: tuple[str, ...] = ()
    grammar: str = ""
    json_schema: str = ""


@dataclass(frozen=True, slots=True)
class Branch:
    """A way on from the evaluated tokens, whose end is scored."""

    tokens: Sequence[int]
    scored: int
    """Number of tokens at the end whose probability is asked for, less than all."""


class Sampler(Protocol):
    def sample(self) -> int:
        """Choose a token from the logits of the last evaluated one."""
        ...

    def close(self) -> None: ...


class Model(Protocol):
    """A loaded model with one sequence of evaluated tokens."""

    @property
    def n_ctx(self) -> int: ...

    def evaluated(self) -> int:
        """Number of tokens whose state is held."""
        ...

    def keep(self, count: int) -> int:
        """Forget all but the first ``count`` tokens; returns how many are really left."""
        ...

    def evaluate(self, tokens: Sequence[int]) -> None:
        """Append tokens; logits are held for the last one. Raises StoppedError."""
        ...

    def logprobs(self, tokens: Sequence[int]) -> list[float]:
        """Log-probability of each token after those before it; appends them. Raises StoppedError.

        The first is taken from the logits of the last evaluated token.
        """
        ...

    @property
    def branch_tokens(self) -> int:
        """Longest branch that can be evaluated beside others; 0 where none can."""
        ...

    def branch_logprobs(self, branches: Sequence[Branch]) -> list[list[float]]:
        """Log-probabilities of the scored tokens of each branch, none of which is held after.

        Each has at most ``branch_tokens``, of which MAX_SCORED are scored. Raises StoppedError.
        """
        ...

    def state(self) -> NDArray[np.uint8]:
        """What was made of the evaluated tokens, in a form of the model's own."""
        ...

    def set_state(self, data: NDArray[np.uint8]) -> bool:
        """Take a state back in place of what is held; False, with nothing held, where refused."""
        ...

    def sampler(self, choice: Choice) -> Sampler:
        """Raises RefusedError where its grammar cannot be read."""
        ...

    def piece(self, token: int) -> bytes:
        """Bytes of a token; empty for control tokens. May end inside a character."""
        ...

    def ends(self, token: int) -> bool:
        """Whether the token ends the model's turn."""
        ...


@dataclass(slots=True)
class Written:
    """The end of one generation."""

    finish_reason: str
    prompt_tokens: int
    completion_tokens: int = 0
    reused_tokens: int = 0
    prefill_s: float = 0.0
    first_token_s: float = 0.0
    total_s: float = 0.0


@dataclass(slots=True)
class Context:
    """A model with the tokens it has evaluated, so that the next prompt can go on from them."""

    model: Model
    tokens: list[int] = field(default_factory=list)

    def prime(self, prompt: Sequence[int]) -> int:
        """Evaluate a prompt on top of what it shares with the last one; returns the shared part.

        The last token is always evaluated, because its logits are needed. Raises StoppedError; the
        part that was evaluated by then counts as shared next time.
        """
        shared = common_prefix(self.tokens, prompt, limit=len(prompt) - 1)
        shared = self.model.keep(shared)
        self.tokens = list(prompt[:shared])
        self._append(prompt[shared:])
        return shared

    def forget(self) -> None:
        """Drop all tokens, for what was made of them no longer holds."""
        self.model.keep(0)
        self.tokens = []

    def take(self, tokens: Sequence[int], data: NDArray[np.uint8]) -> bool:
        """Go on from a saved state instead; False, with nothing held, where it does not fit."""
        self.tokens = []
        if len(tokens) >= self.model.n_ctx or not self.model.set_state(data):
            self.model.keep(0)
            return False
        if self.model.evaluated() != len(tokens):
            self.model.keep(0)
            return False
        self.tokens = list(tokens)
        return True

    def warm(self, prompt: Sequence[int]) -> int:
        """Evaluate the beginning of prompts to come; returns how many tokens are held for them.

        Keeps what is held where it begins like that already. Stopping keeps what was done.
        """
        prompt = prompt[: self.model.n_ctx - MIN_ANSWER_TOKENS]
        if common_prefix(self.tokens, prompt, limit=len(prompt)) < len(prompt):
            try:
                self.prime(prompt)
            except StoppedError:
                return len(self.tokens)
        return len(prompt)

    def _append(self, tokens: Sequence[int]) -> None:
        before = len(self.tokens)
        try:
            self.model.evaluate(tokens)
        except StoppedError:
            self.tokens += tokens[: self.model.evaluated() - before]
            raise
        self.tokens += tokens

    def write(self, prompt: Sequence[int], choice: Choice, emit: Callable[[str], None]) -> Written:
        """Generate an answer, handing over its text as it is written.

        Raises ContextOverflowError.
        """
        started = time.perf_counter()
        room = self.model.n_ctx - len(prompt)
        if room < min(choice.max_tokens, MIN_ANSWER_TOKENS):
            raise ContextOverflowError(len(prompt), self.model.n_ctx)
        written = Written("length", prompt_tokens=len(prompt))
        text = Text(choice.stop, emit)
        try:
            written.reused_tokens = self.prime(prompt)
            written.prefill_s = time.perf_counter() - started
            self._write(choice, min(room, choice.max_tokens), text, written, started)
        except StoppedError:
            written.finish_reason = "cancelled"
        text.close()
        written.total_s = time.perf_counter() - started
        return written

    def _write(
        self,
        choice: Choice,
        limit: int,
        text: "Text",
        written: Written,
        started: float,
    ) -> None:
        sampler = self.model.sampler(choice)
        try:
            while True:
                token = sampler.sample()
                if not written.first_token_s:
                    written.first_token_s = time.perf_counter() - started
                if self.model.ends(token):
                    written.finish_reason = "stop"
                    return
                written.completion_tokens += 1
                if text.add(self.model.piece(token)):
                    written.finish_reason = "stop"
                    return
                if written.completion_tokens >= limit:
                    return
                self._append([token])
        finally:
            sampler.close()

    def score_each(
        self, prompts: Sequence[Sequence[int]], continuation: Sequence[int]
    ) -> tuple[list[float], int]:
        """Mean log-probability per token of one continuation after each prompt.

        What the prompts begin with in common is evaluated once, the rest of all of them side by
        side: on a processor, few large batches are faster than many small ones. Also returns how
        much of that beginning was held. Raises ContextOverflowError and StoppedError.
        """
        shared = len(prompts[0]) - 1 if prompts else 0
        for prompt in prompts:
            shared = common_prefix(prompts[0], prompt, limit=min(shared, len(prompt) - 1))
        branches = [
            Branch([*prompt[shared:], *continuation], len(continuation)) for prompt in prompts
        ]
        longest = max((len(branch.tokens) for branch in branches), default=0)
        if shared + longest > self.model.n_ctx:
            raise ContextOverflowError(shared + longest, self.model.n_ctx)
        if not 0 < len(continuation) <= MAX_SCORED or longest > self.model.branch_tokens:
            scores = [self.score(prompt, [continuation]) for prompt in prompts]
            return [values[0] for values, _ in scores], sum(held for _, held in scores)
        reused = self.model.keep(common_prefix(self.tokens, prompts[0], limit=shared))
        self.tokens = list(prompts[0][:reused])
        if reused < shared:
            self._append(prompts[0][reused:shared])
        rows = self.model.branch_logprobs(branches)
        return [sum(row) / len(row) for row in rows], reused + shared * (len(prompts) - 1)

    def score(
        self, prompt: Sequence[int], continuations: Sequence[Sequence[int]]
    ) -> tuple[list[float], int]:
        """Mean log-probability per token of each continuation, and how much of the prompt was held.

        Raises ContextOverflowError and StoppedError.
        """
        longest = len(prompt) + max(map(len, continuations), default=0)
        if longest > self.model.n_ctx:
            raise ContextOverflowError(longest, self.model.n_ctx)
        means: list[float] = []
        reused = 0
        for number, continuation in enumerate(continuations):
            if not continuation:
                means.append(0.0)
                continue
            # Evaluates the prompt once; then only its last token, for the logits after it.
            shared = self.prime(prompt)
            reused = shared if number == 0 else reused
            values = self.model.logprobs(continuation)
            self.tokens += continuation
            means.append(sum(values) / len(values))
        return means, reused


class Text:
    """Bytes of tokens → text, in whole characters, ended by the first stop text."""

    def __init__(self, stop: Sequence[str], emit: Callable[[str], None]) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._stop = [text for text in stop if text]
        self._emit = emit
        self._held = ""
        """Text that may turn out to begin a stop text."""
        self._stopped = False

    def add(self, piece: bytes) -> bool:
        """Take a token's bytes; True once a stop text has been met."""
        self._held += self._decoder.decode(piece)
        found = [at for stop in self._stop if (at := self._held.find(stop)) >= 0]
        if found:
            self._stopped = True
            self._send(min(found))
            self._held = ""
            return True
        self._send(len(self._held) - self._suspicious())
        return False

    def close(self) -> None:
        """Hand over what was held back. Half a character at the end is dropped."""
        if not self._stopped:
            self._send(len(self._held))

    def _send(self, length: int) -> None:
        if length > 0:
            self._emit(self._held[:length])
            self._held = self._held[length:]

    def _suspicious(self) -> int:
        """Length of the longest end of the held text that begins a stop text."""
        longest = 0
        for stop in self._stop:
            for length in range(min(len(stop) - 1, len(self._held)), longest, -1):
                if self._held.endswith(stop[:length]):
                    longest = length
                    break
        return longest


def common_prefix(first: Sequence[int], second: Sequence[int], *, limit: int) -> int:
    """Number of equal tokens at the start of both, at most ``limit``."""
    length = max(0, min(len(first), len(second), limit))
    if first[:length] == second[:length]:
        return length
    for index in range(length):
        if first[index] != second[index]:
            return index
    return length
