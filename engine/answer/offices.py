"""Questions for the holder of an office: "Who is the managing director?"

The papers of a house are full of sentences on an office that name nobody: job descriptions, lines
of who reports to whom. They share every word with the question, and answer it only where a name
stands by the office.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from engine.answer import text
from engine.answer.spans import Token, tokens

ASKED = re.compile(
    r"^\W*who(?:'s|’s| is| was| are| were) (?:currently |now )?"
    r"(?P<whose>(?:the|our|your|my|their|its|his|her) |[\w. -]+?['’]s? )?"
    r"(?P<title>[\w’'-]+(?: [\w’'-]+){0,4}?)"
    r"(?: (?:of|for|in|at|when|while|that|who|which|to|on|during|after|before|over|under|with)\b"
    r"|\W*$)",
    re.IGNORECASE,
)
OFFICES = text.word_set(
    "ceo cfo coo cto officer director president chairman chairwoman chairperson chair mayor "
    "minister chancellor governor secretary treasurer manager headmaster headmistress headteacher "
    "principal spokesman spokeswoman spokesperson dean rector captain"
)
"""Words for offices that are held by somebody with a name."""
LABELS = text.word_set(
    "position job title role description function department division reporting report reports "
    "name contact summary objective overview responsible location salary grade"
)
"""Words that head a line on an office."""
MOST_BETWEEN = 1
"""Words that may part a name from the office it holds: "held by", "serves as"."""
LEAST_INITIALS = 2
TIMES = text.word_set(
    "current present new acting next former last previous "
    "first second third fourth fifth sixth seventh eighth ninth tenth"
)


@lru_cache(maxsize=64)
def asked(question: str) -> str:
    """The office whose holder is asked for, as it is called; empty for all other questions."""
    match = ASKED.match(question)
    if match is None:
        return ""
    title = text.words(match["title"])
    if title[-1] not in OFFICES or not (match["whose"] or title[0] in OFFICES | TIMES):
        return ""
    return match["title"]


def idle(question: str, words: Sequence[Token]) -> frozenset[int]:
    """Words of a sentence that name nobody: of the office, its initials, the head of the line.

    Empty where no holder of an office is asked for.
    """
    office = asked(question)
    if not office:
        return frozenset()
    called = tokens(office)
    stems = {token.stem for token in called}
    said = set(text.content(question)) | stems
    found = {at for at, token in enumerate(words) if token.stem in said}
    found.update(_initials(called, words))
    for each in _short(office):
        found.update(_spelled(each, words))
    found.update(_head(words))
    return frozenset(found)


def named(question: str, sentence: str) -> bool | None:
    """Whether a name stands by the office that is asked about.

    None where none is asked about, or the sentence does not speak of it.
    """
    office = asked(question)
    if not office:
        return None
    words = tokens(sentence)
    quiet = idle(question, words)
    head = _head(words)
    stems = {token.stem for token in tokens(office) if not token.is_function}
    short = _initials(tokens(office), words)
    for each in _short(office):
        short |= _spelled(each, words)
    held = [at for at, token in enumerate(words) if token.stem in stems or at in short]
    held = [at for at in held if at not in head]
    if not held:
        return None
    if not _complete(office, [words[at] for at in held]):
        return False  # another office
    names = [
        at
        for at, token in enumerate(words)
        if at not in quiet and token.is_word and not token.is_function and token.text[0].isupper()
    ]
    last = tokens(office)[-1].stem  # "officer": the words before it stand for more than that
    places = [at for at in held if words[at].stem == last or at in short]
    return any(_between(words, quiet, at, to) <= MOST_BETWEEN for at in names for to in places)


def tells(question: str, sentence: str, start: int, end: int) -> bool:
    """Whether ``sentence[start:end]`` may be the holder of the office that is asked about.

    True for all other questions.
    """
    if not asked(question):
        return True
    if named(question, sentence) is False:
        return False
    words = tokens(sentence)
    quiet = idle(question, words)
    return any(
        at not in quiet and token.is_word and not token.is_function
        for at, token in enumerate(words)
        if token.start < end and start < token.end
    )


def _complete(office: str, held: Sequence[Token]) -> bool:
    """Whether all words of the office are there, or letters that stand for them."""
    called = [token for token in tokens(office) if not token.is_function]
    stems = {token.stem for token in held}
    if all(token.stem in stems or _says_when(token) for token in called):
        return True
    letters = "".join(token.text[0].upper() for token in called)
    if any(token.text.isupper() and token.text in letters for token in held):
        return True
    return any(len(each) <= len(held) for each in _short(office))


def _says_when(token: Token) -> bool:
    """The acting, the first, the 5th."""
    return token.lower in TIMES or token.lower[0].isdigit()


def _short(office: str) -> set[str]:
    """Words of the office that may be initials."""
    return {
        token.text
        for token in tokens(office)
        if token.text.isupper() and len(token.text) >= LEAST_INITIALS
    }


def _between(words: Sequence[Token], quiet: frozenset[int], one: int, other: int) -> int:
    """How many words that say something, names and the office's own left out, part two words."""
    first, last = sorted((one, other))
    return sum(
        token.is_word
        and at not in quiet
        and not token.is_function
        and not token.text[0].isupper()
        and not _says_when(token)
        and token.lower[-2:] not in ("'s", "s'")
        for at, token in enumerate(words[first + 1 : last], start=first + 1)
    )


def _initials(called: Sequence[Token], words: Sequence[Token]) -> set[int]:
    """Words that are the initials of words in a row of the office: CEO."""
    letters = "".join(token.text[0].upper() for token in called if not token.is_function)
    return {
        at
        for at, token in enumerate(words)
        if token.text.isupper() and len(token.text) >= LEAST_INITIALS and token.text in letters
    }


def _spelled(short: str, words: Sequence[Token]) -> set[int]:
    """Words in a row whose initials these are."""
    size = len(short)
    found: set[int] = set()
    for first in range(len(words) - size + 1):
        row = words[first : first + size]
        if "".join(token.text[0].upper() for token in row) == short:
            found.update(range(first, first + size))
    return found


def _head(words: Sequence[Token]) -> set[int]:
    """The head of a line as far as its colon, where it is one of those on offices."""
    colon = next((at for at, token in enumerate(words[:6]) if token.text == ":"), 0)
    if not any(token.lower in LABELS for token in words[:colon]):
        return set()
    return set(range(colon))
