"""Answers as rich text: citations as links, the unsupported in soft, nothing that leads away."""

import pytest

from desktop.chat.answer_html import (
    NOT_FOUND,
    OPEN_CIRCLE,
    answer_html,
    quotation_html,
    quoted_text,
    runs,
)
from desktop.chat.snippet import Snippet, opening, quote_only, snippet, snippet_html
from desktop.theme.tokens import LIGHT
from engine.model_types import Usage
from engine.types import Answer, Citation, Sentence, Timings

pytestmark = pytest.mark.window
SOFT_SPAN = f'<span style="color:{LIGHT.soft}" title="{NOT_FOUND}">'
TEXT = "It costs **78 crowns**. A launch is dearer.\n\nCats like boats."
SENTENCES = (
    Sentence("It costs **78 crowns**.", (1, 2), True),
    Sentence("A launch is dearer.", (2,), True),
    Sentence("Cats like boats.", (), False),
)


def test_citations_stand_behind_their_sentences_as_links() -> None:
    html = answer_html(TEXT, LIGHT, sentences=SENTENCES)
    assert "<strong>78 crowns</strong>" in html
    first, second, launch = html.find("cite:1"), html.find("cite:2"), html.find("A launch")
    assert 0 < html.find("78 crowns") < first < second < launch < html.rfind("cite:2")


def test_many_citations_in_a_row_are_told_as_a_run() -> None:
    assert runs([1, 2, 3]) == [(1, 1), (2, 2), (3, 3)]
    assert runs([1, 2, 3, 4, 5, 9]) == [(1, 5), (9, 9)]
    whole = Sentence(TEXT, tuple(range(1, 21)), True)
    html = answer_html(TEXT, LIGHT, sentences=[whole])
    assert ">1–20</a>" in html
    assert "cite:2" not in html


def test_the_unsupported_is_soft_with_an_open_circle() -> None:
    html = answer_html(TEXT, LIGHT, sentences=SENTENCES)
    assert f"{SOFT_SPAN}{OPEN_CIRCLE} </span>" in html
    assert f"{SOFT_SPAN}Cats like boats.</span>" in html
    assert OPEN_CIRCLE not in answer_html(TEXT, LIGHT, sentences=SENTENCES, mark_unsupported=False)


def test_soft_text_never_crosses_a_tag() -> None:
    text = "Cats *really* like boats."
    html = answer_html(text, LIGHT, sentences=[Sentence(text, (), False)])
    assert f"<em>{SOFT_SPAN}really</span></em>" in html


@pytest.mark.parametrize(
    "text",
    [
        "See [here](http://example.com).",
        "![x](file:///etc/passwd)",
        "<img src='http://example.com/x.png'>",
        "<http://example.com>",
    ],
)
def test_an_answer_leads_nowhere(text: str) -> None:
    html = answer_html(text, LIGHT)
    assert "<img" not in html
    assert "href" not in html


def test_a_model_cannot_forge_a_citation() -> None:
    assert "cite:" not in answer_html("It is so.\ue0001\ue000", LIGHT)


def test_quoted_rows_become_a_table_again() -> None:
    quote = "Boat | Day\nSkiff | 64.00\nLaunch | 172.00"
    text = " ".join(quote.split())
    answer = Answer(
        "q",
        text,
        False,
        (Sentence(text, (1,), True),),
        (Citation("/p.md", 1, 0, len(quote), quote),),
        Timings(0, 0, 0),
        Usage(),
        quotation=True,
    )
    html = quotation_html(answer, LIGHT)
    assert "<td>64.00</td>" in html
    assert "<td>172.00<a" in html
    assert "cite:1" in html
    assert "|" not in html


def test_a_short_answer_stands_in_its_sentence() -> None:
    quote = "The stopcock is the wheel\nbeneath the third plank."
    answer = Answer(
        "q",
        "third plank",
        False,
        (Sentence("third plank", (1,), True),),
        (Citation("/p.pdf", 1, 0, len(quote), quote),),
        Timings(0, 0, 0),
        Usage(),
        quotation=True,
    )
    html = quotation_html(answer, LIGHT)
    assert "wheel beneath the <b>third plank</b>." in html
    assert quoted_text(answer) == "The stopcock is the wheel beneath the third plank."


def test_lines_of_a_table_in_a_pdf_stay_lines() -> None:
    shown = quote_only("Period Jetty\nSummer 08:30 – 20:00\nWinter closed")
    assert snippet_html(shown, LIGHT, marked=False).count("<br>") == 2
    prose = quote_only("a long line of running text that goes on and on over the page\nand more\nx")
    assert "<br>" not in snippet_html(prose, LIGHT)


def test_a_near_passage_does_not_repeat_its_heading() -> None:
    assert opening("Keys They hang there.", "House › Keys").quote == "They hang there."


def test_a_snippet_is_cut_on_words_and_keeps_the_quote_whole() -> None:
    page = "word " * 40 + "The key hangs here." + " more" * 40
    start = page.index("The key")
    cut = snippet(page, start, start + len("The key hangs here."), around=20)
    assert cut == Snippet("…word word word ", "The key hangs here.", " more more more…")


def test_a_snippet_at_the_edges_has_no_ellipsis() -> None:
    assert snippet("All of it.", 0, 10) == Snippet("", "All of it.", "")


def test_markup_in_a_document_stays_text() -> None:
    assert "&lt;b&gt;" in snippet_html(quote_only("<b>bold</b>"), LIGHT)


def test_a_near_passage_shows_how_it_begins() -> None:
    shown = opening("word " * 100)
    assert shown.after == "…"
    assert len(shown.quote) <= 220
