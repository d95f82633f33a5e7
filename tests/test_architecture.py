"""ARCHITECTURE.md names every module, and every module that it names is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("engine", "desktop", "training")
ROW = re.compile(r"^((?:engine|desktop|training)[\w/]*/) +(.+)$")


def told() -> dict[str, set[str]]:
    """Folder → module names, as the tree in ARCHITECTURE.md tells them."""
    tree: dict[str, set[str]] = {}
    folder = ""
    for line in (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").splitlines():
        if row := ROW.match(line):
            folder, names = row.groups()
        elif folder and line.startswith(" " * 8):
            names = line
        else:
            folder = ""
            continue
        tree.setdefault(folder.rstrip("/"), set()).update(names.split())
    return tree


def found() -> dict[str, set[str]]:
    tree: dict[str, set[str]] = {}
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            if path.name != "__init__.py":
                folder = path.parent.relative_to(ROOT).as_posix()
                tree.setdefault(folder, set()).add(path.stem)
    return tree


def test_the_tree_is_true() -> None:
    assert told() == found()


def test_init_files_hold_a_docstring_only() -> None:
    for package in PACKAGES:
        for path in (ROOT / package).rglob("__init__.py"):
            text = path.read_text(encoding="utf-8").strip()
            assert text.startswith('"""'), path
            assert text.endswith('"""'), path
            assert text.count('"""') == 2, path
