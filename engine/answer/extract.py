"""The sentences of the found passages that answer a question best, with the reasons counted."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from engine.answer import orders, prompt, sentences, sought, tables, text
from engine.answer.sentences import Span
from engine.errors import CancelledError
from engine.inference.chat_model import ChatModel
from engine.inference.embedder import Vectors
from engine.model_types import Usage
from engine.progress import CancelToken
from engine.types import Hit

CONTEXT_SHARE = 0.35
"""Weight of question words that stand only around a sentence, beside those within."""
HIT_SHARE = 0.3
"""Weight of the passage's own score beside its sentence's."""


LIKELIHOOD_SHARE = 0.25
"""Weight of a likelihood (nats per token) beside the score by words."""
NEARNESS_SHARE = 0.5
"""Weight of a sentence's nearness in meaning beside the score by words."""

WEIGHABLE = 160
"""Longest question in tokens whose likelihood is asked for; longer ones tell by their words."""
EXAMPLE = re.compile(
    r"\W*(?:for (?:example|instance)|e\.g\.|suppose|let(?:'|’)s say)\b", re.IGNORECASE
)
"""Begins a sentence that makes a case up; its figures are rarely the rule's."""
SHORT = 80
"""Characters of a sentence that says little without the one before it ("Rasmus leads it.")."""
PRONOUN = re.compile(
    r"\W*(?:it|its|they|their|he|his|she|her|this|these|that|those)\b.*"
    r"|.* (?:it|them|him|her)\W*",
    re.IGNORECASE | re.DOTALL,
)
"""Begins or ends with a word for something named before."""
ANNOUNCED = 4
"""Most list items or sentences quoted with the sentence that announces them."""
SOUGHT = 0.15
"""Added for a sentence that has a figure or a date where one is asked for."""
UNSOUGHT = 0.15
"""Taken off a sentence that has nothing of the kind that is asked for: no figure, no date."""
UNWEIGHED = -3.0
"""Stands for the likelihood where the model was not asked: what it is for most sentences."""


class Comparing(Protocol):
    """What comparing by meaning needs of an embedder."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors: ...

    def embed_query(self, text: str) -> Vectors: ...


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of a found passage and how well it meets the question."""

    hit: int
    """Index into the hits."""
    start: int
    end: int
    """Span in the passage's text."""
    sentence: str
    overlap: float
    """Weighted share of the question's content words in the sentence, in [0, 1]."""
    context_overlap: float
    """The further share found in the sentence before, the title and the headings."""
    score: float
    """What the sentences are ordered by; comparable within one question only."""
    likelihood: float = UNWEIGHED
    """Mean log-probability per token of the question once the model has read the sentence."""
    table: bool = False
    """A whole table with its title, not a sentence."""
    nearness: float | None = None
    """Cosine of the question with the sentence under its title and headings; None: not compared."""


class Rarity:
    """How much each word of a question tells, from the passages found for it.

    Inverse document frequency over the sentences of the hits: a word that every found sentence
    holds ("Northwind") tells little about which of them answers.
    """

    def __init__(self, sentence_stems: Sequence[set[str]]) -> None:
        self._counts = Counter(stem for stems in sentence_stems for stem in stems)
        self._total = len(sentence_stems)

    def weight(self, stem: str) -> float:
        count = self._counts[stem]
        return math.log(1 + (self._total - count + 0.5) / (count + 0.5))

    def knows(self, stem: str) -> bool:
        """Whether any of the sentences has the word."""
        return stem in self._counts

    def share(self, wanted: set[str], present: set[str]) -> float:
        """Weighted share of the wanted stems that are present, in [0, 1]."""
        total = sum(self.weight(stem) for stem in wanted)
        return sum(self.weight(stem) for stem in wanted & present) / total if total else 0.0


def rarity(hits: Sequence[Hit]) -> Rarity:
    """How much each word tells, counted over the sentences of the hits."""
    return Rarity(
        [
            set(text.content(passage[start:end]))
            for passage in (orders.readable(hit.passage.text) for hit in hits)
            for start, end in sentences.split(passage)
        ]
    )


