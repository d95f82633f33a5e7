import pytest

from engine.ingest.cells import column_of
from engine.ingest.tables import found
from engine.types import Cell, Heading, Page, ParsedDocument


@pytest.mark.parametrize(
    ("cells", "kind", "unit", "values"),
    [
        (["1", "22", "-3"], "integer", "", [1, 22, -3]),
        (["1,234.50", "12", "€ 5"], "real", "€", [1234.5, 12, 5]),
        (["1.234,5 €", "7 €"], "real", "€", [1234.5, 7]),
        (["1,234", "5,678"], "integer", "", [1234, 5678]),
        (["12 kg", "3.5 kg"], "real", "kg", [12, 3.5]),
        (["EUR 12", "EUR 3"], "integer", "EUR", [12, 3]),
        (["5", "n/a", "", None], "integer", "", [5, None, None, None]),
        ([1, 2.5, None], "real", "", [1, 2.5, None]),
        (["00123", "5"], "text", "", ["00123", "5"]),
        (["12 kg", "3 m"], "text", "", ["12 kg", "3 m"]),
        (["1.5", "1,5"], "text", "", ["1.5", "1,5"]),
        (["A 12", "B 3"], "text", "", ["A 12", "B 3"]),
        (["99999999999999999999"], "text", "", ["99999999999999999999"]),
        (["3/14/2024", "1/2/2024"], "date", "", ["2024-03-14", "2024-01-02"]),
        (["14/3/2024", "1/2/2024"], "date", "", ["2024-03-14", "2024-02-01"]),
        (["14.3.2024", "-"], "date", "", ["2024-03-14", None]),
        (["5 March 2024", "March 6, 2024"], "date", "", ["2024-03-05", "2024-03-06"]),
        (["2024-01-02 10:11", "2024-01-03"], "date", "", ["2024-01-02 10:11:00", "2024-01-03"]),
        (["2024-02-31"], "text", "", ["2024-02-31"]),
        ([], "text", "", []),
    ],
)
def test_columns_have_a_type_where_every_cell_agrees(
    cells: list[Cell], kind: str, unit: str, values: list[Cell]
) -> None:
    assert column_of(cells) == (kind, unit, values)


def test_tables_in_page_texts_are_found_with_their_places() -> None:
    first = "Prices\n\nName | Price\nOak | 5 €\nAsh | 7 €\n\nThat was all. | not a table"
    second = "Name | Price\nElm | 9 €"
    document = ParsedDocument(
        "docx", "Woods", (Page(1, first, (Heading(0, 1, "Prices"),)), Page(2, second))
    )
    (table,) = found(document, "woods.docx")
    assert table.name == "Prices"
    assert [(column.title, column.type, column.unit) for column in table.columns] == [
        ("Name", "text", ""),
        ("Price", "integer", "€"),
    ]
    assert table.rows == (("Oak", 5), ("Ash", 7), ("Elm", 9))
    texts = {1: first, 2: second}
    assert [texts[page][start:end] for page, start, end in table.places] == [
        "Oak | 5 €",
        "Ash | 7 €",
        "Elm | 9 €",
    ]


def test_rows_without_a_header_are_no_table() -> None:
    text = "1 | 2\n3 | 4\n5 | 6"
    assert found(ParsedDocument("text", "Numbers", (Page(1, text),))) == ()


def test_rows_of_a_sheet_may_leave_their_last_cells_empty() -> None:
    text = "Pet | Species | Next\nBella | dog | 2026-01-02\nMax | cat\nKiwi\nLuna | dog"
    head = (Heading(0, 1, "Pet | Species | Next"),)
    (table,) = found(ParsedDocument("csv", "visits", (Page(1, text, head),)), "/d/visits.csv")
    assert table.name == "visits"
    assert [row[:2] for row in table.rows] == [
        ("Bella", "dog"), ("Max", "cat"), ("Kiwi", None), ("Luna", "dog"),
    ]  # fmt: skip
    assert [row[2] for row in table.rows] == ["2026-01-02", None, None, None]
    assert [text[start:end] for _, start, end in table.places][2] == "Kiwi"


def test_short_rows_in_prose_are_no_table() -> None:
    text = "A | B | C | D\n1 | 2\n3 | 4\n5 | 6"
    assert found(ParsedDocument("md", "t", (Page(1, text),))) == ()
