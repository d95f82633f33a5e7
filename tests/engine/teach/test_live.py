"""Looking at a training while it goes."""

import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import CancelledError
from engine.formats import job as job_file
from engine.formats.job import JobEvent, JobFolder
from engine.progress import CancelToken, drain
from engine.teach import live, trainer_process


@pytest.fixture
def folder(tmp_path: Path) -> JobFolder:
    return JobFolder(tmp_path)


def tell(folder: JobFolder, *events: JobEvent) -> None:
    for each in events:
        job_file.append(folder, each)


def step(number: int, loss: float) -> JobEvent:
    return JobEvent(
        "step", step=number, steps=10, loss=loss, tokens_per_s=99.0, memory_bytes=5, eta_s=7.0
    )


def test_losses_pace_and_words_are_gathered(folder: JobFolder) -> None:
    tell(
        folder,
        JobEvent("preflight", message="10 steps; about a minute."),
        JobEvent("held_out", step=0, held_out_loss=3.0),
        JobEvent("start", step=0, message="training"),
        step(1, 2.5), step(2, 2.0),
        JobEvent("held_out", step=2, held_out_loss=1.9),
        JobEvent("checkpoint", step=2),
    )  # fmt: skip
    reader = live.LiveReader(folder)
    assert reader.read()
    look = reader.look()
    assert (look.state, look.step, look.steps) == ("training", 2, 10)
    assert look.losses == ((1, 2.5), (2, 2.0))
    assert look.held_out == ((0, 3.0), (2, 1.9))
    assert (look.tokens_per_s, look.eta_s) == (99.0, 7.0)
    assert [each[10:] for each in look.lines] == [
        "10 steps; about a minute.", "Held-out loss 3.000 before training.", "Training",
        "Held-out loss 1.900 after 2 steps.", "Saved after 2 steps.",
    ]  # fmt: skip
    assert not reader.read()


def test_steps_behind_the_checkpoint_are_drawn_once(folder: JobFolder) -> None:
    tell(folder, step(1, 3.0), step(2, 2.0), step(3, 1.0), JobEvent("stopped", message="Stopped."))
    assert live.told(folder.root).state == "stopped"
    tell(folder, JobEvent("start", step=2, message="going on from checkpoint-2"), step(3, 1.5))
    look = live.told(folder.root)
    assert look.losses == ((1, 3.0), (2, 2.0), (3, 1.5))
    assert look.state == "training"


def test_an_error_is_told_with_its_hint(folder: JobFolder) -> None:
    tell(folder, JobEvent("error", message="It cannot fit.", hint="Take less.", code="preflight"))
    look = drain(live.watch(folder))
    assert look.state == "failed"
    assert look.problem is not None
    assert (look.problem.message, look.problem.hint) == ("It cannot fit.", "Take less.")


def test_the_end_of_an_earlier_start_is_no_end(
    folder: JobFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer_process, "QUIET_S", 0.1)
    tell(folder, step(1, 3.0), JobEvent("stopped", message="Stopped."))
    since = trainer_process.end_of_events(folder)
    ended = drain(live.watch(folder, since=since))
    assert (ended.state, ended.losses) == ("failed", ((1, 3.0),))
    assert ended.problem is not None
    assert "without a word" in ended.problem.message


def test_looking_ends_without_ending_the_training(folder: JobFolder) -> None:
    cancel = CancelToken()
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        looking = live.watch(folder, process, cancel=cancel)
        assert next(looking).state == "starting"
        cancel.cancel()
        with pytest.raises(CancelledError):
            next(looking)
        assert process.poll() is None
        assert not folder.stop.exists()
    finally:
        process.communicate()
