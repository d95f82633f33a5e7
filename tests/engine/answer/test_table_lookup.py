import pytest

from engine.answer import extract, table_lookup
from tests.engine.answer.parts import Library

HOURS = (
    "Opening hours\n\nPeriod | Jetty | Harbour office\n"
    "28 March to 31 May | 09:30 – 18:00 | 09:00 – 18:30\n"
    "1 June to 6 September | 08:30 – 20:00 | 08:00 – 20:30\n"
    "Winter | closed | Tuesday and Friday, 10:00 – 14:00\n\n"
    "The last boat goes out ninety minutes before the jetty closes."
)
PRICES = (
    "Boat | Persons | First hour | Whole day\n"
    "Rowing skiff | 4 | 16.00 | 64.00\nFamily skiff | 6 | 20.00 | 78.00"
)


def looked(question: str, passage: str) -> str | None:
    (block,) = table_lookup.blocks(passage)
    found = table_lookup.look_up(question, passage, block.start, block.end)
    return passage[slice(*found.answer)] if found else None


def test_a_table_begins_with_its_title_and_ends_with_its_rows() -> None:
    (block,) = table_lookup.blocks(HOURS)
    assert HOURS[block.start : block.end].startswith("Opening hours\n\nPeriod |")
    assert HOURS[block.start : block.end].endswith("10:00 – 14:00")
    assert len(block.rows) == 3


def test_a_sentence_before_a_table_is_not_its_title() -> None:
    (block,) = table_lookup.blocks("Prices hold for one day.\n\n" + PRICES)
    assert block.title is None


def test_a_single_row_is_no_table() -> None:
    assert table_lookup.blocks("Name | Value\n\nText.") == []


@pytest.mark.parametrize(
    ("question", "passage", "answer"),
    [
        ("When is the harbour office open in July?", HOURS, "08:00 – 20:30"),
        ("When is the harbour office open on 2 April?", HOURS, "09:00 – 18:30"),
        ("When does the jetty close in winter?", HOURS, "closed"),
        ("How much is the first hour in a rowing skiff?", PRICES, "16.00"),
        ("What does a family skiff cost?", PRICES, "Family skiff | 6 | 20.00 | 78.00"),
        ("When is the office open?", HOURS, None),
        ("What does a skiff cost?", PRICES, None),
    ],
)
def test_the_row_and_cell_that_are_asked_for(
    question: str, passage: str, answer: str | None
) -> None:
    assert looked(question, passage) == answer


def test_a_range_over_the_turn_of_the_year() -> None:
    table = "Period | Rate\n1 November to 31 March | 5\n1 April to 31 October | 9"
    assert looked("Which rate holds in January?", table) == "5"
    assert looked("Which rate holds in June?", table) == "9"


def test_the_table_that_holds_the_question_is_found() -> None:
    hits = Library({"/door.md": "The office has a new door.", "/hours.md": HOURS}).hits()
    question = "When is the harbour office open in July?"
    found = table_lookup.evidence(question, hits, extract.rarity(hits))
    assert found is not None
    assert (found.hit, found.table) == (1, True)
    assert HOURS[found.start : found.end] == found.sentence


def test_a_table_on_something_else_is_left_alone() -> None:
    hits = Library({"/prices.md": PRICES}).hits()
    question = "Who repaired the harbour crane last spring?"
    assert table_lookup.evidence(question, hits, extract.rarity(hits)) is None
