"""Cutting pages into passages: whole paragraphs where they fit, on sentence borders where not.

A passage lies in one page and under one heading, and is exactly a span of the page's text
without white space at its ends. Together the passages of a page hold all of its text, but for the
lines that run through a PDF at the edge of its pages (:mod:`running`). Their length is counted in
the embedder's tokens, so that the embedder reads every passage to its end;
the document's title and the heading path are read with it and count.
"""

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from engine.inference.embedder import Embedder
from engine.ingest.running import bodies
from engine.store.facts import DEFAULT_PASSAGE_TOKENS
from engine.store.headings import HEADING_JOINT
from engine.store.vectors import embedding_text
from engine.types import Heading, Page, ParsedDocument, PassageDraft

TARGET_TOKENS = DEFAULT_PASSAGE_TOKENS
"""Neighbouring paragraphs under one heading are joined up to this length."""

SPECIAL_TOKENS = 2
"""The embedder's marks at the beginning and the end of a text."""

LEAST_TOKENS = 48
"""Room for text that even the longest title and heading path leave."""

EVEN_STEP = 8
"""Tokens by which the pieces of a long paragraph may differ more, until there are no more of them
than needed."""

STRETCH = 100_000
"""Letters of a page whose tokens are counted at once."""

_PARAGRAPH = re.compile(r"\n[^\S\n]*\n\s*")
_SENTENCE = re.compile(r"(?<=[.!?…])[\"'”’»)\]]*\s+(?=[\"'“‘«(\[]*[^\W_a-z])|(?<=[。！？])|\n")
_CLAUSE = re.compile(r"(?<=[,;:–—|、，；：])\s*|\s+(?=[(\[•])")
_SPACE = re.compile(r"\s+")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Section:
    """A stretch of a page under one heading path."""

    start: int
    end: int
    path: str
    body: int
    """Where the last of the headings that it begins with ends; its start where it has none."""


def cut(
    document: ParsedDocument, embedder: Embedder, target: int = TARGET_TOKENS
) -> list[PassageDraft]:
    """The passages of a document in reading order; none for a document without text.

    ``target`` is the length that paragraphs are joined up to; a longer paragraph stays whole
    where the embedder reads it to its end, and below the default where it has twice the target.
    """
    drafts: list[PassageDraft] = []
    trail: list[Heading] = []
    above = {"": 0}
    within = bodies(document.pages) if document.type == "pdf" else {}
    for page in document.pages:
        sections, trail = _sections(page, trail)
        if page.number in within:
            sections = _clipped(sections, *within[page.number])
        starts = _token_starts(page.text, embedder)
        for section in sections:
            context = embedding_text(document.title, section.path, "")
            room = embedder.identity.max_tokens - SPECIAL_TOKENS
            for text in (context, embedder.identity.passage_prefix):
                if text not in above:
                    above[text] = len(embedder.token_spans(text))
                room -= above[text]
            if target < TARGET_TOKENS:
                room = min(room, 2 * target)
            cutter = _Cutter(page.text, starts, max(room, LEAST_TOKENS), target)
            for start, end in cutter.passages(section):
                drafts.append(
                    PassageDraft(
                        page=page.number,
                        start=start,
                        end=end,
                        heading=section.path,
                        text=page.text[start:end],
                        tokens=cutter.tokens((start, end)),
                    )
                )
    return drafts


def _token_starts(text: str, embedder: Embedder) -> "array[int]":
    """Where each token of a text begins; read in stretches, so that a huge page stays cheap."""
    starts = array("Q")
    begin = 0
    while begin < len(text):
        end = _stretch_end(text, begin + STRETCH)
        starts.extend([begin + start for start, _ in embedder.token_spans(text[begin:end])])
        begin = end
    return starts


def _stretch_end(text: str, least: int) -> int:
    """The first white space from here on, where no word is torn."""
    found = _SPACE.search(text, least, least + STRETCH)
    return found.end() if found else min(least + STRETCH, len(text))


