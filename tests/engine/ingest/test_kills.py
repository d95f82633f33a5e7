"""Indexing killed at random moments of everything it does; the bench does more of it."""

import sys
from pathlib import Path

import pytest

from tests.quality import ingest_kills


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_indexing_outlives_every_kill(tmp_path: Path) -> None:
    outcome = ingest_kills.kill(tmp_path, trials=16, seed=7)
    assert outcome.wrong == []
    assert outcome.trials == 16
    assert sum(outcome.hit.values()) >= 7, outcome.hit  # the kills do hit
