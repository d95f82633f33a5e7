"""What all commands share: the options that each of them takes, and the opened profile."""

import getpass
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated, Self

import typer

from engine.assistant import Assistant
from engine.cli.terminal import Terminal
from engine.errors import InputError, VaultLockedError
from engine.progress import CancelToken, drain

ProfileOption = Annotated[
    Path | None,
    typer.Option("--profile", envvar="ALCOVE_PROFILE", help="Folder that holds everything."),
]
piped: ContextVar[bool] = ContextVar("piped", default=False)
"""Whether passphrases come on standard input (``--passphrase-stdin``), for this command."""

JsonOption = Annotated[bool, typer.Option("--json", help="One JSON value a line on stdout.")]


@contextmanager
def session(
    profile: Path | None, *, as_json: bool, passphrase: str = ""
) -> Iterator[tuple[Terminal, Assistant]]:
    """Open the profile for one command; known errors end it in words.

    The passphrase of an encrypted library is asked for where it is not given.
    """
    terminal = Terminal(as_json=as_json)
    with terminal.told():
        assistant = opened(profile, passphrase)
        try:
            yield terminal, assistant
        finally:
            assistant.close()


def opened(profile: Path | None, passphrase: str = "") -> Assistant:
    """The profile, after asking for the passphrase of an encrypted library where one is needed."""
    if passphrase:
        return Assistant.open(profile, passphrase=passphrase)
    try:
        return Assistant.open(profile)
    except VaultLockedError as error:
        if error.code != "vault_locked" or not (piped.get() or _at_terminal()):
            raise
        return Assistant.open(profile, passphrase=read_passphrase())


def read_passphrase(prompt: str = "Passphrase: ") -> str:
    """Typed unseen, or the next line of standard input where that was said. Raises InputError."""
    if piped.get():
        given = sys.stdin.readline().rstrip("\r\n")
    else:
        given = asked_passphrase(prompt) or ""
    if not given:
        raise InputError(
            "No passphrase came.",
            "Type it in a terminal, or: … | alcove --passphrase-stdin COMMAND",
        )
    return given


def asked_passphrase(prompt: str) -> str | None:
    """What somebody types; None where nobody can be asked."""
    if piped.get() or not _at_terminal():
        return None
    return getpass.getpass(prompt, sys.stderr)


def _at_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


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
