"""What a small model wrote with an adapter made for it, and how sure it was of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.answer import brief
from engine.answer.extract import Evidence
from engine.answer.reader import Reading
from engine.inference.chat_model import ChatModel
from engine.model_types import Message
from engine.types import Hit

REFUSAL = "refusal"
"""The signal that every short answer has, and no other."""
LEAST_REFUSAL = -10.0
"""Below this (nats) a refusal is as good as impossible."""
LEAST_LIKELIHOOD = -5.0
"""Below this (nats per token) the words are as good as made up."""


@dataclass(frozen=True, slots=True)
class Written:
    """What the model says, where it stands and how likely the model finds it."""

    text: str
    """The answer; where the model refused, what it says when it may not refuse."""
    refusal: float
    """Log-probability (nats) that it says the passages do not tell."""
    likelihood: float
    """Mean log-probability per token of the text."""
    place: tuple[Evidence, int, int] | None
    """The sentence that holds the text, and the text's span in its passage; None: made up."""

    def signals(self, readings: Sequence[Reading]) -> dict[str, float]:
        """What the estimate of :mod:`engine.answer.abstain` takes from it.

        "refusal" and "written" are nats, "agreement" is the reader's share of belief in the same
        words; "own context" and "own nearness" are those of the sentence that holds the text.
        """
        item = self.place[0] if self.place is not None else None
        words = self.text.casefold()
        same = (
            each.probability
            for each in readings
            if words and (words in each.text.casefold() or each.text.casefold() in words)
        )
        return {
            REFUSAL: max(self.refusal, LEAST_REFUSAL),
            "written": max(self.likelihood, LEAST_LIKELIHOOD),
            "agreement": min(1.0, sum(same)),
            "own context": item.overlap + item.context_overlap if item is not None else 0.0,
            "own nearness": (item.nearness or 0.0) if item is not None else 0.0,
        }


def weighed(
    text: str,
    messages: Sequence[Message],
    hits: Sequence[Hit],
    evidence: Sequence[Evidence],
    model: ChatModel,
) -> Written:
    """How sure the model is of its text; the prompt that it just answered is read only once."""
    text = text.strip()
    texts = [brief.REFUSAL, text] if text else [brief.REFUSAL]
    likelihoods = model.score(messages, texts).values
    return Written(
        text,
        likelihoods[0] * model.count_tokens(brief.REFUSAL),
        likelihoods[1] if text else LEAST_LIKELIHOOD,
        brief.place(text, hits, evidence) if text else None,
    )
