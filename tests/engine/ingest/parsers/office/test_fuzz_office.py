"""Cut and bent office files end in pages or in a ParseError, never in anything else."""

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import ParseError
from engine.ingest.parsers import registry
from tests.engine.ingest.parsers.office import (
    test_odf,
    test_old_office,
    test_presentations,
    test_sheets,
)
from tests.engine.ingest.parsers.office.office import odf, word
from tests.engine.ingest.parsers.office.ole2 import old_slides, old_word


def _rtf(path: Path) -> Path:
    path.write_bytes(test_old_office.RTF)
    return path


def _csv(path: Path) -> Path:
    path.write_text('Name;Town\n"Ann";Oslo\nBo;"Li\nma"\n', encoding="utf-8")
    return path


TABLE = (
    '<table:table table:name="Fees"><table:table-row><table:table-cell '
    'office:value-type="float" office:value="12.5"><text:p>12.5</text:p></table:table-cell>'
    '<table:table-cell table:number-columns-repeated="3"><text:p>Skiff</text:p>'
    "</table:table-cell></table:table-row></table:table>"
)
SLIDE = (
    '<draw:page draw:name="One"><draw:frame presentation:class="title"><draw:text-box>'
    "<text:p>Tide</text:p></draw:text-box></draw:frame><presentation:notes><draw:frame>"
    "<draw:text-box><text:p>Say it</text:p></draw:text-box></draw:frame></presentation:notes>"
    "</draw:page>"
)
MAKERS: dict[str, Callable[[Path], Path]] = {
    "xlsx": test_sheets.make,
    "pptx": test_presentations.make,
    "docx": lambda path: word(path, "<w:p><w:r><w:t>Some words</w:t></w:r></w:p>" * 20),
    "odt": lambda path: odf(path, "text", test_odf.BODY, test_odf.LISTS),
    "doc": lambda path: old_word(path, "Some words\rand more\x07\x07\r", narrow="caf\xe9\r"),
    "ppt": lambda path: old_slides(path, [[(0, "Title"), (1, "Words")]]),
    "ods": lambda path: odf(path, "spreadsheet", TABLE),
    "odp": lambda path: odf(path, "presentation", SLIDE),
    "rtf": _rtf,
    "csv": _csv,
}


@cache
def sample(kind: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return MAKERS[kind](Path(folder) / f"a.{kind}").read_bytes()


@pytest.mark.parametrize("kind", sorted(MAKERS))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_broken_files(kind: str, data: st.DataObject) -> None:
    content = bytearray(sample(kind))
    size = len(content)
    for place in data.draw(st.lists(st.integers(0, size - 1), max_size=12)):
        content[place] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.one_of(st.just(size), st.integers(1, size)))]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a.{kind}"
        path.write_bytes(content)
        try:
            document = registry.parse(path)
        except ParseError as error:
            assert error.message.endswith(".")
        else:
            assert all(
                page.text[heading.start :][:1]
                for page in document.pages
                for heading in page.headings
            )
