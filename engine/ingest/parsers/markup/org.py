"""Org files: outlines of Emacs. Nothing is included, no block of code is run."""

import re
from pathlib import Path

from engine.errors import ParseError
from engine.ingest.parsers.markup.text import read_text
from engine.ingest.parsers.options import DEFAULTS, ParseOptions
from engine.ingest.parsers.page_builder import PageBuilder
from engine.types import ParsedDocument

HEADLINE = re.compile(
    r"(?P<stars>\*+)[ \t]+(?:(?P<todo>TODO|DONE|NEXT|WAITING|CANCELL?ED|HOLD|STARTED)[ \t]+)?"
    r"(?:\[#[A-Z0-9]\][ \t]+)?(?P<title>.*?)(?:[ \t]+(?P<tags>:[\w@#%:]+:))?[ \t]*$"
)
KEYWORD = re.compile(r"#\+(?P<name>[\w-]+):[ \t]*(?P<value>.*)", re.I)
MAX_DEPTH = 10
SHOWN = frozenset(
    re.findall(
        r"\S+",
        "title subtitle author date description email caption filetags keywords",
    )
)
BEGIN = re.compile(r"[ \t]*#\+BEGIN_(?P<kind>\w+)(?P<rest>.*)", re.I)
ITEM = re.compile(r"(?P<indent>[ \t]*)(?P<mark>[-+]|\d{1,4}[.)]|(?<=[ \t])\*)[ \t]+(?P<text>.*)")
BOX = re.compile(r"^\[([ Xx-])\][ \t]+")
DRAWER = re.compile(r"[ \t]*:(?:PROPERTIES|LOGBOOK|END|CLOCK):[ \t]*$", re.I)
LINK = re.compile(r"\[\[(?P<target>[^\[\]\n]{1,1000}+)\](?:\[(?P<text>[^\[\]\n]{1,500}+)\])?\]")
EMPHASIS = re.compile(r"(?<![\w/~=+*_])([*/_=~+])(?=\S)([^\n]{0,300}?\S)\1(?![\w/~=+*_])")
FOOTNOTE = re.compile(r"\[fn:[^\]\[:\n]{0,60}+:?([^\]\[\n]{0,1000}+)\]")


def parse(path: Path, options: ParseOptions = DEFAULTS) -> ParsedDocument:  # noqa: ARG001
    """Raises ParseError where the file is empty or no text."""
    builder = PageBuilder()
    title = _read(read_text(path).expandtabs(8).split("\n"), builder)
    page = builder.page()
    if not page.text.strip():
        raise ParseError("This file is empty.", "", "empty")
    if not title and page.headings:
        title = page.headings[0].title
    return ParsedDocument("org", title or path.stem, (page,))


def inline(text: str) -> str:
    """The text without marks of emphasis and links."""
    text = LINK.sub(lambda match: match["text"] or match["target"], text)
    text = FOOTNOTE.sub(r" \1", text)
    for _ in range(2):  # one kind of emphasis may stand inside another
        text = EMPHASIS.sub(r"\2", text)
    return re.sub(r"[<\[](\d{4}-\d\d-\d\d[^>\]\n]{0,40})[>\]]", r"\1", text)


def _read(lines: list[str], builder: PageBuilder, depth: int = 0) -> str:
    title = ""
    paragraph: list[str] = []

    def flush() -> None:
        if paragraph:
            builder.end_group()
            builder.paragraph(inline(" ".join(paragraph)))
            paragraph.clear()

    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        headline = HEADLINE.match(line)
        keyword = KEYWORD.match(line.strip())
        begin = BEGIN.match(line)
        item = ITEM.match(line)
        if headline:
            flush()
            words = [headline["todo"] or "", inline(headline["title"])]
            builder.heading(min(len(headline["stars"]), 6), " ".join(filter(None, words)))
        elif begin:
            flush()
            at = _block(lines, at, begin, builder, depth)
        elif keyword:
            flush()
            name = keyword["name"].lower()
            if name == "title":
                title = title or inline(keyword["value"]).strip()
                builder.heading(1, inline(keyword["value"]))
            elif name in SHOWN and keyword["value"]:
                builder.item(f"{keyword['name'].capitalize()}: {inline(keyword['value'])}")
        elif DRAWER.match(line):
            flush()
            if not line.strip().upper().startswith((":END", ":CLOCK")):
                end = next(
                    (k for k in range(at, min(at + 200, len(lines)))
                     if lines[k].strip().upper() == ":END:"), at - 1
                )  # fmt: skip
                at = end + 1
        elif line.strip().startswith("|"):
            flush()
            if not re.fullmatch(r"[ \t]*\|[-+|: ]*", line):
                builder.row([inline(cell) for cell in line.strip().strip("|").split("|")])
                if at >= len(lines) or not lines[at].strip().startswith("|"):
                    builder.end_group()
        elif item:
            flush()
            text = [BOX.sub(lambda box: "[x] " if box[1] in "Xx" else "[ ] ", item["text"])]
            margin = len(item["indent"])
            while (
                at < len(lines)
                and lines[at].strip()
                and not ITEM.match(lines[at])
                and (
                    len(lines[at]) - len(lines[at].lstrip()) > margin and not BEGIN.match(lines[at])
                )
            ):
                text.append(lines[at].strip())
                at += 1
            mark = "• " if not item["mark"][0].isdigit() else item["mark"][:-1] + ". "
            shown = inline(" ".join(text)).replace(" :: ", ": ")
            builder.item("  " * min(margin // 2, 8) + mark + shown)
        elif not line.strip():
            flush()
        elif re.match(r"[ \t]*: ", line):
            flush()
            builder.verbatim(line.strip()[2:])
        elif not re.match(r"[ \t]*#(?: |$)|-{5,}[ \t]*$", line):
            paragraph.append(line.strip())
    flush()
    return title


def _block(
    lines: list[str], at: int, begin: re.Match[str], builder: PageBuilder, depth: int
) -> int:
    kind = begin["kind"].lower()
    ending = re.compile(rf"[ \t]*#\+END_{re.escape(kind)}\b", re.I)
    end = next((k for k in range(at, len(lines)) if ending.match(lines[k])), len(lines))
    body = lines[at:end]
    if kind in ("src", "example", "export", "verse") or depth >= MAX_DEPTH:
        margin = min((len(part) - len(part.lstrip()) for part in body if part.strip()), default=0)
        builder.verbatim("\n".join(part[margin:] for part in body))
    elif kind != "comment":
        _read(body, builder, depth + 1)
    return end + 1
