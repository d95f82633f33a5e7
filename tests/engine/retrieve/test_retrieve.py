import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.errors import InputError, NotFoundError
from engine.retrieve import query
from engine.retrieve.retrieve import Retriever
from engine.store.connect import Vault
from engine.store.documents import Documents
from tests import shelf
from tests.fakes import HashingEmbedder

PAGES = {
    "/harbour.txt": "The harbour office opens at nine in the morning.",
    "/office.txt": "Every office of the town has a telephone.",
    "/ships.txt": "Ships sail in the morning from the old pier.",
    "/bill.txt": "Invoice AB-1234 was paid late.",
}


@pytest.fixture
def retriever(vault: Vault, embedder: HashingEmbedder) -> Retriever:
    for path, text in PAGES.items():
        library = "Bills" if "bill" in path else "Town"
        shelf.put(vault, embedder, path, text, library=library, title="")
    return Retriever(vault, embedder)


def _paths(retriever: Retriever, question: str, **options: object) -> list[str]:
    found = retriever.search(question, **options)  # type: ignore[arg-type]
    return [hit.passage.path for hit in found.hits]


def test_the_passage_that_answers_is_first(retriever: Retriever) -> None:
    found = retriever.search("When does the harbour office open?")
    assert found.hits[0].passage.path == "/harbour.txt"
    assert found.seconds > 0
    assert [hit.rank for hit in found.hits] == [1, 2, 3, 4]
    scores = [hit.score for hit in found.hits]
    assert scores == sorted(scores, reverse=True)
    for hit in found.hits:
        assert 0.0 <= hit.score <= 1.0
        assert 0.0 <= hit.words <= 1.0
        assert -1.0 <= hit.meaning <= 1.0
    assert found.hits[0].words == 1.0


def test_a_code_is_found_exactly(retriever: Retriever) -> None:
    assert _paths(retriever, "AB-1234")[0] == "/bill.txt"
    assert _paths(retriever, "ab 1234")[0] == "/bill.txt"


def test_a_library_limits_the_hits(retriever: Retriever) -> None:
    assert _paths(retriever, "office", library="bills") == ["/bill.txt"]
    with pytest.raises(NotFoundError) as told:
        retriever.search("office", library="Nonsense")
    assert "Town" in told.value.hint


@pytest.mark.parametrize("question", ["", " ", "\n\t"])
def test_an_empty_question_is_told(retriever: Retriever, question: str) -> None:
    with pytest.raises(InputError) as told:
        retriever.search(question)
    assert told.value.hint


def test_only_as_many_hits_as_asked_for(retriever: Retriever) -> None:
    assert len(_paths(retriever, "office", top=2)) == 2
    assert len(_paths(retriever, "office", top=500)) == 4


def test_every_candidate_has_both_scores(vault: Vault, embedder: HashingEmbedder) -> None:
    for number in range(150):
        shelf.put(vault, embedder, f"/{number}.txt", f"filler {number} about nothing", title="")
    shelf.put(vault, embedder, "/w.txt", "zebra " + "other words " * 60, title="")
    hits = Retriever(vault, embedder).search("zebra", top=10).hits
    assert hits[0].passage.path == "/w.txt"
    passage = hits[0].passage
    exact = float(embedder.embed_query("zebra") @ embedder.embed_passages([passage.text])[0])
    assert hits[0].meaning == pytest.approx(exact, abs=5e-3)  # stored in 8 bits


def test_an_empty_vault_has_no_hits(vault: Vault, embedder: HashingEmbedder) -> None:
    assert Retriever(vault, embedder).search("anything").hits == ()


def test_marks_without_words_are_searched_by_meaning(retriever: Retriever) -> None:
    assert all(hit.words == 0.0 for hit in retriever.search("?!*").hits)


def test_with_another_embedder_words_still_find(retriever: Retriever, vault: Vault) -> None:
    other = Retriever(vault, HashingEmbedder(32, model_id="other"))
    hits = other.search("harbour office").hits
    assert hits[0].passage.path == "/harbour.txt"
    assert all(hit.meaning == 0.0 for hit in hits)


def test_a_large_vault_finds_by_its_rare_words(
    vault: Vault, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query, "LARGE_VAULT", 50)
    for number in range(100):
        shelf.put(vault, embedder, f"/{number}.txt", f"The town office number {number}", title="")
    shelf.put(vault, embedder, "/harbour.txt", "The harbour of the town", title="")
    assert _paths(Retriever(vault, embedder), "harbour of the town")[0] == "/harbour.txt"


def test_a_pasted_text_of_any_length_is_searched(retriever: Retriever) -> None:
    pasted = " ".join(f"word{number}" for number in range(20_000)) + " harbour "
    hits = retriever.search(pasted + '"a b" ' * 3000).hits
    assert [hit.passage.path for hit in hits if hit.words > 0.0] == ["/harbour.txt"]


def test_the_same_question_has_the_same_answer(retriever: Retriever) -> None:
    first = retriever.search("office in the morning").hits
    assert all(retriever.search("office in the morning").hits == first for _ in range(5))


def test_searching_while_documents_come_and_go(
    retriever: Retriever, vault: Vault, embedder: HashingEmbedder
) -> None:
    stop = threading.Event()

    def search() -> int:
        rounds = 0
        while not stop.is_set():
            hits = retriever.search("harbour office").hits
            assert hits[0].passage.path == "/harbour.txt"
            rounds += 1
        return rounds

    with ThreadPoolExecutor(3) as readers:
        reading = [readers.submit(search) for _ in range(3)]
        try:
            for number in range(30):
                shelf.put(vault, embedder, "/come.txt", f"A new office {number}", title="")
                Documents(vault).remove(["/come.txt"])
        finally:
            stop.set()
        assert all(each.result() > 0 for each in reading)
