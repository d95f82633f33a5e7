"""Which cell of a spreadsheet an answer is cited with, through the real vault."""

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from engine.answer import cited_cells, extract
from engine.answer.draft import Desk
from engine.assistant import Assistant
from engine.cli import jsonform
from engine.ingest.parsers import registry
from engine.paths import open_profile
from engine.progress import drain
from engine.store import answers
from engine.store.connect import Vault
from engine.types import Answer, Hit, Page
from tests.fakes import HashingEmbedder, ScriptedChatModel

BOATS = [
    ("Boat", "Crew", "Deposit"),
    ("Skiff", 2, 78),
    ("Launch", 6, 172),
    ("Barge", 4, 410),
]


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[Assistant]:
    home = open_profile(tmp_path / "profile")
    made = Assistant(
        home,
        Vault.open(home.vault),
        embedder=HashingEmbedder(),
        chat_model=ScriptedChatModel("A launch takes a deposit of 172."),
    )
    folder = tmp_path / "documents"
    folder.mkdir()
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Hire"
    for row, cells in enumerate(BOATS, start=3):
        for column, value in enumerate(cells, start=2):
            sheet.cell(row, column, value)
    book.save(folder / "hire.xlsx")
    drain(made.add([folder]))
    yield made
    made.close()


def asked(assistant: Assistant, question: str) -> Answer:
    return drain(assistant.ask(question, mode="rag"))


def hit_of(assistant: Assistant) -> Hit:
    return assistant.search("deposit of the launch").hits[0]


def evidence(hit: Hit, quote: str) -> extract.Evidence:
    start = hit.passage.text.index(quote)
    return extract.Evidence(0, start, start + len(quote), quote, 1.0, 0.0, 1.0)


def test_a_short_answer_names_its_cell(assistant: Assistant) -> None:
    hit = hit_of(assistant)
    row = evidence(hit, "Launch | 6 | 172")
    start = hit.passage.text.index("172")
    (cited,) = Desk([hit], assistant).read_out(row, start, start + 3).citations
    assert cited.quote == "Launch | 6 | 172"
    (cell,) = cited.cells
    assert cell.name == "Hire!D5"
    (page,) = assistant.pages(cited.path)
    assert page.text[cell.start : cell.end] == "172"


def test_a_quoted_row_names_all_its_cells(assistant: Assistant) -> None:
    hit = hit_of(assistant)
    (cited,) = Desk([hit], assistant).quoted([evidence(hit, "Barge | 4 | 410")]).citations
    assert [cell.name for cell in cited.cells] == ["Hire!B6", "Hire!C6", "Hire!D6"]


def test_a_written_sentence_names_the_cells_that_it_repeats(assistant: Assistant) -> None:
    hit = hit_of(assistant)
    draft = Desk([hit], assistant).checked(
        "The deposit for the launch is 172.", "What is the deposit for the launch?"
    )
    (cited,) = draft.citations
    assert {"Hire!B5", "Hire!D5"} <= {cell.name for cell in cited.cells}
    # The title of the column says the same word, and is not what was said.
    assert "Hire!D3" not in {cell.name for cell in cited.cells}


def test_a_row_cited_twice_is_one_citation_with_the_cells_of_both(assistant: Assistant) -> None:
    hit = hit_of(assistant)
    draft = Desk([hit], assistant).checked("Launch 172. Launch crew 6.", "launch")
    assert len(draft.citations) == 1
    names = [cell.name for cell in draft.citations[0].cells]
    assert names == sorted(names)
    assert {"Hire!C5", "Hire!D5"} <= set(names)


def test_a_quote_that_stands_in_no_single_cell_falls_back_to_the_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Boat,Deposit\nSkiff,78\nLaunch,172\n", encoding="utf-8")
    (page,) = registry.parse(path).pages
    start = page.text.index("Launch")
    end = len(page.text)
    nowhere = cited_cells.of_quote(page, start, end, said="It was paid in full.")
    assert [each.name for each in nowhere] == ["A3", "B3"]
    across = (page.text.index("unch"), page.text.index("172") + 1)
    assert [each.name for each in cited_cells.of_quote(page, start, end, answer=across)] == [
        "A3", "B3",
    ]  # fmt: skip
    assert cited_cells.of_quote(Page(1, page.text), start, end) == ()


def test_a_whole_answer_names_the_cell_in_the_json_and_in_the_store(assistant: Assistant) -> None:
    found = asked(assistant, "What is the deposit of the launch?")
    (cited,) = found.citations
    assert [cell.name for cell in cited.cells] == ["Hire!D5"]
    told = jsonform.answer(found)["citations"][0]
    assert told["address"] == "Hire!D5"
    assert told["cells"] == [
        {"cell": "Hire!D5", "start": cited.cells[0].start, "end": cited.cells[0].end}
    ]
    assert told["quote"] == cited.quote  # the row, as before
    assert answers.from_json(answers.to_json(found)) == found


@pytest.mark.parametrize(
    ("question", "cells"),
    [
        ("What is the total deposit?", [["Hire!D4"], ["Hire!D5"], ["Hire!D6"]]),
        ("Which boat has the highest deposit?", [["Hire!B6", "Hire!D6"]]),
        ("How many boats have a crew of more than 3?", [["Hire!C5"], ["Hire!C6"]]),
    ],
)
def test_counted_rows_name_the_cells_that_were_counted(
    assistant: Assistant, question: str, cells: list[list[str]]
) -> None:
    found = asked(assistant, question)
    assert found.query
    assert [[cell.name for cell in each.cells] for each in found.citations] == cells
    assert {each.label for each in found.citations} == {"Sheet Hire"}
