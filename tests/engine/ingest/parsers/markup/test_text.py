from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ParseError
from engine.ingest.parsers.encoding import decode
from engine.ingest.parsers.markup import text


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("utf-8", "Grüße – 船"),
        ("utf-8-sig", "Grüße"),
        ("utf-16", "Grüße – 船"),
        ("utf-16-le", "Plain words without a mark, long enough to tell"),
        ("utf-32", "Grüße"),
        ("cp1252", "The café’s price is 5 €"),
        ("cp1251", "Договор аренды нежилого помещения заключён между сторонами ниже. " * 5),
        ("shift_jis", "本契約は賃貸借に関する事項を定めるものとする。" * 5),
    ],
)
def test_encodings(encoding: str, words: str) -> None:
    assert decode(words.encode(encoding)) == words


def test_binary_is_no_text(tmp_path: Path) -> None:
    assert decode(bytes(range(256)) * 20) is None
    path = tmp_path / "data.txt"
    path.write_bytes(bytes(range(256)) * 20)
    with pytest.raises(ParseError) as caught:
        text.parse(path)
    assert caught.value.code == "unsupported"


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1))
def test_utf8_is_read_as_it_is(words: str) -> None:
    assert decode(words.encode()) == words.removeprefix("\ufeff")


def test_line_ends_and_headings(tmp_path: Path) -> None:
    path = tmp_path / "minutes.txt"
    path.write_bytes(
        b"Minutes\r\n=======\r\n\r\nPresent: all.\r\n\r\nARTICLE IV Fees\r\n\r\nNone.\r\n"
    )
    document = text.parse(path)
    (page,) = document.pages
    assert document.title == "Minutes"
    assert page.text == "Minutes\n=======\n\nPresent: all.\n\nARTICLE IV Fees\n\nNone."
    assert [(h.level, h.title) for h in page.headings] == [(1, "Minutes"), (2, "ARTICLE IV Fees")]
    assert all(page.text[h.start :].startswith(h.title) for h in page.headings)


def test_sentences_and_rules_are_no_headings(tmp_path: Path) -> None:
    path = tmp_path / "plain.txt"
    path.write_text(
        "Nothing here.\n\nSection 4 of the act was changed,\n\n-----\n\na\n---------------\n"
    )
    assert text.parse(path).pages[0].headings == ()
