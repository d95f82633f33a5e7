"""From examples to an adapter in use, through the training process, on a tiny model."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.assistant import Assistant
from engine.errors import CancelledError, TeachError
from engine.formats import adapter as adapter_file
from engine.formats import examples as example_file
from engine.paths import open_profile
from engine.progress import CancelToken, drain
from engine.services.teach_plan import Plan
from engine.store.connect import Vault
from engine.teach import sift, trainer_process
from tests.fakes import HashingEmbedder, ScriptedChatModel
from tests.training import families, jobs

TIMEOUT_S = 280
pytestmark = pytest.mark.timeout(3 * TIMEOUT_S)


@pytest.fixture
def assistant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Assistant]:
    monkeypatch.setenv(trainer_process.VARIABLE, sys.executable)
    home = open_profile(tmp_path / "profile")
    made = Assistant(
        home, Vault.open(home.vault), embedder=HashingEmbedder(), chat_model=ScriptedChatModel()
    )
    yield made
    made.close()


def plan(assistant: Assistant, tmp_path: Path, **settings: object) -> Plan:
    base = tmp_path / "tiny.gguf"
    if not base.exists():
        kind = families.FAMILIES["llama"]
        families.write_gguf(kind, families.make_model(kind), base)
        example_file.write(tmp_path / "e.jsonl", jobs.examples())
    return assistant.teaching.jobs.plan(
        tmp_path / "e.jsonl", base=base, job=tmp_path / "job", name="Aye",
        settings={**jobs.SMALL, **settings},
    )  # fmt: skip


def test_examples_become_an_adapter_of_the_profile(assistant: Assistant, tmp_path: Path) -> None:
    teaching = assistant.teaching
    planned = plan(assistant, tmp_path)
    stages = []
    work = teaching.jobs.train(planned)
    while True:
        try:
            stages.append(next(work))
        except StopIteration as stop:
            done = stop.value
            break
    assert done.adapter is not None
    assert done.report["outcome"]["steps"] == 6
    assert max(each.done for each in stages if each.stage == "training") == 6
    assert any("GB of memory" in each.detail for each in stages)
    file = teaching.jobs.export(done.job)
    assert file == assistant.profile.adapters / "aye.gguf"
    assert adapter_file.check(file, planned.spec.base) == ""
    form = adapter_file.manifest(file).form
    assert form is not None
    assert form.messages(sift.question_of(planned.taught[0])) == planned.taught[0].prompt
    assistant.model_jobs.add(planned.spec.base)
    [listed] = [each for each in teaching.adapters.list() if each.card.file == str(file)]
    assert (listed.card.name, listed.base, listed.state) == ("Aye", "tiny", "ready")
    with pytest.raises(Exception, match="is done"):
        drain(teaching.jobs.begin(planned))


def test_a_job_outlives_who_started_it_and_is_followed_again(
    assistant: Assistant, tmp_path: Path
) -> None:
    planned = plan(assistant, tmp_path)
    first = assistant.teaching.jobs
    drain(first.begin(planned))
    process = first._started.pop(planned.folder.root)
    again = type(first)(
        assistant.profile,
        assistant._settings,
        assistant.shelf,
        assistant._keeper,
        first._asking,
        first._measured,
    )
    done = drain(again.follow(planned.folder.root))
    assert done.adapter is not None
    assert process.wait(TIMEOUT_S) == 0
    assert again.card(planned.folder.root).state == "trained"


def test_a_cancelled_job_goes_on_from_its_checkpoint(assistant: Assistant, tmp_path: Path) -> None:
    jobs_of = assistant.teaching.jobs
    planned = plan(assistant, tmp_path, steps=40)
    cancel = CancelToken()
    with pytest.raises(CancelledError):
        for told in jobs_of.train(planned, cancel=cancel):
            if told.stage == "training" and told.done >= 3:
                cancel.cancel()
    assert jobs_of.card(planned.folder.root).state == "stopped"
    done = drain(jobs_of.train(planned))
    assert done.report["outcome"]["steps"] == 40


def test_a_killed_job_is_told_and_an_impossible_one_says_why(
    assistant: Assistant, tmp_path: Path
) -> None:
    jobs_of = assistant.teaching.jobs
    planned = plan(assistant, tmp_path, steps=400)
    at = drain(jobs_of.begin(planned))
    process = jobs_of._started[planned.folder.root]
    deadline = time.monotonic() + TIMEOUT_S
    while trainer_process.last(planned.folder) is None:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    os.kill(process.pid, signal.SIGKILL)
    with pytest.raises(TeachError) as raised:
        drain(jobs_of.follow(planned.folder.root, start=at))
    assert raised.value.code == "training_ended"
    small = plan(assistant, tmp_path, memory_bytes=1)
    other = type(planned)(
        type(planned.folder)(tmp_path / "small"), small.spec, small.recipe, small.taught, ()
    )
    with pytest.raises(TeachError) as raised:
        drain(jobs_of.train(other))
    assert raised.value.hint
