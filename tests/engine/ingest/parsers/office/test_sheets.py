"""Spreadsheets: a page a sheet, a line a row, cells as they are shown."""

import datetime
import zipfile
from pathlib import Path

import openpyxl
import pytest

from engine.errors import ParseError
from engine.ingest.parsers import registry
from engine.ingest.parsers.office import number_format, sheets
from tests.engine.ingest.parsers.office.office import odf, workbook


def make(path: Path) -> Path:
    book = openpyxl.Workbook()
    rates = book.active
    assert rates is not None
    rates.title = "Rates"
    rates.append(["Country", "From", "Rate", "Amount"])
    rates.append(["Norway", datetime.date(2024, 5, 1), 0.255, 1234567.5])
    rates.append(["Peru", datetime.datetime(2023, 1, 2, 13, 5), 0.18, 1 / 3])
    for row in (2, 3):
        rates.cell(row, 3).number_format = "0.0%"
        rates.cell(row, 4).number_format = "#,##0.00"
    rates["B3"].number_format = "dd.mm.yyyy hh:mm"
    rates["A3"].comment = openpyxl.comments.Comment("Ask Lima", "me")
    plan = book.create_sheet("Plan")
    plan.append(["Half year", "", "Total"])
    plan.append(["Q1", "Q2", ""])
    plan.append([1, 2, 3])
    plan.merge_cells("A1:B1")
    plan.merge_cells("C1:C2")
    secret = book.create_sheet("Secret")
    secret.sheet_state = "hidden"
    secret["C5"] = "Below and right"
    book.save(path)
    return path


def test_cells_are_written_as_shown(tmp_path: Path) -> None:
    document = registry.parse(make(tmp_path / "a.xlsx"))
    rates, plan, secret = document.pages
    assert document.type == "xlsx"
    assert rates.label == "Sheet Rates"
    assert rates.text == (
        "Rates\n\nCountry | From | Rate | Amount\nNorway | 2024-05-01 | 25.5% | 1234567.5\n"
        "Peru | 2023-01-02 13:05 | 18% | 0.33\n\nComment on A3: Ask Lima"
    )
    assert [heading.title for heading in rates.headings] == [
        "Rates", "Country | From | Rate | Amount",
    ]  # fmt: skip
    for page in document.pages:
        for heading in page.headings:
            assert page.text[heading.start :].startswith(heading.title)
    assert plan.text == "Plan\n\nHalf year | Half year | Total\nQ1 | Q2 | Total\n1 | 2 | 3"
    assert secret.text == "Secret\n\nBelow and right"
    assert document.note == "Hidden sheets were read too: Secret."


def test_formulas_give_their_cached_values_and_errors_nothing(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        {
            "One": '<sheetData><row r="1"><c r="A1" t="str"><f>"a"</f><v>a_x000D_b</v></c>'
            '<c r="B1"><f>1+1</f><v>2</v></c><c r="C1" t="e"><v>#REF!</v></c>'
            '<c r="D1" t="b"><v>1</v></c><c r="E1" t="inlineStr"><is><r><t>in </t></r>'
            "<r><t>line</t></r><rPh><t>sound</t></rPh></is></c></row></sheetData>"
        },
    )
    assert registry.parse(path).pages[0].text == "One\n\na b | 2 | TRUE | in line"


def test_a_long_table_keeps_its_head_over_every_row(tmp_path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Log")
    sheet.append(["Day", "Station", "Level"])
    for number in range(3000):
        sheet.append([f"day {number}", "north", number])
    book.save(tmp_path / "a.xlsx")
    (page,) = registry.parse(tmp_path / "a.xlsx").pages
    assert page.headings[-1].title == "Day | Station | Level"
    assert page.text.endswith("day 2999 | north | 2999")


def test_a_sheet_that_never_ends_is_cut_with_a_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "MAX_CELLS", 50)
    monkeypatch.setattr(sheets.Budget.__init__, "__defaults__", (50, 40_000, False))
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 500))
    path = workbook(tmp_path / "a.xlsx", {"One": f"<sheetData>{rows}</sheetData>", "Two": ""})
    document = registry.parse(path)
    assert document.pages[0].text.endswith("\n50")
    assert "only its first part was read" in document.note


