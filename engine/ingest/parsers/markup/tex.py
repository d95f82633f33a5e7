"""TeX and LaTeX: the text as printed, formulas as written. Nothing is included, nothing is run."""

import re
from pathlib import Path

from engine.errors import ParseError
from engine.ingest.parsers.markup.tex_inline import LETTERS, accents, ligatures
from engine.ingest.parsers.markup.text import read_text
from engine.ingest.parsers.options import DEFAULTS, ParseOptions
from engine.ingest.parsers.page_builder import PageBuilder
from engine.types import ParsedDocument

MAX_DEPTH = 6
MAX_UNPAIRED = 50
"""Braces without a partner after which none is looked for any more."""
COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*(?:\n[ \t]*(?=\S))?")
VERBATIM = ("verbatim", "lstlisting", "minted", "Verbatim", "alltt", "comment", "filecontents")
MATH = frozenset(
    re.findall(
        r"\S+",
        "equation align gather multline eqnarray math displaymath flalign alignat dmath "
        "subequations",
    )
)
TABLES = frozenset(
    re.findall(
        r"\S+",
        "tabular tabularx longtable array tabulary supertabular tabu tblr",
    )
)
LISTS = frozenset(["itemize", "enumerate", "description", "compactitem", "compactenum"])
SECTIONS = {"part": 1, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4,
            "paragraph": 5, "subparagraph": 6, "frametitle": 2, "title": 1}  # fmt: skip
DROPPED = frozenset(
    re.findall(
        r"\S+",
        "label documentclass documentstyle usepackage RequirePackage bibliographystyle "
        "bibliography includegraphics vspace hspace setlength addtolength newcommand "
        "renewcommand providecommand def newenvironment renewenvironment newtheorem input "
        "include includeonly pagestyle thispagestyle hypersetup definecolor color "
        "textcolor-name setcounter addtocounter geometry graphicspath addbibresource "
        "DeclareMathOperator newcounter captionsetup lstset usetikzlibrary pgfplotsset index "
        "glossary phantom hyphenation setstretch linespread fontsize selectlanguage hline "
        "cline cmidrule toprule midrule bottomrule rule raisebox sisetup setmainfont "
        "setsansfont setmonofont usetheme usecolortheme setbeamertemplate addplot newlength "
        "newsavebox makeatletter makeatother let vskip hskip protect tikzset rowcolor "
        "cellcolor columncolor arraystretch fancyhead fancyfoot lhead rhead chead lfoot rfoot "
        "cfoot numberwithin theoremstyle bibitem-label urlstyle today",
    )
)
ARGUMENTS = {"newcommand": 2, "renewcommand": 2, "providecommand": 2, "newenvironment": 3,
             "renewenvironment": 3, "setlength": 2, "addtolength": 2, "setcounter": 2,
             "addtocounter": 2,
             "definecolor": 3, "fontsize": 2, "rule": 2, "newtheorem": 2, "DeclareMathOperator": 2,
             "hline": 0, "toprule": 0, "midrule": 0, "bottomrule": 0, "makeatletter": 0,
             "makeatother": 0, "protect": 0, "today": 0, "numberwithin": 2, "let": 0, "vskip": 0,
             "hskip": 0, "arraystretch": 0}  # fmt: skip
SKIP_FIRST = {"textcolor": 1, "multicolumn": 2, "multirow": 2, "colorbox": 1, "parbox": 1,
              "resizebox": 2, "scalebox": 1, "rotatebox": 1, "fcolorbox": 2,}  # fmt: skip
