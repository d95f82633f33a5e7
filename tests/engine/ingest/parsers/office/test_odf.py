"""OpenDocument texts: headings, lists with their numbers, tables, notes, flat files."""

import struct
from pathlib import Path

import pytest

from engine.errors import ParseError
from engine.ingest.parsers import registry
from tests.engine.ingest.parsers.office.office import ODF, odf, package

LISTS = (
    '<text:list-style style:name="L1"><text:list-level-style-number text:level="1" '
    'style:num-format="1" style:num-suffix="."/><text:list-level-style-number text:level="2" '
    'style:num-format="a" style:num-suffix=")"/></text:list-style>'
)
BODY = (
    "<text:tracked-changes><text:p>Deleted</text:p></text:tracked-changes>"
    '<text:h text:outline-level="1">Chapter</text:h>'
    "<text:p>Words<text:note><text:note-citation>1</text:note-citation><text:note-body>"
    "<text:p>Below</text:p></text:note-body></text:note> and<text:tab/>more"
    "<office:annotation><text:p>Check this</text:p></office:annotation></text:p>"
    '<text:list text:style-name="L1"><text:list-item><text:p>first</text:p><text:list>'
    "<text:list-item><text:p>inner</text:p></text:list-item><text:list-item><text:p>other</text:p>"
    "</text:list-item></text:list></text:list-item><text:list-item><text:p>second</text:p>"
    "</text:list-item></text:list>"
    "<table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell>"
    "<table:table-cell><table:table><table:table-row><table:table-cell><text:p>in</text:p>"
    "</table:table-cell><table:table-cell><text:p>ner</text:p></table:table-cell>"
    "</table:table-row></table:table></table:table-cell></table:table-row></table:table>"
    "<text:p><draw:frame><draw:text-box><text:p>boxed</text:p></draw:text-box></draw:frame>"
    "مرحبا</text:p>"
)
TEXT = (
    "Chapter\n\nWords [1] and more\n\n1. first\n  a) inner\n  b) other\n2. second\n\n"
    "a | in ner\n\nمرحبا\n\nboxed\n\n[1] Below\n\nComment: Check this"
)


def test_text(tmp_path: Path) -> None:
    document = registry.parse(odf(tmp_path / "a.odt", "text", BODY, LISTS))
    assert (document.type, document.title) == ("odt", "Chapter")
    assert document.pages[0].text == TEXT


def test_flat(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(
        f'<?xml version="1.0"?><office:document {ODF}><office:automatic-styles>{LISTS}'
        f"</office:automatic-styles><office:body><office:text>{BODY}</office:text></office:body>"
        "</office:document>",
        encoding="utf-8",
    )
    assert registry.parse(path).pages[0].text == TEXT


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"mimetype": "application/vnd.oasis.opendocument.text"}, "damaged"),
        ({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a"}, "damaged"),
        (
            {
                "mimetype": "application/vnd.oasis.opendocument.text",
                "META-INF/manifest.xml": "<m><f><encryption-data/></f></m>",
                "content.xml": "\x01\x02",
            },
            "encrypted",
        ),
    ],
)
def test_refusals(tmp_path: Path, members: dict[str, str], code: str) -> None:
    with pytest.raises(ParseError) as caught:
        registry.parse(package(tmp_path / "a.odt", members))
    assert caught.value.code == code


def test_a_member_whose_name_is_broken_further_down(tmp_path: Path) -> None:
    path = odf(tmp_path / "a.odt", "text", BODY, LISTS)
    content = bytearray(path.read_bytes())
    place = content.find(b"content.xml")  # the name before the member, not that in the directory
    content[place + 3] = 0xED
    struct.pack_into("<H", content, place - 24, 0x800)  # said to be UTF-8
    path.write_bytes(content)
    with pytest.raises(ParseError) as caught:
        registry.parse(path)
    assert caught.value.code == "damaged"
