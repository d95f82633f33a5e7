"""Numbers, sizes and times in words."""

from datetime import datetime

import pytest

from desktop.words import count, group, short_model, size, when

pytestmark = pytest.mark.window
NOON = datetime(2026, 3, 9, 12, 0).timestamp()


def test_counts() -> None:
    assert count(1, "document") == "1 document"
    assert count(1280, "document") == "1,280 documents"
    assert count(2, "library", "libraries") == "2 libraries"


@pytest.mark.parametrize(
    ("size_bytes", "words"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 KB"),
        (999_999, "1.0 MB"),
        (98_000_000, "98 MB"),
    ],
)
def test_sizes(size_bytes: int, words: str) -> None:
    assert size(size_bytes) == words


def test_times() -> None:
    assert when(NOON - 5, now=NOON) == "just now"
    assert when(NOON - 3600, now=NOON) == "today 11:00"
    assert when(NOON - 86_400, now=NOON) == "yesterday 12:00"
    assert when(NOON - 30 * 86_400, now=NOON) == "7 Feb 2026"


def test_groups_of_conversations() -> None:
    assert group(NOON - 60, now=NOON) == "Today"
    assert group(NOON - 86_400, now=NOON) == "Yesterday"
    assert group(NOON - 10 * 86_400, now=NOON) == "Earlier"


def test_a_model_is_named_shortly() -> None:
    assert short_model("SmolLM2-135M-Instruct") == "SmolLM2 135M"
