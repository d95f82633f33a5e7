"""Which words stand on the pages around a hyphen at the end of a line: evidence for its meaning."""

import re
from collections.abc import Iterable

from engine.ingest.parsers.pdf.pdf_chars import HYPHEN_MARK

LIGATURES = {
    "\ufb00": "ff",
    "\ufb01": "fi",
    "\ufb02": "fl",
    "\ufb03": "ffi",
    "\ufb04": "ffl",
    "\ufb05": "st",
    "\ufb06": "st",
}
_LIGATURE = re.compile(f"[{''.join(LIGATURES)}]")
_BEHIND = re.compile(r"\s*[^\W\d_]+(?:-[^\W\d_]+)*")


class KnownWords:
    """The words of pages that no line end divides, letters and hyphens between letters.

    Looked for when asked: few words are, and gathering all takes longer.
    """

    def __init__(self, pages: Iterable[str]) -> None:
        self._pages = list(pages)
        self._text: str | None = None
        self._asked: dict[str, bool] = {}

    def __contains__(self, word: object) -> bool:
        """Whether a word in lower case is among them; one that ends in a hyphen begins one."""
        assert isinstance(word, str)
        if word not in self._asked:
            self._asked[word] = self._holds(word)
        return self._asked[word]

    def _holds(self, word: str) -> bool:
        if self._text is None:
            self._text = f"  {'  '.join(map(_plain, self._pages))}  "
        text = self._text
        at = text.find(word)
        while at >= 0:
            end = at + len(word)
            begins = not text[at - 1].isalpha() and not (
                text[at - 1] == "-" and text[at - 2].isalpha()
            )
            if word[-1] == "-":
                ends = text[end].isalpha()
            else:
                ends = not text[end].isalpha() and not (
                    text[end] == "-" and text[end + 1].isalpha()
                )
            if begins and ends:
                return True
            at = text.find(word, at + 1)
        return False


def _plain(codes: str) -> str:
    if not codes.isascii():
        codes = _LIGATURE.sub(lambda found: LIGATURES[found.group()], codes)
    if HYPHEN_MARK in codes:
        codes = _without_divided(codes)
    return codes.lower()


def _without_divided(codes: str) -> str:
    """The text without the words that a line's end divides."""
    kept = []
    end = 0
    at = codes.find(HYPHEN_MARK)
    while at >= 0:
        begin = at
        while begin > end and (
            codes[begin - 1].isalpha()
            or (codes[begin - 1] == "-" and begin < at and codes[begin - 2].isalpha())
        ):
            begin -= 1
        begin += codes.startswith("-", begin)
        behind = _BEHIND.match(codes, at + 1)
        if begin < at and behind is not None:
            kept.append(codes[end:begin])
            end = behind.end()
        at = codes.find(HYPHEN_MARK, max(at + 1, end))
    return " ".join([*kept, codes[end:]])
