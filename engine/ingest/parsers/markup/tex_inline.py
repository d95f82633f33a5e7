"""TeX's ways of writing letters and marks, as the letters that are printed."""

import re
import unicodedata

COMBINING = {"`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304",
             "u": "\u0306", ".": "\u0307", '"': "\u0308", "r": "\u030a", "H": "\u030b",
             "v": "\u030c", "d": "\u0323", "c": "\u0327", "k": "\u0328", "b": "\u0331"}  # fmt: skip
LETTERS = {
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å",
    "o": "ø", "O": "Ø",
    "l": "ł", "L": "Ł", "i": "ı", "j": "ȷ", "dh": "ð", "th": "þ", "S": "§", "P": "¶", "dag": "†",
    "ddag": "‡", "copyright": "©", "pounds": "£", "euro": "€", "texteuro": "€", "EUR": "€",
    "ldots": "…", "dots": "…", "textellipsis": "…", "textendash": "–", "textemdash": "—",
    "textquoteleft": "‘", "textquoteright": "’", "textquotedblleft": "“",
    "textquotedblright": "”",
    "glqq": "„", "grqq": "“",
    "flqq": "«", "frqq": "»", "guillemotleft": "«", "guillemotright": "»",
    "textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "textbar": "|",
    "textless": "<", "textgreater": ">", "textunderscore": "_", "textbullet": "•",
    "textdegree": "°",
    "degree": "°", "textregistered": "®", "texttrademark": "™", "textperiodcentered": "·",
    "LaTeX": "LaTeX", "TeX": "TeX", "LaTeXe": "LaTeX2e", "BibTeX": "BibTeX", "quad": " ",
    "qquad": " ",
    "newline": "\n", "linebreak": "\n", "par": "\n\n", "today": "", "textonehalf": "½", "aa ": "å",
    "slash": "/", "textvisiblespace": " ", "space": " ", "enspace": " ", "thinspace": " ",
}  # fmt: skip
ACCENT = re.compile(
    r"\\(?P<mark>[`'^~=\".]|[uvHrdckb](?![A-Za-z]))[ \t]*"
    r"(?:\{[ \t]*(?:\\(?P<dotless>[ij])|(?P<inner>[A-Za-z]?))[ \t]*\}"
    r"|\\(?P<bare>[ij])(?![A-Za-z])|(?P<letter>[A-Za-z]))"
)
LIGATURES = (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”"), ("~", " "))


def accents(text: str) -> str:
    """Accented letters put together."""
    return ACCENT.sub(_accented, text)


def _accented(match: re.Match[str]) -> str:
    letter = match["dotless"] or match["inner"] or match["bare"] or match["letter"] or ""
    if not letter:
        return ""
    return unicodedata.normalize("NFC", letter + COMBINING[match["mark"]])


def ligatures(text: str) -> str:
    for marks, printed in LIGATURES:
        text = text.replace(marks, printed)
    return text
