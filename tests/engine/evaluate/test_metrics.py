"""Fixed cases with results worked out by hand or by the official scripts' rules."""

import math
import string
from collections.abc import Sequence
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.evaluate import metrics
from engine.model_types import Usage
from engine.types import Answer, Citation, Timings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The  Cat, sat!", "cat sat"),
        ("a.m.", "am"),
        ("An apple a day", "apple day"),
        ("theatre", "theatre"),
        ("", ""),
        ("the", ""),
        ("Größe — 5 €", "größe — 5 €"),
    ],
)
def test_normalise(text: str, expected: str) -> None:
    assert metrics.normalise(text) == expected


@pytest.mark.parametrize(
    ("prediction", "answers", "em", "f1"),
    [
        ("the 27 days", ["27 days"], 1, 1),
        ("27", ["27 days", "27"], 1, 1),
        ("27 working days", ["27 days"], 0, 0.8),
        ("thirty", ["27 days"], 0, 0),
        ("", ["27 days"], 0, 0),
        ("", [], 1, 1),
        ("the", [], 1, 1),
        ("something", [], 0, 0),
        ("to be or to be", ["to be"], 0, 4 / 7),
        ("the", ["a"], 1, 1),
        ("", ["the", "27 days"], 0, 0),  # an answer that normalises to nothing is left out
        ("ÖSTLICHE Bucht", ["östliche Bucht"], 1, 1),
        ("船が出る", ["船が出る"], 1, 1),
    ],
)
def test_exact_match_and_f1(prediction: str, answers: list[str], em: float, f1: float) -> None:
    assert metrics.exact_match(prediction, answers) == em
    assert metrics.f1(prediction, answers) == pytest.approx(f1)


@given(st.text(), st.lists(st.text(), max_size=3))
def test_exact_match_never_exceeds_f1(prediction: str, answers: list[str]) -> None:
    em, f1 = metrics.exact_match(prediction, answers), metrics.f1(prediction, answers)
    assert 0 <= em <= f1 <= 1 + 1e-12


@pytest.mark.parametrize(
    ("prediction", "answers", "expected"),
    [
        # Lin 2004, section 2.3: LCS 3 of 4 and 4 words; LCS 2 of 4 and 4.
        ("police kill the gunman", ["police killed the gunman"], 3 / 4),
        ("the gunman kill police", ["police killed the gunman"], 2 / 4),
        ("The cat sat.", ["the cat", "a dog"], 2 * (2 / 3) * 1 / (2 / 3 + 1)),
        ("", ["a"], 0),
        ("", [], 1),
        ("something", [], 0),
        ("Größe fünf", ["größe: fünf"], 1),
        ("船が出る", ["船は出る"], 3 / 4),
    ],
)
def test_rouge_l(prediction: str, answers: list[str], expected: float) -> None:
    assert metrics.rouge_l(prediction, answers) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("prediction", "answers", "expected"),
    [
        ("It is 1,500 euros.", ["1500"], 1),
        ("twenty-seven days, or 27", ["27 days"], 1),
        ("It is seven.", ["7"], 1),
        ("127 days", ["27 days"], 0),
        ("", ["27"], 0),
        ("10 and 12", ["12 to 14", "10"], 1),
        ("anything", ["blue"], None),
        ("anything", [], None),
    ],
)
def test_numeric_match(prediction: str, answers: list[str], expected: float | None) -> None:
    assert metrics.numeric_match(prediction, answers) == expected


def test_recall() -> None:
    assert metrics.recall_at(["b", "a", "c"], {"a", "x"}, 2) == 0.5
    assert metrics.recall_at(["b", "a"], {"a"}, 1) == 0
    assert metrics.recall_at(["a"], set(), 3) == 0


def test_contains_answer_wants_whole_words() -> None:
    assert metrics.contains_answer("It carries 27 days, no more.", ["27 days"])
    assert not metrics.contains_answer("It carries 127 days.", ["27 days"])
    assert not metrics.contains_answer("anything", ["the", ""])
    assert not metrics.contains_answer("anything", [])


def test_hits_and_reciprocal_rank() -> None:
    ranking = ["b", "c", "a"]
    assert [metrics.hit_at(ranking, {"a", "x"}, k) for k in (1, 2, 3, 9)] == [0, 0, 1, 1]
    assert metrics.reciprocal_rank(ranking, {"a"}) == pytest.approx(1 / 3)
    assert metrics.reciprocal_rank(ranking, {"c", "a"}) == 0.5
    assert metrics.reciprocal_rank(ranking, {"z"}) == 0
    assert metrics.reciprocal_rank([], {"z"}) == 0


def test_ndcg_as_trec_eval_counts_it() -> None:
    gains = {"a": 2.0, "b": 1.0, "c": 1.0}
    ideal = 2 + 1 / math.log2(3) + 1 / math.log2(4)
    assert metrics.ndcg_at(["a", "b", "c"], gains, 10) == pytest.approx(1)
    assert metrics.ndcg_at(["b", "x", "a"], gains, 10) == pytest.approx((1 + 2 / 2) / ideal)
    assert metrics.ndcg_at(["x", "b", "a"], gains, 2) == pytest.approx(
        (1 / math.log2(3)) / (2 + 1 / math.log2(3))
    )
    assert metrics.ndcg_at(["x"], gains, 10) == 0
    assert metrics.ndcg_at([], gains, 10) == 0
    assert metrics.ndcg_at(["a"], {}, 10) == 0
    assert metrics.ndcg_at(["a", "a", "b"], gains, 10) == metrics.ndcg_at(["a", "b"], gains, 10)


