import pytest

from engine.store.connect import Vault
from engine.store.documents import Documents, FileStamp
from engine.store.lexical import Lexical
from engine.store.rows import numbers, rows
from engine.store.vectors import Vectors
from engine.types import ParsedDocument
from tests import shelf
from tests.fakes import HashingEmbedder


@pytest.fixture
def documents(vault: Vault, embedder: HashingEmbedder) -> Documents:
    shelf.put(vault, embedder, "/d/a.txt", "# One\n\nApples are red.", "# Two\n\nPears are green.")
    shelf.put(vault, embedder, "/d/b.txt", "Ships sail.", library="Sea", title="Fleet")
    return Documents(vault)


def test_what_was_put_comes_back(documents: Documents) -> None:
    found = documents.document("/d/a.txt")
    assert found is not None
    assert (found.library, found.title, found.state) == ("Documents", "Notes", "indexed")
    assert (found.pages, found.passages) == (2, 2)
    assert documents.pages("/d/a.txt") == list(
        shelf.document("# One\n\nApples are red.", "# Two\n\nPears are green.").pages
    )
    first, second = documents.passages("/d/a.txt")
    assert (first.page, first.heading, first.text) == (1, "# One", "# One\n\nApples are red.")
    assert (second.page, second.heading) == (2, "# Two")
    assert documents.passage(first.id) == first
    assert documents.passages_by_id([second.id, 999]) == {second.id: second}
    assert documents.document("/d/unknown") is None
    assert documents.pages("/d/unknown") == []


def test_libraries_count_what_they_hold(documents: Documents) -> None:
    first, second = documents.libraries()
    assert (first.name, first.documents, first.failed, first.passages) == ("Documents", 1, 0, 2)
    assert (second.name, second.documents, second.passages) == ("Sea", 1, 1)
    assert [each.path for each in documents.documents("sea")] == ["/d/b.txt"]


def test_neighbours_stay_in_the_document(vault: Vault, embedder: HashingEmbedder) -> None:
    shelf.put(vault, embedder, "/n.txt", *(f"page {number}" for number in range(5)))
    shelf.put(vault, embedder, "/m.txt", "other")
    documents = Documents(vault)
    passages = documents.passages("/n.txt")
    around = documents.neighbours(passages[1].id, before=2, after=2)
    assert [each.text for each in around] == ["page 0", "page 2", "page 3"]
    assert documents.neighbours(passages[4].id) == [passages[3]]


def test_a_new_version_replaces_pages_passages_words_and_vectors(
    vault: Vault, embedder: HashingEmbedder, documents: Documents
) -> None:
    old = documents.passages("/d/a.txt")
    shelf.put(vault, embedder, "/d/a.txt", "Plums are blue.")
    assert [each.text for each in documents.passages("/d/a.txt")] == ["Plums are blue."]
    assert len(documents.pages("/d/a.txt")) == 1
    assert Lexical(vault).search('"apples"', 10) == []
    assert len(Lexical(vault).search('"plums"', 10)) == 1
    vectors = Vectors(vault).serving()
    assert vectors is not None
    assert Vectors(vault).count(vectors) == 2
    assert documents.passage(old[0].id) is None
    assert not {each.id for each in old} & {each.id for each in documents.passages("/d/a.txt")}


def test_removing_leaves_nothing_behind(vault: Vault, documents: Documents) -> None:
    assert documents.remove(["/d/a.txt", "/d/b.txt", "/d/never"]) == 2
    assert documents.libraries() == []
    with vault.read() as db:
        for table in ("pages", "passages", "documents", "words_docsize"):
            assert rows(db, f"SELECT count(*) FROM {table}") == [(0,)]
    vectors = Vectors(vault).serving()
    assert vectors is not None
    assert Vectors(vault).count(vectors) == 0


def test_a_failed_file_is_listed_with_its_reason(documents: Documents) -> None:
    stamp = FileStamp("/d/c.pdf", 10, 1, b"y")
    documents.put_failed(stamp, "Sea", "encrypted", "It needs a password.")
    found = documents.document("/d/c.pdf")
    assert found is not None
    assert (found.state, found.code, found.reason) == (
        "failed",
        "encrypted",
        "It needs a password.",
    )
    assert [each.failed for each in documents.libraries()] == [0, 1]


def test_unusable_new_bytes_drop_the_old_text_but_a_locked_file_keeps_it(
    documents: Documents,
) -> None:
    stamp = FileStamp("/d/a.txt", 10, 1, b"y")
    documents.put_failed(stamp, "Documents", "unreadable", "No permission.", keep_text=True)
    kept = documents.document("/d/a.txt")
    assert kept is not None
    assert (kept.state, kept.code, kept.passages) == ("indexed", "unreadable", 2)
    documents.put_failed(stamp, "Documents", "damaged", "The file is damaged.")
    dropped = documents.document("/d/a.txt")
    assert dropped is not None
    assert (dropped.state, dropped.passages) == ("failed", 0)
    assert documents.passages("/d/a.txt") == []


def test_a_document_without_passages_can_be_stored(vault: Vault, embedder: HashingEmbedder) -> None:
    vectors = Vectors(vault).ensure(embedder.identity)
    stamp = FileStamp("/e.txt", 0, 1, b"z")
    parsed = ParsedDocument("text", "E", ())
    Documents(vault).put(stamp, "Documents", parsed, [], embedder.embed_passages([]), vectors)
    assert Documents(vault).passages("/e.txt") == []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM documents WHERE path = 'x'",
        "SELECT * FROM documents WHERE path = 'x' OR (path >= 'x/' AND path < 'x0')",
        "SELECT * FROM documents WHERE library_id = 1",
        "SELECT * FROM passages WHERE document_id = 1 ORDER BY ordinal",
        "SELECT * FROM pages WHERE document_id = 1 ORDER BY number",
        "SELECT * FROM spans WHERE substr(digest, 1, 5) = x'00' AND digest = x'00'",
        "SELECT * FROM messages WHERE conversation_id = 1 ORDER BY id",
        "SELECT * FROM conversations ORDER BY changed_at DESC, id DESC",
        "SELECT b.* FROM passages AS a JOIN passages AS b ON b.document_id = a.document_id "
        "WHERE a.id = 1 AND b.ordinal BETWEEN a.ordinal - 1 AND a.ordinal + 1 ORDER BY b.ordinal",
    ],
)
def test_queries_that_scale_use_an_index(vault: Vault, sql: str) -> None:
    with vault.read() as db:
        plan = [line[3] for line in rows(db, f"EXPLAIN QUERY PLAN {sql}")]
    assert not [line for line in plan if line.startswith("SCAN") and "USING INDEX" not in line]
    assert not [line for line in plan if "TEMP B-TREE" in line]


def test_looking_passages_up_by_number_scans_nothing_but_the_numbers(vault: Vault) -> None:
    with vault.read() as db:
        plan = rows(
            db,
            "EXPLAIN QUERY PLAN SELECT passages.id FROM passages "
            "JOIN documents ON documents.id = passages.document_id "
            "WHERE passages.id IN (SELECT value FROM carray(?))",
            (numbers([1, 2]),),
        )
    assert not [line for line in plan if line[3].startswith(("SCAN passages", "SCAN documents"))]
