"""reStructuredText, as documentation tools use it: nothing is included, nothing is run.

Directives and roles that are not known keep their text; docutils would leave it out, and most
files use those of some documentation tool.
"""

import re
from pathlib import Path

from engine.errors import ParseError
from engine.ingest.parsers.markup.text import read_text
from engine.ingest.parsers.options import DEFAULTS, ParseOptions
from engine.ingest.parsers.page_builder import PageBuilder
from engine.types import ParsedDocument

RULE = re.compile(r"([!-/:-@\[-`{-~])\1{1,}[ \t]*$")
ITEM = re.compile(r"(?P<mark>[-*+•]|\(?(?:\d{1,4}|[A-Za-z#]|[ivxIVX]{1,6})[.)])[ \t]+(?=\S)")
DIRECTIVE = re.compile(
    r"\.\.[ \t]+(?:\|(?P<alias>[^|\n]+)\|[ \t]+)?(?P<name>[\w:+.-]+)::[ \t]*(?P<rest>.*)"
)
EXPLICIT = re.compile(r"\.\.(?:[ \t]+|$)")
TARGET = re.compile(r"\.\.[ \t]+_.*:|__[ \t]")
FOOTNOTE = re.compile(r"\.\.[ \t]+\[(?P<label>[^\]\n]{1,60})\][ \t]*(?P<rest>.*)")
FIELD = re.compile(r":(?P<name>[^:\n]{1,80}):(?:[ \t]+|$)(?P<rest>.*)")
GRID = re.compile(r"\+(?:[-=]+\+)+[ \t]*$")
SIMPLE = re.compile(r"=+(?:[ \t]+=+)+[ \t]*$")
NO_TEXT = frozenset(
    re.findall(
        r"\S+",
        "image include raw contents toctree index meta highlight default-role role sectnum "
        "csv-table-file automodule autoclass autofunction automethod currentmodule module "
        "py:module py:currentmodule title target-notes header footer unicode replace date "
        "tabularcolumns",
    )
)
VERBATIM = frozenset(re.findall(
        r"\S+",
        "code code-block sourcecode parsed-literal literalinclude math doctest "
        "highlight-block prompt ipython productionlist",
    ))  # fmt: skip
ROLE = re.compile(r":(?:[\w.+-]+:)*[\w.+-]+:`(?P<text>[^`\n]+(?:\n[^`\n]+)?)`")
LINK = re.compile(r"`(?P<text>[^`<]*?)\s*<(?P<target>[^`>]*)>`_{0,2}")
QUOTED = re.compile(r"``(?P<code>.+?)``|`(?P<text>[^`]+)`_{0,2}")
STRONG = re.compile(r"(?<![\w*])(\*{1,2})(?=\S)([^*\n]*(?:\n[^*\n]+)?[^*\s])\1(?![\w*])")
REFERENCE = re.compile(r"(?<=\w)__?(?=[\s.,;:!?)\]'\"]|$)")
ALIAS = re.compile(r"\|([^|\s][^|\n]*?)\|_{0,2}")


def parse(path: Path, options: ParseOptions = DEFAULTS) -> ParsedDocument:  # noqa: ARG001
    """Raises ParseError where the file is empty or no text."""
    builder = PageBuilder()
    _Reader(builder).read(read_text(path).expandtabs(4).split("\n"))
    page = builder.page()
    if not page.text.strip():
        raise ParseError("This file is empty.", "", "empty")
    title = page.headings[0].title if page.headings else path.stem
    return ParsedDocument("rst", title, (page,))


def inline(text: str) -> str:
    """The text without marks of emphasis, roles and links."""
    text = ROLE.sub(_role, text)
    text = LINK.sub(lambda match: match["text"] or match["target"], text)
    text = QUOTED.sub(lambda match: match["code"] or match["text"], text)
    text = STRONG.sub(r"\2", text)
    text = ALIAS.sub(r"\1", text)
    text = REFERENCE.sub("", text)
    return re.sub(r"\\([^\w\s])", r"\1", text).replace("\\ ", "")


def _role(match: re.Match[str]) -> str:
    text = match["text"]
    shown = re.fullmatch(r"(.+?)\s*<[^>]*>", text, re.DOTALL)
    return shown[1] if shown else text.lstrip("~!.")


