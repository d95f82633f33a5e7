"""The glossary in a question: its terms and meanings, exchanged both ways."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.retrieve.query import STOP_WORDS
from engine.store.glossary import Entry, Glossary

LONGEST = 8
"""Words of a term or a meaning."""
MOST_WORDS = 64
"""Words of a question that are looked up."""
MOST_MEANINGS = 4
"""Meanings of one term that are searched for."""
MOST_LOOKED_UP = 12
"""Meanings of one term of which those are kept that stand in the documents."""
MOST_VARIANTS = 4
"""Wordings of a question that are searched for beside its own."""

_PART = re.compile(r"[^\s,;:?!\"“”„()\[\]]+")
_CAPITALS = re.compile(r"(?<![^/])[A-Z][A-Z\d-]+(?![^/])")
"""What stands in capitals on one side of a slash: ``SJS/TEN``."""
_SEVERAL = re.compile(r"[A-Z\d-]*[A-Z]s")
"""Several of what is abbreviated: ``AVMs``."""


@dataclass(frozen=True, slots=True)
class Expanded:
    """A question in other words."""

    variants: tuple[str, ...] = ()
    """The question with terms exchanged for what they mean, or the other way round."""
    told: tuple[tuple[str, str], ...] = ()
    """What stood in the question, and what is searched for beside it."""
    sure: str = ""
    """The question with its terms written out, where each of them has one meaning only."""


def expanded(
    text: str,
    glossary: Glossary,
    library_ids: Sequence[int] = (),
    stands: Callable[[str], bool] | None = None,
) -> Expanded:
    """The wordings that a glossary gives for a question.

    ``stands`` tells whether some passage holds a meaning; of a term with several, those are meant.
    """
    spans = _spans(text)
    if not spans:
        return Expanded()
    by_text: dict[str, list[tuple[int, int]]] = {}
    for start, end in spans:
        by_text.setdefault(text[start:end].casefold(), []).append((start, end))
    written: dict[tuple[int, int], list[str]] = {}
    names: set[tuple[int, int]] = set()
    settled: set[tuple[int, int]] = set()
    for entry in glossary.about(list(by_text), library_ids):
        if entry.kind != "abbreviation":
            continue
        for span in by_text.get(entry.term.casefold(), ()):
            if _is_term(text[span[0] : span[1]], entry):
                names.add(span)
                _note(written, span, entry.meaning)
                if entry.origin == "user":
                    settled.add(span)
        if entry.origin != "user":
            continue  # who writes an abbreviation writes it out once, where the meaning finds it
        for span in by_text.get(entry.meaning.casefold(), ()):
            _note(written, span, entry.term)
            settled.add(span)
    for span in [each for each in written if each not in settled and len(written[each]) > 1]:
        del written[span]  # found in several senses, and nobody said which is meant here
        names.discard(span)
    for span, meanings in written.items():
        if stands is not None and len(meanings) > 1:
            meanings = [each for each in meanings if stands(each)] or meanings
        written[span] = meanings[:MOST_MEANINGS]
    return _written(text, written, names)


def _written(
    text: str, written: dict[tuple[int, int], list[str]], names: set[tuple[int, int]]
) -> Expanded:
    chosen: list[tuple[int, int]] = []
    for span in sorted(written, key=lambda each: each[0] - each[1]):
        if all(span[1] <= other[0] or other[1] <= span[0] for other in chosen):
            chosen.append(span)
    chosen.sort(reverse=True)
    variants: list[str] = []
    for number in range(min(MOST_VARIANTS, max((len(written[s]) for s in chosen), default=0))):
        variant = text
        for start, end in chosen:
            meanings = written[start, end]
            chosen_here = meanings[min(number, len(meanings) - 1)]
            variant = variant[:start] + chosen_here + variant[end:]
        variants.append(variant)
    told = [(text[span[0] : span[1]], each) for span in chosen[::-1] for each in written[span]]
    terms = [span for span in chosen if span in names]
    sure = text
    for start, end in terms:
        sure = sure[:start] + written[start, end][0] + sure[end:]
    one = terms and all(len(written[span]) == 1 for span in terms)
    return Expanded(tuple(dict.fromkeys(variants)), tuple(told), sure if one else "")


def _note(written: dict[tuple[int, int], list[str]], span: tuple[int, int], other: str) -> None:
    held = written.setdefault(span, [])
    if len(held) < MOST_LOOKED_UP and other.casefold() not in (each.casefold() for each in held):
        held.append(other)


def _is_term(typed: str, entry: Entry) -> bool:
    """Whether a word is meant as a term: ``IT`` is, ``it`` is not."""
    return typed == entry.term or typed.casefold() not in STOP_WORDS


def _spans(text: str) -> list[tuple[int, int]]:
    """Every run of up to ``LONGEST`` words, without the punctuation around it."""
    words = []
    for match in _PART.finditer(text):
        start, end = match.span()
        while end > start and text[end - 1] in ".'’":
            end -= 1
        for ending in ("'s", "’s"):
            if text[start:end].endswith(ending):
                end -= 2
        if end > start:
            words.append((start, end))
    words = words[:MOST_WORDS]
    parts = [
        (start + part.start(), start + part.end())
        for start, end in words
        if "/" in text[start:end]
        for part in _CAPITALS.finditer(text[start:end])
    ]
    parts += [(start, end - 1) for start, end in words if _SEVERAL.fullmatch(text[start:end])]
    return parts + [
        (words[first][0], words[last][1])
        for first in range(len(words))
        for last in range(first, min(first + LONGEST, len(words)))
    ]
