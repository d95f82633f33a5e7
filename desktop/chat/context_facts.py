"""What of a conversation stands before the model: the turns, one by one, and the room they take."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from desktop.words import rate, seconds
from engine.types import Answer, ChatMessage, PinnedDocument

Fate = Literal["kept", "pinned", "summary", "dropped"]
FATES: dict[Fate, str] = {
    "kept": "in memory",
    "pinned": "pinned",
    "summary": "in the summary",
    "dropped": "left out",
}


@dataclass(frozen=True, slots=True)
class TurnFate:
    """One turn and what became of it when the last answer was written."""

    place: int
    role: str
    text: str
    fate: Fate


@dataclass(frozen=True, slots=True)
class ContextFacts:
    used: int
    """Tokens of the last prompt and its answer; 0 where the model read no conversation."""
    n_ctx: int
    reserved: int
    turns: tuple[TurnFate, ...]
    summary: str = ""
    documents: tuple[PinnedDocument, ...] = ()
    """Pinned to the conversation."""
    whole: frozenset[str] = frozenset()
    """Paths of those that stood whole before the model."""
    alone: bool = False
    """The last answer was given without documents."""

    @property
    def share(self) -> float:
        return min(1.0, self.used / self.n_ctx) if self.n_ctx else 0.0

    @property
    def words(self) -> str:
        return f"{self.used:,} of {self.n_ctx:,} tokens" if self.n_ctx and self.used else ""

    @property
    def dropped(self) -> tuple[int, ...]:
        """Places of the turns that the model does not read word for word any more."""
        return tuple(one.place for one in self.turns if one.fate in ("summary", "dropped"))


EMPTY = ContextFacts(0, 0, 0, ())


def context_of(messages: Sequence[ChatMessage], n_ctx: int) -> ContextFacts:
    """From the stored turns; ``n_ctx`` counts where the last answer does not say its own."""
    answer = next((one.answer for one in reversed(messages) if one.answer is not None), None)
    if answer is None:
        return EMPTY
    context = answer.context
    # Where the model only weighed sentences, nothing of the conversation is in its context.
    wrote = answer.usage.completion_tokens
    used = answer.usage.prompt_tokens + wrote if wrote else 0
    if context is not None and wrote:
        used = context.prompt_tokens + wrote
    dropped = frozenset(context.dropped) if context is not None else frozenset()
    summary = context.summary if context is not None else ""
    turns = tuple(
        TurnFate(place, one.role, one.text, _fate(place, one, dropped, summary))
        for place, one in enumerate(messages)
    )
    return ContextFacts(
        used,
        context.n_ctx if context is not None else n_ctx,
        context.reserved_tokens if context is not None else 0,
        turns,
        summary,
        whole=frozenset(context.documents if context is not None else ()),
        alone=answer.mode in ("plain", "tuned"),
    )


def document_fate(facts: ContextFacts, document: PinnedDocument) -> str:
    """What the model had of a pinned document when it last answered."""
    if document.gone:
        return "no longer in the library"
    if document.path in facts.whole:
        return "read whole"
    if facts.alone:
        return "not read this time"
    return "its sentences are weighed" if facts.turns else "pinned"


def _fate(place: int, message: ChatMessage, dropped: frozenset[int], summary: str) -> Fate:
    if place in dropped:
        return "summary" if summary else "dropped"
    return "pinned" if message.pinned else "kept"


def small_print(answer: Answer) -> str:
    """``71 tokens/s · first word after 0.4 s``; the seconds alone where nothing was written."""
    timings = answer.timings
    if timings.tokens_per_s > 0 and timings.first_token_s > 0:
        return f"{rate(timings.tokens_per_s)}  ·  first word after {seconds(timings.first_token_s)}"
    return f"answered in {seconds(timings.total_s)}" if timings.total_s > 0 else ""
