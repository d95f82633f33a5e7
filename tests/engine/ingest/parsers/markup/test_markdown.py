from pathlib import Path

import pytest

from engine.errors import ParseError
from engine.ingest.parsers.markup import markdown
from engine.types import ParsedDocument


def parsed(tmp_path: Path, source: str) -> ParsedDocument:
    path = tmp_path / "notes.md"
    path.write_text(source, encoding="utf-8")
    return markdown.parse(path)


def test_marks_go_and_structure_stays(tmp_path: Path) -> None:
    document = parsed(
        tmp_path,
        "# The *quay*\n\nTies are **checked** on [Mondays](https://example.org),\nweather"
        " allowing. `A1` is free.\n\n- ropes\n- fenders\n  1. large\n\nHeight\n------\n\n"
        "| Berth | m |\n|---|---|\n| A1 | 3.2 |\n| A2 | 4 |\n\n```\nx = 1\n  y\n```\n\n> Quoted.\n",
    )
    (page,) = document.pages
    assert document.title == "The quay"
    assert page.text == (
        "The quay\n\nTies are checked on Mondays, weather allowing. A1 is free.\n\n"
        "• ropes\n• fenders\n  1. large\n\nHeight\n\nBerth | m\nA1 | 3.2\nA2 | 4\n\n"
        "x = 1\n  y\n\nQuoted."
    )
    assert [(h.level, h.title) for h in page.headings] == [(1, "The quay"), (2, "Height")]
    assert all(page.text[h.start :].startswith(h.title) for h in page.headings)


def test_front_matter_names_the_document(tmp_path: Path) -> None:
    document = parsed(tmp_path, '---\ntitle: "Harbour rules"\nauthor: Ada\n---\n\nBody.\n')
    assert document.title == "Harbour rules"
    assert document.pages[0].text == "author: Ada\n\nBody."


def test_html_inside(tmp_path: Path) -> None:
    text = (
        parsed(tmp_path, "<div><b>Bold</b> text</div>\n\nOne<br>two <sub>low</sub>\n").pages[0].text
    )
    assert text == "Bold text\n\nOne\ntwo low"


def test_a_list_item_of_two_paragraphs_keeps_one_mark(tmp_path: Path) -> None:
    text = parsed(tmp_path, "1. first\n\n   more\n\n2. second\n").pages[0].text
    assert text == "1. first\nmore\n2. second"


def test_empty(tmp_path: Path) -> None:
    with pytest.raises(ParseError) as caught:
        parsed(tmp_path, "\n \n")
    assert caught.value.code == "empty"


@pytest.mark.parametrize("marks", ["[", "![", "[a [b\n", "[*"])
def test_made_of_brackets(tmp_path: Path, marks: str) -> None:
    path = tmp_path / "a.md"
    path.write_text(f"High tide at noon. {marks * 20_000} Low tide", encoding="utf-8")
    document = markdown.parse(path)
    assert document.note.endswith("was read as plain text.")
    assert document.pages[0].text.startswith("High tide at noon. [" if marks[0] == "[" else "High")
    assert document.pages[0].text.endswith("Low tide")


def test_many_links_are_markdown(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("- [tide](https://example.org/tide_table)\n" * 3_000, encoding="utf-8")
    document = markdown.parse(path)
    assert document.note == ""
    assert document.pages[0].text.splitlines()[0] == "• tide"


def test_quotes_in_quotes_without_end_keep_their_words(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(">" * 100_000 + " Low tide", encoding="utf-8")
    document = markdown.parse(path)
    assert document.note.startswith("It is nested too deeply")
    assert document.pages[0].text.endswith("> Low tide")


def test_lists_in_lists_keep_their_words(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("".join(f"{'  ' * at}- level {at}\n" for at in range(15)), encoding="utf-8")
    document = markdown.parse(path)
    assert document.note == ""
    assert document.pages[0].text.endswith("• level 14")
