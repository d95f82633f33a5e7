"""Puts the text of a page without geometry together, and remembers where its headings stand."""

import re

from engine.types import Heading, Page

CELL = " | "
"""Between the cells of a table's row."""


class PageBuilder:
    """Takes a document's blocks in order. Paragraphs are parted by an empty line."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._headings: list[Heading] = []
        self._tight = False
        self.in_code = False

    def heading(self, level: int, title: str) -> None:
        title = squeeze(title).replace("\n", " ")
        if not title:
            return
        self._append(title, "\n\n")
        self._headings.append(Heading(self._length - len(title), level, title))
        self._tight = False

    def paragraph(self, text: str) -> Heading:
        """Add a paragraph; returns it as the heading it would be, were it one."""
        text = squeeze(text)
        self._append(text, "\n\n")
        self._tight = False
        return Heading(self._length - len(text), 1, text.replace("\n", " "))

    def item(self, text: str) -> None:
        """A list item; items that follow each other are not parted by empty lines."""
        indent = text[: len(text) - len(text.lstrip(" "))]
        text = squeeze(text)
        self._append(indent + text if text else "", "\n" if self._tight else "\n\n")
        self._tight = bool(text) or self._tight

    def row(self, cells: list[str]) -> None:
        """A table's row on one line."""
        flat = [squeeze(cell).replace("\n", " ") for cell in cells]
        if not any(flat):
            return
        self._append(CELL.join(flat).strip(), "\n" if self._tight else "\n\n")
        self._tight = True

    def end_group(self) -> None:
        """The list or table ends; what follows is parted by an empty line."""
        self._tight = False

    def verbatim(self, text: str) -> None:
        """Text whose line breaks and spaces mean something."""
        self._append(text.strip("\n").rstrip(), "\n\n")
        self._tight = False

    def code(self, text: str) -> None:
        """A line of a program, or several; lines that follow each other stay together."""
        self._append(text.strip("\n").rstrip(), "\n" if self.in_code else "\n\n")
        self._tight = False
        self.in_code = True

    def page(self, number: int = 1, label: str = "") -> Page:
        return Page(number, "".join(self._pieces), tuple(self._headings), label)

    def _append(self, text: str, joint: str) -> None:
        if not text.strip():
            return
        self.in_code = False
        if self._pieces:
            self._pieces.append(joint)
            self._length += len(joint)
        self._pieces.append(text)
        self._length += len(text)


def squeeze(text: str) -> str:
    """White space of any length as one space; single line breaks stay."""
    text = re.sub(r"[^\S\n]+", " ", text.replace("\u00ad", "").replace("\u200b", ""))
    return re.sub(r" ?\n[ \n]*", "\n", text).strip()
