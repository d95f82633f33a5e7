"""Pages nested deeper than any author would."""

import time
from pathlib import Path

import pytest

from engine.errors import ParseError
from engine.ingest.parsers.web import html


def read(folder: Path, source: str) -> str:
    (folder / "page.html").write_text(source)
    return html.parse(folder / "page.html").pages[0].text


@pytest.mark.parametrize("tag", ["div", "b", "ul><li", "table><tr><td", "blockquote"])
def test_the_words_of_a_page_nested_without_end_are_read(tmp_path: Path, tag: str) -> None:
    source = f"<p>The ferry leaves at &lt;nine&gt;.</p> {f'<{tag}>' * 30_000}Bring a coat."
    text = read(tmp_path, source)
    assert text.split() == ["The", "ferry", "leaves", "at", "<nine>.", "Bring", "a", "coat."]


def test_what_is_not_seen_stays_unseen_there(tmp_path: Path) -> None:
    source = f"<script>secret()</script><style>b {{}}</style>{'<i>' * 1000}Seen."
    assert read(tmp_path, source) == "Seen."


def test_many_unclosed_marks_end_soon(tmp_path: Path) -> None:
    began = time.process_time()
    with pytest.raises(ParseError, match="no text"):
        read(tmp_path, "<b>" * 1000 + "<script>" + "<!--" * 200_000)
    assert time.process_time() - began < 30
