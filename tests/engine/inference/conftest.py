from pathlib import Path

import pytest

from engine.models import starter
from engine.models.starter import StarterModels
from engine.paths import open_profile
from engine.progress import drain


@pytest.fixture(scope="session")
def starter_models(tmp_path_factory: pytest.TempPathFactory) -> StarterModels:
    """The real starter models, made ready in a profile of their own."""
    folder: Path = tmp_path_factory.mktemp("profile")
    return drain(starter.prepare(open_profile(folder)))
