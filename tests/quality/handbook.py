"""Real office PDFs with page-cited answers: are the cited pages the ones that hold the answer?"""

from pathlib import Path

from engine.evaluate import metrics
from engine.progress import drain
from engine.types import Answer
from tests.quality import data
from tests.quality.answers import ask_all, check_quotes, seconds
from tests.quality.data import Query
from tests.quality.workplace import Workplace

Place = tuple[str, int]


def run(place: Workplace) -> None:
    files, rows = data.handbook()
    rows = place.cut(rows)
    queries = [Query(text, text, text, {}, (answer,)) for text, _, answer in rows]
    truths = [cited for _, cited, _ in rows]
    over = f"company_handbook, {len(rows)} questions"
    with place.assistant("handbook") as assistant:
        drain(assistant.add([file.parent for file in files[:1]]))
        found = [
            [
                (Path(hit.passage.path).name, hit.passage.page)
                for hit in assistant.search(query.text, top=10).hits
            ]
            for query in queries
        ]
        answers = ask_all(place, assistant, queries, "handbook questions")
        quotes = check_quotes(assistant, answers)
    record = place.record
    for k in (1, 5, 10):
        hits = [
            float(bool(cited & set(places[:k])))
            for cited, places in zip(truths, found, strict=True)
        ]
        record.mean("answers", over, f"true page among the first {k} hits", hits)
    cited = list(zip(truths, map(_cited, answers), strict=True))
    record.mean(
        "answers", over, "answered with a citation of a true page",
        [float(bool(truth & set(places))) for truth, places in cited],
    )  # fmt: skip
    record.mean(
        "answers", over, "citations that point to a true page",
        [float(one in truth) for truth, places in cited for one in places],
    )  # fmt: skip
    record.mean("answers", over, "refused", [float(answer.abstained) for answer in answers])
    record.mean("answers", over, "quote stands on its page", quotes)
    said = ["" if answer.abstained else answer.text for answer in answers]
    record.mean(
        "answers", over, "F1 with the written answer",
        [metrics.f1(text, query.answers) for text, query in zip(said, queries, strict=True)],
    )  # fmt: skip
    seconds(place, over, answers)


def _cited(answer: Answer) -> list[Place]:
    return [(Path(citation.path).name, citation.page) for citation in answer.citations]
