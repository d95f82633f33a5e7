from pathlib import Path

import pytest

from engine.ingest.parsers import registry
from engine.ingest.parsers.markup import code

PYTHON = '''#!/usr/bin/env python
"""Fees."""
import os


class Boat:
    """A boat: def of it."""

    def fee(self) -> int:  # the fee
        return 65


async def main(argv):
    if x:
        pass
'''
JAVA = """package harbour;

public class Boat extends Thing {
    private final int fee;

    public int fee(String name, int count) {
        if (count > 1) {
            return fee;
        }
        return new Other(name);
    }
}
"""
GO = """package main

type Boat struct {
}

func (b *Boat) Fee(count int) int {
	return 65
}

func main() {
}
"""


@pytest.mark.parametrize(
    ("source", "titles"),
    [
        (PYTHON, [(1, "class Boat"), (2, "def fee(self) -> int"), (1, "async def main(argv)")]),
        (JAVA, [(1, "public class Boat extends Thing"),
             (2, "public int fee(String name, int count)")]),
        (GO, [(1, "func (b *Boat) Fee(count int) int"), (1, "func main()")]),
        ("fn main() {\n}\npub struct Boat {\n}\nimpl Boat {\n    pub fn fee(&self) -> u32 {\n",
         [(1, "fn main()"), (1, "pub struct Boat"), (1, "impl Boat"),
          (2, "pub fn fee(&self) -> u32")]),
        ("CREATE TABLE boats (\n id INT\n);\n", [(1, "CREATE TABLE boats")]),
    ],
)  # fmt: skip
def test_functions_and_types_are_headings(source: str, titles: list[tuple[int, str]]) -> None:
    found = code.find_headings(source)
    assert [(h.level, h.title) for h in found] == titles
    assert all(source[h.start :].startswith(h.title) for h in found)


def test_the_text_stays_as_it_is(tmp_path: Path) -> None:
    for name in ("boat.py", "boat"):
        path = tmp_path / name
        path.write_text(PYTHON)
        document = registry.parse(path)
        assert (document.type, document.title) == ("code", name)
        assert document.pages[0].text == PYTHON.rstrip()


def test_prose_is_no_code(tmp_path: Path) -> None:
    path = tmp_path / "letter"
    path.write_text("Dear class of 2031,\n\nimport duties rise; exports fall.\n\nfunction rooms\n")
    assert registry.parse(path).type == "text"


def test_files_made_by_programs_are_not_searched() -> None:
    assert code.find_headings("function a(){" + "x" * 5000) == ()
