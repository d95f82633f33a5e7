from engine.ingest.chunk import cut
from engine.ingest.running import bodies
from engine.types import Heading, Page, ParsedDocument
from tests.fakes import HashingEmbedder

COUNT = 8


def _pages(*texts: str) -> list[Page]:
    return [Page(number, text) for number, text in enumerate(texts, start=1)]


def _bodies(*texts: str) -> list[str]:
    pages = _pages(*texts)
    spans = bodies(pages)
    return [page.text[slice(*spans[page.number])].strip() for page in pages]


def _body(number: int) -> str:
    return f"What page {chr(64 + number)} says, in words of its own."


def test_a_head_and_a_page_number_stand_in_the_passages_of_the_first_page_only() -> None:
    texts = [f"ACME Handbook\n\n{_body(n)}\n\nPage {n} of {COUNT}" for n in range(1, COUNT + 1)]
    first, *others = _bodies(*texts)
    assert first == texts[0]
    assert others == [_body(number) for number in range(2, COUNT + 1)]


def test_page_numbers_count_from_anywhere() -> None:
    texts = [f"{_body(n)}\n\n{n + 316}" for n in range(1, COUNT + 1)]
    assert _bodies(*texts)[1:] == [_body(number) for number in range(2, COUNT + 1)]


def test_left_and_right_pages_have_heads_of_their_own() -> None:
    heads = ("The Author", "The Book")
    texts = [f"{heads[n % 2]}\n\n{_body(n)}" for n in range(1, 2 * COUNT + 1)]
    assert _bodies(*texts)[2:] == [_body(number) for number in range(3, 2 * COUNT + 1)]


def test_what_changes_otherwise_than_the_pages_stays() -> None:
    texts = [f"{_body(n)}\n\nBalance: {n * n} dollars" for n in range(1, COUNT + 1)]
    assert _bodies(*texts) == texts


def test_headings_rows_and_lines_inside_the_page_stay() -> None:
    rows = [f"Name | Price\nNut | {n}\n{_body(n)}" for n in range(1, COUNT + 1)]
    assert _bodies(*rows) == rows
    pages = [Page(n, f"Summary\n{_body(n)}", (Heading(0, 1, "Summary"),)) for n in range(1, 9)]
    assert bodies(pages) == {page.number: (0, len(page.text)) for page in pages}
    inside = [
        f"{_body(n)}\n{_body(n)}\n{_body(n)}\nNote:\n" + f"{_body(n)}\n" * 4 for n in range(9)
    ]
    assert _bodies(*inside) == [text.strip() for text in inside]


def test_few_pages_show_nothing() -> None:
    two = [f"ACME\n\n{_body(n)}" for n in range(1, 3)]
    assert _bodies(*two) == two
    three = [*two, f"ACME\n\n{_body(3)}"]
    assert _bodies(*three) == [three[0], _body(2), _body(3)]
    assert bodies([]) == {}


def test_a_page_that_only_runs_has_no_passage_and_nothing_of_the_page_is_lost() -> None:
    texts = [f"ACME Handbook\n\n{_body(n)}\n\n{n}" for n in range(1, COUNT + 1)]
    texts[4] = "ACME Handbook\n\n5"
    document = ParsedDocument("pdf", "Handbook", tuple(_pages(*texts)))
    drafts = cut(document, HashingEmbedder())
    assert [draft.page for draft in drafts] == [1, 2, 3, 4, 6, 7, 8]
    assert [draft.text for draft in drafts[1:]] == [_body(n) for n in (2, 3, 4, 6, 7, 8)]
    assert all(document.pages[d.page - 1].text[d.start : d.end] == d.text for d in drafts)
    slides = ParsedDocument("pptx", "Handbook", tuple(_pages(*texts)))
    assert [draft.text for draft in cut(slides, HashingEmbedder())] == texts


def test_headings_on_a_page_without_its_head_keep_their_sections() -> None:
    pages = tuple(
        Page(n, text, (Heading(text.index("Part"), 1, f"Part {chr(64 + n)}"),))
        for n in range(1, COUNT + 1)
        for text in [f"ACME Handbook\n\nPart {chr(64 + n)}\n\n{_body(n)}\n\n{n}"]
    )
    drafts = cut(ParsedDocument("pdf", "Handbook", pages), HashingEmbedder())
    assert [draft.text for draft in drafts if draft.page == 3] == [f"Part C\n\n{_body(3)}"]
    assert {draft.heading for draft in drafts if draft.page == 3} == {"Part C"}
