"""What the Compare page calls things."""

from collections.abc import Sequence

from desktop.words import count
from engine.evaluate.columns import Column
from engine.evaluate.outcome import Outcome
from engine.evaluate.questions import Question
from engine.types import Mode

WAYS: dict[Mode, tuple[str, str]] = {
    "plain": ("The model alone", "What it knows by itself, without your documents."),
    "rag": ("With documents", "It looks in your library first and cites what it says."),
    "tuned": ("Tuned", "The model with an adapter, without your documents."),
    "both": ("Documents and tuned", "It looks in your library, and the adapter answers."),
}
SHORT: dict[str, str] = {
    "plain": "Model alone", "rag": "Documents", "tuned": "Tuned", "both": "Both",
}  # fmt: skip
"""Names of ways in the heads of tables and beside dots."""
KINDS = {
    "fact": "Facts",
    "multi-passage": "Several passages",
    "table": "Tables",
    "vocabulary": "Vocabulary",
    "style": "Style",
    "label": "Labels",
    "unanswerable": "Without an answer",
}


def way_name(column: str) -> str:
    """A way as it is called in the window: its own name where it has one."""
    return SHORT.get(column, column)


def described(column: Column, default: str = "") -> str:
    """What makes up a way, in one line."""
    parts = [WAYS[column.mode][0].lower()]
    if column.model or default:
        parts.append(column.model or default)
    parts += [
        f"{name.rsplit('/', 1)[-1]} at {100 * scale:.0f} %" for name, scale in column.adapters
    ]
    if column.encoder:
        parts.append(f"found with {column.encoder.rstrip('/').rsplit('/', 1)[-1]}")
    parts += [f"{name.replace('_', ' ')} {value}" for name, value in column.options]
    return " · ".join(parts)


def kinds_line(questions: Sequence[Question]) -> str:
    """``12 facts, 4 tables, 3 without an answer``."""
    found: dict[str, int] = {}
    for each in questions:
        found[each.kind] = found.get(each.kind, 0) + 1
    return ", ".join(f"{number} {KINDS[kind].lower()}" for kind, number in found.items())


def answers_line(questions: int, ways: int) -> str:
    """``20 questions, 4 ways``."""
    return f"{count(questions, 'question')}, {count(ways, 'way')}"


def said(found: Outcome) -> str:
    """The answer in words; a refusal and an error say what they are."""
    if found.error:
        return found.error
    if found.abstained:
        return "Not found in your documents."
    return " ".join(found.text.split()) or "Nothing was said."


def duration(seconds: float) -> str:
    """``under a minute``, ``about 6 minutes``, ``about 2 hours``."""
    minutes = seconds / 60
    if minutes < 1:
        return "under a minute"
    if minutes < 90:
        return f"about {count(max(1, round(minutes)), 'minute')}"
    return f"about {count(round(minutes / 60), 'hour')}"
