import pytest

from engine.errors import DamagedVaultError
from engine.store.check import check, repair
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.lexical import Lexical
from engine.store.quantise import packed
from engine.store.vectors import Vectors
from tests import shelf
from tests.fakes import HashingEmbedder


@pytest.fixture
def filled(vault: Vault, embedder: HashingEmbedder) -> Vault:
    for number in range(5):
        shelf.put(vault, embedder, f"/{number}.txt", f"text number {number}")
    return vault


def _bad(vault: Vault, *, deep: bool) -> list[str]:
    parts = check(vault, deep)
    assert all(part.hint for part in parts if not part.ok)
    return [part.name for part in parts if not part.ok]


def test_a_sound_vault_passes(filled: Vault) -> None:
    assert _bad(filled, deep=False) == []
    assert _bad(filled, deep=True) == []


def test_an_empty_vault_passes(vault: Vault) -> None:
    assert _bad(vault, deep=True) == []


def test_lost_vectors_are_found_and_made_again(filled: Vault, embedder: HashingEmbedder) -> None:
    store = Vectors(filled)
    serving = store.serving()
    assert serving is not None
    with filled.write() as db:
        db.execute(f"DELETE FROM {serving.table} WHERE passage_id IN (1, 2)")
    assert _bad(filled, deep=False) == ["meanings"]
    assert _bad(filled, deep=True) == ["meanings"]
    repair(filled, embedder)
    assert _bad(filled, deep=True) == []
    assert store.count(serving) == 5


def test_stray_vectors_are_found_and_dropped(filled: Vault, embedder: HashingEmbedder) -> None:
    serving = Vectors(filled).serving()
    assert serving is not None
    vector = embedder.embed_query("stray")
    with filled.write() as db:
        db.execute(
            f"INSERT INTO {serving.table}(passage_id, library_id, embedding) VALUES (99, 1, ?)",
            (packed(vector, "int8"),),
        )
    assert _bad(filled, deep=True) == ["meanings"]
    repair(filled, embedder)
    assert _bad(filled, deep=True) == []


def test_a_wrong_word_index_is_found_and_rebuilt(filled: Vault, embedder: HashingEmbedder) -> None:
    with filled.write() as db:
        db.execute(
            "INSERT INTO words(words, rowid, text, title, heading) "
            "VALUES ('delete', 1, 'text number 0', 'Notes', '')"
        )
    assert _bad(filled, deep=False) == []
    assert _bad(filled, deep=True) == ["words"]
    repair(filled, embedder)
    assert _bad(filled, deep=True) == []
    assert len(Lexical(filled).search('"number"', 10)) == 5


def test_a_passage_that_is_not_in_its_page_is_found(filled: Vault) -> None:
    with filled.write() as db:
        db.execute("UPDATE texts SET text = packed('something else') WHERE id >> 20 = 3")
    assert _bad(filled, deep=True) == ["words", "passages"]
    assert "/2.txt" in [part.detail for part in check(filled, True) if not part.ok][-1]


def test_a_text_that_cannot_be_unpacked_is_found_and_read_again(
    filled: Vault, embedder: HashingEmbedder
) -> None:
    with filled.write() as db:
        (block,) = next(db.execute("SELECT text FROM texts WHERE id >> 20 = 3"))
        broken = block[:-6] + bytes([block[-6] ^ 1]) + block[-5:]
        db.execute("UPDATE texts SET text = ? WHERE id >> 20 = 3", (broken,))
    assert _bad(filled, deep=True) == ["words", "passages"]
    documents = Documents(filled)
    with pytest.raises(DamagedVaultError):
        documents.pages("/2.txt")
    assert documents.pages("/1.txt")
    assert sorted(documents.passages_by_id([1, 2, 3, 4, 5])) == [1, 2, 4, 5]
    shelf.put(filled, embedder, "/2.txt", "text number 2")
    assert documents.pages("/2.txt")[0].text == "text number 2"
    repair(filled, embedder)
    assert _bad(filled, deep=True) == []


def test_counts_that_disagree_are_found(filled: Vault) -> None:
    with filled.write() as db:
        db.execute("DELETE FROM spans WHERE id = 2")
    assert _bad(filled, deep=False) == ["references"]
