"""What rows tell of, years as dates, and prices of which the question names one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.answer.counting.counting import Counter
from engine.ingest import ingest
from engine.progress import drain
from engine.store.connect import Vault
from engine.store.tables import Tables
from tests.engine.answer import counting_questions as asked_of
from tests.fakes import HashingEmbedder

LOANS = ["loan,book,branch,pages"] + [
    f"{number},Book {number % 7},{'Quay' if number % 3 else 'Mill'},{number % 40 * 20}"
    for number in range(1, 61)
]
HIRE = ["Item,Price per hour,Price per day,In service since"] + [
    f"Boat {number},{number % 9 + 4}.00,{number % 11 + 30}.00,{2024 - number % 23}"
    for number in range(1, 25)
]


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Counter, Tables]]:
    home: Path = tmp_path_factory.mktemp("happenings")
    (home / "loans.csv").write_text("\n".join(LOANS))
    (home / "hire.csv").write_text("\n".join(HIRE))
    vault = Vault.open(home / "vault.db")
    files = [home / "loans.csv", home / "hire.csv"]
    drain(ingest.add(vault, HashingEmbedder(), files, library="Tables"))
    yield Counter(Tables(vault), today=asked_of.TODAY), Tables(vault)
    vault.close()


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How many books were lent at Quay?", 40),
        ("How many different books were lent at Quay?", 7),
        ("How many books with more than 700 pages were borrowed?", 4),
        ("What is the oldest item in service?", "Boat 22"),
        ("What is the most expensive item for a day?", "Boat 10"),
    ],
)
def test_it_is_counted_right(
    counted: tuple[Counter, Tables], question: str, answer: int | str
) -> None:
    counter, tables = counted
    made = counter.plan(question)
    assert made is not None
    assert answer in tables.ask(made.query).rows[0]
