"""Question → cited answer."""

import logging
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from engine.answer import abstain, cite, extract, followup, pack, sentences
from engine.answer.extract import Evidence
from engine.answer.pack import Packed
from engine.inference.chat_model import ChatModel, Sampling
from engine.progress import CancelToken
from engine.types import (
    Answer,
    AnswerDelta,
    AskEvent,
    Citation,
    Completion,
    Hit,
    Message,
    Mode,
    Page,
    Retrieved,
    SearchResult,
    Sentence,
    Timings,
    Usage,
)

log = logging.getLogger(__name__)

TOP = 10
"""Passages asked of retrieval."""
NEAREST = 5
"""Passages offered where the answer abstains."""
MAX_TOKENS = 160
"""Default length of an answer."""
SUPPORTED_SHARE = 0.5
"""Least share of the model's sentences that must be supported for its text to stand."""


class Search(Protocol):
    """What answering needs of retrieval: ``engine.retrieve.retrieve.Retriever``, or a test's."""

    def search(self, query: str, *, library: str | None = None, top: int = 10) -> SearchResult: ...


class Pages(Protocol):
    """What answering needs of the store: ``engine.store.documents.Documents``, or a test's."""

    def pages(self, path: str) -> list[Page]: ...


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer's text with what supports it, before it is timed and stored."""

    text: str
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    quotation: bool = False

    @property
    def supported_share(self) -> float:
        if not self.sentences:
            return 0.0
        return sum(sentence.supported for sentence in self.sentences) / len(self.sentences)


