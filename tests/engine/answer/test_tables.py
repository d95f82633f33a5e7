import pytest

from engine.answer import tables
from engine.answer.sentences import split

PRICES = (
    "Boats by the hour\n\nBoat | Persons | First hour | Whole day\n"
    "Rowing skiff | 4 | 16.00 | 64.00\nFamily skiff | 6 | 20.00 | 78.00\n\nAll prices include tax."
)


def row(begins: str) -> tuple[int, int]:
    return next(span for span in split(PRICES) if PRICES[span[0] :].startswith(begins))


def test_every_row_is_a_sentence_of_its_own() -> None:
    assert [PRICES[start:end] for start, end in split(PRICES)] == [
        "Boats by the hour",
        "Boat | Persons | First hour | Whole day",
        "Rowing skiff | 4 | 16.00 | 64.00",
        "Family skiff | 6 | 20.00 | 78.00",
        "All prices include tax.",
    ]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What does a whole day with a rowing skiff cost?", "64.00"),
        ("How many persons may sit in a rowing skiff?", "4"),
        ("How much is the first hour in a rowing skiff?", "16.00"),
        ("What colour is the rowing skiff?", None),
    ],
)
def test_a_cell_is_told_by_its_column(question: str, answer: str | None) -> None:
    found = tables.cell(question, PRICES, *row("Rowing"))
    assert (PRICES[slice(*found)] if found else None) == answer


def test_the_header_has_no_header() -> None:
    head = row("Boat |")
    assert tables.header(PRICES, row("Family")[0]) == head
    assert tables.header(PRICES, head[0]) is None
    assert tables.cell("How many persons?", PRICES, *head) is None
    assert tables.cell("How many persons?", PRICES, *row("All prices")) is None
