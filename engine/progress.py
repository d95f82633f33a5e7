"""How slow work tells where it is, and how it is told to stop."""

import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeVar

from engine.errors import CancelledError

T = TypeVar("T")
Event = TypeVar("Event")


@dataclass(frozen=True, slots=True)
class Progress:
    """One true counter reading. ``total`` is 0 while it is not known yet."""

    stage: str
    """Short verb for the user: ``"reading"``, ``"indexing"``, ``"preparing models"``."""
    done: int
    total: int
    detail: str = ""
    """What is in hand right now, e.g. a file name."""


class CancelToken:
    """Set from any thread; slow work calls :meth:`check` between its steps."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        self._event.set()

    @property
    def cancelled(self) -> bool:
        return self._event.is_set()

    def check(self) -> None:
        """Raise :class:`CancelledError` once the token is set."""
        if self._event.is_set():
            raise CancelledError


def drain(work: Generator[object, None, T]) -> T:
    """Run a generator of progress to its end and return its result."""
    while True:
        try:
            next(work)
        except StopIteration as stop:
            result: T = stop.value
            return result


def sifted(
    work: Generator[Progress | Event, None, T], tell: Callable[[Event], object] | None = None
) -> Generator[Progress, None, T]:
    """The progress of work that yields other events as well; those are told as they come."""
    while True:
        try:
            event = next(work)
        except StopIteration as stop:
            result: T = stop.value
            return result
        if isinstance(event, Progress):
            yield event
        elif tell is not None:
            tell(event)
