"""A small folder of documents, and the two ways to bring the index up to date."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.ingest import ingest
from engine.library_types import AddReport
from engine.progress import CancelToken, drain
from engine.store.connect import Vault
from tests import shelf
from tests.fakes import HashingEmbedder

Add = Callable[..., AddReport]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "docs"
    shelf.write(
        made,
        [("b.txt", "Pears are green."), ("a.txt", "Apples are red."), ("sub/c.txt", "Plums.")],
    )
    return made


@pytest.fixture
def add(vault: Vault, embedder: HashingEmbedder) -> Add:
    def run(*paths: Path, library: str = "Documents", cancel: CancelToken | None = None):
        work = ingest.add(vault, embedder, paths, library=library, parse=shelf.parse, cancel=cancel)
        return drain(work)

    return run


@pytest.fixture
def sync(vault: Vault, embedder: HashingEmbedder) -> Add:
    def run(library: str | None = None):
        return drain(ingest.sync(vault, embedder, library=library, parse=shelf.parse))

    return run
