"""What one question came to, asked in one way: the answer, its scores and what went wrong."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import PurePath
from typing import Any

from engine.evaluate import form, metrics
from engine.evaluate.questions import Question
from engine.types import Answer, Citation, Hit

DEPTHS = (1, 5, 10)
"""Passages looked at by hit@k and recall@k."""
COUNTS = ("words", "citations_each")
"""Scores that are no shares."""
GOOD = 0.5
"""F1 over which an answer is called right where none of the expected ones is in it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A question asked in one way."""

    question: Question
    mode: str
    """The name of the column: of the mode, where columns are nothing else."""
    text: str
    abstained: bool
    citations: tuple[tuple[str, int, str], ...]
    """Path, page and quote of each."""
    scores: dict[str, float]
    """By the name of the metric; those that do not apply are absent."""
    fault: str
    """What went wrong, in words; empty where nothing is known to have."""
    retrieve_s: float
    first_token_s: float
    total_s: float
    probability: float | None
    """How sure it was to answer, in [0, 1]; None where that was not estimated."""
    signals: dict[str, float]
    """What that estimate was made of."""
    error: str = ""
    """Why there is no answer: the message of a known error."""
    read_tokens: int = 0
    """Of the prompt, those that stood in the model already included."""
    reused_tokens: int = 0
    """Of the prompt, those that stood in the model already."""
    written_tokens: int = 0
    tokens_per_s: float = 0.0
    joules: float | None = None
    """Of the whole machine meanwhile; None where it cannot be read."""
    memory_bytes: int = 0
    """What the model's process held afterwards."""

    def as_row(self) -> dict[str, Any]:
        return asdict(self)


def from_row(row: dict[str, Any]) -> Outcome:
    """The outcome of a row made by :meth:`Outcome.as_row`, judged by the rule of now."""
    asked = row["question"]
    question = Question(
        asked["id"],
        asked["question"],
        tuple(asked["answers"]),
        asked["unanswerable"],
        tuple(asked["documents"]),
        asked["page"],
        asked.get("type", ""),
        asked.get("format", ""),
        tuple(asked.get("samples", ())),
    )
    citations = tuple((path, page, quote) for path, page, quote in row["citations"])
    scores, fault = row["scores"], row["fault"]
    if question.answers and "right" in scores and {"contains", "f1", "em"} <= scores.keys():
        right = _right(question, scores)
        if right != scores["right"]:
            scores = {**scores, "right": right}
            fault = _verdict(scores, refused=row["abstained"])
    return Outcome(
        **{**row, "question": question, "citations": citations, "scores": scores, "fault": fault}
    )


def failed(question: Question, mode: str, message: str) -> Outcome:
    """A question that could not be asked."""
    return Outcome(question, mode, "", False, (), {}, message, 0.0, 0.0, 0.0, None, {}, message)


def judged(
    question: Question,
    answer: Answer,
    hits: Sequence[Hit],
    name: str,
    *,
    not_searched_s: float = 0.0,
    joules: float | None = None,
) -> Outcome:
    """An answer against what is known to be right; ``hits`` are what a search finds.

    ``not_searched_s`` are the seconds of a search that another column had made already: they are
    counted here as well, so that each column shows what it takes alone.
    """
    documents = answer.mode in ("rag", "both")
    scores = {**found_scores(question, hits)} if documents else {}
    scores |= _said(question, answer)
    if documents:
        scores |= _cited(question, answer)
    scores |= _formed(question, answer) | _traced(answer)
    return Outcome(
        question=question,
        mode=name,
        text="" if answer.abstained else answer.text,
        abstained=answer.abstained,
        citations=tuple((each.path, each.page, each.quote) for each in answer.citations),
        scores=scores,
        fault=_fault(question, answer, scores),
        retrieve_s=answer.timings.retrieve_s,
        first_token_s=answer.timings.first_token_s + not_searched_s,
        total_s=answer.timings.total_s + not_searched_s,
        probability=answer.why.probability if answer.why is not None else None,
        signals=dict(answer.why.signals) if answer.why is not None else {},
        read_tokens=answer.usage.prompt_tokens,
        reused_tokens=answer.usage.reused_tokens,
        written_tokens=answer.usage.completion_tokens,
        tokens_per_s=answer.timings.tokens_per_s,
        joules=joules,
    )


def is_document(path: str, wanted: str) -> bool:
    """Whether a document is the one a question file names, by its last parts."""
    parts = PurePath(wanted).parts
    return path == wanted or (bool(parts) and PurePath(path).parts[-len(parts) :] == parts)


def place(question: Question, path: str, page: int) -> str | None:
    """The relevant place that a page of a document is: the page where one is named, else the
    document.
    """
    if question.page is not None and page != question.page:
        return None
    return next((name for name in question.documents if is_document(path, name)), None)


