"""What all commands share: the options that each of them takes, and the opened profile."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from engine.assistant import Assistant
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
