"""Few, short passages into the model's real token budget."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.answer import prompt
from engine.answer.extract import Evidence
from engine.answer.prompt import PromptPassage
from engine.answer.sentences import split
from engine.errors import InputError
from engine.inference.chat_model import ChatModel
from engine.types import Hit, Message

SMALL_MODEL_BYTES = 1_000_000_000
SMALL_PROMPT_TOKENS = 700
"""Whole prompt for models under a gigabyte: longer ones only distract them and cost seconds."""
LARGE_PROMPT_TOKENS = 2400
MAX_PASSAGES = 5
HISTORY_SHARE = 0.3
"""Most of the prompt that the turns before may take."""
MARGIN = 8
"""Tokens kept free beside the answer, for templates that add some."""


@dataclass(frozen=True, slots=True)
class Packed:
    """The prompt, and the hits whose text stands in it, in prompt order."""

    messages: tuple[Message, ...]
    hits: tuple[Hit, ...]


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
    _check_fits(prompt.rag(question, ()), model, room(model, max_tokens))


def pack_plain(
    question: str, history: Sequence[Message], model: ChatModel, *, max_tokens: int
) -> Packed:
    """The conversation as it fits, oldest turns dropped first. Raises InputError."""
    limit = room(model, max_tokens)
    _check_fits(prompt.plain(question), model, limit)
    kept = _history(history, model, limit - model.count_prompt(prompt.plain(question)))
    return Packed(tuple(prompt.plain(question, kept)), ())


def pack_rag(
    question: str,
    hits: Sequence[Hit],
    evidence: Sequence[Evidence],
    history: Sequence[Message],
    model: ChatModel,
    *,
    max_tokens: int,
) -> Packed:
    """The best passages that fit, each trimmed around its evidence where it must be.

    The best passage stands last, next to the question.
    """
    limit = room(model, max_tokens)
    small = model.info.size_bytes < SMALL_MODEL_BYTES
    target = min(limit, SMALL_PROMPT_TOKENS if small else LARGE_PROMPT_TOKENS)
    base = model.count_prompt(prompt.rag(question, ()))
    left = max(target, min(limit, base + SMALL_PROMPT_TOKENS // 2)) - base
    kept = _history(history, model, int(left * HISTORY_SHARE))
    left -= sum(_cost(model, message.content) for message in kept)
    chosen: list[tuple[Hit, PromptPassage]] = []
    for index in _order(hits, evidence)[:MAX_PASSAGES]:
        hit = hits[index]
        source = _source(hit)
        available = left - _cost(model, source)
        text = _fitting(hit.passage.text, index, evidence, model, available)
        if not text:
            break
        left = available - _cost(model, text)
        chosen.insert(0, (hit, PromptPassage(source, text)))
    messages = prompt.rag(question, [passage for _, passage in chosen], kept)
    while chosen and model.count_prompt(messages) > limit:
        chosen.pop(0)
        messages = prompt.rag(question, [passage for _, passage in chosen], kept)
    return Packed(tuple(messages), tuple(hit for hit, _ in chosen))


def _order(hits: Sequence[Hit], evidence: Sequence[Evidence]) -> list[int]:
    """Indices of the hits, those with the best evidence first, then by rank."""
    order = list(dict.fromkeys(item.hit for item in evidence))
    return order + [index for index in range(len(hits)) if index not in order]


def _source(hit: Hit) -> str:
    heading = hit.passage.heading
    return f"{hit.passage.title} › {heading}" if heading else hit.passage.title


def _cost(model: ChatModel, text: str) -> int:
    return model.count_tokens(text) + 8


def _fitting(
    text: str, index: int, evidence: Sequence[Evidence], model: ChatModel, available: int
) -> str:
    """The passage, or the sentences around its best evidence, within the tokens available."""
    if available <= 16:
        return ""
    if _cost(model, text) <= available:
        return text
    spans = split(text)
    if not spans:
        return ""
    best = next((item for item in evidence if item.hit == index), None)
    start, end = (best.start, best.end) if best else spans[0]
    first = next((i for i, span in enumerate(spans) if span[1] > start), 0)
    last = next((i for i, span in enumerate(spans) if span[1] >= end), first)
    if _cost(model, text[spans[first][0] : spans[last][1]]) > available:
        return ""
    while True:
        grown = False
        for low, high in ((first, last + 1), (first - 1, last)):
            if low < 0 or high >= len(spans):
                continue
            if _cost(model, text[spans[low][0] : spans[high][1]]) <= available:
                first, last, grown = low, high, True
        if not grown:
            return text[spans[first][0] : spans[last][1]]


def _history(history: Sequence[Message], model: ChatModel, available: int) -> list[Message]:
    """The latest whole turns that fit; a user's turn is never kept without its answer."""
    kept: list[Message] = []
    for message in reversed(history):
        available -= _cost(model, message.content)
        if available < 0:
            break
        kept.insert(0, message)
    while kept and kept[0].role != "user":
        kept.pop(0)
    return kept


def _check_fits(messages: Sequence[Message], model: ChatModel, limit: int) -> None:
    needed = model.count_prompt(messages)
    if needed > limit:
        raise InputError(
            f"The question is too long for the model: {needed} tokens, with room for {limit}.",
            "Shorten it, or put the long text into a file and add that to the library.",
        )
