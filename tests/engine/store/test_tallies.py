"""What searches ask of the whole vault is right without counting, and stays right."""

from engine.progress import drain
from engine.store import tallies
from engine.store.check import refill
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.rows import rows
from engine.store.tallies import Tallies
from engine.store.vector_scan import VectorScan
from tests import shelf
from tests.fakes import HashingEmbedder


def _read(vault: Vault) -> Tallies:
    with vault.read() as db:
        assert tallies.right(db)
        return tallies.read(db)


def test_they_follow_what_is_stored_and_removed(vault: Vault, embedder: HashingEmbedder) -> None:
    assert _read(vault) == Tallies(passages=0, newest=0, late=0, documents=0)
    for number in range(3):
        shelf.put(vault, embedder, f"/{number}.txt", "a harbour", "an oven", library="One")
    held = _read(vault)
    assert (held.passages, held.newest, held.late) == (6, 6, 0)
    Documents(vault).remove(["/2.txt"])
    shelf.put(vault, embedder, "/1.txt", "a meadow", library="One")
    after = _read(vault)
    assert (after.passages, after.newest) == (3, 7)
    Documents(vault).move("/1.txt", "Two")
    assert _read(vault).documents > after.documents
    drain(refill(vault, HashingEmbedder(32, model_id="other")))
    assert _read(vault).late == 0, "filling a set that does not serve yet concerns no search"


def test_vectors_that_come_late_to_the_serving_set_are_noted(
    vault: Vault, embedder: HashingEmbedder
) -> None:
    shelf.put(vault, embedder, "/a.txt", "a harbour")
    with vault.write() as db:
        (name,) = rows(db, "SELECT id FROM vector_sets")[0]
        db.execute(f"DELETE FROM vectors_{name}")
    drain(refill(vault, embedder))
    assert _read(vault).late == 1


def test_a_wrong_number_is_counted_again(vault: Vault, embedder: HashingEmbedder) -> None:
    shelf.put(vault, embedder, "/a.txt", "a harbour")
    with vault.write() as db:
        db.execute("UPDATE tallies SET number = 5 WHERE name = 'passages'")
        assert not tallies.right(db)
        tallies.recount(db)
    assert _read(vault).passages == 1
    assert VectorScan(vault).passages_after(0, 10) == [1]


def test_what_every_search_asks_reads_no_table_from_end_to_end(vault: Vault) -> None:
    asked = (
        "SELECT number FROM tallies WHERE name = 'passages'",
        "SELECT id FROM spans WHERE id > 5 ORDER BY id LIMIT 10",
        "SELECT document_id FROM spans WHERE spans.id = 5",
        "SELECT doc FROM vocabulary WHERE term = 'x'",
    )
    with vault.read() as db:
        for sql in asked:
            (line, *_) = rows(db, f"EXPLAIN QUERY PLAN {sql}")
            assert "SEARCH" in line[3] or "VIRTUAL TABLE" in line[3], (sql, line)
        narrowed = rows(
            db,
            "EXPLAIN QUERY PLAN SELECT rowid FROM words WHERE words MATCH 'x' "
            "AND (SELECT library_id FROM documents WHERE id = "
            "(SELECT document_id FROM spans WHERE spans.id = words.rowid)) = 1",
        )
    assert not [line[3] for line in narrowed if line[3].startswith(("SCAN spans", "SCAN doc"))]
