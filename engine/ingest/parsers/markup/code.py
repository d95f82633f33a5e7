"""Source code of any language: the text as it stands, its functions and types as headings."""

import re
from pathlib import Path

from engine.ingest.parsers.markup.text import read_text
from engine.ingest.parsers.options import DEFAULTS, ParseOptions
from engine.types import Heading, Page, ParsedDocument

SUFFIXES = tuple(
    re.findall(
        r"\S+",
        ".py .pyi .pyx .js .mjs .cjs .jsx .ts .tsx .java .kt .kts .scala .groovy .gradle .c "
        ".h .cc .cpp .cxx .hpp .hh .hxx .m .mm .cs .vb .fs .fsx .go .rs .swift .rb .php .pl "
        ".pm .lua .r .jl .dart .ex .exs .erl .hrl .hs .lhs .ml .mli .clj .cljs .lisp .el .scm "
        ".rkt .nim .zig .d .pas .f .f90 .f95 .for .cob .cbl .ada .adb .ads .asm .s .vhd .vhdl "
        ".v .sv .sh .bash .zsh .fish .ps1 .bat .cmd .awk .sed .tcl .sql .graphql .proto "
        ".thrift .css .scss .sass .less .vue .svelte .tf .hcl .cmake .mk .dockerfile .nix "
        ".toml .ini .cfg .conf .properties .yaml .yml .diff .patch .ps1 .vbs .sol .cu .glsl "
        ".wat",
    )
)
NAMED = r"(?P<name>[^\W\d][\w$.:<>~?!*-]{0,80})"
HEAD = re.compile(
    r"^(?P<indent>[ \t]*)(?P<head>"
    r"(?:(?:export|default|public|private|protected|internal|static|final|abstract|async|open|data|"
    r"sealed|override|inline|unsafe|extern|pub(?:\([\w: ]+\))?|partial|virtual|const)\s+){0,5}"
    r"(?:class|interface|struct|enum|trait|record|object|protocol|extension|impl|module|mod|namespace|"
    r"union|def|defp|defmodule|function|func|fn|fun|sub|proc|procedure|subroutine|macro|"
    rf"create(?:\s+or\s+replace)?\s+(?:table|view|function|procedure|trigger|index))\*?\s+{NAMED}"
    r"[^\n{;=]{0,160})",
    re.MULTILINE | re.IGNORECASE,
)
METHOD = re.compile(
    r"^(?P<indent>[ \t]{0,12})(?P<head>(?:[\w:<>\[\],&*.@]+[ \t]+[*&]*){1,5}"
    r"(?P<name>[^\W\d][\w:~]{0,80})[ \t]*\([^;{}()\n]{0,200}\))(?=[^;{}()=\n]{0,60}\n?[ \t]*\{)",
    re.MULTILINE,
)
GO_METHOD = re.compile(
    r"^(?P<indent>)(?P<head>func \([^)\n]{1,80}\) (?P<name>\w{1,80})\([^\n{]{0,160})", re.MULTILINE
)
COMMENT = ("#", "//", "*", "--", ";", "%", "'", '"')
CONTROL = frozenset(
    re.findall(
        r"\S+",
        "if for while switch return else elif catch when do try with using lock",
    )
)
TRAILING = re.compile(r"[ \t:{]*(?:[ \t]#|//|/\*)")
MAX_HEADINGS = 5000
LONG_LINE = 2000
"""Files with such lines are mostly made by programs; nothing is looked for in them."""


def parse(path: Path, options: ParseOptions = DEFAULTS) -> ParsedDocument:  # noqa: ARG001
    """Raises ParseError where the file is empty or no text."""
    text = read_text(path)
    return ParsedDocument("code", path.name, (Page(1, text, find_headings(text)),))


def find_headings(text: str) -> tuple[Heading, ...]:
    """Where functions and types begin. A light guess: no language is parsed."""
    found: dict[int, Heading] = {}
    if any(len(line) > LONG_LINE for line in text[:200_000].split("\n")):
        return ()
    for pattern in (HEAD, GO_METHOD, METHOD):
        for match in pattern.finditer(text):
            words = match["head"].split()
            if words[0].startswith(COMMENT) or match["name"].lower() in CONTROL:
                continue
            if words[0] in CONTROL or match["name"].lower() in ("is", "the", "of", "and", "to"):
                continue
            title = TRAILING.split(match["head"].split("\n")[0])[0].rstrip(" \t:({,")
            start = match.start("head")
            level = 1 + min(len(match["indent"].expandtabs(4)) // 4, 4)
            found.setdefault(start, Heading(start, level, title))
            if len(found) >= MAX_HEADINGS:
                break
    return tuple(found[start] for start in sorted(found))
