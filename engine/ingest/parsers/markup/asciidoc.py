"""AsciiDoc, as its reader would see it. Nothing is included."""

import re
from pathlib import Path

from engine.errors import ParseError
from engine.ingest.parsers.markup.text import read_text
from engine.ingest.parsers.options import DEFAULTS, ParseOptions
from engine.ingest.parsers.page_builder import PageBuilder
from engine.types import ParsedDocument

TITLE = re.compile(r"(?P<marks>={1,6}|#{1,6})[ \t]+(?P<title>\S.*?)(?:[ \t]+=+)?[ \t]*$")
UNDERLINED = {"=": 1, "-": 2, "~": 3, "^": 4, "+": 5}
ATTRIBUTE = re.compile(r":(?P<name>!?[\w-]+!?):(?:[ \t]+(?P<value>.*))?$")
SHOWN = frozenset(["author", "email", "revdate", "revnumber", "description", "keywords"])
FENCE = re.compile(r"(?P<mark>-{4,}|\.{4,}|={4,}|\*{4,}|_{4,}|\+{4,}|/{4,}|--|```)[ \t]*\w*$")
TABLE = re.compile(r"[|,:!]={3,}[ \t]*$")
ITEM = re.compile(
    r"(?P<indent>[ \t]*)(?P<mark>[*]{1,6}|-|\.{1,6}|\d{1,4}\.|[a-z]\.)[ \t]+(?P<text>\S.*)"
)
TERM = re.compile(r"(?P<term>\S.{0,200}?)(?::{2,4}|;;)(?:[ \t]+(?P<text>.*))?$")
BLOCK_MACRO = re.compile(r"(?P<name>\w+)::(?P<target>[^\[\n]*)\[(?P<text>[^\n]*)\][ \t]*$")
LABEL = re.compile(r"\[[^\]\n]*\][ \t]*$")
CELL = re.compile(r"(?:(?<=\s)|^)(?:\d*(?:\.\d+)?[+*])?[<^>]?(?:\.[<^>])?[adehlmsv]?\|")
LINK = re.compile(
    r"\b(?:link|https?|ftp|mailto|xref|file):(?P<target>[^\s\[\]]{1,500}+)\[(?P<text>[^\]\n]{0,500}+)\]"
)
CROSS = re.compile(r"<<(?P<target>[^,<>\n]{1,200}+)(?:,[ \t]*(?P<text>[^<>\n]{1,300}+))?>>")
MACRO = re.compile(
    r"\b(?P<name>footnote|kbd|btn|menu|pass|stem|latexmath|image|icon|indexterm2?):[^\s\[]{0,300}+\[(?P<text>[^\]\n]{0,1000}+)\]"
)
ROLE = re.compile(r"\[\.?[\w.# -]{1,40}\](?=[*_#`])")
EMPHASIS = re.compile(r"(?<![\w*_`#+^~])([*_`#+]{1,2})(?=\S)([^\n]{0,400}?\S)\1(?![\w])")
DOUBLE = re.compile(r"(\*\*|__|``|##|\+\+)(?=\S)([^\n]{0,400}?\S)\1")


def parse(path: Path, options: ParseOptions = DEFAULTS) -> ParsedDocument:  # noqa: ARG001
    """Raises ParseError where the file is empty or no text."""
    builder = PageBuilder()
    _Reader(builder).read(read_text(path).expandtabs(4).split("\n"), 0)
    page = builder.page()
    if not page.text.strip():
        raise ParseError("This file is empty.", "", "empty")
    title = page.headings[0].title if page.headings else path.stem
    return ParsedDocument("asciidoc", title, (page,))


def inline(text: str) -> str:
    """The text without marks of emphasis, links and macros."""
    text = LINK.sub(lambda match: match["text"].rstrip("^") or match["target"], text)
    text = CROSS.sub(lambda match: match["text"] or match["target"], text)
    text = MACRO.sub(
        lambda match: f" ({match['text']})" if match["name"] == "footnote" else match["text"], text
    )
    text = ROLE.sub("", text)
    text = EMPHASIS.sub(r"\2", DOUBLE.sub(r"\2", text))
    return re.sub(r"\[\[[^\[\]\n]{0,200}+\]\]|\(\(\(?[^()\n]{0,200}+\)\)\)", "", text)


