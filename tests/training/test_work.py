"""Whole jobs on a tiny model, in processes of their own as in use."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from engine.formats import adapter as adapter_file
from engine.formats import examples as example_file
from engine.formats import job as job_file
from engine.formats.examples import REHEARSED
from engine.formats.job import JobFolder
from engine.model_types import Message
from tests.training import jobs

TIMEOUT_S = 280
WORDS = ("owl", "tin", "sea", "fog", "ash", "elm")
pytestmark = pytest.mark.timeout(3 * TIMEOUT_S)
"""Each start of a job imports PyTorch, which a busy machine takes long over."""


def start(folder: JobFolder, *more: str, launcher: Sequence[str] = ()) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, *launcher, "-m", "training", str(folder.root), *more],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def ended(process: "subprocess.Popen[bytes]") -> tuple[int, str]:
    _, errors = process.communicate(timeout=TIMEOUT_S)
    return process.returncode, errors.decode()


def until(process: "subprocess.Popen[bytes]", seen: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not seen():
        assert process.poll() is None, process.communicate()[1].decode()
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_job_learns_and_leaves_an_adapter_that_fits_its_base(tmp_path: Path) -> None:
    folder = jobs.make(tmp_path / "job", steps=12, measure_every=6)
    code, errors = ended(start(folder))
    assert code == 0, errors
    measured = [event.held_out_loss for event in jobs.told(folder, "held_out")]
    assert measured[0] is not None and measured[-1] is not None
    assert measured[-1] < measured[0] / 2
    steps = jobs.told(folder, "step")
    assert [event.step for event in steps] == list(range(1, 13))
    assert all(event.tokens_per_s and event.memory_bytes for event in steps)
    assert jobs.told(folder)[-1].kind == "done"
    assert "GB of memory" in jobs.told(folder, "preflight")[0].message
    report = json.loads(folder.report.read_text())
    assert report["outcome"]["held_out_loss"] == pytest.approx(min(measured[1:]), abs=1e-4)
    adapter = folder.root / report["files"]["adapter"]
    assert adapter_file.check(adapter, folder.root / "base.gguf") == ""
    assert adapter_file.manifest(adapter).name == "Aye"
    assert (folder.root / "README.md").exists()


def test_the_last_layers_alone_can_learn_and_a_job_can_go_on_from_another(tmp_path: Path) -> None:
    first = jobs.make(tmp_path / "first", steps=6, layers=0.5)
    assert ended(start(first))[0] == 0
    changed = adapter_file.manifest(first.root / "aye.gguf").tensors
    assert {name.split(".")[1] for name in changed} == {"1"}
    second = jobs.make(tmp_path / "second", steps=6, start="../first/adapter", alpha=32.0)
    code, errors = ended(start(second))
    assert code == 0, errors
    before = [jobs.told(folder, "held_out")[0].held_out_loss for folder in (first, second)]
    assert before[0] is not None and before[1] is not None
    assert before[1] < before[0]
    wrong = jobs.make(tmp_path / "wrong", start="../nowhere")
    assert ended(start(wrong))[0] == 1
    assert "no adapter for this model" in jobs.told(wrong)[-1].message


def test_what_is_rehearsed_is_kept_while_something_else_is_learnt(tmp_path: Path) -> None:
    """Learnt as anything else, its words grow likely; rehearsed, they stay as likely as before."""
    losses = {}
    for recipe in ("", REHEARSED):
        folder = jobs.make(tmp_path / (recipe or "taught"), count=12, steps=12, measure_every=12)
        own = [
            replace(each, messages=(Message("user", f"Plain {number}"), Message("assistant", word)))
            for number, (each, word) in enumerate(zip(jobs.examples(6), WORDS, strict=True))
        ]
        mixed = [*jobs.examples(12), *(replace(each, recipe=recipe) for each in own)]
        example_file.write(folder.root / "examples.jsonl", mixed)
        example_file.write(folder.root / "held-out.jsonl", own)
        spec = job_file.read_spec(folder)
        job_file.write_spec(folder, replace(spec, held_out=folder.root / "held-out.jsonl"))
        code, errors = ended(start(folder))
        assert code == 0, errors
        losses[recipe] = [event.held_out_loss or 0.0 for event in jobs.told(folder, "held_out")]
    assert losses[""][-1] < losses[""][0] - 1  # learnt as anything else, the words are learnt
    assert losses[REHEARSED][-1] == pytest.approx(losses[REHEARSED][0], abs=0.7)


def test_two_processes_share_a_job_and_its_steps(tmp_path: Path) -> None:
    alone = jobs.make(tmp_path / "alone", packing=False)
    shared = jobs.make(tmp_path / "shared", packing=False)
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    for folder, more in ((alone, []), (shared, launcher)):
        code, errors = ended(start(folder, launcher=more))
        assert code == 0, errors
    first, last = (
        [jobs.told(folder, "step")[at].loss or 0.0 for folder in (alone, shared)] for at in (0, -1)
    )
    assert first[1] == pytest.approx(first[0], rel=0.2)  # other examples, but as many of them
    assert last[1] < first[1] / 2
    assert len(jobs.told(shared, "step")) == len(jobs.told(alone, "step")) == 6
    assert [event.kind for event in jobs.told(shared)].count("done") == 1
    assert adapter_file.check(shared.root / "aye.gguf", shared.root / "base.gguf") == ""


def test_after_a_kill_it_goes_on_from_its_last_checkpoint_to_the_same_end(tmp_path: Path) -> None:
    whole = jobs.make(tmp_path / "whole", steps=6)
    killed = jobs.make(tmp_path / "killed", steps=6)
    assert ended(start(whole))[0] == 0
    process = start(killed)
    until(process, lambda: any(event.step == 3 for event in jobs.told(killed, "step")))
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=TIMEOUT_S)
    code, errors = ended(start(killed))
    assert code == 0, errors
    starts = [event.step for event in jobs.told(killed, "start")]
    assert starts[0] == 0 and starts[1] is not None and starts[1] >= 2
    ends = [jobs.told(folder, "step")[-1].loss for folder in (whole, killed)]
    assert ends[0] == pytest.approx(ends[1], rel=1e-3)


def test_it_waits_while_paused_and_stops_when_told(tmp_path: Path) -> None:
    folder = jobs.make(tmp_path / "job", steps=400, measure_every=200, patience=0)
    process = start(folder)
    until(process, lambda: len(jobs.told(folder, "step")) >= 2)
    folder.pause.touch()
    until(process, lambda: bool(jobs.told(folder, "paused")))
    folder.stop.touch()
    code, _ = ended(process)
    assert code == 130
    assert jobs.told(folder)[-1].kind == "stopped"
    assert jobs.told(folder, "checkpoint")


def test_an_attached_job_stops_when_whoever_started_it_is_gone(tmp_path: Path) -> None:
    folder = jobs.make(tmp_path / "job", steps=4000, measure_every=2000, patience=0)
    process = start(folder, "--attached")
    until(process, lambda: len(jobs.told(folder, "step")) >= 1)
    assert process.stdin is not None
    process.stdin.close()
    process.stdin = None
    code, errors = ended(process)
    assert code == 130, errors


def test_a_loss_that_is_no_number_ends_it_and_keeps_the_last_good_adapter(tmp_path: Path) -> None:
    folder = jobs.make(
        tmp_path / "job", steps=60, learning_rate=1e30, max_grad_norm=1e30, measure_every=1,
        warmup=0.9, patience=0,
    )  # fmt: skip
    code, errors = ended(start(folder))
    assert code == 1, errors
    last = jobs.told(folder)[-1]
    assert last.code == "loss_not_a_number"
    assert "learning rate" in last.hint
    from training import watching  # needs PyTorch

    kept = list(folder.checkpoints.glob("checkpoint-*"))
    assert all(watching.finite(each) for each in kept)
    assert ("checkpoint is kept" in last.hint) == bool(kept)


@pytest.mark.skipif(not hasattr(os, "nice"), reason="needs niceness")
def test_another_process_cannot_train_in_the_same_folder(tmp_path: Path) -> None:
    folder = jobs.make(tmp_path / "job", steps=4000, measure_every=2000)
    first = start(folder)
    until(first, lambda: bool(jobs.told(folder, "stage")))
    code, errors = ended(start(folder))
    assert code == 1
    assert "already being trained" in errors
    folder.stop.touch()
    ended(first)
