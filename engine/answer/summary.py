"""Older turns of a conversation in a few sentences, written by a model that can be trusted to.

A small one is not asked to. Of 15 facts in three short conversations the starter model kept nine:
it copied turns until its room ran out, and in one case made up what the user "must" do. Its older
turns are left out instead, and that is told.
"""

import re

from engine.answer import prompt, sentences
from engine.answer.pack import MARGIN, SUMMARY_TOKENS
from engine.answer.talk import Talk
from engine.inference.chat_model import ChatModel, Sampling
from engine.model_types import Completion, Message
from engine.progress import CancelToken, drain

FIGURE = re.compile(r"\d[\d.,:]*\d|\d")


def summed_up(
    model: ChatModel, talk: Talk, dropped: frozenset[int], cancel: CancelToken | None = None
) -> str:
    """What is to stand in place of the dropped turns.

    Begins with the summary that the talk has. Turns too long to be read at once are summed up
    piece by piece. Empty where it was stopped; sentences with a figure that was not said are left
    out.
    """
    summary = talk.summary
    new = [talk.turns[place].message for place in sorted(dropped - talk.dropped)]
    source = summary + " ".join(message.content for message in new)
    limit = model.info.n_ctx - SUMMARY_TOKENS - MARGIN
    while new:
        count = _fitting(model, summary, new, limit)
        if not count:
            new = new[1:]  # longer than the whole context
            continue
        work = model.stream(
            prompt.summarising(summary, new[:count]),
            Sampling(max_tokens=SUMMARY_TOKENS - 24, repeat_penalty=1.1),
            cancel=cancel,
        )
        completion: Completion = drain(work)
        if completion.finish_reason == "cancelled":
            return ""
        summary = _whole(completion)
        new = new[count:]
    return " ".join(part for part in _sentences(summary) if _said(part, source))


def _fitting(model: ChatModel, summary: str, turns: list[Message], limit: int) -> int:
    """How many of the turns can be read at once."""
    count = len(turns)
    while count and model.count_prompt(prompt.summarising(summary, turns[:count])) > limit:
        count //= 2
    return count


def _whole(completion: Completion) -> str:
    """The text without a sentence that was cut off."""
    parts = _sentences(completion.text)
    if completion.finish_reason == "length" and len(parts) > 1:
        parts.pop()
    return " ".join(parts)


def _sentences(text: str) -> list[str]:
    return [" ".join(text[start:end].split()) for start, end in sentences.split(text)]


def _said(sentence: str, source: str) -> bool:
    return all(figure in source for figure in FIGURE.findall(sentence))
