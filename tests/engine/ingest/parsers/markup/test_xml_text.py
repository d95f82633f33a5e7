from pathlib import Path

import pytest

from engine.errors import ParseError
from engine.ingest.parsers import registry
from engine.ingest.parsers.markup import xml_text
from engine.types import ParsedDocument


def parsed(tmp_path: Path, content: str | bytes, name: str = "a.xml") -> ParsedDocument:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return registry.parse(path)


def test_fields_and_prose(tmp_path: Path) -> None:
    document = parsed(
        tmp_path,
        """<?xml version="1.0"?><!-- no words --><atlas xmlns:x="urn:x">
        <country code="CA"><name>Canada</name><x:capital>Ottawa &amp; Hull</x:capital></country>
        <chapter><title>On <i>boats</i></title><p>A <b>skiff</b> is small.</p><p>So.</p></chapter>
        <price currency="EUR">65</price></atlas>""",
    )
    assert document.type == "xml"
    assert document.pages[0].text == (
        "country\ncode: CA\nname: Canada\ncapital: Ottawa & Hull\n\nOn boats\n\n"
        "A skiff is small.\n\nSo.\n\nprice: 65 (currency: EUR)"
    )
    assert [h.title for h in document.pages[0].headings] == ["On boats"]


def test_a_feed_with_pages_inside(tmp_path: Path) -> None:
    document = parsed(
        tmp_path,
        """<?xml version="1.0"?><rss><channel><title>Harbour</title><item><title>Ebb</title>
        <description><![CDATA[<p>Low <b>water</b></p><script>x()</script>]]></description>
        </item></channel></rss>""",
    )
    page = document.pages[0]
    assert document.title == "Harbour"
    assert [h.title for h in page.headings] == ["Harbour", "Ebb"]
    assert "Low water" in page.text and "<p>" not in page.text and "x()" not in page.text


@pytest.mark.parametrize("kind", ["file", "http"])
def test_nothing_outside_is_read(tmp_path: Path, kind: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the hidden word")
    place = secret.as_uri() if kind == "file" else "http://127.0.0.1:9/x"
    document = parsed(
        tmp_path,
        f'<?xml version="1.0"?><!DOCTYPE a SYSTEM "{place}" [<!ENTITY x SYSTEM "{place}">'
        f'<!ENTITY ok "inner">]><a><b>before &x; &ok; after</b></a>',
    )
    text = document.pages[0].text
    assert "hidden" not in text
    assert "before" in text and "after" in text


def test_a_bomb_of_entities_ends(tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "lol"}">' for n in range(12))
    content = f'<?xml version="1.0"?><!DOCTYPE a [{entities}]><a><b>first</b><c>&e11;</c></a>'
    try:
        assert len(parsed(tmp_path, content).pages[0].text) < 20_000_000
    except ParseError as error:
        assert error.code == "empty"


def test_damage_and_undeclared_entities(tmp_path: Path) -> None:
    text = parsed(tmp_path, '<?xml version="1.0"?><a><b>one&nix; two</b><c>three</a>').pages[0].text
    assert "one" in text and "three" in text
    assert "one" in parsed(tmp_path, '<?xml version="1.0"?><a><b>one</b><c>tw').pages[0].text


def test_depth_and_count_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = '<?xml version="1.0"?>' + "<a>" * 50_000 + "x" + "</a>" * 50_000
    assert parsed(tmp_path, deep).pages[0].text == "x"
    monkeypatch.setattr(xml_text, "MAX_ELEMENTS", 100)
    many = '<?xml version="1.0"?><r>' + "<i>word</i>" * 1000 + "</r>"
    document = parsed(tmp_path, many)
    assert document.note == "Only the first 100 elements were read."


def test_encodings(tmp_path: Path) -> None:
    for encoding in ("windows-1251", "utf-16", "iso-8859-5"):
        source = f'<?xml version="1.0" encoding="{encoding}"?><a><b>Договор</b></a>'
        assert parsed(tmp_path, source.encode(encoding)).pages[0].text == "Договор"


def test_a_drawing_gives_its_words(tmp_path: Path) -> None:
    svg = (
        '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="5"><title>Pier</title>'
        '<style>.a{}</style><path d="M0"/><text x="1"><tspan>North</tspan> pier</text></svg>'
    )
    assert parsed(tmp_path, svg, "a.svg").pages[0].text == "Pier\n\nNorth pier"
