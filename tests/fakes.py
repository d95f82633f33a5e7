"""Stand-ins at the two seams: a deterministic embedder and a scripted chat model."""

import hashlib
import math
import re
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.errors import ModelCrashedError
from engine.inference import adapters
from engine.inference.adapters import Adapter, AttachedAdapter
from engine.inference.chat_model import Sampling
from engine.inference.embedder import Vectors
from engine.model_types import ChatModelInfo, Completion, EmbedderIdentity, Message, Scores, Usage
from engine.progress import CancelToken

WORD = re.compile(r"\w+|[^\w\s]")


class HashingEmbedder:
    """Bag of hashed words: texts that share words are near, and equal texts are equal."""

    def __init__(self, dimension: int = 64, *, model_id: str = "hashing") -> None:
        self._identity = EmbedderIdentity(
            model_id=model_id, file_sha256="0" * 64, dimension=dimension, max_tokens=256
        )
        self.embedded = 0
        """Passages embedded so far, for tests that must see no work done twice."""

    @property
    def identity(self) -> EmbedderIdentity:
        return self._identity

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        return [match.span() for match in WORD.finditer(text)]

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.embedded += len(texts)
        return np.stack([self._embed(text) for text in texts]) if texts else self._empty()

    def embed_query(self, text: str) -> Vectors:
        return self._embed(text)

    def _empty(self) -> Vectors:
        return np.zeros((0, self._identity.dimension), dtype=np.float32)

    def _embed(self, text: str) -> Vectors:
        vector = np.zeros(self._identity.dimension, dtype=np.float32)
        for word in WORD.findall(text.lower()):
            digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
            vector[int.from_bytes(digest[:4], "big") % len(vector)] += 1.0 + digest[4] / 255
        norm = math.sqrt(float(vector @ vector))
        if norm == 0.0:
            vector[0] = norm = 1.0
        return vector / np.float32(norm)


class ScriptedChatModel:
    """Answers with what the script returns for the messages; counts a word as a token."""

    def __init__(
        self, script: str | Callable[[Sequence[Message]], str] = "", *, n_ctx: int = 2048
    ) -> None:
        self._script = script
        self._n_ctx = n_ctx
        self.prompts: list[list[Message]] = []
        self.samplings: list[Sampling] = []
        self.crash_after: int | None = None
        """Pieces after which the next stream ends as a killed process would; a score: at once."""
        self.closed = False

    @property
    def info(self) -> ChatModelInfo:
        return ChatModelInfo(
            name="scripted",
            path="",
            architecture="none",
            quantization="none",
            n_ctx=self._n_ctx,
            n_ctx_train=self._n_ctx,
            size_bytes=0,
        )

    def count_tokens(self, text: str) -> int:
        return len(WORD.findall(text))

    def count_prompt(self, messages: Sequence[Message]) -> int:
        return sum(self.count_tokens(message.content) + 4 for message in messages)

    def stream(
        self,
        messages: Sequence[Message],
        sampling: Sampling,
        *,
        prefill: str = "",
        cancel: CancelToken | None = None,
    ) -> Generator[str, None, Completion]:
        self.prompts.append(list(messages))
        self.samplings.append(sampling)
        text = self._script if isinstance(self._script, str) else self._script(messages)
        written: list[str] = []
        for piece in re.findall(r"\S+\s*", text)[: sampling.max_tokens]:
            if self.crash_after is not None and len(written) >= self.crash_after:
                self.crash_after = None
                raise ModelCrashedError("The model process ended.", "Ask again.")
            if cancel is not None and cancel.cancelled:
                return self._end(messages, written, cancelled=True)
            written.append(piece)
            yield piece
        return self._end(messages, written, cancelled=False)

    def _end(
        self, messages: Sequence[Message], written: list[str], *, cancelled: bool
    ) -> Completion:
        usage = Usage(self.count_prompt(messages), len(written), 0)
        reason = "cancelled" if cancelled else "stop"
        return Completion("".join(written), reason, usage, 0.0, 0.0)

    def score(self, messages: Sequence[Message], continuations: Sequence[str]) -> Scores:
        if self.crash_after is not None:
            self.crash_after = None
            raise ModelCrashedError("The model process ended.", "Ask again.")
        read = self.count_prompt(messages) + sum(self.count_tokens(text) for text in continuations)
        return Scores(tuple(-len(text) / 20 for text in continuations), Usage(read, 0, 0))

    def score_each(
        self,
        prompts: Sequence[Sequence[Message]],
        continuation: str,
        *,
        cancel: CancelToken | None = None,
    ) -> Scores:
        if cancel is not None:
            cancel.check()
        scores = [self.score(messages, [continuation]) for messages in prompts]
        return Scores(
            tuple(one.values[0] for one in scores),
            Usage(
                sum(one.usage.prompt_tokens for one in scores),
                0,
                sum(one.usage.reused_tokens for one in scores),
            ),
        )

    def close(self) -> None:
        self.closed = True


class AdaptableChatModel(ScriptedChatModel):
    """A scripted model with a base file that adapters are checked against."""

    def __init__(
        self, base: Path, script: str | Callable[[Sequence[Message]], str] = "", *,
        n_ctx: int = 2048,
    ) -> None:  # fmt: skip
        super().__init__(script, n_ctx=n_ctx)
        self._base = base
        self.adapters: tuple[AttachedAdapter, ...] = ()

    @property
    def info(self) -> ChatModelInfo:
        return replace(super().info, adapters=tuple(each.name for each in self.adapters))

    def attach(self, wanted: Sequence[Adapter]) -> tuple[AttachedAdapter, ...]:
        checks = [adapters.checked(each, self._base) for each in wanted]
        self.adapters = adapters.attached(wanted, checks, [each.scale for each in wanted])
        return self.adapters
