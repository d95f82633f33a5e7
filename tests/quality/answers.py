"""Answers on SQuAD: exact match, F1, precision of the citations, refusals in both directions.

200 questions, half of them unanswerable, over all 1,289 paragraphs; then F1 on 200 answerable ones.
"""

import statistics
from collections.abc import Callable
from pathlib import Path

from engine.assistant import Assistant
from engine.evaluate import metrics
from engine.progress import drain
from engine.types import Answer, Citation
from tests.quality import data
from tests.quality.data import Query
from tests.quality.fit_reader import is_choosing
from tests.quality.record import Row
from tests.quality.workplace import Workplace

MIXED = 100
ANSWERABLE = 200


def run(place: Workplace) -> None:
    corpus = data.squad()
    answerable = place.cut(data.chosen(corpus.queries, ANSWERABLE, lambda query: query.id))
    unanswerable = place.cut(data.chosen(data.squad_unanswerable(), MIXED, lambda query: query.id))
    with place.assistant("squad") as assistant:
        files = data.write(corpus, place.folder / "corpora" / "squad")
        drain(assistant.add([files]))
        right = ask_all(place, assistant, answerable, "answerable questions")
        wrong = ask_all(place, assistant, unanswerable, "unanswerable questions")
        quotes = check_quotes(assistant, [*right, *wrong])
    mixed = min(MIXED, len(answerable), len(unanswerable))
    record = place.record
    unseen = [number for number, query in enumerate(answerable) if not is_choosing(query.group)]
    for over, queries, answers in (
        (f"squad, {len(answerable)} answerable", answerable, right),
        (
            f"squad, the {len(unseen)} of them held out",
            [answerable[number] for number in unseen],
            [right[number] for number in unseen],
        ),
        (
            f"squad, {mixed} answerable + {mixed} unanswerable",
            [*answerable[:mixed], *unanswerable[:mixed]],
            [*right[:mixed], *wrong[:mixed]],
        ),
    ):
        said = ["" if answer.abstained else answer.text for answer in answers]
        pairs = list(zip(said, queries, strict=True))
        record.mean("answers", over, "EM", [metrics.exact_match(t, q.answers) for t, q in pairs])
        record.mean("answers", over, "F1", [metrics.f1(t, q.answers) for t, q in pairs])
        record.mean(
            "answers", over, "answer said or rightly refused",
            [float(metrics.contains_answer(t, q.answers) if q.answers else not t)
             for t, q in pairs],
        )  # fmt: skip
        supported = [
            float(_supports(query, citation))
            for query, answer in zip(queries, answers, strict=True)
            for citation in answer.citations
        ]
        record.mean("answers", over, "citation precision", supported)
    record.mean(
        "answers", "squad, answerable", "refused", [float(answer.abstained) for answer in right]
    )
    record.mean(
        "answers", "squad, unanswerable", "refused", [float(answer.abstained) for answer in wrong]
    )
    record.mean("answers", "squad, all citations", "quote stands on its page", quotes)
    seconds(place, "squad", [*right, *wrong])


def _supports(query: Query, citation: Citation) -> bool:
    """The quote holds a gold answer, or comes from the paragraph the question was asked about."""
    holds = metrics.contains_answer(citation.quote, query.answers)
    return holds or Path(citation.path).name in query.relevant


def ask_all(
    place: Workplace,
    assistant: Assistant,
    queries: list[Query],
    what: str,
    library: Callable[[Query], str | None] = lambda _: None,
) -> list[Answer]:
    """Ask every question on its own, without a conversation."""
    answers: list[Answer] = []
    with place.bar(what) as advance:
        for query in queries:
            answers.append(drain(assistant.ask(query.text, library=library(query))))
            advance(len(answers), len(queries))
    return answers


def check_quotes(assistant: Assistant, answers: list[Answer]) -> list[float]:
    """For every citation 1 where its quote is exactly the page's text at its place."""
    verdicts = []
    for answer in answers:
        for citation in answer.citations:
            pages = {page.number: page.text for page in assistant.pages(citation.path)}
            text = pages.get(citation.page, "")[citation.start : citation.end]
            verdicts.append(float(bool(text) and text == citation.quote))
    return verdicts


def seconds(place: Workplace, over: str, answers: list[Answer]) -> None:
    """Median seconds to the first token and to the end."""
    written = [answer.timings for answer in answers]
    if not written:
        return
    for measure, values in (
        ("first token", [timings.first_token_s for timings in written]),
        ("whole answer", [timings.total_s for timings in written]),
    ):
        place.record.add(
            Row("answers", over, measure, statistics.median(values), "s", len(values),
                note="median")
        )  # fmt: skip
