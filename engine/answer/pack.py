"""Conversation, passages and question into the model's real token budget.

There is one order for all prompts: the rules, the turns before, each question behind the passages
that came with it, then the new passages and the question. A prompt thus begins with the whole of
the one before. Passages that are found again stay where they stand and are not repeated.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from engine.answer import fitting, prompt
from engine.answer.extract import Evidence
from engine.answer.prompt import PromptPassage
from engine.answer.talk import Pinned, Talk
from engine.answer.terms import Meaning
from engine.errors import InputError
from engine.formats.taught_form import TaughtForm
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
LEAST_ROOM = 16
"""Tokens below which nothing of a passage is worth its place."""
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
    cut: tuple[Hit, ...] = ()
    """Hits that were to stand there as well, and had no room."""
    whole: tuple[str, ...] = ()
    """Paths of the documents that stand there from their beginning to their end."""


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


def plain(question: str, form: TaughtForm | None = None) -> Build:
    """The conversation and the question, in the form that an adapter was taught."""
    if form is None:
        return lambda talk: prompt.plain(talk.read(Message("user", question)))
    said = Message("user", form.turn(question) if question else "")
    return lambda talk: [*form.begun(), *(Talk() if form.alone else talk).read(said)]


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
    form: TaughtForm | None = None,
) -> Packed:
    """The conversation as it fits. Raises InputError."""
    build, limit = plain(question, form), room(model, max_tokens)
    _check_alone(build(Talk()), model, limit)
    if form is not None and form.alone:
        messages = build(Talk())
        return Packed(tuple(messages), (), alone(model, messages))
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
    whole: Sequence[Sequence[Hit]] = (),
    summarise: Summarise | None = None,
    explain: Explain | None = None,
) -> Packed:
    """The conversation as it fits, and the best passages that are not in it yet.

    Each is trimmed around its evidence where it must be. The best one stands last, next to the
    question; the terms that they use come with them where ``explain`` knows some and there is
    room. The documents of ``whole``, best first, stand from their beginning to their end in place
    of their passages where all of them have room. Raises InputError.
    """
    limit = room(model, max_tokens)
    price = _whole_cost(whole, talk, model)
    if whole and price > (min(FRESH_TOKENS, limit // 2) if talk.turns else limit):
        whole, price = (), 0
    order = _beside(whole, hits, evidence)
    wanted = price + sum(
        _cost(model, hits[index].passage.text)
        for index in order
        if not _stands(hits[index], index, evidence, talk.passages)
    )
    wanted = min(wanted, FRESH_TOKENS, limit // 2) if talk.turns else 0
    talk = folded(talk, model, rag(question), limit - wanted, summarise)
    base = model.count_prompt(rag(question)(talk))
    left = min(limit - base, FRESH_TOKENS if talk.kept or talk.documents else PROMPT_TOKENS - base)
    if price > left:
        whole, price = (), 0
        order = _beside((), hits, evidence)
    left -= price
    standing = talk.passages
    fresh = [
        new
        for each in reversed(whole)
        if (new := [(hit, hit.passage) for hit in each if not _all_stands(hit.passage, standing)])
    ]
    documents = len(fresh)
    cut: list[Hit] = []
    for index in order:
        hit = hits[index]
        if _stands(hit, index, evidence, standing):
            continue
        available = left - _cost(model, PromptPassage.of(hit.passage).source)
        parts = _fitting(hit.passage, index, evidence, model, available, torn=not fresh)
        if not parts:
            cut.append(hit)
            continue
        left = available - sum(_cost(model, each.text) for each in parts)
        fresh.insert(0, [(hit, each) for each in parts])
    told = "\n".join(passage.text for each in fresh for _, passage in each)
    terms = explain(told) if explain is not None and told else ()
    while True:
        passages = [passage for each in fresh for _, passage in each]
        messages = rag(question, prompt.blocks(passages), terms)(talk)
        if not fresh or model.count_prompt(messages) <= limit:
            break
        if terms:
            terms = ()
        elif documents and len(fresh) == documents:
            return pack_rag(
                question, hits, evidence, talk, model,
                max_tokens=max_tokens, summarise=summarise, explain=explain,
            )  # fmt: skip
        else:
            cut += [hit for hit, _ in fresh.pop(0)]
    found = {hit.passage.id: hit for hit in hits}
    before = {each.id: found.get(each.id) or Hit(0, each, 0.0, 0.0, 0.0) for each in standing}
    shown = before | {hit.passage.id: hit for each in fresh for hit, _ in each}
    use = _use(talk, model, messages, max_tokens)
    return Packed(
        tuple(messages),
        tuple(shown.values()),
        replace(use, passages=tuple((each.id, each.start, each.end) for each in passages)),
        cut=tuple(hit for hit in cut if hit.passage.id not in shown),
        whole=tuple(each[0].passage.path for each in whole),
    )


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


def ranked(hits: Sequence[Hit], evidence: Sequence[Evidence]) -> list[int]:
    """Indices of the hits, those with the best evidence first, then by rank."""
    order = list(dict.fromkeys(item.hit for item in evidence))
    return order + [index for index in range(len(hits)) if index not in order]


def _beside(
    whole: Sequence[Sequence[Hit]], hits: Sequence[Hit], evidence: Sequence[Evidence]
) -> list[int]:
    """The best of the hits; beside whole documents only others in which evidence stands."""
    inside = {hit.passage.id for each in whole for hit in each}
    telling = {item.hit for item in evidence}
    return [
        index
        for index in ranked(hits, evidence)[:MAX_PASSAGES]
        if not whole or (index in telling and hits[index].passage.id not in inside)
    ]


def _cost(model: ChatModel, text: str) -> int:
    return model.count_tokens(text) + 8


def _fitting(
    passage: Passage,
    index: int,
    evidence: Sequence[Evidence],
    model: ChatModel,
    available: int,
    *,
    torn: bool,
) -> list[Passage]:
    """The passage, or what of it fits around its evidence; nothing where there is no room.

    ``torn``: the beginning of a sentence too long is better than nothing.
    """
    if available <= LEAST_ROOM:
        return []
    text = passage.text
    wanted = [(item.start, item.end) for item in evidence if item.hit == index]
    spans = fitting.kept(text, wanted, lambda some: _cost(model, some) <= available, torn=torn)
    return [_part(passage, start, end) for start, end in spans]


def _whole_cost(whole: Sequence[Sequence[Hit]], talk: Talk, model: ChatModel) -> int:
    """Tokens of the documents as far as they do not stand in the conversation."""
    standing = talk.passages
    return sum(
        _cost(model, block.source) + _cost(model, block.text)
        for each in whole
        for block in prompt.blocks(
            [hit.passage for hit in each if not _all_stands(hit.passage, standing)]
        )
    )


def _all_stands(passage: Passage, standing: Sequence[Passage]) -> bool:
    return any(
        each.id == passage.id and each.start <= passage.start and passage.end <= each.end
        for each in standing
    )
