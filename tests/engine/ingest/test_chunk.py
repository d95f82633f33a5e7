import pytest

from engine.ingest.chunk import TARGET_TOKENS, cut
from engine.types import PassageDraft
from tests import shelf
from tests.fakes import HashingEmbedder


def _cut(*pages: str, title: str = "Notes") -> list[PassageDraft]:
    return cut(shelf.document(*pages, title=title), HashingEmbedder())


def _words(count: int, word: str = "word") -> str:
    return " ".join(f"{word}{number}" for number in range(count))


def test_a_short_page_is_one_passage() -> None:
    (draft,) = _cut("  Just a line.\n")
    assert (draft.page, draft.start, draft.end, draft.text) == (1, 2, 14, "Just a line.")
    assert (draft.heading, draft.tokens) == ("", 4)


@pytest.mark.parametrize("text", ["", " \n\n\t ", "\n"])
def test_a_page_without_text_has_no_passage(text: str) -> None:
    assert _cut(text) == []
    assert [draft.page for draft in _cut(text, "Second.")] == [2]


def test_short_paragraphs_are_joined_up_to_the_target() -> None:
    paragraphs = [_words(TARGET_TOKENS // 2 - 5) for _ in range(4)]
    drafts = _cut("\n\n".join(paragraphs))
    assert [draft.text for draft in drafts] == [
        "\n\n".join(paragraphs[:2]),
        "\n\n".join(paragraphs[2:]),
    ]


def test_a_paragraph_that_fits_stays_whole() -> None:
    long = _words(240)
    drafts = _cut(f"Before.\n\n{long}\n\nAfter.")
    assert [draft.text for draft in drafts] == ["Before.", long, "After."]


def test_a_long_paragraph_is_cut_between_sentences_into_even_pieces() -> None:
    text = " ".join(f"Sentence number {number} stands here." for number in range(100))
    drafts = _cut(text)
    assert all(draft.text.endswith(".") and draft.text.startswith("Sent") for draft in drafts)
    assert " ".join(draft.text for draft in drafts) == text
    lengths = [draft.tokens for draft in drafts]
    assert max(lengths) - min(lengths) < 60
    assert max(lengths) <= 254


def test_a_sentence_longer_than_a_passage_is_cut_at_a_comma_then_anywhere() -> None:
    clauses = ", ".join(_words(90) for _ in range(6)) + "."
    assert all(draft.text.endswith((",", ".")) for draft in _cut(clauses))
    endless = _cut(_words(1000))
    assert " ".join(draft.text for draft in endless) == _words(1000)
    assert len(_cut("x" * 5000)) == 1  # one token of this embedder, whatever its length


def test_table_rows_are_kept_whole() -> None:
    rows = [f"row {number} | 12 | 3" for number in range(120)]
    drafts = _cut("\n".join(rows))
    assert len(drafts) > 1
    assert [line for draft in drafts for line in draft.text.split("\n")] == rows


def test_headings_part_passages_and_give_their_path() -> None:
    drafts = _cut("# Leave\n\nDays off.\n\n## Illness\n\nCall us.\n\n# Pay\n\nMonthly.")
    assert [(draft.heading, draft.text) for draft in drafts] == [
        ("# Leave", "# Leave\n\nDays off."),
        ("# Leave › ## Illness", "## Illness\n\nCall us."),
        ("# Pay", "# Pay\n\nMonthly."),
    ]


def test_text_before_the_first_heading_and_on_the_next_page_keeps_its_path() -> None:
    drafts = _cut("Preface.\n\n# Leave\n\nDays off.", "More days.\n\n# Pay\n\nMonthly.")
    assert [(draft.page, draft.heading, draft.text) for draft in drafts] == [
        (1, "", "Preface."),
        (1, "# Leave", "# Leave\n\nDays off."),
        (2, "# Leave", "More days."),
        (2, "# Pay", "# Pay\n\nMonthly."),
    ]


def test_a_heading_alone_goes_with_what_follows_it() -> None:
    drafts = _cut("# Part one\n\n## Leave\n\nDays off.\n\n# The end")
    assert [(draft.heading, draft.text) for draft in drafts] == [
        ("# Part one › ## Leave", "# Part one\n\n## Leave\n\nDays off."),
        ("# The end", "# The end"),
    ]


def test_title_and_heading_take_room_from_the_text() -> None:
    text = " ".join(f"Sentence number {number} stands here." for number in range(100))
    title = _words(30, "t")
    for draft in _cut(text, title=title):
        assert draft.tokens + 30 + 2 <= 256


def test_text_in_other_scripts_is_cut_at_its_own_full_stops() -> None:
    class Characters(HashingEmbedder):
        def token_spans(self, text: str) -> list[tuple[int, int]]:
            return [(place, place + 1) for place, c in enumerate(text) if not c.isspace()]

    text = "我们在九点开门，欢迎光临。" * 60
    drafts = cut(shelf.document(text), Characters())
    assert "".join(draft.text for draft in drafts) == text
    assert all(draft.text.endswith("。") for draft in drafts)
    assert max(draft.tokens for draft in drafts) <= 254


@pytest.mark.parametrize("stretch", [7, 100, 1000])
def test_a_page_read_in_stretches_is_cut_alike(
    embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch, stretch: int
) -> None:
    text = "\n\n".join(" ".join(f"word{n}, {part}." for n in range(80)) for part in range(9))
    whole = cut(shelf.document(text), embedder)
    monkeypatch.setattr("engine.ingest.chunk.STRETCH", stretch)
    assert cut(shelf.document(text), embedder) == whole


def test_a_heading_is_never_a_passage_of_its_own_above_a_long_paragraph() -> None:
    for length in (140, 240, 600):
        drafts = _cut(f"# Ferries\n\n{_words(length)}")
        assert drafts[0].text.startswith("# Ferries\n\nword")
        assert all(draft.tokens > 40 for draft in drafts)