class Answerer:
    """Answers questions from the documents, or plainly. One request at a time."""

    def __init__(self, retriever: Search, model: ChatModel, documents: Pages) -> None:
        self._retriever = retriever
        self._model = model
        self._documents = documents

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Message] = (),
        library: str | None = None,
        mode: Mode = "rag",
        cancel: CancelToken | None = None,
        max_tokens: int = MAX_TOKENS,
    ) -> Generator[AskEvent, None, Answer]:
        """Answer a question; yields the passages, then the text as it is written.

        The final answer may replace what was streamed: it holds what the documents support.
        A cancelled answer ends normally with ``stopped=True``. Raises InputError for an empty
        question or one longer than the context, ModelError where the model fails.
        """
        question = pack.checked(question)
        max_tokens = max(1, min(max_tokens, self._model.info.n_ctx // 2))
        run = _Run(question, mode, self._model.info.name)
        if mode in ("plain", "tuned"):
            packed = pack.pack_plain(question, history, self._model, max_tokens=max_tokens)
            completion = yield from self._write(packed, run, cancel, max_tokens)
            unchecked = tuple(
                Sentence(completion.text[start:end], (), False)
                for start, end in sentences.split(completion.text)
            )
            return run.finish(Draft(completion.text.strip(), unchecked), completion)

        about = followup.standalone(question, history)
        found = self._retriever.search(about, library=library, top=TOP)
        run.retrieve_s = found.seconds
        evidence = extract.best_sentences(about, found.hits)
        packed = pack.pack_rag(
            question, found.hits, evidence, history, self._model, max_tokens=max_tokens
        )
        yield Retrieved(packed.hits)
        if cancel is not None and cancel.cancelled:
            return run.stop()
        if abstain.probability(abstain.signals(about, found.hits, evidence)) < abstain.THRESHOLD:
            return run.abstain(found.hits)
        completion = yield from self._write(packed, run, cancel, max_tokens)
        draft = self._checked(completion.text, packed.hits, about)
        if completion.finish_reason != "cancelled" and draft.supported_share < SUPPORTED_SHARE:
            draft = self._quoted(found.hits, evidence)
            if not draft.citations:
                return replace(run.abstain(found.hits), usage=completion.usage)
        return run.finish(draft, completion)

    def _write(
        self, packed: Packed, run: "_Run", cancel: CancelToken | None, max_tokens: int
    ) -> Generator[AskEvent, None, Completion]:
        stream = self._model.stream(
            packed.messages, Sampling(max_tokens=max_tokens, repeat_penalty=1.1), cancel=cancel
        )
        while True:
            try:
                piece = next(stream)
            except StopIteration as end:
                completion: Completion = end.value
                return completion
            run.first_token()
            yield AnswerDelta(piece)

    def _checked(self, written: str, hits: Sequence[Hit], about: str) -> Draft:
        """The model's text with every sentence aligned to the passages it stands on."""
        written = cite.without_marks(written)
        passages = [hit.passage.text for hit in hits]
        contexts = [f"{hit.passage.title} {hit.passage.heading}" for hit in hits]
        citations: list[Citation] = []
        checked: list[Sentence] = []
        for start, end in sentences.split(written):
            sentence = written[start:end]
            support = cite.align(sentence, passages, about=about, contexts=contexts)
            numbers: tuple[int, ...] = ()
            if support is not None:
                number = self._cited(citations, hits[support.passage], support.start, support.end)
                numbers = (number,) if number else ()
            checked.append(Sentence(sentence, numbers, bool(numbers)))
        return Draft(written, tuple(checked), tuple(citations))

    def _quoted(self, hits: Sequence[Hit], evidence: Sequence[Evidence]) -> Draft:
        """The best sentence of the documents, word for word."""
        citations: list[Citation] = []
        for item in evidence:
            number = self._cited(citations, hits[item.hit], item.start, item.end)
            if number:
                quote = " ".join(item.sentence.split())
                return Draft(
                    quote, (Sentence(quote, (number,), True),), tuple(citations), quotation=True
                )
        return Draft("")

    def _cited(self, citations: list[Citation], hit: Hit, start: int, end: int) -> int:
        """Number of the citation for a span of a passage; 0 where the page does not hold it."""
        passage = hit.passage
        citation = Citation(
            path=passage.path,
            page=passage.page,
            start=passage.start + start,
            end=passage.start + end,
            quote=passage.text[start:end],
            passage_id=passage.id,
            document_id=passage.document_id,
        )
        if citation in citations:
            return citations.index(citation) + 1
        page = next(
            (page for page in self._documents.pages(passage.path) if page.number == passage.page),
            None,
        )
        if page is None or page.text[citation.start : citation.end] != citation.quote:
            log.warning("A passage no longer matches its page; its citation is left out.")
            return 0
        citations.append(citation)
        return len(citations)


class _Run:
    """The clock and the fixed parts of one answer."""

    def __init__(self, question: str, mode: Mode, model: str) -> None:
        self._question = question
        self._mode: Mode = mode
        self._model = model
        self._started = time.perf_counter()
        self._first_s = 0.0
        self.retrieve_s = 0.0

    def first_token(self) -> None:
        """Note when the first piece of the answer came."""
        if not self._first_s:
            self._first_s = time.perf_counter() - self._started

    def finish(self, draft: Draft, completion: Completion) -> Answer:
        return replace(
            self._answer(draft.text, completion.usage),
            sentences=draft.sentences,
            citations=draft.citations,
            quotation=draft.quotation,
            stopped=completion.finish_reason == "cancelled",
        )

    def stop(self) -> Answer:
        return replace(self._answer("", Usage()), stopped=True)

    def abstain(self, hits: Sequence[Hit]) -> Answer:
        sentence = Sentence(abstain.NOT_FOUND, (), False)
        return replace(
            self._answer(abstain.NOT_FOUND, Usage()),
            abstained=True,
            sentences=(sentence,),
            nearest=tuple(hits[:NEAREST]),
        )

    def _answer(self, text: str, usage: Usage) -> Answer:
        total_s = time.perf_counter() - self._started
        return Answer(
            question=self._question,
            text=text,
            abstained=False,
            sentences=(),
            citations=(),
            timings=Timings(self.retrieve_s, self._first_s or total_s, total_s),
            usage=usage,
            mode=self._mode,
            model=self._model,
        )
