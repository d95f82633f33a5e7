"""Passages that a changed document still has stay what they are."""

import pytest

from engine.store.check import check
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.lexical import Lexical
from engine.store.rows import rows
from tests import shelf
from tests.fakes import HashingEmbedder

PARTS = [f"## Part {n}\n\nThe harbour of town{n} opens at {n}. " + f"It is {n}. " * 30
         for n in range(12)]  # fmt: skip


def _ids(vault: Vault) -> dict[str, int]:
    return {each.text: each.id for each in Documents(vault).passages("/a.txt")}


def _put(vault: Vault, embedder: HashingEmbedder, parts: list[str], **more: str) -> None:
    shelf.put(vault, embedder, "/a.txt", "\n\n".join(parts), **more)
    assert all(part.ok for part in check(vault, deep=True))
    read = Documents(vault).passages("/a.txt")
    page = Documents(vault).pages("/a.txt")[0]
    assert [page.text[each.start : each.end] for each in read] == [each.text for each in read]
    assert sorted(each.start for each in read) == [each.start for each in read]


@pytest.mark.parametrize("change", ["in the middle", "before", "gone", "turned", "twice"])
def test_what_stays_keeps_its_number_words_and_vector(
    vault: Vault, embedder: HashingEmbedder, change: str
) -> None:
    _put(vault, embedder, PARTS)
    before = _ids(vault)
    parts = {
        "in the middle": [*PARTS[:5], "## New\n\nA word nowhere else: zebra.", *PARTS[6:]],
        "before": ["## New\n\nA beginning with a zebra.", *PARTS],
        "gone": [*PARTS[:3], "zebra", *PARTS[9:]],
        "turned": ["zebra", *reversed(PARTS)],
        "twice": [*PARTS, "zebra", *PARTS[:4]],
    }[change]
    with vault.write() as db:
        db.execute("CREATE TEMP TABLE written(id)")
        db.execute(
            "CREATE TEMP TRIGGER noted AFTER INSERT ON spans BEGIN "
            "INSERT INTO written VALUES (new.id); END"
        )
    _put(vault, embedder, parts)
    with vault.write() as db:
        written = {id for (id,) in rows(db, "SELECT id FROM written")}
    after = _ids(vault)
    stayed = before.keys() & after.keys()
    assert len(stayed) >= 5
    if change != "twice":
        assert all(after[text] == before[text] for text in stayed)
    assert len(written) == len(Documents(vault).passages("/a.txt")) - len(stayed)
    assert len(Lexical(vault).search('"zebra"', 10)) == 1


def test_another_title_or_library_is_written_anew(vault: Vault, embedder: HashingEmbedder) -> None:
    _put(vault, embedder, PARTS)
    _put(vault, embedder, PARTS, title="Timetable")
    assert len(Lexical(vault).search('"timetable"', 50)) == len(_ids(vault))
    _put(vault, embedder, PARTS, title="Timetable", library="Harbour")
    library = Documents(vault).library_id("Harbour")
    assert len(Lexical(vault).search('"timetable"', 50, library)) == len(_ids(vault))
