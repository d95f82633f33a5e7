"""Whatever the texts: spans are exact, quotes stand where they are said to stand."""

from hypothesis import given
from hypothesis import strategies as st

from engine.answer import cite, text
from engine.answer.sentences import split

PIECES = st.sampled_from(
    ["Dr. ", "e.g. ", "3.5", " ", "\n", "\n\n", "- ", "# ", "1. ", ". ", "! ", "“", "ﬁ", "İ", "ß",
     "-\n", "\u00ad", "。", "word", "Name", "not ", "[1]", "|", "\u0301", "Ⅷ", "½"]
)  # fmt: skip
MIXED = st.lists(PIECES | st.text(max_size=8), max_size=40).map("".join)


@given(MIXED)
def test_sentences_are_ordered_exact_and_lose_no_word(source: str) -> None:
    spans = split(source)
    last = 0
    for start, end in spans:
        assert last <= start < end <= len(source)
        left_out = sum(letter.isalnum() for letter in source[last:start])
        assert left_out <= 3, "no more than the mark of a list"
        last = end


@given(MIXED)
def test_folding_keeps_an_origin_for_every_character(source: str) -> None:
    folded, origin = cite.fold(source)
    assert len(folded) == len(origin)
    assert origin == sorted(origin)
    assert all(0 <= position < len(source) for position in origin)


@given(st.data(), MIXED)
def test_a_text_cut_from_a_passage_is_found_where_it_stands(
    data: st.DataObject, source: str
) -> None:
    spans = split(source)
    if not spans:
        return
    start, end = data.draw(st.sampled_from(spans))
    support = cite.align(source[start:end], [source])
    if text.content(source[start:end]) and cite.find_all(source[start:end], source):
        assert support is not None


@given(MIXED, st.lists(MIXED, max_size=3), MIXED)
def test_alignment_never_raises_and_its_span_lies_in_the_passage(
    sentence: str, passages: list[str], about: str
) -> None:
    support = cite.align(sentence, passages, about=about)
    if support is not None:
        passage = passages[support.passage]
        assert 0 <= support.start < support.end <= len(passage)
        assert 0 < support.coverage <= 1
        window = passage[support.start : support.end]
        if not support.literal:
            assert text.numbers(sentence) <= text.numbers(window)


@given(MIXED)
def test_marks_and_lead_ins_never_add_text(written: str) -> None:
    assert len(cite.without_marks(written)) <= len(written)
