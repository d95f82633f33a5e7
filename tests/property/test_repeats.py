"""Long repeats of one mark are read in a bounded time, by every reader of text.

The bound, of processor time, is generous, so that a busy machine does not matter.
"""

import json
import time
from pathlib import Path

import pytest

from engine.errors import ParseError
from engine.ingest.parsers import registry

LENGTH = 100_000
MOST_SECONDS = 30.0
MARKS = ("[", "<", "*", "&", "\\{", "a\n", "a [b\n", "~")
BEFORE = {
    "md": "# T\n\n", "html": "<p>", "xml": "<a>", "rst": "T\n=\n\n", "adoc": "= T\n\n",
    "org": "* T\n", "tex": "\\section{T} ", "bib": "@book{a, title={", "rtf": "{\\rtf1 ",
    "csv": "a,b\n", "json": '{"a": "', "srt": "1\n00:00:01,000 --> 00:00:02,000\n",
    "eml": "From: a@b.c\nSubject: T\nMIME-Version: 1.0\n\n", "py": "def a():\n",
    "mbox": "From a@b Thu Jan  1 00:00:00 2020\nFrom: a@b\nSubject: x\n\n",
    "fb2": '<?xml version="1.0"?><FictionBook><body><section><p>', "txt": "T\n",
}  # fmt: skip


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("kind", [*BEFORE, "ipynb"])
def test_long_repeats(tmp_path: Path, kind: str, mark: str) -> None:
    path = tmp_path / f"a.{kind}"
    text = mark * (LENGTH // len(mark))
    if kind == "ipynb":
        cell = {"cell_type": "markdown", "source": [text]}
        path.write_text(json.dumps({"nbformat": 4, "cells": [cell]}), encoding="utf-8")
    else:
        path.write_text(BEFORE[kind] + text, encoding="utf-8")
    start = time.process_time()
    try:
        assert registry.parse(path).pages
    except ParseError as error:
        assert error.message
    assert time.process_time() - start < MOST_SECONDS
