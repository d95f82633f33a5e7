"""The model process killed at random moments of everything it does; the bench does more of it."""

from pathlib import Path

import pytest

from engine.models.starter import StarterModels
from tests.quality import kills

pytestmark = pytest.mark.model


def test_the_assistant_outlives_every_kill(starter_models: StarterModels, tmp_path: Path) -> None:
    outcome = kills.run(starter_models.chat, tmp_path, trials=20, seed=7, stopped_s=1.0)
    assert outcome.wrong == []
    assert outcome.trials == 20
    ended = sum(count for end, count in outcome.ended.items() if not end.endswith("finished"))
    assert ended >= 8, outcome.ended  # the kills do hit