def _sections(page: Page, trail: list[Heading]) -> tuple[list[_Section], list[Heading]]:
    """The page's sections, and the headings that reach into the next page.

    A heading with nothing under it is joined to the section that follows.
    """
    text = page.text
    found: list[_Section] = []
    begin = 0
    path = _path(trail)
    borders = [*(heading.start for heading in page.headings), len(text)]
    if text[: borders[0]].strip():
        found.append(_Section(0, borders[0], path, 0))
        begin = borders[0]
    for heading, end in zip(page.headings, borders[1:], strict=True):
        trail = [outer for outer in trail if outer.level < heading.level]
        trail.append(heading)
        path = _path(trail)
        line_end = text.find("\n", heading.start + len(heading.title), end)
        empty = line_end < 0 or not text[line_end:end].strip()
        if empty and end < len(text):
            continue
        body = heading.start + len(heading.title)
        found.append(_Section(begin, end, path, body))
        begin = end
    return found, trail


def _clipped(sections: list[_Section], begin: int, end: int) -> list[_Section]:
    """The sections as far as they lie in a part of the page."""
    return [
        replace(
            section,
            start=max(section.start, begin),
            end=min(section.end, end),
            body=max(section.body, begin),
        )
        for section in sections
        if section.start < end and section.end > begin
    ]


def _path(trail: list[Heading]) -> str:
    return HEADING_JOINT.join(heading.title for heading in trail)


class _Cutter:
    """Cuts the sections of one page."""

    def __init__(self, text: str, token_starts: Sequence[int], room: int, target: int) -> None:
        self._text = text
        self._starts = token_starts
        self._room = room
        self._target = target

    def tokens(self, span: Span) -> int:
        """Length of a span in tokens."""
        return bisect_left(self._starts, span[1]) - bisect_left(self._starts, span[0])

    def passages(self, section: _Section) -> list[Span]:
        """Paragraphs; short neighbours joined up to the target, long ones cut to fit.

        A heading goes with the paragraph below it: alone it would say nothing, and be found for
        everything that its words are about.
        """
        paragraphs = self._split((section.start, section.end), _PARAGRAPH)
        heads = sum(end <= section.body for _, end in paragraphs)
        if 0 < heads < len(paragraphs):
            paragraphs[: heads + 1] = [(section.start, paragraphs[heads][1])]
            paragraphs[0] = self._trimmed(*paragraphs[0])
        pieces = [piece for paragraph in paragraphs for piece in self._fitting(paragraph)]
        return self._joined(pieces, min(self._target, self._room))

    def _fitting(self, span: Span) -> list[Span]:
        """The span where it fits, or pieces of about equal length that do."""
        length = self.tokens(span)
        if length <= self._room:
            return [span]
        parts = -(-length // self._room)
        even = -(-length // parts)
        atoms = list(self._atoms(span, even))
        for most in range(even, self._room, EVEN_STEP):
            joined = self._joined(atoms, most)
            if len(joined) <= parts:
                return joined
        return self._joined(atoms, self._room)

    def _atoms(self, span: Span, most: int) -> Iterator[Span]:
        """Pieces of at most this length, cut at the best borders there are."""
        for pattern in (_SENTENCE, _CLAUSE, _SPACE):
            pieces = self._split(span, pattern)
            if len(pieces) > 1:
                for piece in pieces:
                    if self.tokens(piece) <= most:
                        yield piece
                    else:
                        yield from self._atoms(piece, most)
                return
        yield from self._hard(span, most)

    def _hard(self, span: Span, most: int) -> Iterator[Span]:
        """One word longer than a passage: cut between tokens, with room for a worse reading."""
        step = max(1, most // 2)
        first = bisect_left(self._starts, span[0])
        last = bisect_left(self._starts, span[1])
        borders = [span[0], *self._starts[first + step : last : step], span[1]]
        for start, end in pairwise(borders):
            yield from self._split((start, end), None)

    def _joined(self, pieces: list[Span], most: int) -> list[Span]:
        joined: list[Span] = []
        for piece in pieces:
            if joined and self.tokens((joined[-1][0], piece[1])) <= most:
                joined[-1] = (joined[-1][0], piece[1])
            else:
                joined.append(piece)
        return joined

    def _split(self, span: Span, border: re.Pattern[str] | None) -> list[Span]:
        """The trimmed pieces between borders; nothing that is only white space."""
        start, end = span
        cuts = [start]
        if border is not None:
            cuts.extend(match.end() for match in border.finditer(self._text, start, end))
        cuts.append(end)
        pieces = (self._trimmed(low, high) for low, high in pairwise(cuts))
        return [piece for piece in pieces if piece[0] < piece[1]]

    def _trimmed(self, start: int, end: int) -> Span:
        piece = self._text[start:end]
        return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())
