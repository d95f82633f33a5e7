from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from engine.answer import fitting
from engine.answer.sentences import split

MIDDLE = "The fee is due in May."
BEFORE = "Words stand here in a row. " * 8
AFTER = "More words follow in a row. " * 8


def kept(text: str, *wanted: str, room: int, torn: bool = True) -> str:
    spans = [(text.index(each), text.index(each) + len(each)) for each in wanted]
    found = fitting.kept(text, spans, lambda some: len(some) <= room, torn=torn)
    return fitting.joined(text, found)


def test_what_fits_stays_whole() -> None:
    assert kept(BEFORE + MIDDLE, MIDDLE, room=1000) == BEFORE + MIDDLE


def test_neighbours_on_both_sides_come_with_a_sentence() -> None:
    said = kept(BEFORE + MIDDLE + " " + AFTER, MIDDLE, room=160)
    before, after = said.split(MIDDLE)
    assert before.count("Words stand") == 2
    assert after.count("More words") == 3
    assert len(said) <= 160


def test_room_that_one_side_cannot_use_goes_to_the_other() -> None:
    said = kept(BEFORE + MIDDLE, MIDDLE, room=110)
    assert said.endswith(MIDDLE)
    assert said.count("Words stand") == 3
    said = kept(MIDDLE + " " + AFTER, MIDDLE, room=110)
    assert said.startswith(MIDDLE)
    assert said.count("More words") == 3


def test_what_is_wanted_next_comes_before_neighbours() -> None:
    text = f"{BEFORE}{MIDDLE} It is paid by card. It is paid once. Late fees are 5 euros. {AFTER}"
    said = kept(text, MIDDLE, "Late fees are 5 euros.", room=90)
    assert said.startswith(MIDDLE)
    assert said.endswith("Late fees are 5 euros.")


def test_what_is_wanted_next_is_left_where_too_much_lies_between() -> None:
    said = kept(MIDDLE + " " + AFTER + "Late fees are 5 euros.", MIDDLE, "Late fees", room=60)
    assert said.startswith(MIDDLE)
    assert "Late fees" not in said


def test_a_row_comes_under_its_header() -> None:
    rows = "\n".join(f"Room {number} | {number * 10} euros" for number in range(30))
    text = f"Room | Price a night\n{rows}"
    found = fitting.kept(text, [span(text, "Room 21 | 210 euros")], lambda some: len(some) <= 64)
    assert len(found) == 2
    assert fitting.joined(text, found) == (
        "Room | Price a night\nRoom 21 | 210 euros\nRoom 22 | 220 euros"
    )
    first = fitting.kept(text, [span(text, "Room 0 | 0 euros")], lambda some: len(some) <= 64)
    assert len(first) == 1
    assert fitting.joined(text, first).startswith("Room | Price a night\nRoom 0 | 0 euros")


def test_a_row_without_room_for_its_header_stands_alone() -> None:
    text = f"{'A long title | ' * 9}End\nRoom 1 | 10 euros\nRoom 2 | 20 euros"
    assert kept(text, "Room 2 | 20 euros", room=20) == "Room 2 | 20 euros"


def test_of_a_sentence_without_end_its_beginning_is_read_whole_words_only() -> None:
    text = "It " + "goes on and " * 80
    first = text[slice(*split(text)[0])]
    said = kept(text, first, room=70)
    assert 55 < len(said) <= 70
    assert text.startswith(said + " ")
    assert kept(text, first, room=70, torn=False) == ""
    assert kept(text, first, room=30) == ""


def test_nothing_is_kept_of_a_text_without_sentences() -> None:
    assert kept("- - - " * 30, room=20) == ""


def test_evidence_at_the_very_end_without_a_stop_is_kept() -> None:
    assert kept(BEFORE + "due in May", "due in May", room=30).endswith("due in May")


@given(
    st.text(alphabet="aB .!?\n|5-。é", min_size=1, max_size=400),
    st.integers(0, 40),
    st.integers(0, 120),
)
def test_what_is_kept_fits_and_is_in_order(text: str, which: int, room: int) -> None:
    spans = split(text)
    wanted = [spans[which % len(spans)]] if spans else []
    found = fitting.kept(text, wanted, lambda some: len(some) <= room)
    assert all(0 <= start < end <= len(text) for start, end in found)
    assert list(found) == sorted(found)
    assert all(first[1] <= second[0] for first, second in pairwise(found))
    assert not found or len(fitting.joined(text, found)) <= room
    if wanted and wanted[0][1] - wanted[0][0] <= room:
        assert any(start <= wanted[0][0] and wanted[0][1] <= end for start, end in found)


def span(text: str, part: str) -> tuple[int, int]:
    return text.index(part), text.index(part) + len(part)