class _Reader:
    def __init__(self, builder: PageBuilder) -> None:
        self._builder = builder
        self._levels: list[str] = []
        """Kinds of underlining in the order in which they came; the first is the highest."""

    def read(self, lines: list[str], depth: int = 0) -> None:
        at = 0
        while at < len(lines):
            at = self._block(lines, at, depth)

    def _block(self, lines: list[str], at: int, depth: int) -> int:
        line = lines[at]
        if not line.strip():
            return at + 1
        title = self._title(lines, at)
        if title:
            return title
        if RULE.match(line) and len(line.strip()) >= 4:
            return at + 1
        if EXPLICIT.match(line) or TARGET.match(line):
            return self._explicit(lines, at, depth)
        if GRID.match(line):
            return self._grid(lines, at)
        if SIMPLE.match(line):
            return self._simple(lines, at)
        field = FIELD.match(line)
        if field:
            end = _indented(lines, at + 1)
            body = " ".join([field["rest"], *(part.strip() for part in lines[at + 1 : end])])
            self._builder.item(f"{field['name']}: {inline(body.strip())}")
            return end
        item = ITEM.match(line.lstrip())
        if item and (item["mark"] in "-*+•" or _starts(lines, at)):
            return self._item(lines, at, item)
        return self._paragraph(lines, at)

    def _title(self, lines: list[str], at: int) -> int:
        line = lines[at]
        if RULE.match(line) and at + 2 < len(lines) and lines[at + 1].strip():
            under = lines[at + 2]
            if RULE.match(under) and under.strip()[0] == line[0] and len(line.strip()) >= 3:
                self._heading(line[0] * 2, lines[at + 1])
                return at + 3
        if at + 1 < len(lines) and RULE.match(lines[at + 1]) and not line.startswith((" ", "..")):
            under = lines[at + 1].strip()
            long = len(under) >= min(len(line.strip()), 4) and len(under) >= len(line.strip()) * 0.6
            if long and not RULE.match(line):
                self._heading(under[0], line)
                return at + 2
        return 0

    def _heading(self, kind: str, title: str) -> None:
        if kind not in self._levels:
            self._levels.append(kind)
        self._builder.heading(min(self._levels.index(kind) + 1, 6), inline(title.strip()))

    def _explicit(self, lines: list[str], at: int, depth: int) -> int:
        end = _indented(lines, at + 1)
        body = _dedented(lines[at + 1 : end])
        footnote = FOOTNOTE.match(lines[at])
        if footnote:
            text = " ".join([footnote["rest"], *(part.strip() for part in body)])
            self._builder.paragraph(f"[{footnote['label']}] {inline(text)}")
            return end
        directive = DIRECTIVE.match(lines[at])
        if directive is None:
            return end  # a comment or a target
        name = directive["name"].lower()
        options, body = _options(body)
        if name in NO_TEXT:
            caption = options.get("alt", "")
            if directive["alias"] and name == "replace":
                caption = " ".join([directive["rest"], *body])
            self._builder.paragraph(inline(caption))
        elif name in VERBATIM or (name.endswith("code") and depth < 20):
            first = [directive["rest"]] if name == "math" and directive["rest"] else []
            self._builder.verbatim("\n".join([*first, *body]))
        elif name in ("csv-table", "list-table", "table", "figure"):
            shown = directive["rest"] if name != "figure" else options.get("alt", "")
            self._builder.paragraph(inline(shown))
            if name == "csv-table":
                for row in body:
                    self._builder.row([inline(cell.strip().strip('"')) for cell in row.split(",")])
                self._builder.end_group()
            elif depth < 20:
                self.read(body, depth + 1)
        else:
            self._builder.paragraph(inline(directive["rest"]))
            if depth < 20:
                self.read(body, depth + 1)
            else:
                self._builder.verbatim("\n".join(body))
        return end

    def _item(self, lines: list[str], at: int, item: re.Match[str]) -> int:
        margin = len(lines[at]) - len(lines[at].lstrip())
        text = [lines[at].lstrip()[item.end() :]]
        end = at + 1
        while end < len(lines) and lines[end].strip():
            own = len(lines[end]) - len(lines[end].lstrip())
            if own <= margin or ITEM.match(lines[end].lstrip()):
                break
            text.append(lines[end].strip())
            end += 1
        mark = "• " if item["mark"] in "-*+•" else item["mark"].strip("()").rstrip(".") + ". "
        joined = " ".join(text)
        self._builder.item("  " * min(margin // 2, 8) + mark + inline(joined.removesuffix("::")))
        if joined.endswith("::"):
            return self._literal(lines, end, margin)
        return end

    def _paragraph(self, lines: list[str], at: int) -> int:
        margin = len(lines[at]) - len(lines[at].lstrip())
        end = at + 1
        while end < len(lines) and lines[end].strip():
            own = len(lines[end]) - len(lines[end].lstrip())
            if own != margin or (EXPLICIT.match(lines[end]) and margin == 0):
                break
            end += 1
        self._builder.end_group()
        text = "\n".join(part.strip() for part in lines[at:end])
        bars = all(part.strip().startswith("|") for part in lines[at:end])
        if bars:  # verses keep their lines
            self._builder.paragraph(inline(re.sub(r"^\|[ ]?", "", text, flags=re.MULTILINE)))
            return end
        if text.endswith("::"):
            text = text[:-1] if not text[:-2].endswith((" ", "\n")) and text != "::" else text[:-2]
            self._builder.paragraph(inline(text).replace("\n", " "))
            return self._literal(lines, end, margin)
        self._builder.paragraph(inline(text).replace("\n", " "))
        return end

    def _literal(self, lines: list[str], at: int, margin: int) -> int:
        end = _indented(lines, at, margin)
        self._builder.verbatim("\n".join(_dedented(lines[at:end])))
        return max(end, at)

    def _grid(self, lines: list[str], at: int) -> int:
        """A drawn table: the lines of a row are joined cell by cell."""
        cells: list[list[str]] = []
        while at < len(lines) and lines[at].lstrip().startswith(("+", "|")):
            line = lines[at].strip()
            if line.startswith("+"):
                self._builder.row([inline(" ".join(cell)) for cell in cells])
                cells = []
            else:
                parts = [part.strip() for part in line.strip("|").split("|")]
                cells += [[] for _ in range(len(parts) - len(cells))]
                for cell, part in zip(cells, parts, strict=False):
                    cell.append(part)
            at += 1
        self._builder.row([inline(" ".join(cell)) for cell in cells])
        self._builder.end_group()
        return at

    def _simple(self, lines: list[str], at: int) -> int:
        """A table between rules of ``=``; the rules' gaps part the cells."""
        starts = [match.start() for match in re.finditer(r"=+", lines[at])]
        at += 1
        rules = 0
        while at < len(lines) and rules < 2:
            line = lines[at]
            at += 1
            if SIMPLE.match(line):
                rules += 1
                if at >= len(lines) or not lines[at].strip():
                    break
            elif line.strip() and not re.fullmatch(r"[-\s]+", line):
                borders = [*starts[1:], len(line) + 1]
                cells = [
                    line[a:b].strip() for a, b in zip(starts, borders, strict=True) if a < len(line)
                ]
                self._builder.row([inline(cell) for cell in cells])
        self._builder.end_group()
        return at


def _indented(lines: list[str], at: int, margin: int = 0) -> int:
    """End of the lines that stand further in than the margin; empty ones at its end not counted."""
    end = at
    while at < len(lines):
        if lines[at].strip():
            if len(lines[at]) - len(lines[at].lstrip()) <= margin:
                break
            end = at + 1
        at += 1
    return end


def _dedented(lines: list[str]) -> list[str]:
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return [line[margin:] for line in lines]


def _options(body: list[str]) -> tuple[dict[str, str], list[str]]:
    """The options at the start of a directive's block, and the rest."""
    found: dict[str, str] = {}
    at = 0
    while at < len(body) and (match := FIELD.match(body[at])):
        found[match["name"].lower()] = match["rest"]
        at += 1
    return found, body[at:]


def _starts(lines: list[str], at: int) -> bool:
    """A numbered line is an item only where a list may begin or goes on."""
    return at == 0 or not lines[at - 1].strip() or ITEM.match(lines[at - 1].lstrip()) is not None
