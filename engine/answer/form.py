"""What kind of answer a question asks for, read off its words."""

import re
from dataclasses import dataclass

from engine.answer import text

PATTERNS: tuple[tuple[str, str], ...] = (
    (r"\bhow many\b|\bnumber of\b|\bwhat (?:percent|percentage|number|share)\b", "many"),
    (
        r"\bhow much\b|\bwhat (?:amount|price|cost)\b"
        r"|\bwhat (?:do|does|did|would|will) .{2,80}\bcost\b",
        "much",
    ),
    (
        r"\bhow (?!do\b|does\b|did\b|can\b|could\b|is\b|are\b|was\b|were\b|will\b|would\b|should\b"
        r"|must\b|may\b|has\b|have\b|had\b|to\b|come\b|exactly\b|many\b|much\b|the\b|an?\b|he\b"
        r"|she\b|it\b|they\b|we\b|you\b|i\b|one\b|people\b|his\b|her\b|its\b|their\b|our\b|your\b)"
        r"[a-z]+ ",
        "long",
    ),
    (
        r"\b(?:in|what|which)(?: \w+)? (?:years?|decade|century)\b"
        r"|^(?:(?!\b(?:what|which|who|whom|whose|where|why|how)\b).)*\bwhen\b"
        r"|\bwhat (?:date|day|month|time)\b",
        "when",
    ),
    (r"\bwho\b|\bwhom\b|\bwhose\b", "who"),
    (
        r"\bwhere\b|\b(?:what|which) (?:city|country|state|place|region|continent|location|river"
        r"|county|town|area|street|building)\b",
        "where",
    ),
    (r"\bwhy\b|\bwhat (?:was|is) the reason\b|\bfor what (?:reason|purpose)\b", "why"),
    (r"^\W*how\b", "how"),
    (
        r"\b(?:what|which) (?:company|person|organi[sz]ation|group|king|queen|president|team"
        r"|leader|scientist|author|university|school|name|party|emperor|religion|language|people"
        r"|man|woman|book|law|treaty|war|battle|event)\b",
        "name",
    ),
    (
        r"\b(?:what|which) (?:is|was|are|were|do|does|did|can|has|have|had|would|will|should)\b",
        "what is",
    ),
    (r"\b(?:what|which)\b", "what thing"),
    (r"\bhow\b", "how"),
)
COMPILED = tuple((re.compile(pattern), name) for pattern, name in PATTERNS)
QUESTION_WORD = re.compile(r"\b(what|which|who|whom|whose|when|where|why|how)\b")

LONG_FORM = re.compile(
    r"^\W*(?:(?:can|could|please|would) (?:you )?)?(?:please )?(?:explain|describe|summari[sz]e"
    r"|list|compare|outline|tell me|give me|discuss)\b"
    r"|^\W*why\b|^\W*how (?:do|does|did|can|could|is|are|was|were|will|would|should|must|may|has"
    r"|have|had|to|come|exactly)\b"
    r"|\bwhat (?:do|does|did) .{3,60}\b(?:cover|covers|include|offer|provide|mean|say|require)\b"
    r"|\bwhat (?:do|does|did|can|should|must|will) .{2,60}\bdo(?: for .{2,40})?\s*\?*\s*$"
    r"|\bwhat (?:happens|happened|steps)\b|\bwhat (?:is|was) (?:wrong|the matter|the problem)\b"
    r"|\bwhat (?:are|is) .{0,40}\b(?:process|procedure|polic(?:y|ies)|benefits?|differences?"
    r"|limitations?|requirements?|responsibilit(?:y|ies)|implications?|services|conditions"
    r"|purpose|criteria|steps|rules|role|exceptions?|advantages?|duties)\b"
    r"|^\W*(?:is|are|was|were|do|does|did|can|could|may|must|should|will|has|have) "
    r"|\bwhat (?:types|kinds|services|steps|benefits|rules)\b"
    r"|\bwhat (?:should|can|must) (?:i|we|you)\b"
    r"|[,;] how (?:do|does|can|is|are|will)\b"
    r"|^\W*what (?:is|are) (?:an? )?(?!the\b)(?:[\w-]+ ?){1,3}"
    r"(?:(?:for|in|under|at) .{3,40})?\?*\s*$",
    re.IGNORECASE,
)

MEASURES = frozenset(("number", "number and unit", "number in words", "money", "percent", "year"))
DATES = frozenset(("date", "year", "year in words", "number", "number and unit"))
NAMES = frozenset(("name", "names", "mixed"))
EXPECTED = {
    "many": MEASURES,
    "much": MEASURES - {"number in words"},
    "long": MEASURES,
    "when": DATES,
    "who": NAMES,
}
"""Kinds of words (``spans.kind``) without which such a question is not answered."""


@dataclass(frozen=True, slots=True)
class Form:
    """A question taken apart around its question word."""

    type: str
    """``"who"``, ``"when"``, ``"many"`` …; ``"other"`` where nothing fits."""
    word: str
    """The question word; empty where there is none."""
    before: tuple[str, ...]
    """Stems of the content words before it, in order."""
    after: tuple[str, ...]
    """Stems of the content words after it, in order."""


def read(question: str) -> Form:
    """The form of a question."""
    lower = question.lower()
    kind = next((name for pattern, name in COMPILED if pattern.search(lower)), "other")
    match = QUESTION_WORD.search(lower)
    if match is None:
        return Form(kind, "", (), tuple(text.content(question)))
    return Form(
        kind,
        match.group(1),
        tuple(text.content(question[: match.start()])),
        tuple(text.content(question[match.end() :])),
    )


def fits(question: str, kind: str) -> bool:
    """Whether words of that kind can answer the question at all."""
    return kind in EXPECTED.get(read(question).type, {kind})


def wants_sentences(question: str) -> bool:
    """Whether a few sentences are wanted rather than a name, a date or a number."""
    begin = question[:300]
    return LONG_FORM.search(begin) is not None or QUESTION_WORD.search(question.lower()) is None
