"""Table files as sources: read in a process of its own, and made to do harm."""

import zipfile
from pathlib import Path

import psutil
import pytest

from engine.errors import CancelledError
from engine.ingest.sandbox_child import Limits
from engine.ingest.sources import files
from engine.ingest.sources.sheet import Sheet, SourceError
from engine.progress import CancelToken, drain
from engine.store.sources import Source
from tests.engine.ingest.parsers.office.office import workbook

SMALL = Limits(memory_bytes=2**28)
TITLES = "<row>" + "".join(f'<c r="{at}1" t="str"><v>{at}</v></c>' for at in "AB") + "</row>"


def _read(path: Path, limits: Limits = SMALL, most_rows: int = 100_000) -> list[Sheet]:
    source = Source("Goods", "Trade", str(path), most_rows=most_rows)
    return drain(files.read(source, CancelToken(), limits))


def _ends(path: Path, limits: Limits = SMALL, most_rows: int = 100_000) -> SourceError:
    with pytest.raises(SourceError) as raised:
        _read(path, limits, most_rows)
    assert path.name in raised.value.message
    assert raised.value.message.endswith(".")
    assert raised.value.hint
    assert not psutil.Process().children()
    return raised.value


def test_values_come_through_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "goods.csv"
    lines = [f'{number};"a; ""b""\nc";{number}.5;' for number in range(1, 5001)]
    file.write_text("id;name;price;note\n" + "\n".join(lines) + "\n", encoding="utf-8")
    (found,) = _read(file)
    assert found.titles == ("id", "name", "price", "note")
    assert len(found.rows) == 5000
    assert found.rows[4999] == ("5000", 'a; "b" c', "5000.5", "")
    assert found.note == ""


def test_sheets_of_a_workbook_and_what_is_cut_off(tmp_path: Path) -> None:
    rows = "".join(
        f'<row><c r="A{at}"><v>{at}</v></c><c r="B{at}" t="str"><v>x</v></c></row>'
        for at in range(2, 12)
    )
    sheet = f"<sheetData>{TITLES}{rows}</sheetData>"
    file = workbook(tmp_path / "book.xlsx", {"One": sheet, "Empty": "<sheetData/>", "Two": sheet})
    one, two = _read(file, most_rows=7)
    assert (one.part, two.part) == ("One", "Two")
    assert one.rows[0] == (2, "x")
    assert len(two.rows) == 7
    assert "first 7 rows" in two.note


def test_files_of_a_folder_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "a.csv").write_text("name,price\nOak,1\n")
    (tmp_path / "in" / "b.csv").write_text("name,price\nAsh,2\n")
    assert [each.part for each in _read(tmp_path)] == ["a.csv", "in/b.csv"]


def test_two_cells_far_apart_need_no_room_between_them(tmp_path: Path) -> None:
    far = '<row r="1048576"><c r="XFD1048576" t="str"><v>end</v></c></row>'
    file = workbook(tmp_path / "far.xlsx", {"One": f"<sheetData>{TITLES}{far}</sheetData>"})
    assert _ends(file).code in ("source_large", "source_kind")


def test_a_workbook_that_unpacks_to_far_more_than_it_should(tmp_path: Path) -> None:
    file = workbook(tmp_path / "bomb.xlsx", {"One": f"<sheetData>{TITLES}</sheetData>"})
    with (
        zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("xl/sharedStrings.xml", "w", force_zip64=True) as member,
    ):
        member.write(b"<sst><si><t>")
        for _ in range(200):
            member.write(b"x" * 2**20)
        member.write(b"</t></si></sst>")
    assert file.stat().st_size < 2**20
    assert _ends(file, Limits(memory_bytes=2**27)).code == "source_large"


def test_a_table_that_takes_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "SECONDS_A_MB", 0.0)
    file = tmp_path / "long.csv"
    file.write_text("name,price\n" + "Oak,1\n" * 1_000_000)
    # So many rows that reading them is noticed however seldom this process gets to look.
    assert _ends(file, Limits(seconds=0.05), most_rows=2_000_000).code == "source_slow"


def test_a_damaged_table_ends_with_a_sentence(tmp_path: Path) -> None:
    for name in ("a.parquet", "b.xlsx", "c.xls", "d.csv"):
        (tmp_path / name).write_bytes(b"\0no\1such\2thing" * 100)
        assert _ends(tmp_path / name).code == "source_kind"


def test_a_pull_that_is_stopped_leaves_no_process(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("name,price\nOak,1\n")
    (tmp_path / "b.csv").write_text("name,price\nAsh,2\n")
    cancel = CancelToken()
    work = files.read(Source("Goods", "Trade", str(tmp_path)), cancel, SMALL)
    next(work)
    next(work)
    cancel.cancel()
    with pytest.raises(CancelledError):
        drain(work)
    assert not psutil.Process().children()
