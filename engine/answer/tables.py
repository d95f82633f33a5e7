"""Rows of tables in a page's text: cells parted by ``|``, the first row of a block its header."""

from engine.answer import text
from engine.answer.sentences import Span

BAR = " | "


def is_row(line: str) -> bool:
    """Whether a line is a row of a table."""
    return BAR in line and "\n" not in line


def header(passage: str, start: int) -> Span | None:
    """The header above the row at ``start``; None for the header itself and outside tables."""
    first = None
    while start > 0:
        before = passage.rfind("\n", 0, start - 1) + 1
        if not is_row(passage[before : start - 1]):
            break
        first = (before, start - 1)
        start = before
    return first


def cell(question: str, passage: str, start: int, end: int) -> Span | None:
    """The cell of the row ``passage[start:end]`` that a question asks for.

    Told by its column's header: the one that shares most words with what the row itself does not
    explain of the question. None where no single column does.
    """
    head = header(passage, start)
    if head is None or not is_row(passage[start:end]):
        return None
    titles = passage[head[0] : head[1]].split(BAR)
    cells = _cells(passage, start, end)
    if len(titles) != len(cells):
        return None
    asked = set(text.content(question)) - set(text.content(passage[start:end]))
    shared = [len(asked & set(text.content(title))) for title in titles]
    best = max(shared)
    if best == 0 or shared.count(best) > 1:
        return None
    found = cells[shared.index(best)]
    return found if found[0] < found[1] else None


def _cells(passage: str, start: int, end: int) -> list[Span]:
    spans = []
    at = start
    for part in passage[start:end].split(BAR):
        indent = len(part) - len(part.lstrip())
        spans.append((at + indent, at + max(indent, len(part.rstrip()))))
        at += len(part) + len(BAR)
    return spans
