"""What a small model with an adapter for it makes of the evidence, and how sure it is of it.

The model writes an answer, and rates what the reader finds in the same sentences. Each alone errs
often, and not in the same places: the words that both find likely are taken.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from engine.answer import brief, offices, spans
from engine.answer.extract import Evidence
from engine.answer.reader import Reading
from engine.answer.text import content
from engine.inference.chat_model import ChatModel
from engine.model_types import Message
from engine.types import Hit

REFUSAL = "refusal"
"""The signal that every answer of this kind has, and no other."""
READINGS = 5
"""Most short answers of the reader that the model rates."""
READER_SHARE = 1.5
"""Weight of the reader's belief (nats) beside the model's log-probability of the words."""
LEAST_BELIEF = 0.02
"""The reader's belief in words that it did not find itself."""
OWN = 1.0
"""Added (nats) for what the model wrote of its own accord."""
LEAST_REFUSAL = -10.0
"""Below this (nats) a refusal is as good as impossible."""
LEAST_LIKELIHOOD = -12.0
"""Below this (nats) words are as good as made up."""


@dataclass(frozen=True, slots=True)
class Written:
    """An answer, where it stands and how sure model and reader are of it."""

    text: str
    """Empty where there is none."""
    refusal: float
    """Log-probability (nats) that the model says the passages do not tell."""
    likelihood: float = LEAST_LIKELIHOOD
    """Log-probability (nats) of the text."""
    belief: float = 0.0
    """The reader's share of belief in the same words."""
    place: tuple[Evidence, int, int] | None = None
    """The sentence that holds the text, and the text's span in its passage; None without a text."""
    sentence_belief: float = 0.0
    """The reader's share of belief in all that stands in that sentence."""

    def signals(self) -> dict[str, float]:
        """What the estimate of :mod:`engine.answer.abstain` takes from it."""
        item = self.place[0] if self.place is not None else None
        return {
            REFUSAL: max(self.refusal, LEAST_REFUSAL),
            "answer likelihood": max(self.likelihood, LEAST_LIKELIHOOD),
            "answer belief": math.log(max(self.belief, LEAST_BELIEF)),
            "answer sentence": self.sentence_belief,
            "answer context": item.overlap + item.context_overlap if item is not None else 0.0,
            "answer nearness": (item.nearness or 0.0) if item is not None else 0.0,
        }


def chosen(
    about: str,
    text: str,
    readings: Sequence[Reading],
    messages: Sequence[Message],
    hits: Sequence[Hit],
    evidence: Sequence[Evidence],
    model: ChatModel,
) -> Written:
    """The best of what the model wrote and what the reader found in the evidence.

    What the model wrote does not count where it refuses or stands nowhere in the evidence, or
    where it only says again what ``about`` asks for, an office or the head of a list. The prompt
    that it just answered is not read again. ``readings`` are of this evidence, the best first.
    """
    own = None if brief.refuses(text) else brief.place(text.strip(), hits, evidence)
    if own is not None and not _tells(about, own):
        own = None
    places = {text.strip(): own} if own is not None else {}
    found = ((each.text, (evidence[each.evidence], each.start, each.end)) for each in readings)
    for words, place in islice((each for each in found if _tells(about, each[1])), READINGS):
        places.setdefault(words, place)
    texts = [brief.REFUSAL, *places]
    means = model.score(messages, texts).values
    tokens = {words: model.count_tokens(words) for words in texts}
    likely = {words: mean * tokens[words] for words, mean in zip(texts, means, strict=True)}
    beliefs = {words: _belief(words, readings) for words in places}

    def value(words: str) -> float:
        bonus = OWN if places[words] is own else 0.0
        # By the root of their number: a whole name is not to lose against a word of it.
        model_says = likely[words] / math.sqrt(max(1, tokens[words]))
        return model_says + READER_SHARE * math.log(max(beliefs[words], LEAST_BELIEF)) + bonus

    if not places:
        return Written("", likely[brief.REFUSAL])
    best = max(places, key=value)
    place = places[best]
    within = sum(each.probability for each in readings if evidence[each.evidence] == place[0])
    return Written(best, likely[brief.REFUSAL], likely[best], beliefs[best], place, within)


def _tells(about: str, place: tuple[Evidence, int, int]) -> bool:
    item, start, end = place
    words = spans.tokens(item.sentence)
    again = spans.said_again(words, set(content(about)))
    if again and end - item.start <= words[again].start:
        return False
    return offices.tells(about, item.sentence, start - item.start, end - item.start)


def _belief(words: str, readings: Sequence[Reading]) -> float:
    """The reader's share of belief in exactly these words."""
    same = (each.probability for each in readings if each.text.casefold() == words.casefold())
    return max(same, default=0.0)
