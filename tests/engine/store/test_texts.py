"""Texts packed and read, and what a vault learns from its texts."""

import random

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.progress import drain
from engine.store import dictionary, space, texts
from engine.store.check import check
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.rows import rows, value
from tests import shelf
from tests.fakes import HashingEmbedder

WORDS = [
    f"{start}{end}" for start in ("har", "mar", "win", "gar") for end in ("bour", "ket", "ter")
]


@pytest.fixture
def learning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dictionary, "STEPS", ((2000, 1024), (6000, 4096)))


def _texts(seed: int, count: int) -> list[str]:
    dice = random.Random(seed)
    return [" ".join(f"{dice.choice(WORDS)} {dice.random():.3f}" for _ in range(40))
            for _ in range(count)]  # fmt: skip


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300), st.data())
def test_every_span_of_a_text_is_read_as_it_was(text: str, data: st.DataObject) -> None:
    db = apsw.Connection(":memory:")
    texts.register(db)
    db.execute("CREATE TABLE texts(id INTEGER PRIMARY KEY, text BLOB)")
    db.execute("CREATE TABLE dictionaries(id INTEGER PRIMARY KEY, number, data)")
    small, texts.BLOCK = texts.BLOCK, 16
    try:
        texts.put(db, 7, text)
        texts.put(db, 8, "another")
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, len(text)))
        assert value(db, "SELECT page_text(7)") == text
        assert value(db, "SELECT span_text(7, ?, ?)", (start, end)) == text[start:end]
        places = [(7, start, end), (8, 0, 3), (9, 0, 3), (7, 0, len(text))]
        assert texts.spans(db, places) == [text[start:end], "ano", "", text]
    finally:
        texts.BLOCK = small
        db.close()


def test_texts_in_the_smaller_blocks_of_older_vaults_are_read(
    vault: Vault, embedder: HashingEmbedder
) -> None:
    said = " ".join(_texts(9, 60))
    assert len(said) > 2 * texts.OLD_BLOCK
    shelf.put(vault, embedder, "/long.txt", said)
    documents = Documents(vault)
    held = documents.passages("/long.txt")
    with vault.write() as db:
        db.execute("DELETE FROM texts")
        (page,) = next(db.execute("SELECT id FROM pages"))
        for number, start in enumerate(range(0, len(said), texts.OLD_BLOCK)):
            db.execute(
                "INSERT INTO texts(id, text) VALUES (?, packed(?))",
                ((page << texts.BLOCK_BITS) + number, said[start : start + texts.OLD_BLOCK]),
            )
    assert documents.passages("/long.txt") == held
    assert documents.passages_by_id([each.id for each in held]) == {each.id: each for each in held}
    assert documents.pages("/long.txt")[0].text == said
    assert all(part.ok for part in check(vault, deep=True))


@pytest.mark.usefixtures("learning")
def test_a_vault_learns_in_steps_and_packs_its_texts_anew(
    vault: Vault, embedder: HashingEmbedder
) -> None:
    def learn() -> tuple[int, int]:
        space.pack_smaller(vault)
        with vault.read() as db:
            number = value(db, "SELECT max(number) FROM dictionaries")
            assert value(db, "SELECT count(*) FROM dictionaries") in (0, 1)
            return number or 0, value(db, "SELECT sum(length(text)) FROM texts")

    said = _texts(1, 60)
    for number, text in enumerate(said[:5]):
        shelf.put(vault, embedder, f"/{number}.txt", text)
    assert learn()[0] == 0
    for number, text in enumerate(said[5:20], 5):
        shelf.put(vault, embedder, f"/{number}.txt", text)
    with vault.read() as db:
        before = value(db, "SELECT sum(length(text)) FROM texts")
    first, after = learn()
    assert first == 1
    assert after < before
    assert learn() == (1, after)
    for number, text in enumerate(said[20:], 20):
        shelf.put(vault, embedder, f"/{number}.txt", text)
    learn()
    with vault.read() as db:
        held = [text for (text,) in rows(db, "SELECT page_text(id) FROM pages ORDER BY id")]
        assert value(db, "SELECT learnt_from FROM dictionaries") >= 6000
    assert held == said
    assert all(part.ok for part in check(vault, deep=True))


@pytest.mark.usefixtures("learning")
def test_what_cannot_be_learnt_from_is_tried_once(
    vault: Vault, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(2)
    for number in range(6):
        text = "".join(chr(dice.randint(0x4E00, 0x9000)) for _ in range(400))
        shelf.put(vault, embedder, f"/{number}.txt", text)
    monkeypatch.setattr(dictionary, "WORTH", 0.1)
    space.pack_smaller(vault)
    with vault.read() as db:
        assert rows(db, "SELECT id FROM dictionaries") == [(dictionary.NONE,)]
        assert not dictionary.due(db)
    shelf.put(vault, embedder, "/after.txt", "It still stores texts.")
    assert all(part.ok for part in check(vault, deep=True))


@pytest.mark.usefixtures("learning")
def test_giving_room_back_learns_anew(vault: Vault, embedder: HashingEmbedder) -> None:
    for number, text in enumerate(_texts(3, 30)):
        shelf.put(vault, embedder, f"/{number}.txt", text)
    space.pack_smaller(vault)
    for number in range(30):
        text = " ".join(f"völlig andere Wörter {number * n}" for n in range(60))
        shelf.put(vault, embedder, f"/{number}.txt", text)
    with vault.read() as db:
        before = value(db, "SELECT sum(length(text)) FROM texts")
    drain(space.compact(vault))
    with vault.read() as db:
        assert value(db, "SELECT sum(length(text)) FROM texts") < before
        assert value(db, "SELECT number FROM dictionaries") == 2
    assert all(part.ok for part in check(vault, deep=True))


@pytest.mark.usefixtures("learning")
def test_a_damaged_text_does_not_stop_the_others(vault: Vault, embedder: HashingEmbedder) -> None:
    said = _texts(4, 30)
    for number, text in enumerate(said):
        shelf.put(vault, embedder, f"/{number}.txt", text)
    with vault.write() as db:
        db.execute("UPDATE texts SET text = x'28b52ffd0102' WHERE id >> 20 = 4")
    space.pack_smaller(vault)
    with vault.read() as db:
        assert value(db, "SELECT number FROM dictionaries") == 1
        held = [text for (text,) in rows(db, "SELECT page_text(id) FROM pages WHERE id <> 4")]
        ids = [id for (id,) in rows(db, "SELECT id FROM passages ORDER BY id")]
    assert held == said[:3] + said[4:]
    read = Documents(vault).passages_by_id(ids)
    assert [read[id].text for id in ids if id in read] == said[:3] + said[4:]
