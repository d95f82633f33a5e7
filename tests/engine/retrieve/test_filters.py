from datetime import datetime

import pytest

from engine.errors import InputError
from engine.retrieve import filters


def test_filters_are_taken_out_of_the_question() -> None:
    found, rest = filters.parse(
        'file:"annual report" type:word page:3-5 notice period after:2024-02'
    )
    assert rest == "notice period"
    assert found.files == ("annual report",)
    assert found.types == ("docx", "doc")
    assert found.pages == ((3, 5),)
    assert found.after == datetime(2024, 2, 1).timestamp()
    assert found.told[0] == ("file", "annual report")


@pytest.mark.parametrize(
    "text",
    ["note: pay late", "type: II diabetes", 'the words "type:pdf" here', "at 12:30", "file:"],
)
def test_other_words_with_a_colon_stay_text(text: str) -> None:
    found, rest = filters.parse(text)
    assert not found
    assert rest == text


@pytest.mark.parametrize(
    "text", ["page:none x", "page:0 x", "page:5-3 x", "after:soon x", "before:2024-02-31 x"]
)
def test_values_that_cannot_be_are_told(text: str) -> None:
    with pytest.raises(InputError) as told:
        filters.parse(text)
    assert told.value.hint
