"""DOC, PPT and RTF."""

from pathlib import Path

import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from engine.errors import ParseError
from engine.ingest.parsers import registry
from tests.engine.ingest.parsers.office import test_sheets
from tests.engine.ingest.parsers.office.ole2 import old_slides, old_word, ole2


def test_word_97(tmp_path: Path) -> None:
    path = old_word(
        tmp_path / "a.doc",
        'Überschrift\rA \x13HYPERLINK "http://x"\x14link\x15 here\x02.\rb\x07c\x07\x07\rEnd 😀 x\r',
        narrow="caf\xe9 narrow\r",
        notes="\x02A note\r",
    )
    document = registry.parse(path)
    assert document.type == "doc"
    assert document.pages[0].text == (
        "Überschrift\n\nA link here.\n\nb | c\n\nEnd 😀 x\n\ncafé narrow\n\nA note"
    )


def test_protected_and_broken_word(tmp_path: Path) -> None:
    with pytest.raises(ParseError) as caught:
        registry.parse(old_word(tmp_path / "a.doc", "x\r", flags=0x0100))
    assert caught.value.code == "encrypted"
    for streams in ({"WordDocument": b"no"}, {"\tDRMContent": b"", "WordDocument": b"x"}):
        with pytest.raises(ParseError) as caught:
            registry.parse(ole2(tmp_path / "b.doc", streams))
        assert caught.value.code in ("damaged", "encrypted", "unsupported")


def test_slides_of_97_are_read_from_top_to_bottom(tmp_path: Path) -> None:
    path = old_slides(
        tmp_path / "a.ppt",
        [[(0, "Results"), (1, "First\nSecond"), (4, "Foot")], [(0, "Next"), (1, "Öl")]],
    )
    document = registry.parse(path)
    assert [page.label for page in document.pages] == ["Slide 1", "Slide 2"]
    assert document.title == "Results"
    assert document.pages[0].text == "Results\n\nFirst\n\nSecond\n\nFoot"
    assert document.pages[1].headings[0].title == "Next"


RTF = (
    rb"{\rtf1\ansi\ansicpg1252\uc1{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset128 Mincho;}"
    rb"{\f2\fcharset204 Arial Cyr;}}{\colortbl;\red0;}{\stylesheet{\s1\b heading 1;}{\s2 Body;}}"
    rb"{\info{\title Of \'fcber things}{\author Nobody}}"
    rb"\pard\s1 Chapter {\b one}\par\pard Caf\'e9 \u8364?5{\v hidden} \f1\'83\'65"
    rb"\'83\'58\f2  \'c4\'e0\f0{\footnote\pard A {\i note}.}\par"
    rb"{\listtext 1.\tab}First\par{\listtext 2.\tab}Second\par"
    rb"\pard\intbl a\cell b\par c\cell\row\intbl d\cell e\cell\row\pard "
    rb"{\field{\*\fldinst HYPERLINK x}{\fldrslt the link}}{\*\unknown gone}{\pict 00ff}\par"
    rb"\u55357?\u56832? {\upr{?}{\*\ud{\u21476*}}}\line end\par}"
)


def test_rtf(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(RTF)
    document = registry.parse(path)
    assert (document.type, document.title) == ("rtf", "Of über things")
    assert document.pages[0].text == (
        "Chapter one\n\nCafé €5 テス Да [1]\n\n1. First\n2. Second\n\na | b c\nd | e\n\n"
        "the link\n\n😀 古\nend\n\n[1] A note."
    )
    (heading,) = document.pages[0].headings
    assert (heading.level, heading.title) == (1, "Chapter one")


def test_rtf_that_only_opens_groups(tmp_path: Path) -> None:
    path = tmp_path / "a.rtf"
    path.write_bytes(b"{\\rtf1 " + b"{" * 100_000)
    with pytest.raises(ParseError) as caught:
        registry.parse(path)
    assert caught.value.code == "damaged"


def test_a_protected_package_opens_with_its_password(tmp_path: Path) -> None:
    clear = test_sheets.make(tmp_path / "clear.xlsx")
    path = tmp_path / "locked.xlsx"
    with clear.open("rb") as source, path.open("wb") as target:
        OOXMLFile(source).encrypt("open sesame", target)
    for password in (None, "wrong"):
        with pytest.raises(ParseError, match="password") as caught:
            registry.parse(path, password=password)
        assert caught.value.code == "encrypted"
    document = registry.parse(path, password="open sesame")
    assert document.type == "xlsx"
    assert document.title == "locked"
