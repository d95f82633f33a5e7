"""Whatever the bytes of a table file: it ends in whole rows or in a reason."""

import random
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.ingest.sources import table_file
from engine.ingest.sources.sheet import SourceError
from tests.engine.ingest.parsers.office.office import workbook

ROW = '<row><c r="A1" t="str"><v>name</v></c><c r="B1" t="str"><v>fee</v></c></row>'
CELLS = "".join(
    f'<row><c r="A{at}" t="str"><v>Oak {at}</v></c><c r="B{at}"><v>{at}.5</v></c></row>'
    for at in range(2, 9)
)
SETTINGS = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@cache
def sample(kind: str) -> bytes:
    """A sound file of seven rows."""
    import duckdb

    if kind == "csv":
        return b"name;fee\n" + b"".join(b"Oak %d;%d,5\n" % (at, at) for at in range(7))
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"a.{kind}"
        if kind == "xlsx":
            return workbook(file, {"S": f"<sheetData>{ROW}{CELLS}</sheetData>"}).read_bytes()
        with duckdb.connect() as db:
            query = "SELECT 'Oak ' || i AS name, i + 0.5 AS fee FROM range(7) t(i)"
            db.execute(f"COPY ({query}) TO '{file}' (FORMAT parquet)")
        return file.read_bytes()


def rows_of(file: Path) -> int:
    """How many rows there are, all as wide as their titles."""
    count = width = 0
    for frame in table_file.read(file, "", 1000):
        width = len(frame["sheet"][1]) if "sheet" in frame else width
        for row in frame.get("rows", ()):
            assert len(row) == width
            count += 1
    return count


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_whole(kind: str, tmp_path: Path) -> None:
    file = tmp_path / f"a.{kind}"
    file.write_bytes(sample(kind))
    assert rows_of(file) == 7


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
@SETTINGS
@given(seed=st.integers(0, 2**32), share=st.floats(0.05, 1), count=st.integers(0, 20))
def test_changed_and_cut_off(
    kind: str, tmp_path: Path, seed: int, share: float, count: int
) -> None:
    chance = random.Random(seed)
    content = bytearray(sample(kind))
    for _ in range(count):
        content[chance.randrange(len(content))] = chance.randrange(256)
    file = tmp_path / f"a.{kind}"
    file.write_bytes(content[: max(1, int(len(content) * share))])
    try:
        assert rows_of(file) <= 1000
    except SourceError as error:
        assert error.message.endswith(".")
        assert error.hint


@SETTINGS
@given(content=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_as_text(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(content)
    try:
        assert rows_of(file) <= 1000
    except SourceError as error:
        assert error.code == "source_kind"
