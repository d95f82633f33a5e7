import os

import psutil
import pytest

from engine.library_types import Waiting
from engine.model_types import EmbedderIdentity
from engine.store import jobs as jobs_module
from engine.store.connect import Vault
from engine.store.documents import Documents, FileStamp
from engine.store.jobs import Jobs
from engine.store.vectors import Vectors
from tests import shelf
from tests.fakes import HashingEmbedder


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> str:
    """The next jobs are begun by a process that is gone."""
    gone = "999999999 1.00"
    monkeypatch.setattr(jobs_module, "this_process", lambda: gone)
    return gone


def test_work_of_a_living_process_does_not_wait(vault: Vault) -> None:
    job = Jobs(vault).begin("index", ["/a.txt"])
    assert not Jobs(vault).waiting()
    assert Jobs(vault).busy("index")
    Jobs(vault).end(job)
    assert not Jobs(vault).busy("index")


def test_what_a_dead_process_left_waits_and_is_taken_over(
    vault: Vault, elsewhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Jobs(vault).begin("index", ["/b.txt", "/a.txt"])
    assert Jobs(vault).waiting() == Waiting(files=2)
    assert Jobs(vault).left("index") == ["/a.txt", "/b.txt"]
    monkeypatch.undo()
    job = Jobs(vault).begin("index", ["/a.txt", "/b.txt"])
    assert not Jobs(vault).waiting()
    Jobs(vault).end(job)
    with vault.read() as db:
        assert db.execute("SELECT count(*) FROM jobs").fetchone() == (0,)


def test_a_number_that_another_process_got_is_not_the_owner(vault: Vault, monkeypatch) -> None:
    created = psutil.Process().create_time()
    monkeypatch.setattr(jobs_module, "this_process", lambda: f"{os.getpid()} {created - 900:.2f}")
    Jobs(vault).begin("index", ["/a.txt"])
    assert Jobs(vault).waiting() == Waiting(files=1)


def test_a_stopped_job_waits(vault: Vault) -> None:
    job = Jobs(vault).begin("index", ["/a.txt"])
    Jobs(vault).stop(job)
    assert Jobs(vault).waiting() == Waiting(files=1)
    Jobs(vault).forget("index")
    assert not Jobs(vault).waiting()


@pytest.mark.usefixtures("elsewhere")
def test_a_file_leaves_its_job_with_the_transaction_that_settles_it(
    vault: Vault, embedder: HashingEmbedder
) -> None:
    Jobs(vault).begin("index", ["/a.txt", "/b.txt", "/c.txt", "/d/e.txt"])
    shelf.put(vault, embedder, "/a.txt", "Some text.")
    Documents(vault).put_failed(FileStamp("/b.txt", 1, 1, b"x"), "Documents", "damaged", "No.")
    assert Jobs(vault).left("index") == ["/c.txt", "/d/e.txt"]
    Jobs(vault).settle_below("/d")
    Documents(vault).remove(["/c.txt"])
    assert not Jobs(vault).waiting()


@pytest.mark.usefixtures("elsewhere")
def test_an_interrupted_renewal_tells_how_much_is_left(
    vault: Vault, embedder: HashingEmbedder
) -> None:
    for number in range(3):
        shelf.put(vault, embedder, f"/{number}.txt", f"text {number}")
    other = HashingEmbedder(32, model_id="other")
    filling = Vectors(vault).ensure(other.identity)
    assert isinstance(filling.identity, EmbedderIdentity)
    Jobs(vault).begin("renew")
    ((number, text), *_) = Vectors(vault).missing(filling, 1)
    Vectors(vault).fill(filling, [number], other.embed_passages([text]))
    assert Jobs(vault).waiting() == Waiting(renewals=2)


def test_a_job_whose_process_ended_after_its_last_file_is_dropped(
    vault: Vault, elsewhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Jobs(vault).begin("remove", [])
    Jobs(vault).begin("index", ["/a.txt"])
    monkeypatch.undo()
    mine = Jobs(vault).begin("index", [])
    for kind in ("remove", "index"):
        Jobs(vault).drop_empty(kind)
    with vault.read() as db:
        left = list(db.execute("SELECT kind, id = ? FROM jobs ORDER BY id", (mine,)))
    assert left == [("index", 0), ("index", 1)]
