from collections.abc import Generator

import pytest

from engine.errors import CancelledError
from engine.progress import CancelToken, Progress, drain


def test_drain_returns_the_result() -> None:
    def work() -> Generator[Progress, None, str]:
        yield Progress("reading", 1, 2)
        return "done"

    assert drain(work()) == "done"


def test_token_raises_once_set() -> None:
    token = CancelToken()
    token.check()
    token.cancel()
    assert token.cancelled
    with pytest.raises(CancelledError):
        token.check()
