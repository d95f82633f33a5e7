from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.store.connect import Vault
from tests.fakes import HashingEmbedder


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    folder = tmp_path / "profile"
    folder.mkdir()
    return folder


@pytest.fixture
def vault(profile: Path) -> Iterator[Vault]:
    opened = Vault.open(profile / "vault.db")
    yield opened
    opened.close()


@pytest.fixture
def embedder() -> HashingEmbedder:
    return HashingEmbedder()