CITES = re.compile(
    r"(?:[Pp]aren|[Tt]ext|[Aa]uto|[Ff]oot|[Ss]mart|full)?[Cc]ite[a-zA-Z]*\*?|(?:auto|page|eq|name|[cCvV]|sub|label[cC])?ref\*?"
)
TOKEN = re.compile(
    r"\\begin[ \t]*\{(?P<begin>[^{}\n]{1,40})\}|\\end[ \t]*\{(?P<end>[^{}\n]{1,40})\}"
    r"|\\verb\*?(?P<fence>[^\w\s*])(?P<verb>[^\n]*?)(?P=fence)"
    r"|(?P<display>\$\$[^$]{0,20000}\$\$|\\\[.{0,20000}?\\\])|(?P<math>\$[^$\n]*(?:\n[^$\n]+){0,30}\$|\\\(.{0,5000}?\\\))"
    r"|\\(?P<macro>[A-Za-z@]+\*?)|\\(?P<symbol>[^A-Za-z])|(?P<brace>[{}])|(?P<blank>\n[ \t]*\n\s*)"
    r"|(?P<text>[^\\{}$\n]+|\n|\$)",
    re.DOTALL,
)
OPTION = re.compile(r"[ \t]*(?:\n[ \t]*)?\[[^\[\]]{0,2000}\]")
SIMPLE_MACRO = re.compile(
    r"\\(?:re|provide)?(?:newcommand|def)\*?[ \t]*\{?\\(?P<name>[A-Za-z]{2,40})\}?[ \t]*"
    r"\{(?P<body>[^{}#\\$\n]{1,200})\}"
)


def parse(path: Path, options: ParseOptions = DEFAULTS) -> ParsedDocument:  # noqa: ARG001
    """Raises ParseError where the file is empty or no text."""
    source = read_text(path)
    builder = PageBuilder()
    title = _Reader(builder, source).read()
    page = builder.page()
    if not page.text.strip():
        raise ParseError("This TeX file holds no text to be printed.", "", "empty")
    if not title and page.headings:
        title = page.headings[0].title
    return ParsedDocument("tex", title or path.stem, (page,))


def plain(source: str, depth: int = 0) -> str:
    """A piece of TeX as one paragraph of text."""
    if depth > MAX_DEPTH:
        return " ".join(re.sub(r"\\[A-Za-z]+|[{}]", " ", source).split())
    builder = PageBuilder()
    _Reader(builder, source, depth).read()
    return builder.page().text.replace("\n\n", "\n")


