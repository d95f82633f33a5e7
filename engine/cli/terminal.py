"""How commands speak: results on stdout, progress and errors on stderr, exit codes."""

import json
import logging
import os
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bars

from engine.cli import jsonform
from engine.errors import CancelledError, EngineError
from engine.progress import Progress

log = logging.getLogger(__name__)

EXIT_ERROR = 1
EXIT_INTERRUPTED = 130

T = TypeVar("T")
E = TypeVar("E")


class Terminal:
    """Where one command writes. With ``as_json``, stdout holds one JSON value a line only."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self.out = Console(highlight=False, soft_wrap=True)
        self.err = Console(stderr=True, highlight=False, soft_wrap=True)

    def value(self, value: dict[str, Any]) -> None:
        """Print one JSON value as a line."""
        sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
        sys.stdout.flush()

    def say(self, text: str = "", *, end: str = "\n", style: str | None = None) -> None:
        """Print text as it is: brackets in documents are no markup."""
        self.out.print(text, end=end, style=style, markup=False)

    def note(self, text: str) -> None:
        self.err.print(text, style="dim", markup=False)

    def fail(self, error: EngineError) -> None:
        """Tell a known error in the form that the caller asked for."""
        if self.as_json:
            self.value(jsonform.error(error))
            return
        self.err.print(f"[bold red]{escape(error.message)}[/]")
        if error.hint:
            self.err.print(escape(error.hint), style="dim")

    @contextmanager
    def told(self) -> Iterator[None]:
        """Turn what a command raises into words and an exit code."""
        try:
            yield
        except (KeyboardInterrupt, CancelledError) as error:
            self.note("Stopped. What was finished is kept.")
            raise typer.Exit(EXIT_INTERRUPTED) from error
        except EngineError as error:
            log.warning("%s: %s", error.code, type(error).__name__)
            self.fail(error)
            raise typer.Exit(EXIT_ERROR) from error
        except BrokenPipeError as error:
            # The reader of our output left (`alcove … | head`): nothing more to say. stdout is
            # pointed elsewhere so that the interpreter's last flush does not fail as well.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(EXIT_ERROR) from error

    def run(self, work: Generator[Progress | E, None, T]) -> T:
        """Run slow work to its end under a progress bar; events other than Progress are left."""
        bars = Bars(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[detail]}", markup=False),
            console=self.err,
            transient=True,
            disable=not self.err.is_terminal,
        )
        with bars:
            stages: dict[str, Any] = {}
            while True:
                try:
                    event = next(work)
                except StopIteration as stop:
                    result: T = stop.value
                    return result
                if not isinstance(event, Progress):
                    continue
                if event.stage not in stages:
                    for other in stages.values():
                        bars.update(other, visible=False)
                    stages[event.stage] = bars.add_task(event.stage.capitalize(), detail="")
                bars.update(
                    stages[event.stage],
                    completed=event.done,
                    total=event.total or None,
                    detail=event.detail,
                )
