"""Facts that change: which can be changed in the documents, and what is right afterwards.

Numbers, dates and times are changed, digit by digit and by code, wherever they stand in their
document; then the question is asked again. An answer follows where it holds the new fact, and is
stale where it holds the old one.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from engine.evaluate import metrics
from engine.evaluate.outcome import Outcome, is_document
from engine.evaluate.questions import Question
from engine.types import Page

_DIGITS = re.compile(r"\d+")
LONGEST = 60
"""Characters of an answer that can be told by itself in a document."""


@dataclass(frozen=True, slots=True)
class Change:
    """A fact of one document, before and after."""

    question: Question
    path: str
    old: str
    new: str

    @property
    def asked(self) -> Question:
        """The question with what is right after the change."""
        return replace(self.question, answers=(self.new,), documents=(), page=None)


@dataclass(frozen=True, slots=True)
class Followed:
    """Whether one column followed a change."""

    column: str
    question: str
    old: str
    new: str
    text: str
    follows: bool
    stale: bool


def changes(
    questions: Iterable[Question],
    outcomes: Sequence[Outcome],
    paths: Sequence[str],
    pages: Callable[[str], Sequence[Page]],
    most: int,
) -> list[Change]:
    """At most so many facts that can be changed, at most one of the same words in a document.

    The document is one that the question names, or else one that an answer quoted.
    """
    found: list[Change] = []
    taken: set[tuple[str, str]] = set()
    for question in questions:
        if len(found) == most:
            break
        answers = [each for each in question.answers if _changeable(each)]
        if question.unanswerable or not answers:
            continue
        named = [path for path in paths if any(is_document(path, d) for d in question.documents)]
        quoted = [
            path
            for each in outcomes
            if each.question.question == question.question
            for path, _, _ in each.citations
        ]
        for path in dict.fromkeys([*named, *quoted]):
            text = "\n".join(page.text for page in pages(path))
            old = next((each for each in answers if _stands(each).search(text)), "")
            if old and (path, old) not in taken:
                taken.add((path, old))
                found.append(Change(question, path, old, changed(old)))
                break
    return found


def changed(fact: str) -> str:
    """Another fact of the same form: hours stay hours, days days, years in their century."""
    return _DIGITS.sub(lambda found: _number(found.group()), fact)


def edited(text: str, made: Iterable[Change]) -> str:
    """The text of a document with the facts changed, each wherever it stands by itself."""
    wanted = sorted(made, key=lambda each: -len(each.old))
    if not wanted:
        return text
    new = {each.old: each.new for each in wanted}
    every = re.compile("|".join(_stands(old).pattern for old in new))
    return every.sub(lambda found: new[found.group()], text)


def followed(change: Change, column: str, text: str) -> Followed:
    """What an answer given after the change comes to."""
    follows = metrics.contains_answer(text, [change.new])
    stale = not follows and metrics.contains_answer(text, [change.old])
    question = change.question.question
    return Followed(column, question, change.old, change.new, text, follows, stale)


def _number(digits: str) -> str:
    made = _other(digits)
    if made[0] != "0" or digits[0] == "0":
        return made
    # No number is written with a zero before it where the old one was not: "08 days" is none.
    least = 10 ** (len(digits) - 1)
    shifted = least + int(made)
    return str(shifted if shifted != int(digits) else shifted + 1)


def _other(digits: str) -> str:
    value = int(digits)
    if len(digits) == 4 and 1000 <= value < 2100:
        return f"{digits[:2]}{(int(digits[2:]) + 37) % 100:02d}"
    if len(digits) <= 2:
        limit = next((each for each in (12, 24, 28, 60, 100) if value < each), 100)
        other = (value + max(1, limit // 3)) % limit or 1
        return str(other + (other == value)).zfill(len(digits))
    return str((value + 10 ** (len(digits) - 1) + 3) % 10 ** len(digits)).zfill(len(digits))


def _changeable(answer: str) -> bool:
    return bool(_DIGITS.search(answer)) and len(answer) <= LONGEST and changed(answer) != answer


def _stands(fact: str) -> re.Pattern[str]:
    """The fact by itself: not as a part of a longer word or number."""
    return re.compile(rf"(?<![\w.,:])(?<!\d[-/]){re.escape(fact)}(?!\w|[.,:/-]\d)")
