"""CSV: delimiters, encodings, heads."""

from pathlib import Path

import pytest

from engine.errors import ParseError
from engine.ingest.parsers import registry
from engine.ingest.parsers.office.delimited import find_delimiter

HEAD = "Name | Town | Age"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Name,Town,Age\nAnn,Oslo,40\nBo,Lima,31\n", "utf-8"),
        ("Name;Town;Age\nAnn;Oslo;40\nBo;Lima;31\n", "utf-8-sig"),
        ("Name\tTown\tAge\r\nAnn\tOslo\t40\r\nBo\tLima\t31\r\n", "utf-16"),
        ("Name|Town|Age\nAnn|Oslo|40\nBo|Lima|31\n", "cp1252"),
        ("sep=;\nName;Town;Age\nAnn;Oslo;40\nBo;Lima;31\n", "utf-8"),
        ('"Name","Town","Age"\n"Ann","Oslo","40"\n"Bo","Lima","31"\n', "utf-8"),
    ],
)
def test_delimiters(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text, encoding=encoding, newline="")
    (page,) = registry.parse(path).pages
    assert page.text == f"{HEAD}\nAnn | Oslo | 40\nBo | Lima | 31"
    assert [heading.title for heading in page.headings] == [HEAD]


def test_values_with_breaks_and_delimiters_stay_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('Name,Note\nAnn,"one, two\nthree ""four"""\n', encoding="utf-8")
    assert registry.parse(path).pages[0].text == 'Name | Note\nAnn | one, two three "four"'


def test_shift_jis(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("名前,年齢,住所\n佐藤太郎,30,東京\n三木英子,25,大阪\n".encode("cp932"))
    assert registry.parse(path).pages[0].text.startswith("名前 | 年齢 | 住所\n佐藤太郎 | 30")


def test_prose_is_no_table() -> None:
    assert find_delimiter("Ann said: yes\nBo went home\n") == ","


def test_a_table_without_a_telling_name_is_recognised(tmp_path: Path) -> None:
    path = tmp_path / "export.dat"
    path.write_text("id;day;sum\n1;mon;4\n2;tue;5\n3;wed;6\n", encoding="utf-8")
    assert registry.parse(path).type == "csv"
    prose = tmp_path / "letter.txt"
    prose.write_text("Dear Ann, dear Bo, hello\nall well, thanks, indeed\nyes, no, maybe\n")
    assert registry.parse(prose).type == "text"


def test_nothing_and_too_much(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\n\n  \n")
    with pytest.raises(ParseError) as caught:
        registry.parse(path)
    assert caught.value.code == "empty"
    path.write_text("a,b\n" + "x" * 1_100_000 + ",2\n")
    with pytest.raises(ParseError) as caught:
        registry.parse(path)
    assert caught.value.code == "damaged"
