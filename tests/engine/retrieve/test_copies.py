from engine.ingest import ingest
from engine.progress import drain
from engine.retrieve.copies import merged
from engine.retrieve.retrieve import Retriever
from engine.store.connect import Vault
from engine.types import Passage
from tests import shelf
from tests.fakes import HashingEmbedder

LONG = "The ferry to the island leaves from the north pier at half past nine in the morning, " * 2


def _passage(id: int, document: int, text: str, *, title: str = "T", start: int = 0) -> Passage:
    return Passage(id, document, f"/{document}.txt", title, 1, start, start + len(text), "", text)


def test_the_same_text_in_two_documents_is_one_hit() -> None:
    ranked = [_passage(1, 1, LONG), _passage(2, 2, "Other."), _passage(3, 3, LONG, title="Copy")]
    assert [(each.place, each.also) for each in merged(ranked, 5)] == [(0, {"/3.txt"}), (1, set())]


def test_a_short_text_means_what_its_title_says() -> None:
    ranked = [_passage(1, 1, "Nine.", title="Pier"), _passage(2, 2, "Nine.", title="Office")]
    assert len(merged(ranked, 5)) == 2


def test_places_of_one_document_stay_apart() -> None:
    ranked = [_passage(1, 1, LONG), _passage(2, 1, LONG, start=400)]
    assert len(merged(ranked, 5)) == 2


def test_copies_below_the_last_hit_are_named() -> None:
    ranked = [_passage(1, 1, LONG), _passage(2, 2, "Other."), _passage(3, 3, LONG)]
    assert [each.also for each in merged(ranked, 1)] == [{"/3.txt"}]


def test_a_copy_is_embedded_once_and_cited_with_both_paths(
    vault: Vault, embedder: HashingEmbedder, tmp_path
) -> None:
    shelf.write(tmp_path, [("a.txt", LONG), ("b (copy).txt", LONG), ("c.txt", "Pears are green.")])
    drain(ingest.add(vault, embedder, [tmp_path], library="Documents", parse=shelf.parse))
    assert embedder.embedded == 2
    (hit, *others) = Retriever(vault, embedder).search("When does the ferry leave?").hits
    assert {hit.passage.path, *hit.also} == {str(tmp_path / n) for n in ("a.txt", "b (copy).txt")}
    assert len(hit.also) == 1
    assert all(other.passage.text != hit.passage.text for other in others)


def test_copies_in_other_libraries_are_not_named_in_a_search_of_one(
    vault: Vault, embedder: HashingEmbedder
) -> None:
    shelf.put(vault, embedder, "/a.txt", LONG)
    shelf.put(vault, embedder, "/b.txt", LONG, library="Other")
    retriever = Retriever(vault, embedder)
    assert [hit.also for hit in retriever.search("ferry").hits] == [("/b.txt",)]
    assert [hit.also for hit in retriever.search("ferry", library="Documents").hits] == [()]


def test_a_file_that_moved_costs_no_embedding(
    vault: Vault, embedder: HashingEmbedder, tmp_path
) -> None:
    shelf.write(tmp_path, [("a.txt", LONG)])
    drain(ingest.add(vault, embedder, [tmp_path], library="Documents", parse=shelf.parse))
    (tmp_path / "a.txt").rename(tmp_path / "renamed.txt")
    report = drain(ingest.sync(vault, embedder, parse=shelf.parse))
    assert (report.indexed, report.removed, report.moved) == (0, 0, 1)
    assert embedder.embedded == 1
