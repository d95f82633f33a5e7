"""The training process: found, started, followed, paused and stopped from here.

It has an environment of its own, heavy with PyTorch, and is on its own once it runs: a job goes on
when the window or the terminal that started it is closed, and can be followed again later.
"""

import logging
import os
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path

from filelock import FileLock, Timeout

from engine.errors import CancelledError, TeachError
from engine.formats import job as job_file
from engine.formats.job import ENDS, JobEvent, JobFolder
from engine.progress import CancelToken, Progress

log = logging.getLogger(__name__)

VARIABLE = "ALCOVE_TRAINING_PYTHON"
ENVIRONMENT = ".venv-training"
LOG = "log.txt"
POLL_S = 0.3
QUIET_S = 10.0
"""After so long without an event, a job that another process started is looked at: does it live?"""

HINT = (
    "Run `make setup-training` once (about 1 GB), or name a Python that has PyTorch, Transformers, "
    "PEFT and TRL under [training] python in settings.toml."
)


def interpreter(chosen: str = "") -> Path:
    """The Python of the training environment: the one chosen, or where it was installed.

    Raises TeachError with what to do.
    """
    named = chosen or os.environ.get(VARIABLE, "")
    if named:
        path = Path(named).expanduser()
        if path.is_file():
            return path
        raise TeachError(f"There is no Python at {path} to train with.", HINT, "no_training")
    here = "Scripts/python.exe" if sys.platform == "win32" else "bin/python"
    for root in (Path(sys.prefix).parent, Path(__file__).parents[2]):
        if (path := root / ENVIRONMENT / here).is_file():
            return path
    raise TeachError("What training needs is not installed.", HINT, "no_training")


def start(folder: JobFolder, python: Path) -> "subprocess.Popen[bytes]":
    """Start a job, or go on with it. It outlives this process. Raises TeachError."""
    if running(folder):
        raise TeachError("This job is being trained already.", "Follow it, or stop it first.")
    for told in (folder.stop, folder.pause):
        told.unlink(missing_ok=True)
    environment = {
        **os.environ,
        "ALCOVE_ENGINE_PYTHON": sys.executable,
        "PYTHONPATH": os.pathsep.join(
            part for part in (str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH")) if part
        ),
    }
    try:
        with (folder.root / LOG).open("ab") as output:
            return subprocess.Popen(
                [str(python), "-m", "training", str(folder.root.absolute())],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=folder.root,
                start_new_session=True,
            )
    except OSError as error:
        raise TeachError(
            f"Training cannot be started: {error.strerror}.", f"Check {python}."
        ) from error


def running(folder: JobFolder) -> bool:
    """Whether some process trains in this folder now."""
    if not folder.lock.exists():
        return False
    lock = FileLock(folder.lock)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    except OSError:
        return False
    lock.release()
    return False


def pause(folder: JobFolder, on: bool = True) -> None:
    """Let a job wait between two steps, or go on."""
    if on:
        folder.pause.touch()
    else:
        folder.pause.unlink(missing_ok=True)


def stop(folder: JobFolder) -> None:
    """End a job after its step, with a checkpoint from which it can go on."""
    folder.stop.touch()


def end_of_events(folder: JobFolder) -> int:
    """Where the events of a start that comes now will begin."""
    return folder.events.stat().st_size if folder.events.exists() else 0


def last(folder: JobFolder) -> JobEvent | None:
    """The newest event of a job."""
    every = [event for event, _ in job_file.events(folder)]
    return every[-1] if every else None


def follow(
    folder: JobFolder,
    process: "subprocess.Popen[bytes] | None" = None,
    *,
    start: int = 0,
    cancel: CancelToken | None = None,
) -> Generator[Progress, None, JobEvent]:
    """Tell how a job goes until it is done; closing this generator leaves the job running.

    ``process`` where this one started it, ``start`` the byte its events begin at. Cancelling stops
    the job. Raises CancelledError when it was stopped, TeachError with the reason it ended for.
    """
    at, words, quiet = start, "", time.monotonic()
    told = Progress("starting", 0, 0)
    yield told
    while True:
        ended = process is not None and process.poll() is not None
        fresh = list(job_file.events(folder, start=at))
        for event, behind in fresh:
            at = behind
            if event.kind in ENDS:
                if process is not None:
                    process.wait()
                return _ended(event)
            told, words = _progress(event, told, words)
            yield told
        if fresh:
            quiet = time.monotonic()
        elif ended:
            raise silent(folder)
        elif process is None and time.monotonic() - quiet > QUIET_S:
            if not running(folder) and not list(job_file.events(folder, start=at)):
                raise silent(folder)
            quiet = time.monotonic()
        if cancel is not None and cancel.cancelled and not folder.stop.exists():
            stop(folder)
        yield told
        time.sleep(POLL_S)


def _ended(event: JobEvent) -> JobEvent:
    if event.kind == "stopped":
        raise CancelledError
    if event.kind == "error":
        raise TeachError(event.message, event.hint, event.code or "training")
    return event


def silent(folder: JobFolder) -> TeachError:
    return TeachError(
        "The training process ended without a word; it may have been killed, or memory ran out.",
        f"Start it again: it goes on from its last checkpoint. Its log is {folder.root / LOG}.",
        "training_ended",
    )


def _progress(event: JobEvent, before: Progress, held_out: str) -> tuple[Progress, str]:
    """What an event says, and what was last measured on the held-out examples."""
    if event.kind == "held_out" and event.held_out_loss is not None:
        held_out = f"held-out loss {event.held_out_loss:.3f}"
        parts = [part for part in before.detail.split(" · ") if part and "held-out" not in part]
        return Progress(
            "training", before.done, before.total, " · ".join([*parts, held_out])
        ), held_out
    if event.kind == "step":
        said = [
            f"loss {event.loss:.3f}" if event.loss is not None else "",
            f"{event.tokens_per_s:.0f} tokens/s" if event.tokens_per_s else "",
            f"{event.memory_bytes / 1e9:.1f} GB" if event.memory_bytes else "",
            f"{_time(event.eta_s)} left" if event.eta_s is not None else "",
            held_out,
        ]
        detail = " · ".join(part for part in said if part)
        return Progress("training", event.step or 0, event.steps or 0, detail), held_out
    if event.kind == "paused":
        return Progress("paused", before.done, before.total), held_out
    if event.kind in ("stage", "preflight") and event.message:
        return Progress("preparing", 0, 0, event.message), held_out
    return before, held_out


def _time(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
