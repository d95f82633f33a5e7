"""What the beginning of a text tells of data, subtitles and texts with marks."""

import re

LATEX = re.compile(r"^[ \t]*\\(?:documentclass|documentstyle|begin\{document\}|usepackage)\b", re.M)
BIB = re.compile(r"^\s*@(?:[A-Za-z]{3,30})\s*\{\s*[^\s,{}\"=]{1,120}\s*,", re.M)
VTT = re.compile(r"\ufeff?WEBVTT(?:[ \t\n]|$)")
SRT = re.compile(
    r"\s*(?:\d{1,7}[ \t]*\n)[ \t]*\d{1,3}:\d\d:\d\d[,.]\d{1,3}[ \t]*-->[ \t]*\d{1,3}:\d\d:\d\d"
)
NOTEBOOK = re.compile(r'"(?:nbformat|cell_type|nbformat_minor)"\s*:')
FICTION = re.compile(r"<FictionBook\b", re.I)
SHEBANG = re.compile(r"#!\s*/")
JSON_FIRST = re.compile(
    r'\s*(?:\{\s*(?:"(?:[^"\\\n]|\\.){0,500}"\s*:\s*(?:["\[{\d-]|true|false|null)|\}\s*$)'
    r'|\[\s*(?:[\[{]\s*["\[{\d\]}-]|"(?:[^"\\\n]|\\.){0,500}"\s*[,\]]|-?\d[\d.eE+-]*\s*[,\]]|\]\s*$))'
)
ORG = re.compile(r"^#\+(?:TITLE|AUTHOR|OPTIONS|STARTUP|BEGIN_SRC|FILETAGS)\b", re.I | re.M)
ADOC = re.compile(
    r"\A(?:\s*//[^\n]*\n)*= \S[^\n]*\n(?:.*^(?:==+ \S|:[\w-]+:|\[\S+\]$|\|===))", re.S | re.M
)
RST_DIRECTIVE = re.compile(r"^\.\. (?:[a-z][\w:-]*::|_[^\n:]+:(?:\s|$)|\[\d+\] )", re.M)
RST_TITLE = re.compile(r"^(?P<title>\S[^\n]{2,})\n(?P<line>([=~^\"'`*+#-])\3{2,})[ \t]*$", re.M)
MD_MARKS = re.compile(
    r"^(?:#{1,6} \S|```|\s*[*-] \[[ x]\] |\[[^\]\n]+\]: )|\]\((?:https?:|[./#])", re.M
)
PLAIN_CODE = re.compile(
    r"^(?:#include\s*[<\"]|(?:from [\w.]+ )?import [\w.{]|package [\w.]+;|using [\w.]+;|"
    r"use strict|"
    r"def \w+\(.*\):|class \w+.*[:{]$|(?:public|private|protected|static) .*[({;]$|"
    r"func(?:tion)? \w+\(|"
    r"(?:const|let|var) \w+ = |<\?php|namespace [\w.:\\]+[;{]?$|"
    r"fn \w+|CREATE (?:TABLE|VIEW|INDEX)\b)",
    re.M | re.I,
)


def tex(text: str) -> bool:
    return LATEX.search(text) is not None


def bibtex(text: str) -> bool:
    match = BIB.search(text)
    return (
        match is not None
        and text.count("=", match.end(), match.end() + 400) > 0
        and (match.start() < 3000)
    )


def vtt(text: str) -> bool:
    return VTT.match(text) is not None


def srt(text: str) -> bool:
    return SRT.match(text) is not None


def notebook(text: str) -> bool:
    return text.lstrip().startswith("{") and NOTEBOOK.search(text) is not None


def json(text: str) -> bool:
    return JSON_FIRST.match(text) is not None


def fiction(text: str) -> bool:
    return FICTION.search(text) is not None and text.lstrip().startswith("<")


def shebang(text: str) -> bool:
    return SHEBANG.match(text) is not None


def org(text: str) -> bool:
    return len(ORG.findall(text)) >= 2


def asciidoc(text: str) -> bool:
    return ADOC.match(text) is not None


def rst(text: str) -> bool:
    titles = sum(
        len(match["line"]) >= len(match["title"].rstrip()) - 1 for match in RST_TITLE.finditer(text)
    )
    directives = len(RST_DIRECTIVE.findall(text))
    return directives >= 1 and directives + titles >= 2 and not MD_MARKS.search(text)


def code(text: str) -> bool:
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) < 5:
        return False
    ends = sum(line.rstrip().endswith((";", "{", "}", "):", ");")) for line in lines)
    return len(PLAIN_CODE.findall(text)) >= 2 and ends >= 0.25 * len(lines)
