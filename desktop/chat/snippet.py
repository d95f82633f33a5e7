"""A quote with a little of the page around it, cut on word borders, for a source card."""

import html
from dataclasses import dataclass

from desktop.chat.table_html import CELL, lines, rows
from desktop.theme.tokens import Tokens

AROUND = 70
"""Characters of context on each side."""
LONGEST_QUOTE = 360
LONGEST_OPENING = 220
MARKS = ".,;: "
HEADING_MARK = " › "


@dataclass(frozen=True, slots=True)
class Snippet:
    before: str
    quote: str
    after: str


def snippet(page: str, start: int, end: int, *, around: int = AROUND) -> Snippet:
    """The quote ``page[start:end]`` and its surroundings; an ellipsis where more follows."""
    first = max(0, start - around)
    last = min(len(page), end + around)
    before, after = page[first:start], page[end:last]
    if first > 0:
        before = "…" + before[before.find(" ") + 1 :] if " " in before else "…"
    if last < len(page):
        after = f"{after[: after.rfind(' ')].rstrip(MARKS)}…" if " " in after else "…"
    return Snippet(_one_line(before), _cut(_quote(page[start:end])), _one_line(after))


def quote_only(quote: str) -> Snippet:
    """Where the page is not at hand."""
    return Snippet("", _cut(_quote(quote)), "")


def opening(passage: str, heading: str = "") -> Snippet:
    """How a passage begins after its heading, for one that was merely near."""
    line = _one_line(passage).strip()
    title = heading.rsplit(HEADING_MARK, 1)[-1]
    if title and len(line) > len(title):
        line = line.removeprefix(title).lstrip()
    if len(line) <= LONGEST_OPENING:
        return Snippet("", line, "")
    return Snippet("", line[:LONGEST_OPENING].rsplit(" ", 1)[0].rstrip(MARKS), "…")


def snippet_html(shown: Snippet, tokens: Tokens, *, marked: bool = True) -> str:
    quote = html.escape(shown.quote).replace("\n", "<br>")
    if marked:
        quote = f'<span style="background-color:{tokens.mark}">{quote}</span>'
    return f"{html.escape(shown.before)}{quote}{html.escape(shown.after)}"


def _quote(text: str) -> str:
    """One line, except that rows of a table stay rows."""
    cells = rows(text)
    kept = [CELL.join(row) for row in cells] or lines(text)
    return "\n".join(kept) if kept else _one_line(text)


def _one_line(text: str) -> str:
    """White space folded; one space kept at the ends, so that words do not run together."""
    folded = " ".join(text.split())
    left = " " if text[:1].isspace() else ""
    right = " " if text[-1:].isspace() else ""
    return f"{left}{folded}{right}" if folded else ""


def _cut(quote: str) -> str:
    if len(quote) <= LONGEST_QUOTE:
        return quote
    half = LONGEST_QUOTE // 2
    head, tail = quote[:half], quote[-half:]
    return f"{head[: head.rfind(' ')]} … {tail[tail.find(' ') + 1 :]}"
