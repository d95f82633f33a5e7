"""The clock and the fixed parts of one answer."""

import time
from collections.abc import Sequence
from dataclasses import replace

from engine.answer import abstain
from engine.answer.draft import Draft
from engine.answer.why import Notes
from engine.formats.taught_form import TaughtForm
from engine.model_types import Completion, Message, Usage
from engine.progress import CancelToken
from engine.types import Answer, ContextUse, Hit, Mode, Sentence, Timings

NEAREST = 5
"""Passages offered where the answer abstains."""


EMPTY = {
    "cancelled": "You stopped the model while it was still thinking, so that there is no answer. "
    "Ask again to let it finish.",
    "length": "The model used up its room while it was still thinking, so that there is no answer. "
    "Give it more room (the option max_tokens), or ask a model that does not think.",
    "stop": "The model ended its turn after thinking, without an answer. Ask again in other words.",
}
"""Why a model that thought gave no answer, by how it ended."""


class Run:
    """The clock and the fixed parts of one answer."""

    def __init__(self, question: str, mode: Mode, model: str, cancel: CancelToken | None) -> None:
        self._question = question
        self._mode: Mode = mode
        self._model = model
        self._started = time.perf_counter()
        self._first_s = 0.0
        self.cancel = cancel
        self.retrieve_s = 0.0
        self.usage = Usage()
        self.stopped = False
        """Whether the model was stopped while it wrote."""
        self._context: ContextUse | None = None
        self._thinking = ""
        self._note = ""
        self._asked: tuple[Message, ...] = ()
        self.notes = Notes(question)
        self._tokens_per_s = 0.0

    def wrote(self, completion: Completion, context: ContextUse) -> None:
        """Note what the model wrote and what it had before it."""
        self.usage = completion.usage
        self.stopped = completion.finish_reason == "cancelled"
        self._context = context
        self._thinking = completion.thinking.strip()
        if self._thinking and not completion.text.strip():
            self._note = EMPTY.get(completion.finish_reason, "")
        # The first token is part of reading the prompt: it comes with the end of that.
        writing_s = completion.total_s - completion.first_token_s
        if completion.first_token_s and completion.usage.completion_tokens > 1 and writing_s > 0:
            self._tokens_per_s = (completion.usage.completion_tokens - 1) / writing_s

    def in_form(self, form: TaughtForm, asked: tuple[Message, ...], *, first: bool) -> None:
        """Note in which form an adapter was asked; ``first`` tells that no turn came before."""
        if form.alone or first:
            self._asked = asked
        if not form.suits(self._question):
            self._note = f"{form.words}."

    def read(self, usage: Usage) -> None:
        """Count what the model read beside what it wrote."""
        self.usage = replace(
            self.usage,
            prompt_tokens=self.usage.prompt_tokens + usage.prompt_tokens,
            reused_tokens=self.usage.reused_tokens + usage.reused_tokens,
        )

    @property
    def cancelled(self) -> bool:
        return self.stopped or (self.cancel is not None and self.cancel.cancelled)

    def first_token(self) -> None:
        """Note when the first piece of the answer came."""
        if not self._first_s:
            self._first_s = time.perf_counter() - self._started

    def abstain(self, hits: Sequence[Hit]) -> Answer:
        """The answer where nothing supports one, with the passages that came nearest."""
        sentence = Sentence(abstain.NOT_FOUND, (), False)
        answer = self.finish(Draft(abstain.NOT_FOUND, (sentence,)))
        return replace(answer, abstained=True, nearest=tuple(hits[:NEAREST]))

    def finish(self, draft: Draft) -> Answer:
        total_s = time.perf_counter() - self._started
        return Answer(
            question=self._question,
            text=draft.text,
            abstained=False,
            sentences=draft.sentences,
            citations=draft.citations,
            timings=Timings(self.retrieve_s, self._first_s or total_s, total_s, self._tokens_per_s),
            usage=self.usage,
            mode=self._mode,
            model=self._model,
            stopped=self.stopped or (self.cancelled and not draft.citations),
            quotation=draft.quotation,
            context=self._context,
            thinking=self._thinking,
            asked=self._asked,
            note="" if draft.citations else self._note,
            why=self.notes.why(draft.citations) if self._mode in ("rag", "both") else None,
        )
