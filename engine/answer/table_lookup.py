"""Questions that a table in a passage answers: its row, its cell, or the table as it stands.

A table says in three places what a sentence says in one: the title over it, the header of a column
and the row. So it is weighed as a whole against the question, and only then is looked up.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.answer import orders, tables, text
from engine.answer.extract import HIT_SHARE, Evidence, Rarity
from engine.answer.sentences import Span
from engine.types import Hit

LONGEST_TITLE = 80
"""A longer line over a table is a paragraph, not its title."""
LEAST_SHARE = 0.6
"""Of the question's words that a table must hold to be looked up at all."""

_MONTH = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAY = r"(?:(\d{1,2})\.? )?(" + "|".join(_MONTH) + r")[a-z]*\.?(?: (\d{1,2})\b)?"
_DATE = re.compile(rf"\b{_DAY}", re.IGNORECASE)
_RANGE = re.compile(rf"\b{_DAY}\s*(?:to|until|till|through|–|-|—)\s*{_DAY}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Block:
    """A table in a passage: spans of its text."""

    title: Span | None
    header: Span
    rows: tuple[Span, ...]

    @property
    def start(self) -> int:
        return self.title[0] if self.title else self.header[0]

    @property
    def end(self) -> int:
        return self.rows[-1][1]


def blocks(passage: str) -> list[Block]:
    """The tables of a passage that have a header and a row."""
    found: list[Block] = []
    run: list[Span] = []
    before: Span | None = None  # the last line that is no row
    for match in re.finditer(r"[^\n]+", passage):
        if tables.is_row(match.group()):
            run.append(match.span())
            continue
        found += _block(passage, before, run)
        before, run = match.span(), []
    return found + _block(passage, before, run)


def _block(passage: str, before: Span | None, run: Sequence[Span]) -> list[Block]:
    if len(run) < 2:
        return []
    titled = before is not None and before[1] - before[0] <= LONGEST_TITLE
    if titled and before is not None and passage[before[0] : before[1]].rstrip().endswith("."):
        titled = False
    return [Block(before if titled else None, run[0], tuple(run[1:]))]


def evidence(question: str, hits: Sequence[Hit], rarity: Rarity) -> Evidence | None:
    """The table among the hits that holds most of the question; None where none holds enough."""
    asked = set(text.content(question))
    best_score = max((hit.score for hit in hits), default=0.0) or 1.0
    best: Evidence | None = None
    for index, hit in enumerate(hits):
        passage = orders.readable(hit.passage.text)
        around = set(text.content(f"{hit.passage.title} {hit.passage.heading}"))
        for block in blocks(passage):
            held = set(text.content(passage[block.start : block.end]))
            held |= _dated(question, asked, passage, block.rows)
            own = rarity.share(asked, held)
            nearby = rarity.share(asked, held | around) - own
            if own + nearby < LEAST_SHARE or own == 0.0:
                continue
            score = own + nearby / 2 + HIT_SHARE * hit.score / best_score
            if best is None or score > best.score:
                quote = passage[block.start : block.end]
                best = Evidence(
                    index, block.start, block.end, quote, own, nearby, score, table=True
                )
    return best


def worth(item: Evidence) -> float:
    """How much a table speaks for itself, in [0, 1], as its cosine says little; 0 for sentences.

    Grows with the share of the question's words beyond the one that any table here must hold.
    """
    if not item.table:
        return 0.0
    return max(0.0, min(1.0, (item.overlap - LEAST_SHARE) / (1.0 - LEAST_SHARE)))


@dataclass(frozen=True, slots=True)
class Looked:
    """What a table says to a question: the answer, and the stretch that is quoted for it."""

    answer: Span
    quote: Span


def look_up(question: str, passage: str, start: int, end: int) -> Looked | None:
    """The row or cell that a question names in the table ``passage[start:end]``.

    None where it names no row, or several: then the table as a whole is the answer.
    """
    block = next((each for each in blocks(passage) if each.start == start), None)
    if block is None or block.end != end:
        return None
    over = set(text.content(passage[block.start : block.header[1]]))
    asked = set(text.content(question)) - over
    shared = [len(asked & set(text.content(passage[row[0] : row[1]]))) for row in block.rows]
    most = max(shared)
    named = [
        row
        for row, count in zip(block.rows, shared, strict=True)
        if (count == most if most else _covers(passage[row[0] : row[1]], question))
    ]
    if len(named) != 1:
        return None
    row = named[0]
    cell = tables.cell(question, passage, *row)
    return Looked(cell or row, row)


def _dated(question: str, asked: set[str], passage: str, rows: Sequence[Span]) -> set[str]:
    """The words of the question's date, where a row spans that date without naming it."""
    if not any(_covers(passage[start:end], question) for start, end in rows):
        return set()
    return asked & set(text.content(" ".join(m.group() for m in _DATE.finditer(question))))


def _covers(row: str, question: str) -> bool:
    """Whether a row's range of dates ("1 June to 6 September") holds the question's date."""
    wanted = _DATE.search(question)
    spanned = _RANGE.search(row)
    if wanted is None or spanned is None:
        return False
    first = _place(spanned.group(1, 2, 3), 1)
    last = _place(spanned.group(4, 5, 6), 31)
    day = _place(wanted.group(1, 2, 3), 15)
    return first <= day <= last if first <= last else day >= first or day <= last


def _place(parts: Sequence[str | None], day: int) -> tuple[int, int]:
    before, month, after = parts
    number = next((int(each) for each in (before, after) if each), day)
    return _MONTH.index((month or "")[:3].lower()), number
