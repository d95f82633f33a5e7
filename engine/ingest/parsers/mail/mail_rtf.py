"""RTF as Outlook keeps mails in it: often HTML or plain text in disguise (MS-OXRTFEX)."""

import re

from engine.ingest.parsers.charsets import decode_as
from engine.ingest.parsers.encoding import whole_letters
from engine.ingest.parsers.web.html import fragment_text

TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,9})? ?|\\'(?P<hex>[0-9a-fA-F]{2})"
    rb"|\\(?P<symbol>[^a-zA-Z])|(?P<open>\{)|(?P<close>\})|(?P<text>[^\\{}\r\n]+)|[\r\n]+",
    re.DOTALL,
)
HIDDEN = frozenset(
    [b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"listtable", b"header",
     b"footer", b"listoverridetable", b"generator", b"themedata", b"datastore", b"latentstyles",
     b"xmlnstbl", b"rsidtbl", b"mmathPr", b"fldinst", b"bkmkstart", b"bkmkend", b"mhtmltag"]
)  # fmt: skip
BREAKS = {b"par": "\n", b"line": "\n", b"tab": "\t", b"cell": " | ", b"row": "\n",
          b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”",
          b"bullet": "•", b"endash": "–", b"emdash": "—"}  # fmt: skip
CHARSETS = {0: "cp1252", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5hkscs",
            161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256",
            186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250"}  # fmt: skip
FONT = re.compile(rb"\\f(\d{1,5})(?:\\\w+)*?\\fcharset(\d{1,3})")


def text_of(rtf: bytes) -> str:
    """The text that the mail's reader would see."""
    html = b"\\fromhtml" in rtf[:2000]
    text = _Reader(rtf, html).text()
    return fragment_text(text) if html else re.sub(r"\n{3,}", "\n\n", text).strip()


class _Reader:
    def __init__(self, rtf: bytes, html: bool) -> None:
        self._rtf = rtf
        self._html = html
        page = re.search(rb"\\ansicpg(\d{3,5})", rtf[:2000])
        self._page = f"cp{int(page[1])}" if page else "cp1252"
        if self._page == "cp65001":
            self._page = "utf-8"
        self._fonts = {int(font): CHARSETS.get(int(kind), "") for font, kind in FONT.findall(rtf)}
        self._out: list[str] = []
        self._bytes = bytearray()

    def text(self) -> str:
        # Of each open group: hidden, inside an \htmlrtf stretch, letters that stand for a
        # Unicode one, encoding, inside an HTML tag.
        state = (False, False, 1, self._page, False)
        stack: list[tuple[bool, bool, int, str, bool]] = []
        skip = 0
        starred = False
        for match in TOKEN.finditer(self._rtf):
            hidden, rtf_only, doubles, page, tag = state
            kind = match.lastgroup
            if kind == "open":
                stack.append(state)
                starred = False
                continue
            if kind == "close":
                self._flush(page)
                state = stack.pop() if stack else state
                continue
            word = match["word"]
            if word is not None:
                number = int(match["number"]) if match["number"] is not None else None
                if word == b"htmltag":
                    state, starred = (False, rtf_only, doubles, page, True), False
                elif word in HIDDEN or starred:
                    state, starred = (True, rtf_only, doubles, page, tag), False
                elif word == b"htmlrtf":
                    self._flush(page)
                    state = (hidden, number != 0, doubles, page, tag)
                elif word == b"uc":
                    state = (hidden, rtf_only, number or 0, page, tag)
                elif word == b"f":
                    self._flush(page)
                    state = (
                        hidden,
                        rtf_only,
                        doubles,
                        self._fonts.get(number or 0) or self._page,
                        tag,
                    )
                elif not hidden and not (rtf_only and self._html):
                    if word == b"u" and number is not None:
                        self._flush(page)
                        self._out.append(chr(number % 65536))
                        skip = doubles
                    elif word in BREAKS:
                        self._flush(page)
                        self._out.append(BREAKS[word])
                continue
            if match["symbol"] == b"*":
                starred = True
                continue
            if hidden or (rtf_only and self._html):
                continue
            if match["hex"] is not None:
                if skip:
                    skip -= 1
                else:
                    self._bytes.append(int(match["hex"], 16))
            elif match["symbol"] is not None:
                symbol = match["symbol"]
                self._bytes += b"\xa0" if symbol == b"~" else symbol if symbol in b"\\{}" else b""
            elif match["text"] is not None:
                run = match["text"]
                cut = min(skip, len(run))
                skip -= cut
                self._bytes += run[cut:]
        self._flush(state[3])
        joined = "".join(self._out)
        # Letters outside the first plane are written as two halves.
        return whole_letters(joined)

    def _flush(self, page: str) -> None:
        if self._bytes:
            data = bytes(self._bytes)
            text = decode_as(data, page)
            self._out.append(text if text is not None else data.decode("latin-1"))
            self._bytes.clear()
