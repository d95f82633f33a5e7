"""Where the cells of a sheet stand on its page, from real files through the vault and back."""

from pathlib import Path

import openpyxl
import pytest

from engine.ingest import sheet_cells, tables
from engine.ingest.document_form import from_values, to_values
from engine.ingest.parsers import registry
from engine.store import headings
from engine.types import Page
from tests.engine.ingest.parsers.office.office import odf


def prices(path: Path) -> Path:
    """Two tables with empty rows and columns around them, merged cells, a comment."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Price list"
    sheet["B3"] = "Boats"
    for row, cells in enumerate(
        [("Boat", "Crew", "Price"), ("Skiff", 2, 78), ("Launch", None, 172)], start=4
    ):
        for column, value in enumerate(cells, start=2):
            sheet.cell(row, column, value)
    for row, (pier, day) in enumerate([("North", "Monday"), (None, "Tuesday")], start=20):
        sheet.cell(row, 27, pier)
        sheet.cell(row, 30, day)
    sheet.merge_cells("AA20:AB21")
    sheet["C5"].comment = openpyxl.comments.Comment("Ask Skiff owners", "me")
    book.save(path)
    return path


def named(page: Page, quote: str, *, after: str = "") -> list[str]:
    start = page.text.index(quote, page.text.index(after))
    found = sheet_cells.cells(page, start, start + len(quote))
    return [sheet_cells.name(page, each) for each in found]


def through_the_vault(page: Page) -> Page:
    stored = headings.packed(page.headings, page.text, page.rows, page.merged)
    return headings.page(page.number, page.text, stored, page.label)


def test_cells_of_a_workbook_keep_their_addresses(tmp_path: Path) -> None:
    parsed = registry.parse(prices(tmp_path / "a.xlsx"))
    assert from_values(to_values(parsed)).pages == parsed.pages
    page = through_the_vault(parsed.pages[0])
    assert page == parsed.pages[0]
    assert named(page, "172") == ["'Price list'!D6"]  # the empty cell before it counts
    assert named(page, "Skiff | 2 | 78") == [f"'Price list'!{each}" for each in ("B5", "C5", "D5")]
    assert named(page, "Boats") == ["'Price list'!B3"]  # alone on its line
    assert named(page, "Monday") == ["'Price list'!AD20"]
    # A merged area is one cell, wherever its text is repeated.
    assert named(page, "North", after="Monday") == ["'Price list'!AA20"]
    assert named(page, "Tuesday") == ["'Price list'!AD21"]
    assert named(page, "Ask Skiff") == []  # lies over the cells
    assert named(page, "Price list") == []  # the sheet's name


def test_rows_that_touch_what_is_no_row_have_no_cells(tmp_path: Path) -> None:
    (page,) = registry.parse(prices(tmp_path / "a.xlsx")).pages
    assert sheet_cells.cells(page, 0, page.text.index("Skiff") + 3) == []


def test_cells_of_an_open_document_sheet(tmp_path: Path) -> None:
    def row(*cells: str) -> str:
        return f"<table:table-row>{''.join(cells)}</table:table-row>"

    def cell(text: str) -> str:
        return f"<table:table-cell><text:p>{text}</text:p></table:table-cell>"

    body = (
        '<table:table table:name="Tides">'
        '<table:table-row table:number-rows-repeated="4"><table:table-cell/></table:table-row>'
        + row('<table:table-cell table:number-columns-repeated="2"/>', cell("Day"), cell("High"))
        + row('<table:table-cell table:number-columns-repeated="2"/>', cell("Monday"), cell("4.2"))
        + "</table:table>"
    )
    (page,) = registry.parse(odf(tmp_path / "a.ods", "spreadsheet", body)).pages
    assert named(page, "4.2") == ["Tides!D6"]
    assert named(page, "Monday | 4.2") == ["Tides!C6", "Tides!D6"]


@pytest.mark.parametrize(
    ("text", "quote", "cells"),
    [
        ("Name,Town,Age\nAnn,Oslo,40\n\n\nBo,,31\n", "31", ["C5"]),
        ("Name,Town,Age\nAnn,Oslo,40\n,Lima,31\n", "Lima", ["B3"]),
        ("sep=;\nName;Town\nAnn;Oslo\n", "Oslo", ["B2"]),
        ("1,2,3\n4,5,6\n", "5", ["B2"]),  # no header
        ('Name,Note\nAnn,"one\ntwo"\nBo,three\n', "three", ["B3"]),
        ("Name,Note,Age\nAnn,this | that,3\nBo,other,4\n", "3", []),  # looks like four cells
        ("Name,Note,Age\nAnn,this | that,3\nBo,other,4\n", "4", ["C3"]),
    ],
)
def test_cells_of_delimited_files(tmp_path: Path, text: str, quote: str, cells: list[str]) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8", newline="")
    (page,) = registry.parse(path).pages
    start = page.text.rindex(quote)
    found = sheet_cells.cells(through_the_vault(page), start, start + len(quote))
    assert [sheet_cells.name(page, each) for each in found] == cells


def test_a_row_without_its_first_cell_is_counted_in_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Pier,Boats,Crew\nNorth,3,4\n,5,6\n,7,8\n", encoding="utf-8")
    (table,) = tables.found(registry.parse(path))
    assert table.rows == (("North", 3, 4), (None, 5, 6), (None, 7, 8))


def test_pages_that_are_no_sheets_have_no_cells(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("| Boat | Price |\n|---|---|\n| Skiff | 78 |\n")
    (page,) = registry.parse(path).pages
    assert page.rows == ()
    assert sheet_cells.cells(page, 0, len(page.text)) == []


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["Prices!C7"], "Prices!C7"),
        (["P!A7", "P!B7", "P!C7"], "P!A7:C7"),
        (["P!A7", "P!B7", "P!A8", "P!B8"], "P!A7:B8"),
        (["A7", "C7"], "A7, C7"),
        (["P!A1", "Q!B1"], "P!A1, Q!B1"),
        (["P!B5", "P!B5"], "P!B5"),
        (["'Our C7''s'!Z9", "'Our C7''s'!AA9"], "'Our C7''s'!Z9:AA9"),
        ([], ""),
    ],
)
def test_cells_are_told_together(names: list[str], told: str) -> None:
    assert sheet_cells.together(names) == told
