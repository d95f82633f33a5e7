"""Questions made from the library itself, with the answers that stand there.

A sentence is asked for one of its own parts (a name, a date, a number): the part gives way to its
question word, in place, or at the front where the sentence begins with it ("Who founded the yard in
1987?"). The model may word them better; either way a question is kept only if it survives the round
trip: the search finds its passage, and reading gives the same answer.

Unanswerable ones are made of good ones: a name, a year or a number is swapped for one that the
library holds elsewhere, as in SQuAD 2.0. Others are plainly about something else.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.answer import sentences, spans, text
from engine.evaluate import metrics
from engine.evaluate.questions import Question
from engine.types import Answer, Passage

ASKED = {
    "names": "who or what",
    "date": "when",
    "year": "which year",
    "money": "how much",
    "percent": "what percentage",
    "number": "how many",
}
"""What is asked for, by the kind of the words that answer."""
SHORTEST, LONGEST = 8, 32
"""Words of a sentence that is asked about."""
LEANS = text.word_set(
    "it its he she his her hers they their them this these those such there here however also then "
    "thus but and or moreover furthermore we our you your i my me us as for"
)
"""First words of sentences that lean on the one before; alone they ask for nothing."""
VERB = re.compile(r"(?:is|are|was|were|has|had|can|may|must|will|shall|should|[a-z]+(?:ed|es|s))\b")
MARKS = re.compile(r"[|{}<>\[\]=_]|\.{3}|https?:|www\.|@")
FIGURES = re.compile(
    r"[$£€]?\d[\d,.]*%?(?: (?:per ?cent|percent|million|billion|dollars|euros|EUR|USD))*"
    r"|(?:\d{1,2} )?(?:"
    + "|".join(sorted(month.title() for month in spans.MONTHS))
    + r")(?: \d{1,2},?)?(?: \d{4})?"
)
"""A number, a sum or a date and nothing beside it."""
NAMES = re.compile(r"[^\W\d_][^,;:\d]*")
ELSEWHERE = (
    "How do bees find their way back to the hive?",
    "Which planet has the shortest day?",
    "Who wrote the opera about the barber of Seville?",
    "What temperature does copper melt at?",
    "How many strings does a cello have?",
    "When was the first crossing of the Antarctic on foot?",
    "Which vitamin do carrots hold most of?",
    "What is the deepest lake of Africa?",
    "How long does it take to hard-boil a duck egg?",
    "Who painted the ceiling of the Sistine Chapel?",
    "Which language has the most noun cases?",
    "What do koalas eat in winter?",
    "How high is the tallest volcano of the solar system?",
    "In which year did the Vasa sink?",
    "What is the opening move of the Sicilian Defence?",
    "Which gas makes up most of the air on Titan?",
    "How many players stand on a field in hurling?",
    "Who discovered the structure of benzene?",
    "What colour is the flag of Nauru?",
    "Which wood are violin bows made of?",
)
"""Asked of any library on anything else, these have no answer there."""


@dataclass(frozen=True, slots=True)
class Made:
    """A question made from a passage, before it is tried."""

    question: str
    answer: str
    sentence: str
    passage: Passage

    def as_question(self, number: int) -> Question:
        return Question(
            f"made-{number}",
            self.question,
            (self.answer,),
            documents=(self.passage.path,),
            page=self.passage.page,
        )


def made(passages: Sequence[Passage], *, seed: int = 0) -> Iterator[Made]:
    """Questions from passages taken in chance order, at most one from each; always the same."""
    chance = random.Random(seed)
    order = list(passages)
    chance.shuffle(order)
    for passage in order:
        found = [
            each
            for start, end in sentences.split(passage.text)
            for each in of_sentence(" ".join(passage.text[start:end].split()), passage)
        ]
        if found:
            yield chance.choice(found)


def of_sentence(sentence: str, passage: Passage) -> list[Made]:
    """What a sentence can be asked for; nothing where it leans on others or is none."""
    words = sentence.split()
    if not (
        SHORTEST <= len(words) <= LONGEST
        and sentence[0].isupper()
        and sentence.endswith(".")
        and words[0].strip(",").lower() not in LEANS
        and not MARKS.search(sentence)
    ):
        return []
    tokens = spans.tokens(sentence)
    found: dict[tuple[int, int], Made] = {}
    for first, last in spans.candidates(tokens):
        start, end = tokens[first].start, tokens[last].end
        kind = spans.kind(tokens[first : last + 1])
        asked = ASKED.get(kind)
        whole = (NAMES if kind == "names" else FIGURES).fullmatch(sentence[start:end])
        if asked is None or whole is None or _inside_name(sentence, start, end):
            continue
        question = _asked(sentence, start, end, kind, asked)
        if question:
            found[start, end] = Made(question, sentence[start:end], sentence, passage)
    # Of overlapping parts the longest is the whole name or date.
    return [
        each
        for (start, end), each in found.items()
        if not any(a <= start and end <= b and (a, b) != (start, end) for a, b in found)
    ]


def _inside_name(sentence: str, start: int, end: int) -> bool:
    """Whether the words beside are capitalised too, so that this is a piece of a longer name."""
    before = re.search(r"([A-Z]\w*)[ -]$", sentence[:start])
    after = re.match(r"[ -]([A-Z]\w*|of [A-Z])", sentence[end:])
    return bool(after or (before and before.start() > 0)) or sentence[end : end + 2] in ("’s", "'s")


def _asked(sentence: str, start: int, end: int, kind: str, asked: str) -> str:
    rest = sentence[end:].strip().rstrip(".")
    if start == 0:
        if kind != "names" or not VERB.match(rest):
            return ""
        return f"Who or what {rest}?"
    before = sentence[:start].rstrip()
    if kind in ("date", "year") and before.endswith((" in", " on", " since", " until")):
        before, _, preposition = before.rpartition(" ")
        asked = {"in": "when", "on": "when"}.get(preposition, f"{preposition} when")
    if kind == "number" and not re.match(r"[a-z]", rest):
        asked = "which number"
    question = f"{before} {asked} {rest}".strip()
    return re.sub(r"\s+([,;:])", r"\1", question) + "?"


def survives(item: Made, answer: Answer) -> bool:
    """The round trip: the answer comes from the same page and says the same."""
    from_there = any(
        each.path == item.passage.path and each.page == item.passage.page
        for each in answer.citations
    )
    same = metrics.contains_answer(answer.text, (item.answer,))
    return from_there and same and len(answer.text.split()) <= 3 * len(item.answer.split()) + 4


def swapped(items: Sequence[Made], *, seed: int = 0) -> Iterator[Made]:
    """The same questions with one name or number of another in the place of their own.

    What comes out is rarely true of the library; a swap that the same passage allows is left out.
    """
    chance = random.Random(seed)
    pool: dict[str, list[str]] = {}
    parts = {item.question: _parts(item.question) for item in items}
    for found in parts.values():
        for kind, words in found:
            pool.setdefault(kind, []).append(words)
    for item in items:
        choices = [
            (words, other)
            for kind, words in parts[item.question]
            for other in pool[kind]
            if other.lower() not in item.passage.text.lower() and other not in item.question
        ]
        if choices:
            words, other = chance.choice(choices)
            yield Made(item.question.replace(words, other, 1), "", item.sentence, item.passage)


def _parts(question: str) -> list[tuple[str, str]]:
    """Names and numbers of a question that could be swapped, with their family."""
    tokens = spans.tokens(question)
    found = []
    for first, last in spans.candidates(tokens):
        words = question[tokens[first].start : tokens[last].end]
        family = spans.FAMILY.get(spans.kind(tokens[first : last + 1]), "")
        whole = not _inside_name(question, tokens[first].start, tokens[last].end)
        if family in ("name", "time", "number") and tokens[first].start > 0 and whole:
            found.append((family, words))
    return found
