import pytest

from engine.answer.sentences import split


def texts(source: str) -> list[str]:
    return [source[start:end] for start, end in split(source)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        (
            "Dr. Smith paid $3.50 to J. R. Jones, Inc. in Jan. 2020. He left.",
            ["Dr. Smith paid $3.50 to J. R. Jones, Inc. in Jan. 2020.", "He left."],
        ),
        ("See Fig. 3, e.g. the Nile. End.", ["See Fig. 3, e.g. the Nile.", "End."]),
        ('"Why?" she asked. "No!" He left.', ['"Why?" she asked.', '"No!"', "He left."]),
        ("Version 2.1.0 is out. Get it.", ["Version 2.1.0 is out.", "Get it."]),
        ("# Title\n\nText here.\n- one\n- two", ["Title", "Text here.", "one", "two"]),
        ("1. First step\n2. Second step.", ["First step", "Second step."]),
        ("A line that\nruns on. Next.", ["A line that\nruns on.", "Next."]),
        (
            "Opening hours\nWe open at 9 a.m. on Monday.",
            ["Opening hours", "We open at 9 a.m. on Monday."],
        ),
        ("我住在北京。他住在上海。", ["我住在北京。", "他住在上海。"]),
        ("| a | b |\n| c | d |", ["| a | b |", "| c | d |"]),
        (" \n\n ", []),
        ("...", []),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(source: str, expected: list[str]) -> None:
    assert texts(source) == expected


def test_a_run_without_an_end_is_cut() -> None:
    source = "word " * 500
    assert all(end - start <= 600 for start, end in split(source))
    assert "".join(texts(source)).count("word") == 500
