"""A finished or growing answer as the HTML that Qt's rich text understands.

Markdown is rendered without links and images: an answer never leads out of the machine. Citations
and unsupported sentences are marked in the Markdown with characters of the private use area, which
no model writes, and become links and soft text after rendering.
"""

import html
import re
from collections.abc import Sequence

from markdown_it import MarkdownIt

from desktop.chat.table_html import CELL, lines, rows, table_html
from desktop.theme.tokens import Tokens
from engine.types import Answer, Sentence

CITE, SOFT, PLAIN = "\ue000", "\ue001", "\ue002"
MARKS = re.compile(f"{CITE}([0-9,]*){CITE}|{SOFT}|{PLAIN}")
TAG = re.compile(r"(<[^>]*>)")
TAIL = re.compile(r"[\s*_`~]*$")
OPEN_CIRCLE = "○"
NOT_FOUND = "Not found in your documents"
CELL_SHOWN = " · "
LONG_RUN = 4
LONGEST_AROUND = 320
"""Characters of a quote that a short answer is shown in."""

_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table")
_markdown.disable(["link", "image", "autolink", "reference", "html_block", "html_inline"])


def answer_html(
    text: str, tokens: Tokens, *, sentences: Sequence[Sentence] = (), mark_unsupported: bool = True
) -> str:
    """HTML of an answer; with sentences, its citations as links ``cite:n``."""
    safe = re.sub("[\ue000-\ue002]", "", text)
    marked = _mark(safe, sentences, mark_unsupported=mark_unsupported)
    return _head(tokens) + _place(_markdown.render(marked).strip(), tokens)


def quotation_html(answer: Answer, tokens: Tokens) -> str:
    """HTML of an answer that is quoted: sentences as they are, table rows as a table."""
    parts = [_head(tokens)]
    for sentence in answer.sentences:
        quotes = [answer.citations[number - 1].quote for number in sentence.citations]
        whole = quotes[0] if quotes and _same(quotes[0], sentence.text) else ""
        links = _links(",".join(str(number) for number in sentence.citations), tokens)
        cells = rows(whole)
        if cells:
            parts.append(table_html(cells, tokens, tail=links))
            continue
        shown = lines(whole) or [" ".join(sentence.text.split())]
        text = "<br>".join(html.escape(line) for line in shown)
        around = in_its_sentence(sentence, answer)
        if around is not None:
            before, short, after = map(html.escape, around)
            text = f"{before}<b>{short}</b>{after}"
        parts.append(f"<p>{text}{links}</p>")
    return "".join(parts)


def in_its_sentence(sentence: Sentence, answer: Answer) -> tuple[str, str, str] | None:
    """A short answer with what stands before and after it in its quote; None for a whole one."""
    if len(sentence.citations) != 1:
        return None
    quote = " ".join(answer.citations[sentence.citations[0] - 1].quote.split())
    quote = quote.replace(CELL, CELL_SHOWN)
    short = " ".join(sentence.text.split()).rstrip(".")
    found = re.search(rf"(?<!\w){re.escape(short)}(?!\w)", quote) if short else None
    if found is None or len(quote) > LONGEST_AROUND or len(short) >= len(quote) - 1:
        return None
    return quote[: found.start()], found.group(), quote[found.end() :]


def quoted_text(answer: Answer) -> str:
    """What :func:`quotation_html` shows, as plain text to copy."""
    parts: list[str] = []
    for sentence in answer.sentences:
        around = in_its_sentence(sentence, answer)
        parts.append("".join(around) if around else sentence.text)
    return "\n".join(parts)


def _same(quote: str, sentence: str) -> bool:
    return quote.split() == sentence.split()


def _mark(text: str, sentences: Sequence[Sentence], *, mark_unsupported: bool) -> str:
    """Put marks around the sentences, which stand in the text in their order."""
    parts: list[str] = []
    at = 0
    for sentence in sentences:
        wanted = sentence.text.strip()
        start = text.find(wanted, at) if wanted else -1
        if start < 0:
            continue
        end = start + len(wanted)
        parts.append(text[at:start])
        if sentence.citations:
            numbers = ",".join(str(number) for number in sentence.citations)
            parts.append(f"{text[start:end]}{CITE}{numbers}{CITE}")
        elif not sentence.supported and mark_unsupported:
            body = text[start:end]
            closing = TAIL.search(body)
            cut = closing.start() if closing else len(body)
            parts.append(f"{SOFT}{body[:cut]}{PLAIN}{body[cut:]}")
        else:
            parts.append(text[start:end])
        at = end
    parts.append(text[at:])
    return "".join(parts)


def _place(rendered: str, tokens: Tokens) -> str:
    """Turn the marks into links and soft spans; a span never crosses a tag."""
    made: list[str] = []
    soft = False
    for piece in TAG.split(rendered):
        if piece.startswith("<"):
            made.append(piece)
            continue
        at = 0
        for mark in MARKS.finditer(piece):
            made.append(_text(piece[at : mark.start()], soft, tokens))
            at = mark.end()
            if mark.group().startswith(CITE):
                made.append(_links(mark.group(1), tokens))
            elif mark.group() == SOFT:
                soft = True
                made.append(_text(f"{OPEN_CIRCLE} ", soft, tokens))
            else:
                soft = False
        made.append(_text(piece[at:], soft, tokens))
    return "".join(made)


def _text(text: str, soft: bool, tokens: Tokens) -> str:
    if not soft or not text.strip():
        return text
    return f'<span style="color:{tokens.soft}" title="{NOT_FOUND}">{text}</span>'


def _links(numbers: str, tokens: Tokens) -> str:
    style = f"color:{tokens.accent}; text-decoration:none; font-weight:600; vertical-align:super"
    shown = runs([int(number) for number in numbers.split(",") if number])
    return "\u2009".join(
        f'<a href="cite:{first}" style="{style}">{first if first == last else f"{first}–{last}"}'
        "</a>"
        for first, last in shown
    )


def runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Numbers as they are shown: one by one, but long runs as their first and last."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    shown: list[tuple[int, int]] = []
    for first, last in found:
        long = last - first >= LONG_RUN
        shown += [(first, last)] if long else [(one, one) for one in range(first, last + 1)]
    return shown


def _head(tokens: Tokens) -> str:
    return (
        "<style>"
        "p, li { line-height: 150%; }"
        "p { margin-top: 0; margin-bottom: 8px; }"
        "h1, h2, h3, h4 { font-size: 14px; font-weight: 600; margin-top: 8px; margin-bottom: 4px; }"
        "ul, ol { margin-top: 0; margin-bottom: 8px; -qt-list-indent: 1; }"
        f"pre, code {{ font-family: monospace; background-color: {tokens.panel}; }}"
        f"td, th {{ padding: 5px 12px 5px 0; border-bottom: 1px solid {tokens.line}; }}"
        "table { border-collapse: collapse; margin-bottom: 8px; }"
        "</style>"
    )
