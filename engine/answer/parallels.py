"""Which of several figures in one sentence a question is about.

"Lost oars cost 48.00, a lost life jacket 85.00": each figure has a part of the sentence to itself,
and what stands before the first one belongs to all of them. The part that holds most of the
question is the one that answers it.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

from engine.answer import text
from engine.answer.spans import Token

PARTING = text.word_set(", ; : and or but while whereas then")
"""Marks and words between the parts of a sentence."""
LEAD = 0.8
"""How much a word before the first figure tells for the parts after its own; all after a colon."""
NUMBER = 3.0
"""How much more a number of the question tells than another word."""


def shortfalls(
    words: Sequence[Token], asked: set[str], weight: Callable[[str], float]
) -> list[float]:
    """For each figure how much less of the question its part holds than the best part, in [0, 1].

    One number a token; 0 where it is no figure, and everywhere where one part has them all.
    """
    parts = _parts(words)
    if len(parts) < 2:
        return [0.0] * len(words)
    tells = {stem: weight(stem) * (NUMBER if stem[0].isdigit() else 1.0) for stem in asked}
    total = sum(tells.values()) or 1.0
    first = next(at for at, token in enumerate(words) if _is_figure(token))
    lead = _stems(words[:first])
    lead_tells = 1.0 if any(token.text == ":" for token in words[:first]) else LEAD
    held = []
    for start, end in parts:
        own = asked & _stems(words[start:end])
        shared = asked & lead - own
        worth = sum(tells[stem] for stem in own)
        worth += lead_tells * sum(tells[stem] for stem in shared)
        held.append(worth / total)
    best = max(held)
    found = [0.0] * len(words)
    for (start, end), share in zip(parts, held, strict=True):
        found[start:end] = [(best - share) * _is_figure(token) for token in words[start:end]]
    return found


def _parts(words: Sequence[Token]) -> list[tuple[int, int]]:
    """Token ranges that each hold figures; what holds none goes with the part before it."""
    cuts = [0, *(at for at, token in enumerate(words) if token.lower in PARTING), len(words)]
    parts: list[tuple[int, int]] = []
    start = 0
    for before, after in pairwise(cuts):
        has_figure = any(_is_figure(token) for token in words[before:after])
        if has_figure and any(_is_figure(token) for token in words[start:before]):
            parts.append((start, before))
            start = before
    parts.append((start, len(words)))
    return parts


def _is_figure(token: Token) -> bool:
    return token.text[-1:].isdigit() or token.text[:1].isdigit() or token.lower in text.NUMBER_WORDS


def _stems(words: Sequence[Token]) -> set[str]:
    return {token.stem for token in words if token.is_word and not token.is_function}
