"""RTF: paragraphs, headings, lists, tables and notes (Rich Text Format 1.9.1)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.errors import ParseError
from engine.ingest.parsers.files import MAX_BYTES, read_bytes
from engine.ingest.parsers.office.ooxml import GENERIC_TITLES, damaged, empty
from engine.ingest.parsers.options import DEFAULTS, ParseOptions
from engine.ingest.parsers.page_builder import PageBuilder
from engine.types import ParsedDocument

TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|"
    rb"([^\\{}\r\n]+)|[\r\n]+",
)
MAX_DEPTH = 500
MAX_CHARACTERS = 50_000_000
SIGNS = {"tab": "\t", "line": "\n", "lbr": "\n", "emdash": "—", "endash": "–", "lquote": "‘",
         "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•", "emspace": " ",
         "enspace": " ", "qmspace": " ", "~": " ", "_": "-", "-": "", "\n": "\n"}  # fmt: skip
LEFT_OUT = frozenset(
    ["colortbl", "pict", "object", "fldinst", "header", "headerl", "headerr",
     "headerf", "footer", "footerl", "footerr", "footerf", "listtable", "listoverridetable",
     "revtbl", "rsidtbl", "themedata", "colorschememapping", "datastore", "latentstyles",
     "generator", "xmlnstbl", "pntxta", "pntxtb", "pnseclvl", "filetbl", "author", "operator",
     "company", "keywords", "subject", "doccomm", "hlinkbase", "creatim", "revtim", "printim",
     "buptim", "bkmkstart", "bkmkend", "atrfstart", "atrfend", "atnid", "atnauthor", "template",
     "passwordhash", "wgrffmtfilter", "mmathPr", "nonshppict", "sp", "ftnsep", "ftnsepc", "aftnsep",
     "xe", "tc", "category", "manager", "blipuid", "fontemb", "fontfile", "falt", "panose"]
)  # fmt: skip
KNOWN_STARRED = frozenset(["shpinst", "shptxt", "footnote", "annotation", "listtext", "pntext",
                           "fldrslt", "shppict", "ud"])  # fmt: skip
CHARSETS = {0: "cp1252", 77: "mac-roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "cp936",
            136: "cp950", 161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255",
            178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
            255: "cp437"}  # fmt: skip
HEADING_NAME = re.compile(r"^\s*(?:heading|überschrift|titre|título|titolo|kop) (\d)\b", re.I)


@dataclass(frozen=True, slots=True)
class State:
    """What a group inherits and forgets at its end."""

    target: str = "text"
    """Where words go: ``"text"``, ``"title"``, ``"fonts"``, ``"styles"``, ``"note"``, ``"mark"``
    or ``""``."""
    skip: int = 1
    """Bytes that stand for a ``\\u`` where Unicode is not known."""
    font: int = -1
    hidden: bool = False
    told_twice: str = ""
    """Where the words of an ``\\upr`` go, which are told in bytes first and then in Unicode."""


@dataclass(slots=True)
class _Reading:
    builder: PageBuilder = field(default_factory=PageBuilder)
    page: str = "cp1252"
    fonts: dict[int, str] = field(default_factory=dict)
    """Encoding by font."""
    levels: dict[int, int] = field(default_factory=dict)
    """Level of heading by style."""
    text: list[str] = field(default_factory=list)
    raw: bytearray = field(default_factory=bytearray)
    """Bytes that are not yet decoded: two may make one letter."""
    raw_state: State = field(default_factory=State)
    title: list[str] = field(default_factory=list)
    mark: list[str] = field(default_factory=list)
    note: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    style_name: list[str] = field(default_factory=list)
    style: int = 0
    own_level: int | None = None
    in_table: bool = False
    rows_open: bool = False
    """The last block was a row of a table."""
    row: list[str] = field(default_factory=list)
    cell: list[str] = field(default_factory=list)
    font_defined: int = 0
    style_defined: int = 0
    first_heading: str = ""
    surrogate: int = 0
    characters: int = 0


def parse(path: Path, _options: ParseOptions = DEFAULTS) -> ParsedDocument:
    """Raises ParseError where the file is damaged or empty."""
    data = read_bytes(path, MAX_BYTES)
    start = data.find(b"{\\rtf", 0, 1024)
    if start < 0:
        raise damaged("RTF")
    reading = _Reading()
    _read(data[start:], reading)
    _end_paragraph(reading)
    _end_row(reading)
    for number, note in enumerate(reading.notes, 1):
        reading.builder.item(f"[{number}] {note}")
    page = reading.builder.page()
    if not page.text.strip():
        raise empty()
    title = " ".join("".join(reading.title).split())
    if title.lower() in GENERIC_TITLES:
        title = ""
    return ParsedDocument("rtf", title or reading.first_heading or path.stem, (page,))


def _read(data: bytes, reading: _Reading) -> None:
    state = State()
    stack: list[State] = []
    skip, starred = 0, False
    place, length = 0, len(data)
    while place < length:
        match = TOKEN.match(data, place)
        if match is None:
            place += 1
            continue
        place = match.end()
        word, number, pair, sign, brace, plain = match.groups()
        if brace is not None:
            _flush(reading)
            skip, starred = 0, False
            if brace == b"{":
                if len(stack) > MAX_DEPTH:
                    raise damaged("RTF")
                stack.append(state)
            elif stack:
                _end_group(state, stack[-1], reading)
                state = stack.pop()
                if not stack:
                    return
        elif word is not None:
            name = word.decode("ascii")
            value = int(number) if number is not None else None
            if name == "u" and value is not None:
                _unicode(value, state, reading)
                skip = state.skip
                continue
            skip = 0
            if name == "bin":
                place += min(max(value or 0, 0), length - place)
            elif starred and name not in KNOWN_STARRED:
                state = replace(state, target="")
            else:
                state = _word(name, value, state, reading)
            starred = False
        elif pair is not None:
            if skip:
                skip -= 1
                continue
            _bytes(bytes([int(pair, 16)]), state, reading)
        elif sign is not None:
            if sign == b"*":
                starred = True
            elif sign in b"{}\\":
                _bytes(sign, state, reading)
            elif sign in b"\r\n":
                _layout("par", None, state, reading)
            else:
                _add(SIGNS.get(sign.decode("latin-1"), ""), state, reading)
        elif plain is not None:
            if skip:
                plain, skip = plain[skip:], max(0, skip - len(plain))
            _bytes(plain, state, reading)


def _word(name: str, value: int | None, state: State, reading: _Reading) -> State:
    if name in LEFT_OUT:
        return replace(state, target="")
    match name:
        case "stylesheet":
            return replace(state, target="styles")
        case "fonttbl":
            return replace(state, target="fonts")
        case "info":
            return replace(state, target="")
        case "title":
            return replace(state, target="title")
        case "footnote" | "annotation":
            reading.notes.append("")
            if name == "footnote":
                _add(f" [{len(reading.notes)}]", state, reading)
            return replace(state, target="note")
        case "listtext" | "pntext":
            return replace(state, target="mark")
        case "upr":
            return replace(state, target="", told_twice=state.target)
        case "ud":
            return replace(state, target=state.told_twice or state.target)
        case "uc":
            return replace(state, skip=max(0, min(value or 0, 16)))
        case "v" | "deleted":
            _flush(reading)
            return replace(state, hidden=value != 0)
        case "f" if state.target == "fonts":
            reading.font_defined = value or 0
        case "f":
            _flush(reading)
            return replace(state, font=value if value is not None else -1)
        case "plain":
            _flush(reading)
            return replace(state, hidden=False, font=-1)
        case "fcharset" if state.target == "fonts":
            reading.fonts[reading.font_defined] = CHARSETS.get(value or 0, "")
        case "ansicpg" if value:
            reading.page = {65001: "utf-8", 10000: "mac-roman"}.get(value, f"cp{value}")
        case "mac":
            reading.page = "mac-roman"
        case "pc" | "pca":
            reading.page = "cp437" if name == "pc" else "cp850"
        case "s" if state.target == "styles":
            reading.style_defined = value or 0
            reading.style_name.clear()
        case _:
            if state.target in ("text", "note"):
                _layout(name, value, state, reading)
            elif name in SIGNS:
                _add(SIGNS[name], state, reading)
    return state


def _layout(name: str, value: int | None, state: State, reading: _Reading) -> None:
    if name in ("par", "sect", "page") and state.target == "text":
        _flush(reading)
        _end_paragraph(reading)
    elif name == "par":
        _add(" ", state, reading)
    elif name in ("cell", "nestcell"):
        _flush(reading)
        _end_paragraph(reading, in_cell=True)
        reading.row.append(" ".join(reading.cell))
        reading.cell.clear()
    elif name in ("row", "nestrow"):
        _flush(reading)
        _end_row(reading)
    elif name == "pard":
        reading.in_table, reading.style, reading.own_level = False, 0, None
    elif name == "intbl":
        reading.in_table = True
    elif name == "s":
        reading.style = value or 0
    elif name == "outlinelevel" and value is not None and 0 <= value < 9:
        reading.own_level = value + 1
    elif name in SIGNS:
        _add(SIGNS[name], state, reading)


def _end_group(state: State, outer: State, reading: _Reading) -> None:
    if state.target == "styles":
        match = HEADING_NAME.match("".join(reading.style_name))
        if match is not None and match.group(1) != "0":
            reading.levels[reading.style_defined] = int(match.group(1))
        reading.style_name.clear()
    elif state.target == "note" and outer.target != "note":
        reading.notes[-1] = " ".join("".join(reading.note).split())
        reading.note.clear()


def _end_paragraph(reading: _Reading, *, in_cell: bool = False) -> None:
    _flush(reading)
    text = "".join(reading.text).strip()
    mark = " ".join("".join(reading.mark).replace("·", "•").split())
    reading.text.clear()
    reading.mark.clear()
    if not text:
        return
    marked = f"{mark} {text}" if mark else text
    if in_cell or reading.in_table:
        reading.cell.append(" ".join(marked.split()))
        return
    _end_row(reading)
    if reading.rows_open:
        reading.builder.end_group()
        reading.rows_open = False
    level = reading.own_level or reading.levels.get(reading.style)
    if level is not None:
        reading.first_heading = reading.first_heading or " ".join(text.split())
        reading.builder.heading(level, marked)
    elif mark:
        reading.builder.item(marked)
    else:
        reading.builder.paragraph(text)


def _end_row(reading: _Reading) -> None:
    if reading.cell:
        reading.row.append(" ".join(reading.cell))
        reading.cell.clear()
    if reading.row:
        if not reading.rows_open:
            reading.builder.end_group()
        reading.builder.row(reading.row)
        reading.row = []
        reading.rows_open = True


def _unicode(value: int, state: State, reading: _Reading) -> None:
    _flush(reading)
    code = value & 0xFFFF if value < 0 else value
    if 0xD800 <= code < 0xDC00:
        reading.surrogate = code
        return
    if 0xDC00 <= code < 0xE000:
        if not reading.surrogate:
            return
        code = 0x10000 + ((reading.surrogate - 0xD800) << 10) + (code - 0xDC00)
    reading.surrogate = 0
    if 0xF000 <= code <= 0xF0FF:  # a sign of a symbol font, mostly a bullet
        code = 0x2022
    if 0 < code < 0x110000:
        _add(chr(code), state, reading)


def _bytes(data: bytes, state: State, reading: _Reading) -> None:
    if state != reading.raw_state:
        _flush(reading)
        reading.raw_state = state
    reading.raw += data


def _flush(reading: _Reading) -> None:
    if not reading.raw:
        return
    data, state = bytes(reading.raw), reading.raw_state
    reading.raw.clear()
    if data.isascii():
        text = data.decode("ascii")
    else:
        text = ""
        for name in _encodings(state, reading):
            try:
                text = data.decode(name)
                break
            except (UnicodeDecodeError, LookupError):
                continue
        text = text or data.decode("cp1252", "replace")
    _put(text, state, reading)


def _encodings(state: State, reading: _Reading) -> Iterator[str]:
    named = reading.fonts.get(state.font, "")
    if named and named != "cp1252":
        yield named
    yield reading.page
    yield "cp1252"


def _add(text: str, state: State, reading: _Reading) -> None:
    _flush(reading)
    _put(text, state, reading)


def _put(text: str, state: State, reading: _Reading) -> None:
    reading.characters += len(text)
    if reading.characters > MAX_CHARACTERS:
        raise ParseError(
            "This document is longer than can be read.", "Split it into smaller files.", "too_large"
        )
    if state.target == "title":
        reading.title.append(text)
    elif state.target == "styles":
        reading.style_name.append(text)
    elif state.hidden:
        return
    elif state.target == "text":
        reading.text.append(text)
    elif state.target == "note":
        reading.note.append(text)
    elif state.target == "mark":
        reading.mark.append(text)
