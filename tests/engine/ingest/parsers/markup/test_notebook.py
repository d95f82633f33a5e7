import json
from pathlib import Path

import pytest

from engine.errors import ParseError
from engine.ingest.parsers import registry


def cell(kind: str, *source: str, outputs: object = ()) -> dict[str, object]:
    return {"cell_type": kind, "source": list(source), "outputs": outputs}


def test_cells_and_outputs(tmp_path: Path) -> None:
    outputs = [
        {"output_type": "stream", "text": ["\x1b[31m65\x1b[0m\n"]},
        {"data": {"text/plain": "<Table>", "text/html": "<table><tr><td>Fee</td></tr></table>",
                  "image/png": "iVBOR" * 1000}},
        {"output_type": "error", "ename": "ValueError", "evalue": "no boat", "traceback": ["x"]},
    ]  # fmt: skip
    book = {
        "nbformat": 4,
        "metadata": {"language_info": {"name": "python"}},
        "cells": [
            cell("markdown", "# Fees\n", "All **fees**."),
            cell("code", "print(65)", outputs=outputs),
            cell("raw", "as it is"),
        ],
    }
    path = tmp_path / "a.json"
    path.write_text(json.dumps(book))
    document = registry.parse(path)
    assert (document.type, document.title) == ("ipynb", "Fees")
    assert document.pages[0].label == ""
    assert document.pages[0].text == (
        "Notebook in python\n\nFees\n\nAll fees.\n\nprint(65)\n\n65\n\nFee\n\n"
        "ValueError: no boat\n\nas it is"
    )


def test_version_three(tmp_path: Path) -> None:
    book = {"nbformat": 3, "worksheets": [{"cells": [
        {"cell_type": "heading", "level": 2, "source": "Old"},
        {"cell_type": "code", "input": "x = 1", "outputs": [{"text": "1"}]},
    ]}]}  # fmt: skip
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps(book))
    page = registry.parse(path).pages[0]
    assert page.text == "Old\n\nx = 1\n\n1"


@pytest.mark.parametrize("content", ['{"cells": [', "[1, 2]", '{"cells": 5, "nbformat": 4}'])
def test_damaged_or_empty(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(content)
    with pytest.raises(ParseError):
        registry.parse(path)
