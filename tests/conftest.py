"""Strictness that every test shares: no network, and no thread left behind."""

import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import settings

from engine import network
from engine.models.places import Machine

# A busy machine is no failure of a property.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")

GRACE_S = 5.0
"""How long a thread that was told to end may take."""


@pytest.fixture(scope="session", autouse=True)
def _network_is_off() -> None:
    network.install()


@pytest.fixture(autouse=True)
def _no_models_of_other_programs(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What else is installed on this machine decides no test."""
    home = tmp_path_factory.getbasetemp() / "nobody's home"
    monkeypatch.setattr(Machine, "this", classmethod(lambda cls: cls(home, {}, "test")))


@pytest.fixture(autouse=True)
def _no_thread_is_left_behind() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + GRACE_S
    while left := [
        thread
        for thread in set(threading.enumerate()) - before
        if not isinstance(thread, threading._DummyThread)  # a thread of Qt's, seen in passing
    ]:
        if time.monotonic() > deadline:
            pytest.fail(f"threads left behind: {[thread.name for thread in left]}")
        time.sleep(0.02)
