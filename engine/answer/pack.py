"""Conversation, passages and question into the model's real token budget.

There is one order for all prompts: the rules, the turns before, each question behind the passages
that came with it, then the new passages and the question. A prompt thus begins with the whole of
the one before. Passages that are found again stay where they stand and are not repeated.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from engine.answer import prompt
from engine.answer.extract import Evidence
from engine.answer.prompt import PromptPassage
from engine.answer.sentences import split
from engine.answer.talk import Pinned, Talk
from engine.answer.terms import Meaning
from engine.errors import InputError
from engine.inference import context_use
from engine.inference.chat_model import ChatModel
from engine.model_types import Message
from engine.types import ContextUse, Hit, Passage

PROMPT_TOKENS = 2400
"""Whole prompt of a first question: longer ones only distract and cost seconds."""
FRESH_TOKENS = 1200
"""Most that the new passages of a follow-up take."""
SUMMARY_TOKENS = 160
MAX_PASSAGES = 5
MARGIN = 8
"""Tokens kept free beside the answer, for templates that add some."""

LONGEST_TOKEN = 12
"""Characters; a text of more of them for each token of room is not even counted."""

Summarise = Callable[[Talk, frozenset[int]], str]
"""What is to stand in place of these turns; empty for nothing. May take long."""
Build = Callable[[Talk], list[Message]]
Explain = Callable[[str], Sequence[Meaning]]
"""The terms that a text uses, with their meanings."""


@dataclass(frozen=True, slots=True)
class Packed:
    """The prompt, and the hits whose text stands in it, in prompt order."""

    messages: tuple[Message, ...]
    hits: tuple[Hit, ...]
    context: ContextUse


def room(model: ChatModel, max_tokens: int) -> int:
    """Prompt tokens that leave the answer its reserve."""
    return model.info.n_ctx - max_tokens - MARGIN


def checked(question: str) -> str:
    """The question without white space around it. Raises InputError where it is empty."""
    question = question.strip()
    if not question:
        raise InputError("The question is empty.", "Type what you want to know.")
    return question


def check_question(question: str, model: ChatModel, *, max_tokens: int) -> None:
    """Raise InputError where the question alone is longer than the context."""
    _check_alone(prompt.rag([Message("user", question)]), model, room(model, max_tokens))


def _check_alone(messages: Sequence[Message], model: ChatModel, limit: int) -> None:
    needed = model.count_prompt(messages)
    if needed > limit:
        raise InputError(
            f"The question is too long for the model: {needed} tokens, with room for {limit}.",
            "Shorten it, or put the long text into a file and add that to the library.",
        )


def plain(question: str) -> Build:
    return lambda talk: prompt.plain(talk.read(Message("user", question)))


def rag(
    question: str, passages: Sequence[PromptPassage] = (), terms: Sequence[Meaning] = ()
) -> Build:
    said = Message("user", prompt.over(passages, question, terms))
    return lambda talk: prompt.rag(talk.read(said))


def with_documents(talk: Talk, model: ChatModel, limit: int) -> Talk:
    """The talk with those of its pinned documents that stand whole before the model.

    A quarter of the room stays for what is said and found. The choice depends on no question, so
    that the beginning of the prompt stays the same.
    """
    whole: tuple[Pinned, ...] = ()
    for document in talk.documents:
        if len(document.text) > limit * LONGEST_TOKEN:
            continue
        trial = Talk(documents=(*whole, document))
        if model.count_prompt(prompt.rag(trial.read(Message("user", "")))) <= limit - limit // 4:
            whole = trial.documents
    return replace(talk, documents=whole)


def pack_plain(
    question: str,
    talk: Talk,
    model: ChatModel,
    *,
    max_tokens: int,
    summarise: Summarise | None = None,
) -> Packed:
    """The conversation as it fits. Raises InputError."""
    build, limit = plain(question), room(model, max_tokens)
    _check_alone(build(Talk()), model, limit)
    talk = folded(talk, model, build, limit, summarise)
    messages = build(talk)
    return Packed(tuple(messages), (), _use(talk, model, messages, max_tokens))


def pack_rag(
    question: str,
    hits: Sequence[Hit],
    evidence: Sequence[Evidence],
    talk: Talk,
    model: ChatModel,
    *,
    max_tokens: int,
    summarise: Summarise | None = None,
    explain: Explain | None = None,
) -> Packed:
    """The conversation as it fits, and the best passages that are not in it yet.

    Each is trimmed around its evidence where it must be. The best one stands last, next to the
    question; the terms that they use come with them where ``explain`` knows some and there is
    room. Raises InputError.
    """
    limit = room(model, max_tokens)
    order = _order(hits, evidence)[:MAX_PASSAGES]
    wanted = sum(
        _cost(model, hits[index].passage.text)
        for index in order
        if not _stands(hits[index], index, evidence, talk.passages)
    )
    wanted = min(wanted, FRESH_TOKENS, limit // 2) if talk.turns else 0
    talk = folded(talk, model, rag(question), limit - wanted, summarise)
    base = model.count_prompt(rag(question)(talk))
    left = min(limit - base, FRESH_TOKENS if talk.kept or talk.documents else PROMPT_TOKENS - base)
    standing = talk.passages
    fresh: list[tuple[Hit, Passage]] = []
    for index in order:
        hit = hits[index]
        if _stands(hit, index, evidence, standing):
            continue
        available = left - _cost(model, PromptPassage.of(hit.passage).source)
        start, end = _fitting(hit.passage.text, index, evidence, model, available)
        if start == end:
            break
        passage = _part(hit.passage, start, end)
        left = available - _cost(model, passage.text)
        fresh.insert(0, (hit, passage))
    told = "\n".join(passage.text for _, passage in fresh)
    terms = explain(told) if explain is not None and fresh else ()
    while True:
        passages = [passage for _, passage in fresh]
        messages = rag(question, [PromptPassage.of(each) for each in passages], terms)(talk)
        if not fresh or model.count_prompt(messages) <= limit:
            break
        if terms:
            terms = ()
        else:
            fresh.pop(0)
    found = {hit.passage.id: hit for hit in hits}
    before = {each.id: found.get(each.id) or Hit(0, each, 0.0, 0.0, 0.0) for each in standing}
    shown = before | {hit.passage.id: hit for hit, _ in fresh}
    use = _use(talk, model, messages, max_tokens)
    spans = tuple((each.id, each.start, each.end) for each in passages)
    return Packed(tuple(messages), tuple(shown.values()), replace(use, passages=spans))


def folded(
    talk: Talk, model: ChatModel, build: Build, limit: int, summarise: Summarise | None
) -> Talk:
    """The talk without the older turns that must go, with what stands in their place.

    Raises InputError where what must stay does not fit either.
    """

    def tokens(dropped: frozenset[int]) -> int:
        if dropped == talk.dropped:
            return model.count_prompt(build(talk))
        bare = replace(talk, dropped=dropped, summary="")
        return model.count_prompt(build(bare)) + (SUMMARY_TOKENS if summarise else 0)

    dropped = context_use.fit(talk.exchanges(), talk.dropped, tokens, limit)
    if dropped != talk.dropped:
        summary = summarise(talk, dropped) if summarise is not None and dropped else ""
        talk = replace(talk, dropped=dropped, summary=summary)
    needed = model.count_prompt(build(talk))
    if needed > limit and talk.summary:
        talk = replace(talk, summary="")
        needed = model.count_prompt(build(talk))
    if needed > limit:
        raise InputError(
            f"The question and the pinned turns are too long for the model: {needed} tokens, with "
            f"room for {limit}.",
            "Let go of a pinned turn, or begin a new conversation.",
        )
    return talk


def alone(model: ChatModel, messages: Sequence[Message]) -> ContextUse:
    """What stood before a model that read only what was found for one question."""
    return _use(Talk(), model, messages, 0)


def _use(talk: Talk, model: ChatModel, messages: Sequence[Message], reserve: int) -> ContextUse:
    return ContextUse(
        n_ctx=model.info.n_ctx,
        prompt_tokens=model.count_prompt(messages),
        reserved_tokens=reserve,
        kept=(*talk.kept, len(talk.turns)),
        dropped=tuple(sorted(talk.dropped)),
        summary=talk.summary,
        documents=tuple(document.path for document in talk.documents),
    )


def _stands(
    hit: Hit, index: int, evidence: Sequence[Evidence], standing: Sequence[Passage]
) -> bool:
    """Whether the part of a passage that matters stands in a kept turn."""
    passage = hit.passage
    best = next((item for item in evidence if item.hit == index), None)
    start, end = (best.start, best.end) if best else (0, len(passage.text))
    return any(
        each.id == passage.id
        and each.start <= passage.start + start
        and passage.start + end <= each.end
        for each in standing
    )


def _part(passage: Passage, start: int, end: int) -> Passage:
    at = passage.start
    return replace(passage, start=at + start, end=at + end, text=passage.text[start:end])


def _order(hits: Sequence[Hit], evidence: Sequence[Evidence]) -> list[int]:
    """Indices of the hits, those with the best evidence first, then by rank."""
    order = list(dict.fromkeys(item.hit for item in evidence))
    return order + [index for index in range(len(hits)) if index not in order]


def _cost(model: ChatModel, text: str) -> int:
    return model.count_tokens(text) + 8


def _fitting(
    text: str, index: int, evidence: Sequence[Evidence], model: ChatModel, available: int
) -> tuple[int, int]:
    """The span of the passage, or of the sentences around its best evidence, that fits.

    Empty where nothing does within the tokens available.
    """
    if available <= 16:
        return 0, 0
    if _cost(model, text) <= available:
        return 0, len(text)
    spans = split(text)
    if not spans:
        return 0, 0
    best = next((item for item in evidence if item.hit == index), None)
    start, end = (best.start, best.end) if best else spans[0]
    first = next((i for i, span in enumerate(spans) if span[1] > start), 0)
    last = next((i for i, span in enumerate(spans) if span[1] >= end), first)
    if _cost(model, text[spans[first][0] : spans[last][1]]) > available:
        return 0, 0
    while True:
        grown = False
        for low, high in ((first, last + 1), (first - 1, last)):
            if low < 0 or high >= len(spans):
                continue
            if _cost(model, text[spans[low][0] : spans[high][1]]) <= available:
                first, last, grown = low, high, True
        if not grown:
            return spans[first][0], spans[last][1]