def found_scores(question: Question, hits: Sequence[Hit]) -> dict[str, float]:
    """How well a search finds the named documents, counted over passages."""
    if not question.documents or question.unanswerable:
        return {}
    ranking = [
        place(question, hit.passage.path, hit.passage.page)
        or f"other {hit.passage.path} {hit.passage.page}"
        for hit in hits
    ]
    relevant = set(question.documents)
    scores = {f"hit@{k}": metrics.hit_at(ranking, relevant, k) for k in DEPTHS}
    scores |= {f"recall@{k}": metrics.recall_at(ranking, relevant, k) for k in DEPTHS[1:]}
    scores["mrr@10"] = metrics.reciprocal_rank(ranking[:10], relevant)
    scores["ndcg@10"] = metrics.ndcg_at(ranking, dict.fromkeys(relevant, 1.0), 10)
    return scores


def _said(question: Question, answer: Answer) -> dict[str, float]:
    said = "" if answer.abstained else answer.text
    if question.unanswerable:
        return {
            "em": float(answer.abstained),
            "f1": float(answer.abstained),
            "rightly_refused": float(answer.abstained),
            "right": float(answer.abstained),
        }
    scores = {"answered": float(not answer.abstained), "wrongly_refused": float(answer.abstained)}
    if question.answers:
        scores["em"] = metrics.exact_match(said, question.answers)
        scores["f1"] = metrics.f1(said, question.answers)
        scores["rouge_l"] = metrics.rouge_l(said, question.answers)
        scores["contains"] = float(metrics.contains_answer(said, question.answers))
        if (number := metrics.numeric_match(said, question.answers)) is not None:
            scores["numeric"] = number
        scores["right"] = _right(question, scores)
    return scores


def _right(question: Question, scores: dict[str, float]) -> float:
    """1 for a right answer, by what its question asks for."""
    if question.kind == "label":
        return scores["em"]
    if question.kind == "table" and "numeric" in scores:
        return scores["numeric"]
    if scores["contains"]:
        return 1.0
    # Of a name or a measure, half is another one: "11 knots" is not "18 knots".
    return float(scores["f1"] > GOOD and scores.get("numeric", 1.0) > 0)


def _formed(question: Question, answer: Answer) -> dict[str, float]:
    """Length, format and style of what was said; nothing of a refusal."""
    if answer.abstained:
        return {}
    scores = {"words": float(form.words(answer.text))}
    if question.format:
        scores["format"] = float(form.valid(answer.text, question.format))
    if question.samples:
        scores["style"] = form.style(answer.text, question.samples)
        scores["usual_length"] = form.length(answer.text, question.samples)
    return scores


def _traced(answer: Answer) -> dict[str, float]:
    """Citations for each sentence, and the share of sentences with one that was checked."""
    if answer.abstained or not answer.sentences:
        return {}
    claims = len(answer.sentences)
    return {
        "citations_each": sum(len(each.citations) for each in answer.sentences) / claims,
        "verified": sum(each.supported and bool(each.citations) for each in answer.sentences)
        / claims,
    }


def _cited(question: Question, answer: Answer) -> dict[str, float]:
    """Precision over the shown citations; recall over the named documents, or else whether one of
    the quotes holds an answer. Both want that the question was answered.
    """
    if answer.abstained:
        return {}
    scores = {}
    if answer.sentences:
        scores["supported"] = sum(each.supported for each in answer.sentences) / len(
            answer.sentences
        )
    if question.unanswerable or not (question.documents or question.answers):
        return scores
    good = [_supports(question, citation) for citation in answer.citations]
    if good:
        scores["citation_precision"] = sum(good) / len(good)
    if question.documents:
        cited = {place(question, each.path, each.page) for each in answer.citations}
        wanted = set(question.documents)
        scores["citation_recall"] = len(wanted & cited) / len(wanted)
    else:
        scores["citation_recall"] = float(any(good))
    return scores


def _supports(question: Question, citation: Citation) -> bool:
    """The quote holds an answer, or stands where the question says the answer is."""
    holds = metrics.contains_answer(citation.quote, question.answers)
    return holds or place(question, citation.path, citation.page) is not None


def _fault(question: Question, answer: Answer, scores: dict[str, float]) -> str:
    if question.unanswerable:
        return "" if answer.abstained else "Answered, though the documents do not say it."
    if not question.answers and not answer.abstained:
        return "The search missed the document." if scores.get("hit@10") == 0.0 else ""
    return _verdict(scores, refused=answer.abstained)


def _verdict(scores: dict[str, float], *, refused: bool) -> str:
    """What went wrong with an answer to a question that has one."""
    missed = scores.get("hit@10") == 0.0
    if refused:
        return (
            "Refused; the search missed the document." if missed else "Refused, though it is there."
        )
    if scores["right"]:
        return "Right, with a citation that does not carry it." if _astray(scores) else ""
    return "Wrong; the search missed the document." if missed else "Not what was expected."


def _astray(scores: dict[str, float]) -> bool:
    return scores.get("citation_precision") == 0.0