def answer(*quotes: str) -> Answer:
    citations = tuple(Citation("a.txt", 1, 0, len(quote), quote) for quote in quotes)
    return Answer("q", "t", False, (), citations, Timings(0, 0, 0), Usage())


def test_citation_precision() -> None:
    answers = [answer("good", "bad"), answer("good"), answer()]
    precision = metrics.citation_precision(answers, lambda _, citation: citation.quote == "good")
    assert precision == pytest.approx(2 / 3)
    assert metrics.citation_precision([answer()], lambda *_: True) is None


# --- reckoned once more, otherwise -------------------------------------------------------------

WORDS = st.lists(
    st.sampled_from(["the", "An", "cat,", "Cat", "Größe", "5", "—", "船", "a", "dog.", ""]),
    max_size=6,
).map(" ".join)


def squad_f1(prediction: str, answers: list[str]) -> float:
    """By SQuAD's published rules, word by word rather than by patterns and counters."""

    def words(text: str) -> list[str]:
        kept = "".join(each for each in text.lower() if each not in string.punctuation)
        return [each for each in kept.split() if each not in ("a", "an", "the")]

    best = 0.0
    for answer in [each for each in answers if words(each)] or [""]:
        left, shared = words(answer), 0
        for word in words(prediction):
            if word in left:
                left.remove(word)
                shared += 1
        said, wanted = len(words(prediction)), len(words(answer))
        if not said or not wanted:
            best = max(best, float(said == wanted))
        elif shared:
            best = max(best, 2 * shared / (said + wanted))
    return best


@given(WORDS, st.lists(WORDS, max_size=3))
def test_f1_is_what_the_rules_of_squad_give(prediction: str, answers: list[str]) -> None:
    assert metrics.f1(prediction, answers) == pytest.approx(squad_f1(prediction, answers))


@given(
    st.permutations("abcdef"),
    st.dictionaries(st.sampled_from("abcdxy"), st.integers(0, 3).map(float)),
    st.integers(1, 8),
)
def test_ndcg_is_the_share_of_the_best_of_all_orders(
    ranking: list[str], gains: dict[str, float], k: int
) -> None:
    def gained(order: Sequence[str]) -> float:
        return sum(gains.get(each, 0) / math.log2(at + 2) for at, each in enumerate(order[:k]))

    best = max((gained(order) for order in permutations(gains)), default=0.0)
    expected = gained(ranking) / best if best else 0.0
    assert metrics.ndcg_at(ranking, gains, k) == pytest.approx(expected)


@given(WORDS, st.lists(WORDS, max_size=3))
def test_exact_match_is_what_the_rules_of_squad_give(prediction: str, answers: list[str]) -> None:
    def said(text: str) -> list[str]:
        kept = "".join(each for each in text.lower() if each not in string.punctuation)
        return [each for each in kept.split() if each not in ("a", "an", "the")]

    wanted = [said(each) for each in answers if said(each)] or [[]]
    assert metrics.exact_match(prediction, answers) == float(said(prediction) in wanted)


def test_ndcg_of_a_published_example() -> None:
    # Wikipedia, "Discounted cumulative gain": DCG 6.861, ideal of these six 7.141, nDCG 0.961.
    ranking = ["d1", "d2", "d3", "d4", "d5", "d6"]
    gains = dict(zip(ranking, (3.0, 2.0, 3.0, 0.0, 1.0, 2.0), strict=True))
    assert metrics.ndcg_at(ranking, gains, 6) == pytest.approx(6.861 / 7.141, abs=2e-4)


@pytest.mark.parametrize(
    ("prediction", "answers", "em", "f1"),
    [
        # As the official script gives them: it takes ASCII marks away and nothing else.
        ("“27 days”", ["27 days"], 0, 0),
        ('"27 days"', ["27 days"], 1, 1),
        ("e\u0301t\u00e9", ["\u00e9t\u00e9"], 0, 0),  # it does not compose letters
        ("STRASSE", ["straße"], 0, 0),  # nor fold them: lower() only
        ("27\u00a0days", ["27 days"], 1, 1),  # any white space parts words
        ("Anna of the pier", ["Bo", "", "the Anna of a pier"], 1, 1),
        ("Ann", ["Ann Bo", "Ann Bo Cy"], 0, 2 / 3),  # the best of several
        ("—", ["27"], 0, 0),
    ],
)
def test_unicode_and_several_answers_as_the_official_script(
    prediction: str, answers: list[str], em: float, f1: float
) -> None:
    assert metrics.exact_match(prediction, answers) == em
    assert metrics.f1(prediction, answers) == pytest.approx(f1)


@given(st.permutations("abcdef"), st.sets(st.sampled_from("abcdxy")), st.integers(1, 8))
def test_recall_hits_and_first_rank_counted_one_by_one(
    ranking: list[str], relevant: set[str], k: int
) -> None:
    places = [at for at, each in enumerate(ranking, start=1) if each in relevant]
    seen = sum(at <= k for at in places)
    assert metrics.hit_at(ranking, relevant, k) == float(seen > 0)
    assert metrics.recall_at(ranking, relevant, k) == (seen / len(relevant) if relevant else 0)
    assert metrics.reciprocal_rank(ranking, relevant) == (1 / places[0] if places else 0)
