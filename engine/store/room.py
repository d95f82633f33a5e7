"""Moving the texts of an older vault to where they stand once and compressed.

Part of migration 0011, in its transaction: a vault is moved whole or stays as it was.
"""

import apsw

from engine.store import headings as heading_store
from engine.store import texts
from engine.store.dictionary import learn
from engine.store.headings import packed, unpacked
from engine.store.rows import rows
from engine.store.spans import let_vectors_follow

NUMBER = 11
HERE = "-- Here the texts are moved: engine/store/room.py.\n"
AT_ONCE = 500


def move(db: apsw.Connection, sql: str) -> None:
    """Apply the migration's SQL, with the texts moved between its two parts."""
    before, _, after = sql.partition(HERE)
    db.execute(before)
    _move_pages(db)
    learn(db)
    agree = _move_passages(db)
    db.execute("DELETE FROM sqlite_sequence WHERE name = 'spans'")
    db.execute("UPDATE sqlite_sequence SET name = 'spans' WHERE name = 'passages'")
    db.execute(after)
    for (set_id,) in rows(db, "SELECT id FROM vector_sets"):
        let_vectors_follow(db, set_id)
    if not agree:
        db.execute("INSERT INTO words(words) VALUES ('rebuild')")


def _move_pages(db: apsw.Connection) -> None:
    last = -1
    while found := rows(
        db, "SELECT id, text, headings FROM pages WHERE id > ? ORDER BY id LIMIT ?", (last, AT_ONCE)
    ):
        for last, text, headings in found:
            texts.put(db, last, text)
            shorter = packed(unpacked(headings, text), text)
            db.execute(
                "UPDATE pages SET length = ?, headings = ? WHERE id = ?", (len(text), shorter, last)
            )


def _move_passages(db: apsw.Connection) -> bool:
    """Whether every passage was the text of its page, under its document's title."""
    agree = True
    for document_id, title in rows(db, "SELECT id, title FROM documents"):
        pages: dict[int, str] = dict(
            rows(db, "SELECT number, text FROM pages WHERE document_id = ?", (document_id,))
        )
        places: dict[str, int] = {"": 0}
        found = rows(
            db,
            'SELECT id, ordinal, page, start, "end", digest, heading, title, text FROM passages '
            "WHERE document_id = ?",
            (document_id,),
        )
        for id, ordinal, page, start, end, digest, heading, own_title, text in found:
            place = places.setdefault(heading, len(places))
            agree = agree and own_title == title and pages.get(page, "")[start:end] == text
            db.execute(
                "INSERT INTO spans VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (id, document_id, ordinal, page, start, end, place, digest),
            )
        heading_store.put(db, document_id, places)
    return agree
