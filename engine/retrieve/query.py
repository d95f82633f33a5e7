"""From what the user typed to an expression for the word index.

Everything the user types is quoted, so that no text can be an error or an operator of FTS5.
"""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from engine.store.languages import INDIC, SMALL_WORDS, UNSPACED, language_of
from engine.store.tokenizer import unspaced

_PHRASE = re.compile(r"[\"“„«「『]([^\"“”„«»「」『』]+)[\"”“»」』]")
_WORD = re.compile(
    rf"[{UNSPACED}]+|[^\W{UNSPACED}]+(?:[{INDIC}]+[^\W{UNSPACED}]*)*"
    rf"(?:[-./'’&_][^\W{UNSPACED}]+)*"
)
_UNSPACED = re.compile(f"[{UNSPACED}]")
_ARABIC_MARKS = re.compile("[\u0640\u064b-\u065f\u0670]")
_CODE = re.compile(
    r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"  # IBAN
    r"|\b(?:[A-Z]{2,}[ -]?)+\d[\w./-]*\b"  # RFC 2119, ISO 9001
    r"|(?:§§?|\bArt\.|\bAbs\.|\bSection|\bArticle|\bClause) ?\d+\s?[a-z]?\b(?:\.\d+)*"
    r"|\b(?=\w*\d)(?=\w*[^\W\d])\w+(?:[-./]\w+)*|\b\w*\d\w*(?:[-./]\w+)+"
)

_ENGLISH = """
    a about an and any are as at be been being but by can could did do does doing for from had
    has have having he her his how i if in into is it its me my of on or our she should so such
    than that the their them then there these they this those to us was we were what when where
    which while who whom whose why will with would you your
"""

STOP_WORDS = frozenset(_ENGLISH.split())

RARE_SHARE = 0.02
"""In a large vault, words that stand in more than this share of the passages are left out."""

LARGE_VAULT = 20_000
"""Passages from which on only rare words are looked up: common ones cost time and add little."""

MOST_RARE = 6

MOST_FOUND = 20_000
"""Passages that these words may stand in together: each of them is scored."""


MOST_WORDS = 64
"""Words of a question that are looked up; FTS5 takes no expressions without end."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question as the word index needs it."""

    text: str
    words: tuple[str, ...]
    """Words to look up, each once, in the order of the question."""
    phrases: tuple[str, ...]
    """What stood in quotation marks."""
    codes: tuple[str, ...] = ()
    """Names of things with digits in them: ``RFC 2119``, ``§ 312g``, ``v2.1.3``."""
    language: str = ""
    all_words: bool = False
    """A passage must hold all of the words: each alone stands in too many."""

    @property
    def expression(self) -> str:
        """The FTS5 expression; empty where there is nothing to look up."""
        if self.all_words and self.words:
            words = " AND ".join(quoted(word) for word in self.words)
            named = [quoted(term) for term in (*self.phrases, *self.codes)]
            return " OR ".join([*named, f"({words})"])
        return " OR ".join(quoted(term) for term in self.terms)

    @property
    def terms(self) -> tuple[str, ...]:
        """Everything that is looked up, each once."""
        return tuple(dict.fromkeys((*self.phrases, *self.codes, *self.words)))


def parse(text: str) -> Query:
    """Take a question apart. Stop words go, unless there is nothing else."""
    text = text.encode("utf-8", "replace").decode("utf-8")  # pasted half characters
    plain = _ARABIC_MARKS.sub("", unicodedata.normalize("NFC", text))
    language = language_of(plain)
    phrases = dict.fromkeys(phrase.strip() for phrase in _PHRASE.findall(plain))
    codes = dict.fromkeys(code for code in _CODE.findall(plain) if " " in code or "§" in code)
    found: dict[str, None] = {}
    for word in _WORD.findall(plain):
        if len(word) > 1 and _UNSPACED.match(word):
            found |= dict.fromkeys(unspaced(word))
        else:
            found[word.lower()] = None
    small = (
        STOP_WORDS if language in ("", "en") else frozenset(SMALL_WORDS.get(language, "").split())
    )
    words = [word for word in found if word not in small] or list(found)
    return Query(
        text,
        tuple(words),
        tuple(phrase for phrase in phrases if _WORD.search(phrase)),
        tuple(codes),
        language,
    )


def together(queries: Sequence[Query]) -> Query:
    """Several wordings of one question as one; the first is its own."""

    def all_of(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each for query in queries for each in getattr(query, name)))

    first = queries[0]
    return Query(first.text, all_of("words"), first.phrases, all_of("codes"), first.language)


def rare(query: Query, frequencies: Mapping[str, int], passages: int) -> Query:
    """The question with its rarest words only, for a large vault.

    ``frequencies`` tells in how many passages a word stands. Words that stand nowhere go too. Where
    none is rare, the rarest is taken, or all together where that one stands in too many.
    """
    present = [word for word in query.words if frequencies.get(word, 0) > 0]
    ordered = sorted(present, key=lambda word: frequencies[word])
    kept: list[str] = []
    found = 0
    for word in ordered[:MOST_RARE]:
        found += frequencies[word]
        if frequencies[word] > RARE_SHARE * passages or found > MOST_FOUND:
            break
        kept.append(word)
    common = not kept and len(ordered) > 1 and frequencies[ordered[0]] > MOST_FOUND
    chosen = set(kept or ordered[: MOST_RARE if common else 1])
    words = tuple(word for word in present if word in chosen)
    return replace(query, words=words, all_words=common)


def shortened(query: Query, frequencies: Mapping[str, int]) -> Query:
    """A very long question, e.g. a pasted text, with its rarest words only."""
    ordered = sorted(query.words, key=lambda word: frequencies.get(word, 0) or math.inf)
    chosen = set(ordered[:MOST_WORDS])
    words = tuple(word for word in query.words if word in chosen)
    return replace(query, words=words, phrases=query.phrases[:MOST_WORDS], codes=())


def is_code(word: str) -> bool:
    """Whether a word is a number or a name with digits in it, which has to be met exactly."""
    return any(map(str.isdigit, word))


def quoted(term: str) -> str:
    """A term as an FTS5 string, in which nothing has a meaning of its own."""
    return '"' + term.replace("\0", " ").replace('"', '""') + '"'
