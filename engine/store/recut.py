"""Exchanging the passages of documents for shorter or longer ones, a document at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.inference.embedder import Vectors as Matrix
from engine.store import headings, spans
from engine.store import vectors as vector_store
from engine.store.connect import Vault
from engine.store.document_rows import fill_passages
from engine.store.rows import row, rows, value
from engine.store.vectors import VectorSet
from engine.types import ParsedDocument, PassageDraft

_LEFT = (
    "FROM documents WHERE passage_tokens <> ? AND state = 'indexed' AND passage_count > 0 "
    "AND path NOT GLOB 'source:*'"
)
"""Rows of a source are passages of their own and stay."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A document as it is to be cut anew."""

    id: int
    indexed_at: float
    parsed: ParsedDocument


def left(vault: Vault, tokens: int, *, most: int = -1) -> list[int]:
    """Documents whose passages were cut to another length."""
    with vault.read() as db:
        found = rows(db, f"SELECT id {_LEFT} ORDER BY id LIMIT ?", (tokens, most))
    return [id for (id,) in found]


def stored(vault: Vault, document_id: int) -> Stored | None:
    with vault.read() as db:
        found = row(
            db, "SELECT indexed_at, type, title FROM documents WHERE id = ?", (document_id,)
        )
        if found is None:
            return None
        pages = rows(
            db,
            "SELECT number, page_text(id), headings, label FROM pages WHERE document_id = ? "
            "ORDER BY number",
            (document_id,),
        )
    return Stored(
        document_id,
        found[0],
        ParsedDocument(
            found[1],
            found[2],
            tuple(headings.page(*each) for each in pages),
        ),
    )


def replace(
    vault: Vault,
    document: Stored,
    drafts: Sequence[PassageDraft],
    digests: Sequence[bytes],
    matrix: Matrix,
    vectors: VectorSet,
    tokens: int,
) -> bool:
    """Put new passages in place of a document's old ones, at once.

    False, and nothing changed, where the document was read again meanwhile.
    """
    with vault.write() as db:
        vector_store.still_held(db, vectors)
        now = value(db, "SELECT indexed_at FROM documents WHERE id = ?", (document.id,))
        if now != document.indexed_at:
            return False
        spans.clear(db, document.id)
        ids = fill_passages(db, document.id, drafts, digests, tokens)
        vector_store.insert(db, vectors, ids, matrix)
    return True
