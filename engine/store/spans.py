"""Rows of passages: places in the pages of a document. The view ``passages`` shows their texts."""

from collections import Counter
from collections.abc import Sequence

import apsw

from engine.store import headings
from engine.store.rows import rows, value
from engine.types import PassageDraft

Kept = dict[tuple[bytes, str], list[int]]
"""Numbers of passages that stay, by the name of what was embedded and the heading."""


def keep(
    db: apsw.Connection, document_id: int, drafts: Sequence[PassageDraft], digests: Sequence[bytes]
) -> Kept:
    """Forget the passages that a document no longer has, while its old pages are still there.

    The others keep their numbers, words and vectors; :func:`put` tells them their new places.
    """
    wanted = Counter(zip(digests, (draft.heading for draft in drafts), strict=True))
    kept: Kept = {}
    found = rows(
        db, "SELECT id, digest, heading FROM passages WHERE document_id = ? ORDER BY ordinal",
        (document_id,),
    )  # fmt: skip
    for id, name, heading in found:
        same = kept.setdefault((name, heading), [])
        if len(same) < wanted[name, heading]:
            same.append(id)
        else:
            db.execute("DELETE FROM spans WHERE id = ?", (id,))
    headings.clear(db, document_id)
    # Out of the way of the new places.
    db.execute("UPDATE spans SET ordinal = -1 - ordinal WHERE document_id = ?", (document_id,))
    return kept


def put(
    db: apsw.Connection,
    document_id: int,
    drafts: Sequence[PassageDraft],
    digests: Sequence[bytes],
    kept: Kept | None = None,
) -> list[int]:
    """Store the passages of a document whose pages are stored; their numbers."""
    left = {key: list(reversed(ids)) for key, ids in (kept or {}).items()}
    places: dict[str, int] = {"": 0}
    for draft in drafts:
        places.setdefault(draft.heading, len(places))
    if len(places) > 1:
        title = value(db, "SELECT title FROM documents WHERE id = ?", (document_id,))
        headings.put(db, document_id, places, title)
    ids = []
    for ordinal, (draft, name) in enumerate(zip(drafts, digests, strict=True)):
        place = (ordinal, draft.page, draft.start, draft.end, places[draft.heading])
        if same := left.get((name, draft.heading)):
            ids.append(same.pop())
            db.execute(
                'UPDATE spans SET ordinal = ?, page = ?, start = ?, "end" = ?, heading = ? '
                "WHERE id = ?",
                (*place, ids[-1]),
            )
            continue
        db.execute(
            'INSERT INTO spans(document_id, ordinal, page, start, "end", heading, digest) '
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (document_id, *place, name),
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
