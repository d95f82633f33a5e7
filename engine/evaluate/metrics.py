"""How good answers and searches are, as numbers that others' papers use as well.

Exact match and F1 follow SQuAD's official script (Rajpurkar et al. 2016, 2018): lower case,
punctuation and the articles a, an, the removed, white space folded; the best over all gold answers
counts; for an unanswerable question the only right answer is none. ROUGE-L is the F-measure of Lin
(2004) on words without stemming. nDCG has linear gain as in trec_eval's ``ndcg_cut``.
"""

import math
import re
import string
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from engine.answer import text as words_of
from engine.types import Answer, Citation

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_WORD = re.compile(r"[^\W_]+")
_ARTICLES = re.compile(r"\b(a|an|the)\b", re.UNICODE)


# --- answers -----------------------------------------------------------------------------------


def normalise(text: str) -> str:
    """SQuAD's ``normalize_answer``."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(prediction: str, answers: Sequence[str]) -> float:
    """1 where the prediction equals one of the answers; no answers: 1 where nothing is said."""
    predicted = normalise(prediction)
    return float(any(predicted == normalise(answer) for answer in _gold(answers)))


def f1(prediction: str, answers: Sequence[str]) -> float:
    """Best overlap in words with one of the answers, in [0, 1]."""
    return max(_f1(prediction, answer) for answer in _gold(answers))


def _gold(answers: Sequence[str]) -> Sequence[str]:
    """The answers that say something, as the official script leaves out those that do not."""
    return [answer for answer in answers if normalise(answer)] or ("",)


def _f1(prediction: str, answer: str) -> float:
    predicted, wanted = normalise(prediction).split(), normalise(answer).split()
    if not predicted or not wanted:
        return float(predicted == wanted)
    common = (Counter(predicted) & Counter(wanted)).total()
    if common == 0:
        return 0.0
    precision, recall = common / len(predicted), common / len(wanted)
    return 2 * precision * recall / (precision + recall)


def rouge_l(prediction: str, answers: Sequence[str]) -> float:
    """Best F-measure of the longest common subsequence of words, in [0, 1]."""
    return max(_rouge_l(prediction, answer) for answer in answers or ("",))


def _rouge_l(prediction: str, answer: str) -> float:
    predicted, wanted = _words(prediction), _words(answer)
    if not predicted or not wanted:
        return float(predicted == wanted)
    row = [0] * (len(wanted) + 1)
    for word in predicted:
        before = 0
        for place, other in enumerate(wanted, start=1):
            above = row[place]
            row[place] = before + 1 if word == other else max(above, row[place - 1])
            before = above
    common = row[-1]
    precision, recall = common / len(predicted), common / len(wanted)
    return 2 * precision * recall / (precision + recall) if common else 0.0


def _words(text: str) -> list[str]:
    """Words in lower case; in scripts without spaces, single letters."""
    return [
        part
        for word in _WORD.findall(text.lower())
        for part in (word if words_of.UNSPACED.search(word) else (word,))
    ]


def numeric_match(prediction: str, answers: Sequence[str]) -> float | None:
    """1 where all numbers of one of the answers are said, however they are written.

    None where no answer holds a number: the question does not ask for one.
    """
    wanted = [found for answer in answers if (found := words_of.numbers(answer))]
    if not wanted:
        return None
    said = words_of.numbers(prediction)
    return float(any(found <= said for found in wanted))


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


def recall_at(ranking: Sequence[str], relevant: Collection[str], k: int) -> float:
    """Share of the relevant items among the first ``k``; 0 where nothing is relevant."""
    return len(set(relevant) & set(ranking[:k])) / len(set(relevant)) if relevant else 0.0


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
