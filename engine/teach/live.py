"""A training as it goes, for whoever draws it: the losses so far, its pace, what it said."""

import time
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path
from subprocess import Popen
from typing import Literal

from engine.errors import TeachError
from engine.formats import job as job_file
from engine.formats.job import ENDS, JobEvent, JobFolder
from engine.progress import CancelToken
from engine.teach import trainer_process

LiveState = Literal["starting", "preparing", "training", "paused", "stopped", "failed", "trained"]
POLL_S = 0.3
LINES = 200
"""Of what it said, the newest."""


@dataclass(frozen=True, slots=True)
class Live:
    """One look at a training."""

    state: LiveState = "starting"
    step: int = 0
    steps: int = 0
    losses: tuple[tuple[int, float], ...] = ()
    """Step and loss on what is learnt."""
    held_out: tuple[tuple[int, float], ...] = ()
    """Step and loss on what is not; step 0 is the model as it was."""
    tokens_per_s: float | None = None
    memory_bytes: int | None = None
    eta_s: float | None = None
    lines: tuple[str, ...] = ()
    problem: TeachError | None = None
    """Why it failed."""

    @property
    def ended(self) -> bool:
        return self.state in ("stopped", "failed", "trained")


class LiveReader:
    """Reads the events of a job from where it left off; not safe from several threads."""

    def __init__(self, folder: JobFolder, *, since: int = 0) -> None:
        """An end that was told before the byte ``since`` is that of an earlier start."""
        self._folder, self._since = folder, since
        self._at = 0
        self._losses: dict[int, float] = {}
        self._held: dict[int, float] = {}
        self._lines: list[str] = []
        self._last: JobEvent | None = None
        self._state: LiveState = "starting"
        self._end: JobEvent | None = None

    def read(self) -> bool:
        """Take in what is new; tells whether there was something."""
        before = self._at
        for event, behind in job_file.events(self._folder, start=self._at):
            self._at = behind
            self._take(event, old=behind <= self._since)
        return self._at > before

    @property
    def end(self) -> JobEvent | None:
        """The event that it ended with; None while none was told."""
        return self._end

    def look(self) -> Live:
        last = self._last
        return Live(
            self._state,
            last.step or 0 if last is not None else 0,
            last.steps or 0 if last is not None else 0,
            tuple(sorted(self._losses.items())),
            tuple(sorted(self._held.items())),
            last.tokens_per_s if last is not None else None,
            last.memory_bytes if last is not None else None,
            last.eta_s if last is not None else None,
            tuple(self._lines[-LINES:]),
            _problem(self._end),
        )

    def _take(self, event: JobEvent, *, old: bool) -> None:
        self._end = None
        if event.kind in ENDS:
            if not old:
                self._end = event
            ends: dict[str, LiveState] = {"done": "trained", "error": "failed"}
            self._state = "starting" if old else ends.get(event.kind, "stopped")
            self._say(event, event.message)
        elif event.kind == "step":
            self._state, self._last = "training", event
            if event.step is not None and event.loss is not None:
                self._losses[event.step] = event.loss
        elif event.kind == "held_out":
            if event.step is not None and event.held_out_loss is not None:
                self._held[event.step] = event.held_out_loss
                when = f"after {event.step} steps" if event.step else "before training"
                self._say(event, f"Held-out loss {event.held_out_loss:.3f} {when}.")
        elif event.kind == "checkpoint":
            self._say(event, f"Saved after {event.step} steps.")
        elif event.kind in ("paused", "resumed"):
            self._state = "paused" if event.kind == "paused" else "training"
            self._say(event, "It waits." if event.kind == "paused" else "It goes on.")
        elif event.kind == "start":
            self._state = "training"
            self._forget_after(event.step or 0)
            self._say(event, event.message.capitalize())
        else:
            self._state = "preparing"
            self._say(event, event.message[:1].upper() + event.message[1:])

    def _forget_after(self, step: int) -> None:
        """Steps behind the checkpoint that it goes on from are done once more."""
        for kept in (self._losses, self._held):
            for later in [each for each in kept if each > step]:
                del kept[later]

    def _say(self, event: JobEvent, words: str) -> None:
        if words:
            self._lines.append(f"{time.strftime('%H:%M:%S', time.localtime(event.at))}  {words}")


def watch(
    folder: JobFolder,
    process: "Popen[bytes] | None" = None,
    *,
    since: int = 0,
    cancel: CancelToken | None = None,
) -> Generator[Live, None, Live]:
    """Look at a training until it ends. Cancelling ends the looking, never the training.

    ``process`` where this one started it. Returns the last look; a training that ended without a
    word has failed.
    """
    reader = LiveReader(folder, since=since)
    quiet = time.monotonic()
    first = True
    while True:
        fresh = reader.read()
        gone = process.poll() is not None if process is not None else False
        if reader.end is not None and (gone or not trainer_process.running(folder)):
            if process is not None:
                process.wait()
            return reader.look()
        if fresh or first:
            first = False
            yield reader.look()
            quiet = time.monotonic()
        waited = time.monotonic() - quiet > trainer_process.QUIET_S
        if reader.end is None and (gone or (process is None and waited)):
            if not trainer_process.running(folder) and not reader.read():
                return _silent(reader.look(), folder)
            quiet = time.monotonic()
        if cancel is not None:
            cancel.check()
        time.sleep(POLL_S)


def told(job: Path) -> Live:
    """What a training told that does not run now."""
    reader = LiveReader(JobFolder(job))
    reader.read()
    return reader.look()


def _silent(look: Live, folder: JobFolder) -> Live:
    return replace(look, state="failed", problem=trainer_process.silent(folder))


def _problem(event: JobEvent | None) -> TeachError | None:
    if event is None or event.kind != "error":
        return None
    return TeachError(event.message, event.hint, event.code or "training")