def best_sentences(question: str, hits: Sequence[Hit], *, top: int = 8) -> list[Evidence]:
    """The sentences of the hits that meet the question best, best first."""
    asked = set(text.content(question))
    standing = sought.standing_for(question)
    rows: list[tuple[int, Span, set[str]]] = []
    around: list[set[str]] = []
    headings = [set(text.content(f"{hit.passage.title} {hit.passage.heading}")) for hit in hits]
    for index, hit in enumerate(hits):
        previous = fixed = headings[index]
        passage = orders.readable(hit.passage.text)
        for start, end in sentences.split(passage):
            stems = set(text.content(passage[start:end]))
            head = tables.header(passage, start)
            if head is not None:
                previous = fixed | set(text.content(passage[head[0] : head[1]]))
            rows.append((index, (start, end), stems))
            around.append(previous)
            previous = fixed | stems
    rarity = Rarity([stems for _, _, stems in rows])
    asked -= {stem for stem in standing if not rarity.knows(stem)}
    best_score = max((hit.score for hit in hits), default=0.0) or 1.0
    found = []
    for (index, (start, end), stems), context in zip(rows, around, strict=True):
        sentence = hits[index].passage.text[start:end]
        holds = sought.holds(question, sentence)
        if holds:
            stems = stems | standing
        own = rarity.share(asked, stems)
        nearby = rarity.share(asked, stems | context) - own
        score = own + CONTEXT_SHARE * nearby + HIT_SHARE * hits[index].score / best_score
        if holds is not None:
            score += SOUGHT if holds else -UNSOUGHT
        if sentence.endswith("?"):
            score -= 2.0
        elif len(stems) < 3 or stems <= headings[index]:
            score -= 0.5  # it says no more than the headings above it
        elif EXAMPLE.match(sentence):
            score -= 0.2
        found.append(Evidence(index, start, end, sentence, own, nearby, score))
    found.sort(key=lambda evidence: -evidence.score)
    return found[:top]


def weighed(
    question: str,
    hits: Sequence[Hit],
    evidence: Sequence[Evidence],
    model: ChatModel,
    cancel: CancelToken | None = None,
) -> tuple[list[Evidence], Usage]:
    """The evidence, in its order, with the likelihood of the question after each sentence.

    Query likelihood, as in Sachan et al., "Improving Passage Retrieval with Zero-Shot Question
    Generation" (2022), for sentences. On 141 questions of the choosing half of SQuAD the sentence
    with the answer came first for 75 % by words, 79 % by likelihood, 87 % by both.
    Once cancelled, all stays unweighed. The usage counts what the model read for all of it.
    """
    if not evidence or model.count_tokens(question) > WEIGHABLE:
        return list(evidence), Usage()
    prompts = [
        prompt.asking(prompt.titled(hits[item.hit].passage), in_context(item, hits))
        for item in evidence
    ]
    try:
        scores = model.score_each(prompts, question, cancel=cancel)
    except CancelledError:
        return list(evidence), Usage()
    return [
        replace(item, likelihood=value) for item, value in zip(evidence, scores.values, strict=True)
    ], scores.usage


def in_context(item: Evidence, hits: Sequence[Hit]) -> str:
    """A sentence as it is weighed: a short one with a pronoun behind the one before it."""
    if item.table or len(item.sentence) > SHORT or PRONOUN.fullmatch(item.sentence) is None:
        return item.sentence
    passage = orders.readable(hits[item.hit].passage.text)
    before = [span for span in sentences.split(passage) if span[1] <= item.start][-1:]
    if not before or tables.is_row(passage[slice(*before[0])]):
        return item.sentence
    return f"{passage[slice(*before[0])]} {item.sentence}"


def compared(
    question: str, hits: Sequence[Hit], evidence: Sequence[Evidence], embedder: Comparing
) -> list[Evidence]:
    """The evidence, in its order, with how near each sentence is to the question in meaning.

    A passage speaks of several things, so that its own nearness says less about one of them.
    """
    if not evidence:
        return []
    places = [hits[item.hit].passage for item in evidence]
    texts = [
        f"{prompt.titled(place)}\n{in_context(item, hits)}"
        for place, item in zip(places, evidence, strict=True)
    ]
    cosines = embedder.embed_passages(texts) @ embedder.embed_query(question)
    return [
        replace(item, nearness=float(value)) for item, value in zip(evidence, cosines, strict=True)
    ]


def judged(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence by words and likelihood together, best first."""
    return sorted(
        evidence,
        key=lambda item: (
            -(
                item.score
                + LIKELIHOOD_SHARE * item.likelihood
                + NEARNESS_SHARE * (item.nearness or 0.0)
            )
        ),
    )


def with_list(item: Evidence, passage: str) -> Evidence:
    """A sentence that ends in a colon, together with what it announces."""
    if not item.sentence.endswith(":"):
        return item
    following = [span for span in sentences.split(passage) if span[0] >= item.end][:ANNOUNCED]
    if not following:
        return item
    end = following[-1][1]
    return replace(item, end=end, sentence=passage[item.start : end])
