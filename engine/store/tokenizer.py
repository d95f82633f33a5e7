"""The word index's own words: what FTS5 stores of a text, and what it is asked for.

Words are folded and stemmed in the language of their text. Runs of a script without spaces
(Chinese, Japanese, Thai …) become overlapping pairs of letters. FTS5 calls :class:`Tokenizer`
through apsw, so that it has to be registered on every connection.

The same text always gives the same words: FTS5 takes a passage out of the index by its words.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import cast

import apsw
from py_rust_stemmers import SnowballStemmer

from engine.store.languages import INDIC, MARKS, UNSPACED, language_of

NAME = "alcove"
"""What the migrations call the tokenizer."""

READY = "\ue001"
"""Leads words that are words of the index already; in the index, the language of a text."""
OR = "\ue002"
"""Between forms of one word, each of which will do."""

ENGLISH = "en"
SNOWBALL = {
    "en": "english",
    "de": "german",
    "fr": "french",
    "es": "spanish",
    "it": "italian",
    "pt": "portuguese",
    "nl": "dutch",
    "sv": "swedish",
    "da": "danish",
    "no": "norwegian",
    "fi": "finnish",
    "hu": "hungarian",
    "ro": "romanian",
    "tr": "turkish",
}
"""Languages in Latin letters that words are stemmed in; English where none can be told."""
_BY_SCRIPT = (
    (re.compile("[\u0600-\u06ff]"), "arabic"),
    (re.compile("[\u0400-\u04ff]"), "russian"),
    (re.compile("[\u0370-\u03ff]"), "greek"),
    (re.compile("[\u0b80-\u0bff]"), "tamil"),
)

_WORD = re.compile(rf"[{UNSPACED}]+|(?:[^\W_{UNSPACED}]|[{MARKS}{INDIC}])+")
_ASCII_WORD = re.compile(r"[a-z0-9]+")
_OF_LINES = re.compile(rf"\n|{_WORD.pattern}")
_LINE = "|"
"""For the end of a line where texts are cut at spaces."""
_ASCII_LETTERS = bytes(
    ord(_LINE if each == "\n" else each.lower() if each.isalnum() else " ")
    for each in map(chr, range(128))
) + bytes(128)
_UNSPACED = re.compile(f"[{UNSPACED}]")
_MARK = re.compile(f"[{MARKS}]")
_ARABIC = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ک": "ك"})
_LATIN = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})

MOST_REMEMBERED = 200_000
"""Words whose stems are kept in memory."""
LONGEST = 64
"""Longer words are cut: they are no words."""

SHORT_BYTES = 240
"""Titles and headings, which come again with every passage below them."""
MOST_SHORT = 64
"""Of those, so many are remembered."""

Token = str | tuple[str, ...]


class Tokenizer:
    """Cuts texts for the index. One for each connection: it is used by one thread at a time."""

    def __init__(self) -> None:
        self._stemmers: dict[str, SnowballStemmer] = {}
        self._stems: dict[str, dict[str, str]] = {}
        self._short: dict[bytes, list[Token]] = {}

    def __call__(self, utf8: bytes, flags: int, _locale: str | None) -> Iterable[Token]:
        """For FTS5: of a text to store, its words; of a quoted term, as :func:`ready` wrote it."""
        if not flags & apsw.FTS5_TOKENIZE_QUERY and (known := self._short.get(utf8)) is not None:
            return known
        text = utf8.decode("utf-8", "replace")
        if flags & apsw.FTS5_TOKENIZE_QUERY:
            if text.startswith(READY):
                return [tuple(piece.split(OR)) for piece in text[1:].split(" ") if piece]
            return self.tokens(text, ENGLISH)
        language = language_of(text)
        found: list[Token] = list(self.tokens(text, language, single=True))
        if language in SNOWBALL and language != ENGLISH:
            found.append(READY + language)
        if len(utf8) <= SHORT_BYTES:
            if len(self._short) >= MOST_SHORT:
                self._short.clear()
            self._short[utf8] = found
        return found

    def tokens(self, text: str, language: str = ENGLISH, *, single: bool = False) -> list[Token]:
        """The words of a text in order; ``single`` also gives single letters beside their pairs."""
        text = text.lower()
        stems = self._held(language)
        if text.isascii():
            known = stems.get
            return [known(word) or self._stem(stems, word, language)
                    for word in _ASCII_WORD.findall(text)]  # fmt: skip
        found: list[Token] = []
        for word in _WORD.findall(unicodedata.normalize("NFKC", text)):
            if _UNSPACED.match(word):
                found += _pairs(word, single)
            elif stem := stems.get(word) or self._stem(stems, word, language):
                found.append(stem)
        return found

    def plain(self, text: str, language: str = ENGLISH) -> list[str]:
        """The words of a text, each in one form."""
        return [str(token) for token in self.tokens(text, language)]

    def lines(self, text: str, language: str = ENGLISH) -> list[str]:
        """The words of a text, each in one form, with ``"\\n"`` where a line ends.

        As many words as :meth:`plain` gives, in one go: for texts that somebody waits for.
        """
        stems = self._held(language)
        if text.isascii():
            plain = text.encode().translate(_ASCII_LETTERS).decode()
            words = plain.replace(_LINE, f" {_LINE} ").split()
            met = list(map(stems.get, words))
            if None in met:
                met = [stems.get(word) or self._stem(stems, word, language) for word in words]
            return cast(list[str], met)
        text = unicodedata.normalize("NFKC", text.lower())
        if _UNSPACED.search(text):
            return _lined([self.plain(line, language) for line in text.split("\n")])
        words = _OF_LINES.findall(text)
        found = [stems.get(word) or self._stem(stems, word, language) for word in words]
        return [word for word in found if word]

    def forms(self, text: str, languages: Sequence[str]) -> list[tuple[str, ...]]:
        """The words of a question, each in its forms in several languages."""
        first, *others = [self.plain(text, language) for language in languages]
        if any(len(other) != len(first) for other in others):
            return [(word,) for word in first]
        return [tuple(dict.fromkeys(forms)) for forms in zip(first, *others, strict=True)]

    def spelled(self, text: str, stem: str, language: str) -> set[str]:
        """The words of a text whose stem this is, in small letters."""
        words = _WORD.findall(unicodedata.normalize("NFKC", text.lower()))
        return {word for word in dict.fromkeys(words) if stem in self.plain(word, language)}

    def _held(self, language: str) -> dict[str, str]:
        """The stems of a language that are known already."""
        stems = self._stems.setdefault(language if language in SNOWBALL else ENGLISH, {})
        if len(stems) > MOST_REMEMBERED:
            stems.clear()
        if not stems:
            stems["\n"] = stems[_LINE] = "\n"
        return stems

    def _stem(self, stems: dict[str, str], word: str, language: str) -> str:
        stem = stems[word] = self._stemmed(word[:LONGEST], language)
        return stem

    def _stemmed(self, word: str, language: str) -> str:
        if any(map(str.isdigit, word)):
            return folded(word)
        if not word.isascii():
            for script, name in _BY_SCRIPT:
                if script.search(word):
                    plain = _MARK.sub("", word).translate(_ARABIC)
                    return folded(self._snowball(name).stem_word(plain)) or plain
        if language in SNOWBALL and language != ENGLISH:
            return folded(self._snowball(SNOWBALL[language]).stem_word(word)) or word
        return str(self._snowball("english").stem_word(folded(word)))

    def _snowball(self, name: str) -> SnowballStemmer:
        if name not in self._stemmers:
            self._stemmers[name] = SnowballStemmer(name)
        return self._stemmers[name]


def register(connection: apsw.Connection) -> None:
    """Let a connection read and write the word index."""
    tokenizer = Tokenizer()
    connection.register_fts5_tokenizer(NAME, lambda _connection, _arguments: tokenizer)


def folded(word: str) -> str:
    """A word without marks on its letters: ``straße`` → ``strasse``, ``café`` → ``cafe``."""
    if word.isascii():
        return word
    plain = _MARK.sub("", unicodedata.normalize("NFD", word)).translate(_LATIN)
    return unicodedata.normalize("NFC", plain).translate(_ARABIC)


def unspaced(text: str) -> list[str]:
    """The pairs of letters in the runs of a text that are written without spaces."""
    text = unicodedata.normalize("NFKC", text)
    runs = [run for run in _WORD.findall(text) if _UNSPACED.match(run)]
    return [str(pair) for run in runs for pair in _pairs(run, single=False)]


def ready(forms: Iterable[Sequence[str]]) -> str:
    """What :class:`Tokenizer` takes for exactly these words, each in any of its forms."""
    return READY + " ".join(OR.join(each) for each in forms)


def _lined(lines: Sequence[list[str]]) -> list[str]:
    found = [word for line in lines for word in (*line, "\n")]
    return found[:-1]


def _pairs(run: str, single: bool) -> list[Token]:
    if len(run) == 1:
        return [run]
    pairs: list[Token] = [run[at : at + 2] for at in range(len(run) - 1)]
    if single:
        pairs = [(str(pair), str(pair)[0]) for pair in pairs]
        pairs.append(run[-1])
    return pairs
