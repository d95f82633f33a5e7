from pathlib import Path

import pytest

from engine.errors import ParseError
from engine.ingest.parsers.web import html


def parsed(tmp_path: Path, source: str | bytes):  # type: ignore[no-untyped-def]
    path = tmp_path / "page.html"
    path.write_bytes(source if isinstance(source, bytes) else source.encode())
    return html.parse(path)


def test_what_a_reader_sees(tmp_path: Path) -> None:
    document = parsed(
        tmp_path,
        """<html><head><title>Prices  2031</title><style>p {color: red}</style></head><body>
        <h1>Prices</h1><p>All prices <b>include</b> tax,<br>not <i>delivery</i>.</p>
        <script>var hidden = 1</script><p style="display: none">secret</p><p hidden>also</p>
        <ul><li>one</li><li>two<ol><li>inner</li></ol></li></ul>
        <table><tr><th>Boat</th><th>Fee</th></tr><tr><td>Skiff</td><td>65</td></tr></table>
        <h2>Notes</h2><pre>a  b
        c</pre></body></html>""",
    )
    (page,) = document.pages
    assert document.title == "Prices 2031"
    assert page.text == (
        "Prices\n\nAll prices include tax,\nnot delivery.\n\n• one\n• two\n  1. inner\n\n"
        "Boat | Fee\nSkiff | 65\n\nNotes\n\na  b\n        c"
    )
    assert [(h.level, h.title) for h in page.headings] == [(1, "Prices"), (2, "Notes")]
    assert all(page.text[h.start :].startswith(h.title) for h in page.headings)


def test_declared_encoding(tmp_path: Path) -> None:
    source = '<meta charset="windows-1251"><p>Привет, мир</p>'.encode("cp1251")
    assert parsed(tmp_path, source).pages[0].text == "Привет, мир"


def test_an_xml_declaration_does_no_harm(tmp_path: Path) -> None:
    source = '<?xml version="1.0" encoding="UTF-8"?><html><body><p>Größe</p></body></html>'
    assert parsed(tmp_path, source).pages[0].text == "Größe"


def test_deep_nesting_ends(tmp_path: Path) -> None:
    source = "<p>first</p>" + "<div>" * 50_000 + "deep" + "</div>" * 50_000
    assert "first" in parsed(tmp_path, source).pages[0].text


def test_a_page_of_scripts_is_empty(tmp_path: Path) -> None:
    with pytest.raises(ParseError) as caught:
        parsed(tmp_path, "<html><body><script>1</script></body></html>")
    assert caught.value.code == "empty"


def test_raised_and_lowered_letters(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(
        "<p>H<sub>2</sub>O, 10<sup>6</sup> m<sup>2</sup>, the 5<sup>th</sup>, sea<sup>1</sup></p>"
        "<table><tr><td>x<sup>-3</sup></td><td>CO<sub>2</sub></td></tr></table>",
        encoding="utf-8",
    )
    text = html.parse(path).pages[0].text
    assert text == "H2O, 10^6 m^2, the 5th, sea^1\n\nx^-3 | CO2"
