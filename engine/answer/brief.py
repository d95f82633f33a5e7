"""Short answers that a small model writes with an adapter made for it.

It gets a few sentences instead of whole passages, because reading is what takes time, and is to
answer in their words or to say that they do not tell. The same prompt is learnt from.
"""

import re
from collections.abc import Sequence

from engine.answer import orders, prompt, tables, text
from engine.answer.draft import Desk, Draft, Pages
from engine.answer.extract import Evidence
from engine.answer.prompt import PromptPassage
from engine.inference.chat_model import Sampling
from engine.model_types import Message
from engine.types import Hit

RULES = (
    "Answer in a few words taken from the passages. If they do not tell the answer, say: Not found."
)
REFUSAL = "Not found."
SAMPLING = Sampling(max_tokens=48)
"""The likeliest words. A penalty on what stands in the prompt would keep it from quoting."""
INSISTING = Sampling(
    max_tokens=SAMPLING.max_tokens,
    grammar='root ::= ([^N\\n] | "N" [^o\\n] | "No" [^t\\n] | "Not" [^ \\n]) [^\\n]*',
)
"""Where its refusal is not believed: the likeliest words that do not begin with it."""
MOST_WORDS = 12
"""Of an answer that are looked for in parts."""
GAP = " … "
"""Between sentences that do not stand together."""


def messages(question: str, hits: Sequence[Hit], evidence: Sequence[Evidence]) -> list[Message]:
    """The prompt: the sentences of the evidence by passage, the best passage last."""
    passages = [
        PromptPassage(PromptPassage.of(hits[index].passage).source, _text(index, hits, evidence))
        for index in reversed(dict.fromkeys(item.hit for item in evidence))
    ]
    return [Message("system", RULES), Message("user", prompt.over(passages, question))]


def suits(evidence: Sequence[Evidence]) -> bool:
    """Whether there are sentences to read; rows of tables are looked up by code."""
    return bool(evidence) and not any(tables.is_row(item.sentence) for item in evidence)


def refuses(written: str) -> bool:
    """Whether the model says that the passages do not tell."""
    return _plain(written) in ("", _plain(REFUSAL))


def draft(
    written: str, hits: Sequence[Hit], evidence: Sequence[Evidence], documents: Pages
) -> Draft:
    """The answer with its sentence as the quote; empty where the model says there is none.

    Words that stand in none of the sentences it read are not shown; the best sentence is.
    """
    if refuses(written):
        return Draft("")
    desk = Desk(hits, documents)
    found = place(written, hits, evidence)
    return desk.read_out(*found) if found else desk.quoted(evidence[:1])


def place(
    written: str, hits: Sequence[Hit], evidence: Sequence[Evidence]
) -> tuple[Evidence, int, int] | None:
    """The best sentence that holds the answer or most of it, and the span of what it holds."""
    return locate(written, hits, evidence) or _nearly(written, hits, evidence)


def locate(
    written: str, hits: Sequence[Hit], evidence: Sequence[Evidence]
) -> tuple[Evidence, int, int] | None:
    """The best sentence that holds the answer, and the answer's span in its passage.

    Compared without regard to case, white space and punctuation at its ends.
    """
    words = re.findall(r"\w+", written)
    if not words:
        return None
    pattern = re.compile(r"\b" + r"\W+".join(map(re.escape, words)) + r"\b", re.IGNORECASE)
    for item in evidence:
        text = hits[item.hit].passage.text
        found = pattern.search(text, item.start, item.end)
        if found is not None:
            return item, *_with_marks(text, written.strip(), *found.span())
    return None


def _nearly(
    written: str, hits: Sequence[Hit], evidence: Sequence[Evidence]
) -> tuple[Evidence, int, int] | None:
    """The longest run of the words that stands somewhere: over half of them, no figure less."""
    words = re.findall(r"\w+", written)[:MOST_WORDS]
    for length in range(len(words) - 1, len(words) // 2, -1):
        for start in range(len(words) - length + 1):
            run = words[start : start + length]
            others = "".join(words[:start] + words[start + length :])
            if re.search(r"\d", others) or not (text.content(run[0]) and text.content(run[-1])):
                continue  # a word such as "of" begins or ends no answer
            if (found := locate(" ".join(run), hits, evidence)) is not None:
                return found
    return None


def _with_marks(text: str, written: str, start: int, end: int) -> tuple[int, int]:
    """The span with the signs that the model wrote around the words, such as $ and %."""
    while start and not written[:1].isalnum() and text[start - 1] == written[:1]:
        start, written = start - 1, written[1:]
    tail = written[-1:]
    if tail and not tail.isalnum() and tail not in ".,;:" and text[end : end + 1] == tail:
        end += 1
    return start, end


def _text(index: int, hits: Sequence[Hit], evidence: Sequence[Evidence]) -> str:
    """The sentences of one passage in their order."""
    text = orders.without(hits[index].passage.text)
    spans = sorted((item.start, item.end) for item in evidence if item.hit == index)
    parts: list[str] = []
    before = -1
    for start, end in spans:
        if start < before:
            continue
        if parts:
            parts.append(" " if not text[before:start].strip() else GAP)
        parts.append(" ".join(text[start:end].split()))
        before = end
    return "".join(parts)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