class _Reader:
    def __init__(self, builder: PageBuilder) -> None:
        self._builder = builder
        self._paragraph: list[str] = []

    def read(self, lines: list[str], depth: int) -> None:
        at = 0
        while at < len(lines):
            at = self._line(lines, at, depth)
        self._flush()

    def _flush(self) -> None:
        if self._paragraph:
            self._builder.end_group()
            self._builder.paragraph(inline(" ".join(self._paragraph)))
            self._paragraph.clear()

    def _line(self, lines: list[str], at: int, depth: int) -> int:
        line = lines[at].rstrip()
        if not line.strip():
            self._flush()
            return at + 1
        if line.startswith("////"):
            self._flush()
            return _closing(lines, at) + 1
        if line.startswith("//"):
            return at + 1
        title = TITLE.match(line)
        if title:
            self._flush()
            self._builder.heading(len(title["marks"]), inline(title["title"]))
            return at + 1
        if not self._paragraph and self._underlined(lines, at):
            return at + 2
        if TABLE.match(line):
            self._flush()
            return self._table(lines, at)
        if line.startswith("|") and line.endswith("|") and not self._paragraph:
            self._builder.row([inline(cell) for cell in line.strip("|").split("|")])
            if at + 1 >= len(lines) or not lines[at + 1].startswith("|"):
                self._builder.end_group()
            return at + 1
        if FENCE.match(line):
            self._flush()
            return self._fenced(lines, at, depth)
        return self._small(lines, at, line)

    def _small(self, lines: list[str], at: int, line: str) -> int:
        attribute = ATTRIBUTE.match(line)
        macro = BLOCK_MACRO.match(line)
        item = ITEM.match(line)
        term = TERM.match(line)
        if attribute:
            if attribute["name"].lower() in SHOWN and attribute["value"]:
                self._builder.item(f"{attribute['name'].capitalize()}: {attribute['value']}")
        elif macro:
            self._flush()
            text = macro["text"].partition(",")[0].strip("\"' ")
            if macro["name"] in ("image", "video", "audio") and "=" not in text:
                self._builder.paragraph(inline(text))
        elif LABEL.match(line) and not self._paragraph:
            quoted = re.match(r"\[(?:quote|verse),[ \t]*(.+?)\]", line)
            if quoted:
                self._builder.paragraph(quoted[1])
        elif item and (not self._paragraph or item["mark"][0] in "*."):
            self._flush()
            return self._item(lines, at, item)
        elif term and not self._paragraph:
            self._builder.item(f"{inline(term['term'])}: {inline(term['text'] or '')}".strip())
        elif line.strip() == "+" or line.strip() in ("'''", "<<<", "---", "***"):
            self._flush()
        elif line.startswith(".") and len(line) > 1 and line[1] not in ". " and not self._paragraph:
            self._builder.paragraph(inline(line[1:]))
        else:
            self._paragraph.append(line.strip().removesuffix(" +"))
        return at + 1

    def _underlined(self, lines: list[str], at: int) -> bool:
        line = lines[at].rstrip()
        under = lines[at + 1].rstrip() if at + 1 < len(lines) else ""
        if len(under) < 3 or len(set(under)) != 1 or under[0] not in UNDERLINED:
            return False
        if abs(len(under) - len(line)) > 2 or not re.search(r"\w", line):
            return False
        self._builder.heading(UNDERLINED[under[0]], inline(line))
        return True

    def _item(self, lines: list[str], at: int, item: re.Match[str]) -> int:
        text = [item["text"]]
        end = at + 1
        while end < len(lines) and lines[end].strip():
            line = lines[end]
            if ITEM.match(line) or line.strip() == "+" or FENCE.match(line) or TITLE.match(line):
                break
            if TABLE.match(line) or BLOCK_MACRO.match(line) or LABEL.match(line):
                break
            text.append(line.strip())
            end += 1
        depth = max(
            len(item["indent"]) // 2, len(item["mark"]) - 1 if item["mark"][0] in "*." else 0
        )
        numbered = item["mark"][0].isalnum()
        mark = item["mark"] + " " if numbered else "• "
        self._builder.item("  " * min(depth, 8) + mark + inline(" ".join(text)))
        return end

    def _fenced(self, lines: list[str], at: int, depth: int) -> int:
        end = _closing(lines, at)
        body = lines[at + 1 : end]
        mark = lines[at].strip()
        if mark[0] in "=*_" or mark == "--":
            if depth < 20:
                _Reader(self._builder).read(body, depth + 1)
            else:
                self._builder.verbatim("\n".join(body))
        else:
            self._builder.verbatim("\n".join(body))
        return end + 1

    def _table(self, lines: list[str], at: int) -> int:
        end = _closing(lines, at)
        mark = lines[at].strip()[0]
        width = 0
        cells: list[str] = []
        for line in lines[at + 1 : end]:
            if mark in ",:":
                self._builder.row([inline(cell) for cell in line.split(mark)])
                continue
            if not line.strip():
                continue
            parts = CELL.split(line.replace("\\|", "\0"))
            if parts[0].strip() and cells:
                cells[-1] += " " + parts[0].strip()
            elif parts[0].strip():
                cells.append(parts[0].strip())
            new = (
                [part.strip() for part in re.split(r"\|", "|".join(parts[1:]))]
                if len(parts) > 1
                else []
            )
            width = width or len(new)
            cells += new
            if len(cells) >= width > 1 or len(new) > 1:
                self._row(cells)
                cells = []
        self._row(cells)
        self._builder.end_group()
        return end + 1

    def _row(self, cells: list[str]) -> None:
        self._builder.row([inline(cell.replace("\0", "|")) for cell in cells])


def _closing(lines: list[str], at: int) -> int:
    """Line of the mark that closes the block opened here; the last line where there is none."""
    mark = lines[at].strip()
    mark = "```" if mark.startswith("```") else mark
    for end in range(at + 1, len(lines)):
        if lines[end].strip() == mark:
            return end
    return len(lines)
