"""Length, formats and style of answers."""

import pytest

from engine.errors import InputError
from engine.evaluate import form


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("The ferry leaves at 07:40.", 5),
        ("Größe: 5 €", 2),
        ("船が出る", 4),
        ("a-b c's", 2),
    ],
)
def test_words(text: str, count: int) -> None:
    assert form.words(text) == count


@pytest.mark.parametrize(
    ("wanted", "good", "bad"),
    [
        ("json", '{"a": [1]}', "{a: 1}"),
        ("list", "- one\n- two", "one\ntwo"),
        ("table", "| a | b |\n| 1 | 2 |", "a b\n1 2"),
        ("number", "1,500 euros", "12 or 13"),
        ("date", "2024-05-01", "in May"),
        ("yes or no", "Yes.", "Yes, it does"),
        ("one line", "At noon", "At\nnoon"),
        ("one sentence", "It leaves at 7.", "It leaves. Be there."),
        ("regex:[A-Z]{3}", "ABC", "abc"),
    ],
)
def test_formats(wanted: str, good: str, bad: str) -> None:
    assert form.check(wanted) == wanted
    assert form.valid(good, wanted)
    assert not form.valid(bad, wanted)
    assert not form.valid("", wanted)


@pytest.mark.parametrize("wanted", ["poem", "regex:("])
def test_a_format_that_is_none_is_told(wanted: str) -> None:
    with pytest.raises(InputError):
        form.check(wanted)


def test_style_is_told_by_shapes_and_not_by_words() -> None:
    samples = ["- Ferry: 07:40\n- Pier: 4", "- Bus: 09:10\n- Stop: 2"]
    same = form.style("- Train: 11:25\n- Platform: 9", samples)
    prose = form.style("The train leaves at a quarter past eleven, from platform nine.", samples)
    assert same == pytest.approx(1.0)
    assert prose < 0.4
    assert form.style("", samples) < 0.1
    assert form.length("two words", ["four words stand here"]) == 0.5
    assert form.length("", ["a b"]) == 0
    assert form.read_samples("one\ntwo\n\n\nthree\n") == ["one\ntwo", "three"]
