"""Contracts asked for clauses that they have and that they do not have."""

from engine.evaluate import metrics
from engine.progress import drain
from tests.quality import data
from tests.quality.answers import ask_all, check_quotes
from tests.quality.data import Query
from tests.quality.workplace import Workplace

CONTRACTS = 8
EACH = 5
"""Questions with and without an answer a contract."""


def run(place: Workplace) -> None:
    chosen = data.contracts(CONTRACTS)
    queries: list[Query] = []
    with place.assistant("contracts") as assistant:
        for number, (path, rows) in enumerate(chosen):
            drain(assistant.add([path], library=f"Contract {number}"))
            for absent in (False, True):
                fitting = [row for row in rows if row["absent"] == absent]
                for row in data.chosen(fitting, EACH, lambda row: row["category"]):
                    queries.append(
                        Query(
                            f"{number}-{row['category']}",
                            _question(row),
                            f"Contract {number}",
                            {},
                            () if absent else tuple(row["spans"]),
                        )
                    )
        queries = place.cut(data.chosen(queries, len(queries), lambda query: query.id))
        answers = ask_all(
            place, assistant, queries, "contract questions", lambda query: query.group
        )
        quotes = check_quotes(assistant, answers)
    pairs = list(zip(queries, answers, strict=True))
    over = f"contracts, {len(queries)} clause questions"
    record = place.record
    for name, has in (("refused, clause absent", False), ("refused, clause there", True)):
        record.mean(
            "answers", over, name,
            [float(answer.abstained) for query, answer in pairs if bool(query.answers) == has],
        )  # fmt: skip
    record.mean(
        "answers", over, "a citation overlaps the clause",
        [
            float(any(_overlaps(citation.quote, span) for citation in answer.citations
                      for span in query.answers))
            for query, answer in pairs if query.answers
        ],
    )  # fmt: skip
    record.mean("answers", over, "quote stands on its page", quotes)


def _question(row: dict[str, str]) -> str:
    return f"{row['category']}: {row['question']}"


def _overlaps(quote: str, span: str) -> bool:
    """One holds the other, or they share most of the shorter one's words."""
    first, second = metrics.normalise(quote), metrics.normalise(span)
    if first in second or second in first:
        return bool(first and second)
    words, others = set(first.split()), set(second.split())
    return len(words & others) >= 0.7 * min(len(words), len(others))
