"""Whatever a page holds: passages are exact spans, in order, trimmed, and lose nothing."""

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.ingest.chunk import cut
from tests import shelf
from tests.fakes import HashingEmbedder

PIECES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "\n\n",
            "\n",
            " ",
            "\u2003",
            "\u3000",
            "\r\n",
            "\x85",
            "# Head\n",
            "\n## Sub\n",
            "\n### Deep\n\n",
            "A sentence. ",
            "no. 5, Dr. Who said: “Yes.” ",
            "界。",
            "word " * 300,
            "x-" * 400,
            "e\u0301",
        ]
    ),
)
PAGES = st.lists(st.lists(PIECES, max_size=12).map("".join), min_size=1, max_size=4)


@settings(deadline=None)
@given(PAGES, st.text(max_size=80))
def test_spans_are_exact_ordered_trimmed_and_complete(pages: list[str], title: str) -> None:
    document = shelf.document(*pages, title=title)
    drafts = cut(document, HashingEmbedder())
    for page in document.pages:
        here = [draft for draft in drafts if draft.page == page.number]
        end = 0
        for draft in here:
            assert draft.text == page.text[draft.start : draft.end]
            assert draft.text
            assert draft.text == draft.text.strip()
            assert page.text[end : draft.start].strip() == ""
            end = draft.end
        assert page.text[end:].strip() == ""
    assert [draft.page for draft in drafts] == sorted(draft.page for draft in drafts)


@settings(deadline=None)
@given(PAGES)
def test_the_embedder_reads_every_passage_to_its_end(pages: list[str]) -> None:
    embedder = HashingEmbedder()
    for draft in cut(shelf.document(*pages, title="Notes"), embedder):
        heading = len(embedder.token_spans(draft.heading.encode()[:240].decode("utf-8", "ignore")))
        assert draft.tokens <= max(256 - 2 - 1 - heading, 48)
