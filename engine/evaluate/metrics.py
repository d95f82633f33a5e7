"""How good answers and searches are, as numbers that others' papers use as well.

Exact match and F1 follow SQuAD's official script (Rajpurkar et al. 2016, 2018): lower case,
punctuation and the articles a, an, the removed, white space folded; the best over all gold answers
counts; for an unanswerable question the only right answer is none. nDCG has linear gain as in
trec_eval's ``ndcg_cut``.
"""

import math
import random
import re
import string
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.types import Answer, Citation

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(a|an|the)\b", re.UNICODE)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its confidence interval."""

    value: float
    low: float
    high: float
    n: int


# --- answers -----------------------------------------------------------------------------------


def normalise(text: str) -> str:
    """SQuAD's ``normalize_answer``."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(prediction: str, answers: Sequence[str]) -> float:
    """1 where the prediction equals one of the answers; no answers: 1 where nothing is said."""
    predicted = normalise(prediction)
    return float(any(predicted == normalise(answer) for answer in answers or ("",)))


def f1(prediction: str, answers: Sequence[str]) -> float:
    """Best overlap in words with one of the answers, in [0, 1]."""
    return max(_f1(prediction, answer) for answer in answers or ("",))


def _f1(prediction: str, answer: str) -> float:
    predicted, wanted = normalise(prediction).split(), normalise(answer).split()
    if not predicted or not wanted:
        return float(predicted == wanted)
    common = (Counter(predicted) & Counter(wanted)).total()
    if common == 0:
        return 0.0
    precision, recall = common / len(predicted), common / len(wanted)
    return 2 * precision * recall / (precision + recall)


def contains_answer(text: str, answers: Iterable[str]) -> bool:
    """Whether one of the answers stands in the text as whole words, normalised as for F1."""
    folded = f" {normalise(text)} "
    return any(f" {normalise(answer)} " in folded for answer in answers if normalise(answer))


def citation_precision(
    answers: Iterable[Answer], supports: Callable[[Answer, Citation], bool]
) -> float | None:
    """Share of all shown citations that ``supports`` accepts; ``None`` where none is shown."""
    verdicts = [supports(answer, citation) for answer in answers for citation in answer.citations]
    return sum(verdicts) / len(verdicts) if verdicts else None


# --- rankings ----------------------------------------------------------------------------------


def hit_at(ranking: Sequence[str], relevant: Collection[str], k: int) -> float:
    """1 where one of the first ``k`` is relevant."""
    return float(any(item in relevant for item in ranking[:k]))


def reciprocal_rank(ranking: Sequence[str], relevant: Collection[str]) -> float:
    """1 / rank of the first relevant item; 0 without one. Its mean over questions is the MRR."""
    for rank, item in enumerate(ranking, start=1):
        if item in relevant:
            return 1.0 / rank
    return 0.0


def ndcg_at(ranking: Sequence[str], gains: Mapping[str, float], k: int) -> float:
    """Normalised discounted cumulative gain; 0 where nothing is relevant.

    An item that comes twice counts the first time only.
    """
    best = sorted((gain for gain in gains.values() if gain > 0), reverse=True)[:k]
    if not best:
        return 0.0
    distinct = list(dict.fromkeys(ranking))[:k]
    return _dcg([gains.get(item, 0.0) for item in distinct]) / _dcg(best)


def _dcg(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))


# --- certainty ---------------------------------------------------------------------------------


def bootstrap(
    values: Sequence[float], *, confidence: float = 0.95, rounds: int = 1000, seed: int = 0
) -> Estimate:
    """Mean with its percentile bootstrap interval (Efron 1979); the same values give the same.

    Raises ValueError without values.
    """
    if not values:
        raise ValueError("no values")
    n = len(values)
    mean = sum(values) / n
    if n == 1 or min(values) == max(values):
        return Estimate(mean, mean, mean, n)
    chance = random.Random(seed)
    means = sorted(sum(chance.choices(values, k=n)) / n for _ in range(rounds))
    cut = (1.0 - confidence) / 2.0
    low = means[int(cut * (rounds - 1))]
    high = means[math.ceil((1.0 - cut) * (rounds - 1))]
    return Estimate(mean, low, high, n)
