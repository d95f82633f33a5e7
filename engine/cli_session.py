"""What all commands share: the options that each of them takes, and the opened profile."""

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Self

import typer

from engine.assistant import Assistant
from engine.progress import CancelToken, drain
from engine.terminal import Terminal

ProfileOption = Annotated[
    Path | None,
    typer.Option("--profile", envvar="ALCOVE_PROFILE", help="Folder that holds everything."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON value a line on stdout.")]


@contextmanager
def session(profile: Path | None, *, as_json: bool) -> Iterator[tuple[Terminal, Assistant]]:
    """Open the profile for one command; known errors end it in words."""
    terminal = Terminal(as_json=as_json)
    with terminal.told():
        assistant = Assistant.open(profile)
        try:
            yield terminal, assistant
        finally:
            assistant.close()


class Background:
    """One piece of work at a time beside the user's typing."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._cancel = CancelToken()

    def start(self, work: Callable[[CancelToken], Generator[object, None, None]]) -> None:
        """Begin the work; what was begun before is stopped first. It must raise nothing."""
        self.stop()
        self._cancel = cancel = CancelToken()
        self._thread = threading.Thread(
            target=lambda: drain(work(cancel)), name="background", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        self._cancel.cancel()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
