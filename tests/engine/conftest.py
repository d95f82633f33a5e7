from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.models import starter
from engine.models.starter import StarterModels
from engine.paths import open_profile
from engine.progress import drain
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


@pytest.fixture(scope="session")
def starter_models(tmp_path_factory: pytest.TempPathFactory) -> StarterModels:
    """The real starter models, made ready in a profile of their own."""
    return drain(starter.prepare(open_profile(tmp_path_factory.mktemp("profile"))))
