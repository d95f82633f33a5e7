"""Which sentence of an answer stands where in the passages. Code decides, never the model.

A sentence is supported by a window of passage text when the window holds it literally (after
folding case, white space, quotes, hyphens, ligatures and accents), or when it shares enough of
the sentence's words; in both cases only if the sentence's numbers, dates and names stand there
too and neither side denies what the other affirms.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from engine.answer import sentences, text
from engine.answer.sentences import Span

QUOTES = str.maketrans(dict.fromkeys("\"'`´‘’‚‛“”„‟«»‹›′″", "'"))
HYPHENS = frozenset("-\u2010\u2011\u2012\u2013\u2014\u2212\u00ad")
INVISIBLE = frozenset("\u200b\u200c\u200d\u2060\ufeff")
MARKS = re.compile(r"\s*\[\s*\d{1,2}(?:\s*[,;–-]\s*\d{1,2})*\s*\]")
LEAD_INS = re.compile(
    r"^\s*(?:(?:the\s+)?(?:short\s+)?answer(?:\s+to\s+(?:this|the|your)\s+question)?\s*"
    r"(?:is\s*:?|:)|according to (?:the |passage |your )*(?:passages?|documents?|text)?(?: \d+)?,"
    r"|based on the (?:passages?|documents?|text),)\s*",
    re.IGNORECASE,
)
COVERAGE = 0.75
"""Least share of a sentence's content words that a window must hold."""
WINDOW = 3
"""Most sentences of a passage quoted as one piece of evidence."""


@dataclass(frozen=True, slots=True)
class Support:
    """Evidence for one sentence: ``passages[passage][start:end]``, made of whole sentences."""

    passage: int
    start: int
    end: int
    coverage: float
    """Share of the sentence's content words found, in (0, 1]; 1 for a literal match."""
    literal: bool


def without_marks(answer: str) -> str:
    """An answer without the ``[n]`` the model wrote (hints at best) and empty lead-ins."""
    return LEAD_INS.sub("", MARKS.sub("", answer)).strip()


def fold(source: str) -> tuple[str, list[int]]:
    """A text as it is compared, and for each of its characters the offset it came from."""
    folded: list[str] = []
    origin: list[int] = []
    position, length = 0, len(source)
    while position < length:
        letter = source[position]
        if letter in INVISIBLE:
            position += 1
            continue
        if letter in HYPHENS:
            after = position + 1
            while after < length and source[after] in "\r\n":
                after += 1
            joins = folded and folded[-1].isalpha() and after < length and source[after].isalpha()
            if joins or letter == "\u00ad":
                position = after
                continue
            letter = "-"
        if letter.isspace():
            if folded and folded[-1] != " ":
                folded.append(" ")
                origin.append(position)
            position += 1
            continue
        for piece in unicodedata.normalize("NFKD", letter).translate(QUOTES).casefold():
            if not unicodedata.combining(piece) and not piece.isspace():
                folded.append(piece)
                origin.append(position)
        position += 1
    return "".join(folded), origin


def find_all(needle: str, source: str) -> list[Span]:
    """Where a text stands literally, as whole words, in another; spans of the original."""
    wanted = fold(needle)[0].strip(" .,;:!?'")
    folded, origin = fold(source)
    found: list[Span] = []
    at = folded.find(wanted) if wanted else -1
    while at >= 0:
        end = at + len(wanted)
        inside_word = (at > 0 and folded[at - 1].isalnum() and wanted[0].isalnum()) or (
            end < len(folded) and folded[end].isalnum() and wanted[-1].isalnum()
        )
        unspaced = text.UNSPACED.search(wanted) is not None
        if not inside_word or unspaced:
            found.append((origin[at], origin[end - 1] + 1))
        at = folded.find(wanted, at + 1)
    return found


def enclosing(spans: Sequence[Span], start: int, end: int) -> Span:
    """The whole sentences around a span (the span itself where none encloses it)."""
    touched = [span for span in spans if span[0] < end and start < span[1]]
    if not touched:
        return start, end
    return min(touched[0][0], start), max(touched[-1][1], end)


def align(
    sentence: str,
    passages: Sequence[str],
    *,
    about: str = "",
    contexts: Sequence[str] = (),
) -> Support | None:
    """The best evidence for a sentence, or None where nothing supports it.

    ``about`` is the question: among several places, the one that shares its words wins.
    ``contexts`` (one per passage: its title and headings) may supply names that the passage
    leaves out, never numbers.
    """
    wanted = text.content(sentence)
    if not wanted:
        return None
    asked = set(text.content(about))
    best: tuple[tuple[float, float], Support] | None = None
    for index, passage in enumerate(passages):
        context = contexts[index] if index < len(contexts) else ""
        spans = sentences.split(passage)
        candidates = _literal(sentence, passage, index, spans)
        if not candidates:
            candidates = _covering(sentence, wanted, passage, index, spans, context)
        for support in candidates:
            near = passage[support.start : support.end] + " " + context
            rank = (
                2.0 * support.literal + support.coverage,
                text.overlap(asked, text.content(near)) - 0.02 * index,
            )
            if best is None or rank > best[0]:
                best = rank, support
    return best[1] if best else None


def _literal(sentence: str, passage: str, index: int, spans: Sequence[Span]) -> list[Support]:
    return [
        Support(index, *enclosing(spans, start, end), 1.0, True)
        for start, end in find_all(sentence, passage)
    ]


def _covering(
    sentence: str,
    wanted: Sequence[str],
    passage: str,
    index: int,
    spans: Sequence[Span],
    context: str,
) -> list[Support]:
    """The smallest window of whole sentences that covers the sentence best, if well enough."""
    best: tuple[float, Support] | None = None
    stems = [set(text.content(passage[start:end])) for start, end in spans]
    around = set(text.content(context))
    needed = set(wanted)
    for first in range(len(spans)):
        present: set[str] = set()
        for last in range(first, min(first + WINDOW, len(spans))):
            present |= stems[last]
            coverage = len(needed & (present | around)) / len(needed)
            own = len(needed & present) / len(needed)
            if coverage < COVERAGE or own < COVERAGE / 2:
                continue
            worth = coverage - 0.1 * (last - first)
            if best is not None and worth <= best[0]:
                continue
            start, end = spans[first][0], spans[last][1]
            if states_the_same(sentence, passage[start:end], passage + "\n" + context):
                best = worth, Support(index, start, end, coverage, False)
    return [best[1]] if best else []


def states_the_same(sentence: str, window: str, surroundings: str = "") -> bool:
    """Whether the hard facts of a sentence stand in the window: numbers, dates, names, links,
    denial.

    Names may also stand in the surroundings (the rest of the passage, its title and headings).
    """
    if not text.numbers(sentence) <= text.numbers(window):
        return False
    if not text.links(sentence) <= text.links(window):
        return False
    if text.is_negated(sentence) != text.is_negated(window):
        return False
    if not text.months(sentence) <= text.months(window):
        return False
    present = set(text.content(window)) | set(text.content(surroundings))
    return text.names(sentence) <= present
