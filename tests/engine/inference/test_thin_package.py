"""Modules of a package without what its ``__init__`` brings along."""

import importlib
import sys
from pathlib import Path

import pytest

from engine.inference import thin_package


def test_the_package_itself_does_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "heavy_package"
    folder.mkdir()
    (folder / "__init__.py").write_text("raise RuntimeError('heavy')")
    (folder / "light.py").write_text("WEIGHT = 1")
    monkeypatch.syspath_prepend(str(tmp_path))
    thin_package.install("heavy_package")
    try:
        assert importlib.import_module("heavy_package.light").WEIGHT == 1
    finally:
        for name in ("heavy_package", "heavy_package.light"):
            sys.modules.pop(name, None)


def test_what_is_not_there_is_told_by_the_import_that_follows() -> None:
    thin_package.install("no_such_package")
    assert "no_such_package" not in sys.modules
    thin_package.install("json")
    assert sys.modules["json"].loads("1") == 1