def test_a_million_empty_rows_are_passed_over(tmp_path: Path) -> None:
    empty = '<row r="5" ht="15"/>' * 200_000
    path = workbook(
        tmp_path / "a.xlsx",
        {"One": f'<sheetData><row r="1"><c r="A1"><v>7</v></c></row>{empty}</sheetData>'},
    )
    assert registry.parse(path).pages[0].text == "One\n\n7"


def test_old_excel_and_a_wrong_name(tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_bytes((make(tmp_path / "b.xlsx")).read_bytes())
    assert registry.parse(tmp_path / "a.xls").type == "xlsx"
    (tmp_path / "c.xls").write_text("Name\tTown\nAnn\tOslo\nBo\tLima\n", encoding="utf-8")
    assert registry.parse(tmp_path / "c.xls").type == "tsv"


def test_an_empty_workbook_says_so(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "a.xlsx")
    with pytest.raises(ParseError) as caught:
        registry.parse(tmp_path / "a.xlsx")
    assert caught.value.code == "empty"


def test_a_workbook_without_its_sheets_is_damaged(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as package:
        package.writestr("xl/workbook.xml", "<workbook")
    with pytest.raises(ParseError) as caught:
        registry.parse(tmp_path / "a.xlsx")
    assert caught.value.code == "damaged"


def test_opendocument_sheets(tmp_path: Path) -> None:
    path = odf(
        tmp_path / "a.ods",
        "spreadsheet",
        '<table:table table:name="Costs" table:style-name="ta1"><table:table-row>'
        "<table:table-cell><text:p>Item</text:p></table:table-cell>"
        "<table:table-cell><text:p>Sum</text:p></table:table-cell></table:table-row>"
        '<table:table-row><table:table-cell table:number-columns-repeated="1">'
        "<text:p>Desk</text:p></table:table-cell>"
        '<table:table-cell office:value-type="currency" office:value="1250.5">'
        "<text:p>1,250.50 €</text:p></table:table-cell></table:table-row>"
        '<table:table-row table:number-rows-repeated="2"><table:table-cell>'
        "<text:p>Lamp</text:p></table:table-cell>"
        '<table:table-cell office:value-type="date" office:date-value="2024-02-03T00:00:00">'
        "<text:p>03/02/24</text:p></table:table-cell></table:table-row>"
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell '
        'table:number-columns-repeated="16000"/></table:table-row></table:table>',
        '<style:style style:name="ta1"><style:table-properties table:display="false"/>'
        "</style:style>",
    )
    document = registry.parse(path)
    assert document.pages[0].text == (
        "Costs\n\nItem | Sum\nDesk | 1250.5\nLamp | 2024-02-03\nLamp | 2024-02-03"
    )
    assert "Hidden" in document.note


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (45000.0, "dd/mm/yyyy", "2023-03-15"),
        (45000.5, "d.m.yy h:mm", "2023-03-15 12:00"),
        (0.75, "h:mm AM/PM", "18:00"),
        (1.5, "[h]:mm:ss", "36:00:00"),
        (0.255, "0.0%", "25.5%"),
        (2.0, "0.00", "2"),
        (0.1 + 0.2, "General", "0.3"),
        (1 / 3, "0.00", "0.33"),
        (1234567.0, "#,##0", "1234567"),
        (12.0, '"Day" 0', "12"),
        (3.0, "[Red]0", "3"),
        (-1e300, "yyyy", "-1e+300"),
        (float("nan"), "", ""),
    ],
)
def test_number_formats(value: float, code: str, shown: str) -> None:
    assert number_format.written(value, code) == shown


def test_1904(tmp_path: Path) -> None:
    assert number_format.written(0.0, "yyyy-mm-dd", from_1904=True) == "1904-01-01"
