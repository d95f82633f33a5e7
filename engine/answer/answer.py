"""Question → cited answer."""

from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Protocol

from engine.answer import (
    abstain,
    brief,
    candidates,
    extract,
    followup,
    form,
    orders,
    pack,
    prompt,
    summary,
    terms,
    whole,
    written,
)
from engine.answer.abstain import Judge
from engine.answer.counting.counting import Counter
from engine.answer.draft import Desk, Draft
from engine.answer.extract import Comparing, Evidence
from engine.answer.found import Found, with_table
from engine.answer.guard import Guard
from engine.answer.pack import Packed
from engine.answer.quoting import Quoting
from engine.answer.run import NEAREST, Run
from engine.answer.talk import Talk
from engine.answer.terms import Terms
from engine.answer.whole import Documents
from engine.errors import InputError
from engine.formats import task
from engine.formats.adapter import GROUNDED
from engine.formats.taught_form import TaughtForm
from engine.inference.chat_model import ChatModel, Sampling, attached
from engine.model_types import Completion, Message, Usage
from engine.progress import CancelToken
from engine.types import Answer, AnswerDelta, AskEvent, Hit, Mode, Retrieved, SearchResult, Timings

TOP = 10
"""Passages asked of retrieval."""
EVIDENCE = 5
"""Sentences that are weighed and read: a sixth costs a fifth of the time and changed no answer."""
TRUSTED_BYTES = 1_000_000_000
"""Size of the weights from which a model words its own answers and sums up its conversations."""
ALONE = Talk()
"""No conversation."""
QUESTION = "What does it say there, and why? " * 6
"""Stands for a question to come where room is made for it."""
SAMPLING = Sampling(max_tokens=160, repeat_penalty=1.1)
"""How a model writes where nothing else is asked: the likeliest words, without circling."""
SUPPORTED_SHARE = 0.5
"""Least share of a trusted model's sentences that must be supported for its text to stand."""


class Search(Protocol):
    """What answering needs of retrieval: ``engine.retrieve.retrieve.Retriever``, or a test's."""

    def search(
        self, question: str, /, *, library: str | None = None, top: int = 10
    ) -> SearchResult: ...


