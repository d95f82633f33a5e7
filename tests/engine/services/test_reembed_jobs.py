"""Another encoder and other passages, with search going on."""

from pathlib import Path

import pytest

from engine.assistant import Assistant
from engine.errors import CancelledError, DiskFullError, InputError
from engine.paths import open_profile
from engine.progress import CancelToken, drain
from engine.services.reembed_jobs import ReembedJobs
from engine.store import recut
from engine.store.check import check
from engine.store.connect import Vault
from engine.store.vectors import Vectors
from tests.fakes import HashingEmbedder

TEXT = " ".join(f"Sentence number {n} tells of thing{n} and of nothing else." for n in range(60))


@pytest.fixture
def assistant(tmp_path: Path):  # type: ignore[no-untyped-def]
    docs = tmp_path / "docs"
    docs.mkdir()
    for number in range(6):
        (docs / f"{number}.txt").write_text(f"Paper {number}. {TEXT}", "utf-8")
    profile = open_profile(tmp_path / "home")
    opened = Assistant(profile, Vault.open(profile.vault), embedder=HashingEmbedder())
    drain(opened.add([docs]))
    yield opened
    opened.close()


def _jobs(assistant: Assistant, new: HashingEmbedder) -> ReembedJobs:
    own = HashingEmbedder()

    def serving(_):  # type: ignore[no-untyped-def]
        yield from ()
        return own

    return ReembedJobs(assistant._vault, serving, lambda name: new if name else own)


def _sound(assistant: Assistant) -> bool:
    return all(part.ok for part in check(assistant._vault, deep=True))


def test_passages_get_shorter_and_search_goes_on(assistant: Assistant) -> None:
    before = assistant.status().passages
    plan = drain(assistant.reembed.plan(passage_tokens=40))
    assert (plan.documents, plan.passages) == (6, 0)
    assert "6 documents" in plan.words
    work = assistant.reembed.run(passage_tokens=40)
    for _ in work:
        assert assistant.search("thing33").hits
        assert "thing33" in assistant.search("thing33").hits[0].passage.text
    assert assistant.status().passages > 1.5 * before
    assert assistant.reembed.state() is None
    assert recut.left(assistant._vault, 40) == []
    assert _sound(assistant)


def test_new_files_are_cut_to_the_new_length(assistant: Assistant, tmp_path: Path) -> None:
    drain(assistant.reembed.run(passage_tokens=40))
    (tmp_path / "docs" / "new.txt").write_text(f"New. {TEXT}", "utf-8")
    drain(assistant.sync())
    assert recut.left(assistant._vault, 40) == []
    old = len(assistant.passages(str(tmp_path / "docs" / "0.txt")))
    assert abs(len(assistant.passages(str(tmp_path / "docs" / "new.txt"))) - old) <= 1


def test_stopped_work_goes_on_where_it_was(assistant: Assistant) -> None:
    cancel = CancelToken()
    work = assistant.reembed.run(passage_tokens=40, cancel=cancel)
    for progress in work:
        if progress.stage == "cutting passages anew" and progress.done == 2:
            break
    cancel.cancel()
    with pytest.raises(CancelledError):
        next(work)
    assert _sound(assistant)
    assert len(recut.left(assistant._vault, 40)) in (3, 4)
    change = assistant.reembed.state()
    assert change is not None and change.passage_tokens == 40
    assert drain(assistant.reembed.run()).done
    assert recut.left(assistant._vault, 40) == []
    assert _sound(assistant)


def test_another_process_can_pause_it(assistant: Assistant) -> None:
    other = HashingEmbedder(32, model_id="other")
    jobs = _jobs(assistant, other)
    work = jobs.run(embedder="/encoders/other")
    for progress in work:
        if progress.stage == "renewing meanings":
            break
    paused = assistant.reembed.pause()
    assert paused is not None and paused.paused
    done = drain(work)
    assert not done.done
    serving = Vectors(assistant._vault).serving()
    assert serving is not None and serving.identity.model_id == "hashing"
    assert _sound(assistant)


def test_the_new_encoder_serves_at_the_end_alone(assistant: Assistant) -> None:
    other = HashingEmbedder(32, model_id="other")
    jobs = _jobs(assistant, other)
    plan = drain(jobs.plan(embedder="/encoders/other"))
    assert plan.passages == assistant.status().passages
    assert drain(jobs.run(embedder="/encoders/other")).done
    (only,) = Vectors(assistant._vault).sets()
    assert only.identity == other.identity
    assert jobs.state() is None
    assert _sound(assistant)


def test_what_cannot_be_is_refused_before_it_begins(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    for tokens in (3, 5000, 300):
        with pytest.raises(InputError):
            drain(assistant.reembed.run(passage_tokens=tokens))
    from engine.services import reembed_jobs

    usage = reembed_jobs.shutil.disk_usage("/")
    monkeypatch.setattr(reembed_jobs.shutil, "disk_usage", lambda _: usage._replace(free=5))
    with pytest.raises(DiskFullError, match="MB are free"):
        drain(assistant.reembed.run(passage_tokens=40))
    assert assistant.reembed.state() is None
    assert assistant.reembed.pause() is None
