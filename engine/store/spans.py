"""Rows of passages: places in the pages of a document. The view ``passages`` shows their texts."""

from collections.abc import Sequence

import apsw

from engine.store import headings
from engine.types import PassageDraft


def put(
    db: apsw.Connection, document_id: int, drafts: Sequence[PassageDraft], digests: Sequence[bytes]
) -> list[int]:
    """Store the passages of a document whose pages are stored; their numbers."""
    places: dict[str, int] = {"": 0}
    for draft in drafts:
        places.setdefault(draft.heading, len(places))
    headings.put(db, document_id, places)
    ids = []
    for ordinal, (draft, name) in enumerate(zip(drafts, digests, strict=True)):
        db.execute(
            'INSERT INTO spans(document_id, ordinal, page, start, "end", heading, digest) '
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                document_id,
                ordinal,
                draft.page,
                draft.start,
                draft.end,
                places[draft.heading],
                name,
            ),
        )
        ids.append(db.last_insert_rowid())
    return ids


def clear(db: apsw.Connection, document_id: int) -> None:
    """Forget the passages of a document, their words and vectors."""
    db.execute("DELETE FROM spans WHERE document_id = ?", (document_id,))
    headings.clear(db, document_id)


def let_vectors_follow(db: apsw.Connection, set_id: int) -> None:
    """Let the vectors of a set go with their passages."""
    table = f"vectors_{int(set_id)}"
    db.execute(
        f"CREATE TRIGGER {table}_delete AFTER DELETE ON spans BEGIN "
        f"DELETE FROM {table} WHERE passage_id = old.id; END"
    )
