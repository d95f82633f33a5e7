"""Paragraphs and lists of OpenDocument (ISO/IEC 26300), which its three kinds of document share."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from engine.ingest.parsers.office.docx_numbering import written
from engine.ingest.parsers.office.docx_xml import attribute, child, name_of

MAX_REPEATED_SPACES = 100
FORMS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman",
         "I": "upperRoman"}  # fmt: skip
LEFT_OUT = frozenset(
    ["tracked-changes", "annotation", "annotation-end", "bookmark", "sequence-decls", "forms",
     "variable-decls", "user-field-decls", "title", "desc", "alphabetical-index-mark", "ruby-text",
     "presentation", "settings", "event-listeners", "image", "note-citation", "soft-page-break"]
)  # fmt: skip
MAX_DEPTH = 10


@dataclass(slots=True)
class Found:
    """What a paragraph holds beside its words."""

    boxes: list[Any] = field(default_factory=list)
    """Frames and shapes that are anchored in it."""
    notes: list[Any] = field(default_factory=list)
    """Bodies of foot- and endnotes, in order; their marks stand in the text."""
    comments: list[str] = field(default_factory=list)
    notes_before: int = 0


def inline(element: Any, found: Found | None = None) -> str:
    """The text of a paragraph."""
    pieces: list[str] = []
    _inline(element, pieces, Found() if found is None else found)
    return "".join(pieces)


def _inline(element: Any, pieces: list[str], found: Found) -> None:
    pieces.append(element.text or "")
    for part in element:
        name = name_of(part)
        if name == "s":
            count = attribute(part, "c")
            spaces = int(count) if count.isdecimal() else 1
            pieces.append(" " * min(spaces, MAX_REPEATED_SPACES))
        elif name == "tab":
            pieces.append("\t")
        elif name == "line-break":
            pieces.append("\n")
        elif name == "note":
            body = child(part, "note-body")
            if body is not None:
                found.notes.append(body)
                pieces.append(f" [{found.notes_before + len(found.notes)}]")
        elif name == "annotation":
            text = " ".join(
                inline(one).strip() for one in part.iter() if name_of(one) in ("p", "h")
            ).strip()
            if text:
                found.comments.append(text)
        elif name in ("frame", "custom-shape", "g", "rect", "ellipse", "text-box", "line"):
            found.boxes.append(part)
        elif name and name not in LEFT_OUT:
            _inline(part, pieces, found)
        pieces.append(part.tail or "")


@dataclass(frozen=True, slots=True)
class ListLevel:
    form: str
    """As Word names it; ``"bullet"`` and ``"none"`` too."""
    prefix: str
    suffix: str
    start: int
    shown: int
    """How many levels' numbers stand in the mark."""


@dataclass(slots=True)
class Lists:
    """Marks of list items, counted as they are read."""

    levels: dict[str, dict[int, ListLevel]] = field(default_factory=dict)
    """By style and level from 1."""
    outline: dict[int, ListLevel] = field(default_factory=dict)
    """How headings are numbered."""
    _counters: dict[str, list[int]] = field(default_factory=dict)

    def learn(self, root: Any) -> None:
        """Take the list styles of ``styles.xml`` or ``content.xml``."""
        if root is None:
            return
        for style in root.iter():
            if name_of(style) == "list-style":
                self.levels[attribute(style, "name")] = _levels(style)
            elif name_of(style) == "outline-style":
                self.outline = _levels(style)

    def begin(self, style: str, *, goes_on: bool) -> None:
        """A list at the outermost level starts."""
        if not goes_on:
            self._counters.pop(style, None)

    def mark(self, style: str, level: int, start: str = "") -> str:
        """The mark of the next item at this level (from 1)."""
        return self._next(style, self.levels.get(style, {}), level, start)

    def heading_mark(self, level: int) -> str:
        return self._next("#outline", self.outline, level, "")

    def _next(self, style: str, levels: dict[int, ListLevel], level: int, start: str) -> str:
        found = levels.get(level)
        counters = self._counters.setdefault(style, [])
        while len(counters) < level:
            above = levels.get(len(counters) + 1)
            first = above.start if above is not None else 1
            counters.append(first if len(counters) + 1 < level else first - 1)
        del counters[level:]
        counters[-1] = int(start) if start.isdecimal() else counters[-1] + 1
        if found is None:
            return "•" if style != "#outline" else ""
        if found.form in ("bullet", "none"):
            return "•" if found.form == "bullet" else ""
        numbers = [
            written(counters[place - 1], levels[place].form if place in levels else "decimal")
            for place in range(max(1, level - found.shown + 1), level + 1)
        ]
        return f"{found.prefix}{'.'.join(numbers)}{found.suffix}".strip()


def _levels(style: Any) -> dict[int, ListLevel]:
    levels = {}
    for level in style:
        number = attribute(level, "level")
        if not number.isdecimal():
            continue
        form = FORMS.get(attribute(level, "num-format"), "none")
        if name_of(level) != "list-level-style-number" and name_of(level) != "outline-level-style":
            form = "bullet"
        start, shown = attribute(level, "start-value"), attribute(level, "display-levels")
        levels[int(number)] = ListLevel(
            form, attribute(level, "num-prefix"), attribute(level, "num-suffix"),
            int(start) if start.isdecimal() else 1, int(shown) if shown.isdecimal() else 1,
        )  # fmt: skip
    return levels


@dataclass(frozen=True, slots=True)
class ListLine:
    level: int
    """From 0."""
    mark: str
    """Empty for a further paragraph of the same item."""
    element: Any
    """A paragraph, a heading or a table."""


def list_lines(element: Any, lists: Lists, style: str = "", level: int = 1) -> Iterator[ListLine]:
    """The paragraphs of a ``text:list`` and of the lists inside it, with their marks."""
    own = attribute(element, "style-name")
    if level == 1:
        goes_on = attribute(element, "continue-numbering") == "true" or bool(
            attribute(element, "continue-list")
        )
        lists.begin(own, goes_on=goes_on)
    style = own or style
    for item in element:
        if name_of(item) not in ("list-item", "list-header"):
            continue
        mark = ""
        if name_of(item) == "list-item" and any(name_of(one) in ("p", "h") for one in item):
            mark = lists.mark(style, level, attribute(item, "start-value"))
        for part in item:
            if name_of(part) == "list" and level < MAX_DEPTH:
                yield from list_lines(part, lists, style, level + 1)
            elif name_of(part) in ("p", "h", "table"):
                yield ListLine(level - 1, mark, part)
                mark = ""


def math_text(root: Any) -> str:
    """A formula's signs in their order; its source in another language is left out."""
    if root is None:
        return ""
    pieces = [
        node.text.strip()
        for node in root.iter()
        if name_of(node) in ("mi", "mn", "mo", "mtext", "ms") and node.text
    ]
    return " ".join(piece for piece in pieces if piece)
