"""Files that may not be read, whoever runs the tests."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import ParseError
from engine.ingest.parsers import registry
from engine.ingest.parsers.files import check_size

NOBODY = 65_534

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="rights of POSIX")


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that everybody may look into; those of tests belong to one user alone."""
    made = Path(tempfile.mkdtemp(prefix="alcove-rights-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def without_rights() -> Iterator[None]:
    """As a user who does not own the files; only the administrator can become one."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("name", ["a.txt", "a.pdf", "a.docx", "a.png", "a.zip", "a.eml", "a"])
def test_a_file_that_may_not_be_read(
    folder: Path, name: str, request: pytest.FixtureRequest
) -> None:
    (folder / name).write_text("private words")
    (folder / name).chmod(0)
    request.getfixturevalue("without_rights")
    with pytest.raises(ParseError) as caught:
        registry.parse(folder / name)
    assert caught.value.code == "unreadable"
    assert caught.value.message == "This file may not be read."
    assert caught.value.hint


def test_a_folder_in_place_of_a_file(folder: Path) -> None:
    with pytest.raises(ParseError) as caught:
        check_size(folder)
    assert caught.value.code == "unreadable"
    assert "cannot be read" in caught.value.message
