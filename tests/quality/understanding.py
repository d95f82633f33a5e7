"""Questions as people type them: with slips of the keyboard, leaning on the one before, and with
words that German writes in one.

Each is searched for as it is typed, and as Alcove understands it.
"""

import hashlib
import random
import re
import string
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from engine.answer import followup
from engine.evaluate import metrics
from engine.model_types import Message
from engine.progress import drain
from engine.retrieve import compounds, query, spelling
from engine.retrieve.retrieve import Retriever
from engine.store.tokenizer import Tokenizer
from tests.quality import data
from tests.quality.data import ROOT, Query
from tests.quality.dialogues import DIALOGUES
from tests.quality.workplace import Workplace

QUESTIONS = 150
LONG = 5
"""Letters of a word that slips are made in."""
DEPTH = 10
BENCH = "retrieval"


def run(place: Workplace) -> None:
    slips(place)
    turns(place)
    german(place)


# --- slips of the keyboard -----------------------------------------------------------------------


def slips(place: Workplace) -> None:
    """SQuAD's questions with one letter changed in a word that tells something."""
    corpus = data.squad()
    chosen = place.cut(data.chosen(corpus.queries, QUESTIONS, lambda each: each.id))
    embedder = place.embedder()
    with place.vault("squad") as vault:
        place.add(vault, embedder, [data.write(corpus, place.folder / "corpora" / "squad")])
        retriever = Retriever(vault, embedder)
        typed = [(each, slipped(each.text, each.id)) for each in chosen]
        usable = [(each, text) for each, text in typed if text != each.text]
        over = "squad with a slip"
        _score(place, over, "typed right", [(each, each.text) for each, _ in usable], retriever)
        with _without(spelling, "corrections", lambda *_: ()):
            _score(place, over, "as typed", usable, retriever)
        _score(place, over, "understood", usable, retriever)


def slipped(text: str, seed: str) -> str:
    """A question with one letter of a content word left out, doubled, exchanged or wrong."""
    own = random.Random(hashlib.sha256(seed.encode()).digest())
    words = [
        match
        for match in re.finditer(r"[A-Za-z]+", text)
        if len(match[0]) >= LONG and match[0].lower() not in query.STOP_WORDS
    ]
    if not words:
        return text
    chosen = own.choice(words)
    word, at = chosen[0], own.randrange(1, len(chosen[0]) - 1)
    changed = own.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + own.choice(string.ascii_lowercase) + word[at + 1 :],
        ]
    )
    return text[: chosen.start()] + changed + text[chosen.end() :]


# --- questions that lean on the one before -------------------------------------------------------


def turns(place: Workplace) -> None:
    """The second question of each dialogue, alone and made whole."""
    dialogues = place.cut(DIALOGUES)
    with place.assistant("dialogues") as assistant:
        drain(assistant.add([ROOT / "samples" / "library"]))
        ways: dict[str, Callable[[str, str], str]] = {
            "as typed": lambda _, second: second,
            "understood": lambda first, second: followup.standalone(
                second, [Message("user", first), Message("assistant", "")]
            ),
        }
        for way, made in ways.items():
            found = [
                [_plain(hit.passage.text) for hit in assistant.search(made(*two), top=DEPTH).hits]
                for *two, _ in dialogues
            ]
            for most in (1, 3):
                values = [
                    float(any(_plain(said) in text for text in texts[:most]))
                    for texts, (_, _, said) in zip(found, dialogues, strict=True)
                ]
                place.record.mean(BENCH, "dialogues, second question", f"hit@{most} {way}", values)


def _plain(text: str) -> str:
    return " ".join(text.split())


# --- words that are made of others ---------------------------------------------------------------


def german(place: Workplace) -> None:
    """XQuAD's German questions with a long word of which the paragraph has only a part."""
    corpus = data.xquad("de")
    cutter = Tokenizer()
    words = {name: set(cutter.plain(text, "de")) for name, text in corpus.documents.items()}
    made = [each for each in corpus.queries if _has_part(each, words, cutter)]
    groups = sorted({each.group for each in corpus.queries})
    embedder = place.embedder()
    with place.vault("xquad de") as vault:
        place.add(vault, embedder, [data.write(corpus, place.folder / "corpora" / "xquad de")])
        retriever = Retriever(vault, embedder)
        for half, chosen in (("chosen on", groups[::2]), ("held out", groups[1::2])):
            own = place.cut([(each, each.text) for each in made if each.group in chosen])
            over = f"xquad de with compounds, {half}"
            with _without(compounds, "parts", lambda *_: ()):
                _score(place, over, "as typed", own, retriever)
            _score(place, over, "understood", own, retriever)


def _has_part(asked: Query, words: dict[str, set[str]], cutter: Tokenizer) -> bool:
    (name,) = asked.relevant
    held = words[name]
    return any(
        len(word) >= compounds.LONG
        and word not in held
        and any(
            len(part) >= compounds.LEAST
            and len(word) - len(part) >= compounds.LEAST - 1
            and (word.startswith(part) or word.endswith(part))
            for part in held
        )
        for word in cutter.plain(" ".join(query.parse(asked.text).words), "de")
    )


# --- both ----------------------------------------------------------------------------------------


def _score(
    place: Workplace,
    over: str,
    way: str,
    asked: Sequence[tuple[Query, str]],
    retriever: Retriever,
) -> None:
    rankings = [
        list(
            dict.fromkeys(
                Path(hit.passage.path).name for hit in retriever.search(text, top=DEPTH).hits
            )
        )
        for _, text in asked
    ]
    for most in (1, 5):
        values = [
            metrics.hit_at(ranking, each.relevant, most)
            for ranking, (each, _) in zip(rankings, asked, strict=True)
        ]
        place.record.mean(BENCH, over, f"hit@{most} {way}", values)


@contextmanager
def _without(module: object, name: str, instead: Callable[..., object]) -> Iterator[None]:
    """One part of the search left out, for what it brings."""
    kept = getattr(module, name)
    setattr(module, name, instead)
    try:
        yield
    finally:
        setattr(module, name, kept)