class _Reader:
    def __init__(self, builder: PageBuilder, source: str, depth: int | None = None) -> None:
        """``depth`` is set for a piece of a document: how many pieces it lies in."""
        whole = depth is None
        self._depth = depth or 0
        self._unpaired = 0
        self._builder = builder
        self._macros = {match["name"]: match["body"] for match in SIMPLE_MACRO.finditer(source)}
        source, self._kept = _verbatim_apart(source) if whole else (source, [])
        source = accents(COMMENT.sub(r"\1", source))
        begin = source.find("\\begin{document}")
        self._preamble = source[:begin] if begin >= 0 and whole else ""
        self._source = source[begin + 16 :] if begin >= 0 and whole else source
        self._inline: list[str] = []
        self._lists: list[int | None] = []
        self._marker = ""
        self._cells: list[str] | None = None
        self._at = 0

    def read(self) -> str:
        """Hand the blocks to the builder; returns the title."""
        title = ""
        named = re.search(r"\\title[ \t]*(?:\[[^\]]*\])?[ \t]*(?=\{)", self._preamble)
        if named:
            title = plain(_group(self._preamble, named.end())[0]).replace("\n", " ")
            self._builder.heading(1, title)
            author = re.search(r"\\author[ \t]*(?:\[[^\]]*\])?[ \t]*(?=\{)", self._preamble)
            if author:
                names = re.sub(
                    r"\s*\\(?:and|AND|And)\b", ", ", _group(self._preamble, author.end())[0]
                )
                self._builder.paragraph(plain(names))
        while self._at < len(self._source):
            match = TOKEN.match(self._source, self._at)
            if match is None:
                self._at += 1
                continue
            self._at = match.end()
            self._token(match)
        self._flush()
        return title

    def _token(self, match: re.Match[str]) -> None:
        kind = match.lastgroup
        if kind == "text":
            self._text(match["text"])
        elif kind == "blank":
            self._flush()
        elif kind == "begin":
            self._begin(match["begin"].strip())
        elif kind == "end":
            self._end(match["end"].strip())
        elif kind == "display":
            self._flush()
            self._builder.verbatim(match["display"])
        elif kind in ("math", "verb"):
            self._inline.append(match[kind])
        elif kind == "symbol":
            self._symbol(match["symbol"])
        elif kind == "macro":
            self._macro(match["macro"].rstrip("*"))

    def _text(self, text: str) -> None:
        if "\0" in text:  # a block that was set apart
            for piece in re.split(r"(\0\d+\0)", text):
                if piece.startswith("\0"):
                    self._flush()
                    self._builder.verbatim(self._kept[int(piece.strip("\0"))])
                else:
                    self._text(piece) if piece else None
            return
        text = ligatures(text)
        if self._cells is not None and "&" in text:
            first, *rest = text.split("&")
            self._inline.append(first)
            for cell in rest:
                self._cells.append("".join(self._inline))
                self._inline = [cell]
        else:
            self._inline.append(text)

    def _symbol(self, symbol: str) -> None:
        if symbol == "\\":
            self._option()
            if self._cells is not None:
                self._row()
            else:
                self._inline.append("\n")
        elif symbol in "%&$#_{}":
            self._inline.append(symbol)
        elif symbol in " \n,;:/~":
            self._inline.append("" if symbol in ",/" else " ")

    def _begin(self, name: str) -> None:
        kind = name.rstrip("*")
        if kind in MATH:
            self._flush()
            end = self._source.find(f"\\end{{{name}}}", self._at)
            end = len(self._source) if end < 0 else end
            body = re.sub(
                r"\\label\{[^{}]*\}|\\(?:nonumber|notag)\b", "", self._source[self._at : end]
            )
            self._builder.verbatim("\n".join(line.strip() for line in body.strip().split("\n")))
            self._at = min(end + len(name) + 6, len(self._source))
        elif kind in TABLES:
            self._flush()
            self._option()
            self._groups(2 if kind in ("tabularx", "tabulary") else 1)
            self._cells = []
        elif kind in LISTS:
            self._flush()
            self._option()
            self._lists.append(1 if "enum" in kind else None)
        elif kind in ("tikzpicture", "pgfpicture", "picture"):
            end = self._source.find(f"\\end{{{name}}}", self._at)
            self._at = end if end >= 0 else self._at
        else:
            self._flush()
            self._option()
            if kind in (
                "thebibliography",
                "minipage",
                "wrapfigure",
                "adjustbox",
                "multicols",
                "column",
            ):
                self._groups(2 if kind == "wrapfigure" else 1)
            elif kind in ("frame", "block"):
                titled = self._groups(1)
                if titled and titled[0].strip():
                    self._builder.heading(3, self._plain(titled[0]))
            elif kind in ("theorem", "lemma", "proof", "definition", "corollary", "remark",
                          "example", "proposition", "abstract"):  # fmt: skip
                self._inline.append("" if kind == "abstract" else f"{kind.capitalize()}. ")
                if kind == "abstract":
                    self._builder.heading(2, "Abstract")

    def _end(self, name: str) -> None:
        kind = name.rstrip("*")
        if kind in TABLES and self._cells is not None:
            self._row()
            self._cells = None
            self._builder.end_group()
        elif kind in LISTS and self._lists:
            self._flush()
            self._lists.pop()
            if not self._lists:
                self._builder.end_group()
        elif name == "document":
            self._flush()
            self._at = len(self._source)
        else:
            self._flush()

    def _macro(self, name: str) -> None:
        if name in LETTERS:
            self._inline.append(LETTERS[name])
            if self._source[self._at : self._at + 2] == "{}":
                self._at += 2
            elif name not in ("quad", "qquad"):
                self._skip_space()
        elif name in self._macros:
            self._inline.append(self._macros[name])
        elif name in SECTIONS:
            self._option()
            group = self._groups(1)
            if group:
                self._flush()
                self._builder.heading(SECTIONS[name], self._plain(group[0]))
        elif name in DROPPED:
            self._option()
            self._groups(ARGUMENTS.get(name, 1))
            self._option()
            self._groups(1 if name in ("newcommand", "renewcommand", "newtheorem") else 0)
        elif name == "item" or name == "bibitem":
            self._item(name)
        elif CITES.fullmatch(name):
            self._option()
            self._option()
            self._inline.extend(f"[{key.strip()}]" for key in self._groups(1))
        elif name in ("footnote", "thanks", "footnotetext"):
            self._option()
            self._inline.extend(f" ({self._plain(note)}) " for note in self._groups(1))
        elif name == "href":
            self._inline.extend(self._plain(text) for text in self._groups(2)[1:])
        elif name in SKIP_FIRST:
            self._option()
            self._groups(SKIP_FIRST[name])
        elif name == "caption":
            self._flush()
            self._option()
        elif name == "and":
            self._inline.append(", ")
        else:
            self._option_beside()
            self._skip_space(only=1)

    def _item(self, name: str) -> None:
        self._flush()
        label = OPTION.match(self._source, self._at)
        shown = ""
        if label:
            self._at = label.end()
            shown = self._plain(label.group().strip()[1:-1])
        if name == "bibitem":
            self._inline.extend(f"[{shown or key}] " for key in self._groups(1))
            return
        number = self._lists[-1] if self._lists else None
        if number is not None:
            self._lists[-1] = number + 1
        self._marker = f"{shown}: " if shown else "• " if number is None else f"{number}. "

    def _plain(self, source: str) -> str:
        return plain(source, self._depth + 1)

    def _flush(self) -> None:
        text = "".join(self._inline)
        self._inline.clear()
        text = re.sub(r"(?<![ \t])[ \t]*\n[ \t]*", "\n", text)
        text = re.sub(r"(?<!\n)\n(?!\n)", " ", text) if self._cells is None else text
        if not text.strip():
            return
        if self._lists:
            self._builder.item("  " * (len(self._lists) - 1) + self._marker + text.strip())
            self._marker = ""
        else:
            self._builder.paragraph(text)

    def _row(self) -> None:
        cells = [*(self._cells or []), "".join(self._inline)]
        self._inline.clear()
        self._cells = []
        self._builder.row([" ".join(cell.split()) for cell in cells])

    def _option(self) -> None:
        match = OPTION.match(self._source, self._at)
        if match:
            self._at = match.end()

    def _option_beside(self) -> None:
        """An option right behind a macro that is not known; a space before it makes it text."""
        if self._source[self._at : self._at + 1] == "[":
            self._option()

    def _skip_space(self, only: int = 1000) -> None:
        end = self._at
        while end < len(self._source) and self._source[end] in " \t" and end - self._at < only:
            end += 1
        if end > self._at and self._inline and not self._inline[-1].endswith(" ") and only == 1:
            self._inline.append(" ")
        self._at = end

    def _groups(self, count: int) -> list[str]:
        found: list[str] = []
        for _ in range(count):
            match = re.compile(r"[ \t]*(?:\n[ \t]*)?(?=\{)").match(self._source, self._at)
            if match is None:
                break
            if self._unpaired > MAX_UNPAIRED:
                break
            text, end = _group(self._source, match.end())
            self._unpaired += not text and end == match.end() + 1
            self._at = end
            found.append(text)
        return found


def _group(source: str, at: int) -> tuple[str, int]:
    """What stands between the brace at this place and its partner, and the place behind it."""
    depth = 0
    for match in re.compile(r"\\.|[{}]", re.DOTALL).finditer(source, at, at + 50_000):
        if match[0] == "{":
            depth += 1
        elif match[0] == "}":
            depth -= 1
            if depth == 0:
                return source[at + 1 : match.start()], match.end()
    return "", at + 1


def _verbatim_apart(source: str) -> tuple[str, list[str]]:
    """Blocks of code are kept aside, so that nothing in them is taken for TeX."""
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        if match["name"] in ("comment", "filecontents"):
            return "\n"
        kept.append(
            OPTION.sub("", match["body"], count=1)
            if match["body"].startswith("[")
            else match["body"]
        )
        return f"\n\0{len(kept) - 1}\0\n"

    names = "|".join(VERBATIM)
    pattern = re.compile(
        rf"\\begin\{{(?P<name>{names})(?P<star>\*?)\}}(?P<body>.*?)\\end\{{(?P=name)(?P=star)\}}",
        re.DOTALL,
    )
    return pattern.sub(keep, source.replace("\0", "")), kept