class Answerer:
    """Answers questions from the documents, or plainly. One request at a time.

    A small model weighs sentences and code reads the answer out of them, word for word; a large
    one writes it from the packed passages and code checks every sentence.
    """

    def __init__(
        self,
        retriever: Search,
        model: ChatModel,
        documents: Documents,
        *,
        counter: Counter | None = None,
        embedder: Comparing | None = None,
        glossary: Terms | None = None,
        trusted_bytes: int = TRUSTED_BYTES,
        judge: Judge = abstain.JUDGE,
        short_judge: Judge = abstain.SHORT,
        sentences: int = EVIDENCE,
        form: TaughtForm | None = None,
    ) -> None:
        """``judge`` tells whether the evidence is strong enough, ``short_judge`` whether it and
        what a small model with an adapter made of it are; both may be fitted on a library.

        ``counter`` answers what is a matter of counting; ``embedder`` tells how near words and
        sentences are in meaning; ``glossary`` tells a model that writes what the terms in its
        passages mean. ``form`` is that in which the adapter that acts was taught.
        """
        self._form = form
        self._judge = judge
        self._short_judge = short_judge
        self._counter = counter
        self._embedder = embedder
        self._glossary = glossary
        self._retriever = retriever
        self._model = model
        self._documents = documents
        self._trusted_bytes = trusted_bytes
        self._sentences = sentences
        self._quoting = Quoting(documents)

    def ask(
        self,
        question: str,
        *,
        talk: Talk = ALONE,
        library: str | None = None,
        mode: Mode = "rag",
        cancel: CancelToken | None = None,
        sampling: Sampling = SAMPLING,
    ) -> Generator[AskEvent, None, Answer]:
        """Answer a question; yields the passages, then the text as it is written.

        ``sampling`` counts where the model writes, and so does the form it asks for: a small model
        that only weighs sentences is not asked with one (InputError).
        The final answer may replace what was streamed: it holds what the documents support.
        A cancelled answer ends normally with ``stopped=True``. Its ``context`` tells what of the
        conversation the model read; a small model reads none where it quotes the documents.
        Raises InputError for an empty question or one longer than the context, ModelError where
        the model fails.
        """
        question = pack.checked(question)
        max_tokens = self._length(sampling.max_tokens)
        sampling = replace(sampling, max_tokens=max_tokens)
        run = Run(question, mode, self._model.info.label, cancel)
        summarise = self._summarise(cancel)
        guard = Guard(self._documents)
        talk = guard.talk(talk)
        pinned = talk.documents if mode in ("rag", "both") else ()
        talk = self._with_documents(talk, mode, max_tokens)
        if mode in ("plain", "tuned"):
            packed = pack.pack_plain(
                question, talk, self._model, max_tokens=max_tokens, summarise=summarise,
                form=self._form,
            )  # fmt: skip
            if self._form is not None:
                run.in_form(self._form, packed.messages, first=not talk.turns)
            completion = yield from self._write(packed, run, sampling)
            return run.finish(Desk((), self._documents).unchecked(completion.text))

        writes = self._writes(mode)
        short = self._brief and not form.wants_sentences(question)
        if _formed(sampling) and not writes:
            raise InputError(
                "This model reads answers out of your documents word for word, so that it cannot "
                "give them the form of a JSON schema or a grammar.",
                "Ask without documents (--mode plain), or choose a larger model.",
                code="no_form",
            )
        about = followup.standalone(question, talk.history)
        pack.check_question(question, self._model, max_tokens=max_tokens)
        if self._counter is not None:
            counted = self._counter.answer(
                about, self._documents, library=library, similar=self._embedder
            )
            if counted is not None:
                draft, query = counted
                run.notes.step("count")
                run.first_token()
                yield AnswerDelta(draft.text)
                return replace(run.finish(draft), query=query)
        result = self._retriever.search(about, library=library, top=TOP)
        if result.query is not None:
            about = result.query.text
        run.retrieve_s = result.seconds
        run.notes.found(about, result.hits, result.query)
        run.notes.step("search")
        prior = 0.0
        loose = [each for each in pinned if each not in talk.documents]
        hits, evidence = candidates.chosen(
            about, guard.read(result.hits), loose, top=self._sentences
        )
        rarity = extract.rarity(hits)
        if short and brief.suits(evidence):
            return (yield from self._short(about, hits, evidence, run, guard))
        if not writes:
            evidence = with_table(about, hits, evidence, rarity)
            order = dict.fromkeys(item.hit for item in evidence)
            yield Retrieved(guard.shown([hits[index] for index in order]))
            evidence, run.usage = extract.weighed(about, hits, evidence, self._model, cancel)
            run.notes.read([hits[index] for index in order])
            if not run.cancelled:
                prior = abstain.prior(about, self._model)
            run.notes.step("weigh")
        if self._embedder is not None:
            evidence = extract.compared(about, hits, evidence, self._embedder)
        found = self._quoting.found(about, hits, evidence, rarity)
        if run.cancelled:
            return run.finish(Draft(""))
        signals = abstain.signals(
            about, found.hits, evidence, found.readings, rarity=rarity, prior=prior
        )
        certain = self._judge.probability(signals)
        run.notes.judged(signals, certain, self._judge.threshold, fitted=self._judge.fitted)
        run.notes.step("decide")
        # What stands whole before the model is not judged by what was found for the question.
        if not talk.documents and certain < self._judge.threshold:
            if writes:
                yield Retrieved(guard.shown(found.hits[:NEAREST]))
            return run.abstain(guard.shown(found.hits))
        if writes:
            packed = pack.pack_rag(
                question,
                hits,
                evidence,
                talk,
                self._model,
                max_tokens=max_tokens,
                whole=self._whole(hits, evidence, guard, max_tokens),
                summarise=summarise,
                explain=self._explain(library),
            )
            shown = guard.shown(packed.hits)
            run.notes.packed(packed, shown)
            paths = {*packed.whole, *(document.path for document in talk.documents)}
            told = [hit for hit in shown if hit.rank or hit.passage.path not in paths]
            yield Retrieved(tuple(told))
            draft = yield from self._written(question, found, packed, run, sampling, shown=shown)
        else:
            draft = self._quoting.quoted(question, found)
            run.first_token()
            yield AnswerDelta(draft.text)
        run.notes.step("write")
        stands = bool(draft.citations) or run.cancelled or _formed(sampling)
        return run.finish(draft) if stands else run.abstain(guard.shown(found.hits))

    # --- before a question ---------------------------------------------------------------------

    def foresee(
        self,
        talk: Talk,
        *,
        mode: Mode = "rag",
        cancel: CancelToken | None = None,
        max_tokens: int = SAMPLING.max_tokens,
    ) -> Talk:
        """The talk with its older turns folded already where the next question would need it."""
        limit = pack.room(self._model, self._length(max_tokens))
        pinned = talk.documents
        talk = self._with_documents(Guard(self._documents).talk(talk), mode, max_tokens)
        wanted = min(pack.FRESH_TOKENS, limit // 2) if self._reads_passages(mode) else 0
        build = pack.rag(QUESTION) if mode in ("rag", "both") else pack.plain(QUESTION, self._form)
        talk = pack.folded(talk, self._model, build, limit - wanted, self._summarise(cancel))
        return replace(talk, documents=pinned)

    def beginning(
        self, talk: Talk, mode: Mode = "rag", *, max_tokens: int = SAMPLING.max_tokens
    ) -> list[Message]:
        """What the prompt of the next question begins with, whatever it will be."""
        if mode in ("rag", "both") and not self._writes(mode):
            return prompt.asking("", "")
        build = pack.plain("", self._form) if mode in ("plain", "tuned") else pack.rag("")
        talk = Guard(self._documents).talk(talk)
        return build(self._with_documents(talk, mode, max_tokens)) or prompt.plain([])

    def _with_documents(self, talk: Talk, mode: Mode, max_tokens: int) -> Talk:
        """The talk with the pinned documents that this model reads whole."""
        if not talk.documents:
            return talk
        if not self._reads_passages(mode):
            return replace(talk, documents=())
        return pack.with_documents(
            talk, self._model, pack.room(self._model, self._length(max_tokens))
        )

    def reads_talk(self, mode: Mode) -> bool:
        """Whether the model gets to see the conversation in this mode."""
        return self._writes(mode)

    def _reads_passages(self, mode: Mode) -> bool:
        return self._writes(mode) and mode in ("rag", "both")

    def _writes(self, mode: Mode) -> bool:
        """Whether the model words its own answers, as with an adapter that takes part in them."""
        if self._trusted or mode in ("plain", "tuned"):
            return True
        tasks = [each.task for each in attached(self._model)]
        words = any(task.words_documents(each, trusted=False) for each in tasks)
        return mode == "both" and words and not self._brief

    @property
    def _brief(self) -> bool:
        """Whether a small model has an adapter with which it answers shortly from sentences."""
        return not self._trusted and any(each.task == GROUNDED for each in attached(self._model))

    @property
    def _trusted(self) -> bool:
        """Whether the model's own words stand, as far as they are supported."""
        return self._model.info.size_bytes >= self._trusted_bytes

    def _length(self, max_tokens: int) -> int:
        return max(1, min(max_tokens, self._model.info.n_ctx // 2))

    def _summarise(self, cancel: CancelToken | None) -> pack.Summarise | None:
        if not self._trusted:
            return None
        return lambda talk, dropped: summary.summed_up(self._model, talk, dropped, cancel)

    def _whole(
        self, hits: Sequence[Hit], evidence: Sequence[Evidence], guard: Guard, max_tokens: int
    ) -> tuple[tuple[Hit, ...], ...]:
        """The short documents in which most of the evidence stands."""
        tokens = min(pack.room(self._model, max_tokens), pack.PROMPT_TOKENS)
        return whole.documents(
            hits, evidence, self._documents, guard.read, longest=tokens * pack.LONGEST_TOKEN
        )

    def _explain(self, library: str | None) -> pack.Explain | None:
        glossary = self._glossary
        return None if glossary is None else lambda text: terms.used(text, glossary, library)

    # --- writing -------------------------------------------------------------------------------

    def _short(
        self, about: str, hits: Sequence[Hit], evidence: list[Evidence], run: Run, guard: Guard
    ) -> Generator[AskEvent, None, Answer]:
        """What a small model with an adapter for it says in a few words of the documents."""
        if self._embedder is not None:
            evidence = extract.compared(about, hits, evidence, self._embedder)
        read = [hits[index] for index in dict.fromkeys(item.hit for item in evidence)]
        yield Retrieved(guard.shown(read))
        run.notes.read(read)
        messages = brief.messages(about, hits, evidence)
        packed = Packed(tuple(messages), tuple(read), pack.alone(self._model, messages))
        completion = yield from self._write(packed, run, brief.SAMPLING, shown=False)
        run.notes.step("write")
        if run.cancelled:
            return run.finish(Draft(""))
        rarity = extract.rarity(hits)
        found = self._quoting.found(about, hits, evidence, rarity)
        said = written.chosen(
            about, completion.text, found.readings, messages, hits, evidence, self._model
        )
        signals = abstain.signals(
            about, hits, evidence, found.readings, rarity=rarity, written=said
        )
        judge = self._short_judge
        certain = judge.probability(signals)
        run.notes.judged(signals, certain, judge.threshold, fitted=judge.fitted)
        run.notes.step("decide")
        draft = self._quoting.said(said, found)
        if certain < judge.threshold or not draft.citations:
            return run.abstain(guard.shown(hits))
        yield AnswerDelta(draft.text)
        return run.finish(draft)

    def _written(
        self,
        question: str,
        found: Found,
        packed: Packed,
        run: Run,
        sampling: Sampling,
        *,
        shown: Sequence[Hit],
    ) -> Generator[AskEvent, None, Draft]:
        """The model's answer as far as it is supported, or else a quotation.

        ``shown`` are the packed passages as the documents have them. Of a small model, whose
        adapter was not made for it, every sentence must be supported; what stands in its place is
        what it would have quoted without the adapter.
        """
        wary = any(orders.gives(hit.passage.text) for hit in shown)
        completion = yield from self._write(packed, run, sampling, shown=not wary)
        desk = Desk(packed.hits, self._documents)
        draft = desk.checked(completion.text, found.about)
        if wary and not _formed(sampling):
            # What an order brought in is nowhere in the documents, and is not shown at all.
            draft = draft.supported()
        least = SUPPORTED_SHARE if self._trusted else 1.0
        if run.cancelled or _formed(sampling) or draft.supported_share >= least:
            return draft
        if self._trusted:
            return Desk(found.hits, self._documents).quoted(found.evidence[:1])
        evidence = with_table(found.about, found.hits, found.evidence, found.rarity)
        evidence, usage = extract.weighed(
            found.about, found.hits, evidence, self._model, run.cancel
        )
        run.read(usage)
        again = self._quoting.found(found.about, found.hits, evidence, found.rarity)
        return self._quoting.quoted(question, again)

    def _write(
        self, packed: Packed, run: Run, sampling: Sampling, *, shown: bool = True
    ) -> Generator[AskEvent, None, Completion]:
        """What the model writes; only ``shown`` text is handed on while it is being written."""
        stream = self._model.stream(packed.messages, sampling, cancel=run.cancel)
        while True:
            try:
                piece = next(stream)
            except StopIteration as end:
                completion: Completion = end.value
                run.wrote(completion, packed.context)
                return completion
            run.first_token()
            if shown:
                yield AnswerDelta(piece)


def _formed(sampling: Sampling) -> bool:
    """Whether the answer is to have a form, in which sentences cannot be told apart."""
    return bool(sampling.json_schema or sampling.grammar)


def stopped(question: str, mode: Mode) -> Answer:
    """The answer where the user stopped it before the model was there."""
    return Answer(
        question, "", False, (), (), Timings(0.0, 0.0, 0.0), Usage(), mode=mode, stopped=True
    )
