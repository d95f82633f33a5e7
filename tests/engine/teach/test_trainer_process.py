"""The training process from outside: found, started, followed, told to wait and to stop."""

import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from engine.errors import CancelledError, TeachError
from engine.formats import job as job_file
from engine.formats.job import JobEvent, JobFolder, JobSpec
from engine.progress import CancelToken, Progress, drain
from engine.teach import trainer_process


@pytest.fixture
def folder(tmp_path: Path) -> JobFolder:
    made = JobFolder(tmp_path / "job")
    job_file.write_spec(made, JobSpec(tmp_path / "none.gguf", tmp_path / "none.jsonl"))
    return made


def test_the_python_is_the_one_that_was_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert trainer_process.interpreter(sys.executable) == Path(sys.executable)
    monkeypatch.setenv(trainer_process.VARIABLE, sys.executable)
    assert trainer_process.interpreter() == Path(sys.executable)
    with pytest.raises(TeachError) as raised:
        trainer_process.interpreter(str(tmp_path / "python"))
    assert raised.value.code == "no_training"
    assert "make setup-training" in raised.value.hint


def test_where_nothing_is_installed_it_says_how(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(trainer_process.VARIABLE, raising=False)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv"))
    monkeypatch.setattr(trainer_process, "__file__", str(tmp_path / "engine" / "teach" / "t.py"))
    with pytest.raises(TeachError, match="not installed"):
        trainer_process.interpreter()
    python = tmp_path / ".venv-training" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    if sys.platform != "win32":
        assert trainer_process.interpreter() == python


@pytest.mark.timeout(300)
def test_why_a_job_cannot_be_done_is_told_in_its_words(folder: JobFolder) -> None:
    folder.stop.touch()  # of an earlier time
    process = trainer_process.start(folder, Path(sys.executable))
    with pytest.raises(TeachError) as raised:
        drain(trainer_process.follow(folder, process))
    assert "none" in raised.value.message
    assert process.poll() is not None
    assert (folder.root / trainer_process.LOG).exists()


@pytest.mark.timeout(300)
def test_a_process_that_dies_silently_is_told(folder: JobFolder) -> None:
    process = subprocess.Popen([sys.executable, "-c", "raise SystemExit(9)"])
    with pytest.raises(TeachError) as raised:
        drain(trainer_process.follow(folder, process))
    assert raised.value.code == "training_ended"


def test_events_become_progress_and_an_older_end_counts_no_more(folder: JobFolder) -> None:
    job_file.append(folder, JobEvent("error", message="Old."))
    start = trainer_process.end_of_events(folder)
    job_file.append(folder, JobEvent("preflight", message="It takes 2 GB of memory."))
    job_file.append(folder, JobEvent("held_out", held_out_loss=2.5, step=0))
    job_file.append(
        folder,
        JobEvent("step", step=3, steps=9, loss=1.25, tokens_per_s=80, memory_bytes=2 * 10**9,
                 eta_s=240),
    )  # fmt: skip
    job_file.append(folder, JobEvent("paused"))
    job_file.append(folder, JobEvent("done", message="Ready."))
    work = trainer_process.follow(folder, start=start)
    seen: list[Progress] = []
    while True:
        try:
            seen.append(next(work))
        except StopIteration as stop:
            assert stop.value.message == "Ready."
            break
    assert [each.stage for each in seen] == [
        "starting", "preparing", "training", "training", "paused",
    ]  # fmt: skip
    assert seen[1].detail == "It takes 2 GB of memory."
    assert (seen[3].done, seen[3].total) == (3, 9)
    assert seen[3].detail == "loss 1.250 · 80 tokens/s · 2.0 GB · 4 min left · held-out loss 2.500"
    last = trainer_process.last(folder)
    assert last is not None
    assert last.kind == "done"


def test_pausing_and_stopping_are_files(folder: JobFolder) -> None:
    trainer_process.pause(folder)
    assert folder.pause.exists()
    trainer_process.pause(folder, on=False)
    trainer_process.pause(folder, on=False)
    assert not folder.pause.exists()
    cancel = CancelToken()
    work = trainer_process.follow(folder, cancel=cancel)
    next(work)
    cancel.cancel()
    next(work)
    assert folder.stop.exists()
    job_file.append(folder, JobEvent("stopped"))
    with pytest.raises(CancelledError):
        drain(work)


def test_a_job_is_trained_once_at_a_time(folder: JobFolder) -> None:
    assert not trainer_process.running(folder)
    with FileLock(folder.lock):
        # Looked at from another process, as in use: within one, locks do not exclude everywhere.
        code = (
            "import sys; from pathlib import Path; from engine.formats.job import JobFolder; "
            "from engine.teach import trainer_process as t; "
            "sys.exit(int(t.running(JobFolder(Path(sys.argv[1])))))"
        )
        done = subprocess.run([sys.executable, "-c", code, str(folder.root)], check=False)
        assert done.returncode == 1
    assert not trainer_process.running(folder)
