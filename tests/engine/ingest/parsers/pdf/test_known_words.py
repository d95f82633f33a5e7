import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ingest.parsers.pdf.known_words import KnownWords, _without_divided
from engine.ingest.parsers.pdf.pdf_chars import HYPHEN_MARK as MARK

WORD = r"[^\W\d_]+(?:-[^\W\d_]+)*"
DIVIDED = re.compile(rf"{WORD}{MARK}\s*{WORD}")
"""What the faster way finds, said in one pattern."""


@pytest.mark.parametrize(
    ("page", "known", "unknown"),
    [
        ("the harbour master", ["harbour", "master"], ["harb", "our", "harbour-"]),
        (f"the har{MARK}bour master", ["master"], ["har", "bour", "harbour"]),
        ("a well-known quay", ["well-known", "well-", "quay"], ["well", "known"]),
        (f"a well-kn{MARK}own quay", ["quay"], ["well-kn", "well-", "own"]),
        (f"one{MARK} two{MARK} three", ["three"], ["one", "two"]),
        ("o\ufb03ce \ufb01rst", ["office", "first"], []),
        (f"2024{MARK}2025 years", ["years"], []),
        (f"-{MARK}b", ["b"], []),
        ("", [], ["a"]),
    ],
)
def test_words_that_a_line_end_divides_are_not_known(
    page: str, known: list[str], unknown: list[str]
) -> None:
    words = KnownWords([page])
    assert all(word in words for word in known)
    assert not any(word in words for word in unknown)


@given(st.text(st.sampled_from(f"ab-{MARK} \n.1é_"), max_size=40))
def test_divided_words_are_taken_out_as_the_pattern_takes_them(page: str) -> None:
    assert _without_divided(page) == DIVIDED.sub(" ", page)
