"""Rows of documents, pages and passages, written inside a running transaction."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import apsw

from engine.inference.embedder import Vectors as Matrix
from engine.store import glossary, headings, spans, tables, texts
from engine.store.attached import bounds
from engine.store.facts import DEFAULT_PASSAGE_TOKENS
from engine.store.roots import ensure_library
from engine.store.rows import row, rows, value
from engine.store.spans import Kept
from engine.types import ParsedDocument, PassageDraft


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What tells whether a file changed."""

    path: str
    size_bytes: int
    mtime_ns: int
    sha256: bytes
    """Of its bytes; empty where they could not be read."""


@dataclass(frozen=True, slots=True)
class Inner:
    """A document inside a file, with what its passages need; see :class:`engine.types.Attachment`.

    ``matrix`` is (len(drafts), dimension).
    """

    path: str
    container: str
    """Path of the document it lies in: the file, or another inner one named before."""
    parsed: ParsedDocument | None
    drafts: Sequence[PassageDraft]
    digests: Sequence[bytes]
    matrix: Matrix
    code: str = ""
    reason: str = ""
    reader: int = 1
    """Version of the reader of its type."""


def put_row(
    db: apsw.Connection,
    stamp: FileStamp,
    library: str,
    type: str,
    title: str,
    state: str,
    code: str,
    reason: str,
    *,
    note: str = "",
    parent_id: int | None = None,
    reader: int = 1,
    read_with: str = "",
    scanned: int = 0,
) -> int:
    """Write a document's row, new or in place of the old one; its number.

    :func:`make_room` comes before: another title would be written into the words of the old text.
    """
    db.execute("DELETE FROM former_paths WHERE path = ?", (stamp.path,))
    document_id: int = value(
        db,
        "INSERT INTO documents(library_id, path, type, title, state, code, reason, size_bytes, "
        "mtime_ns, sha256, indexed_at, note, parent_id, reader, read_with, scanned) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT(path) DO UPDATE SET library_id = excluded.library_id, "
        "type = excluded.type, title = excluded.title, state = excluded.state, "
        "code = excluded.code, reason = excluded.reason, size_bytes = excluded.size_bytes, "
        "mtime_ns = excluded.mtime_ns, sha256 = excluded.sha256, "
        "indexed_at = excluded.indexed_at, note = excluded.note, "
        "parent_id = excluded.parent_id, reader = excluded.reader, "
        "read_with = excluded.read_with, scanned = excluded.scanned, "
        "page_count = 0, passage_count = 0 RETURNING id",
        (
            ensure_library(db, library),
            stamp.path,
            type,
            title,
            state,
            code,
            reason,
            stamp.size_bytes,
            stamp.mtime_ns,
            stamp.sha256,
            time.time(),
            note,
            parent_id,
            reader,
            read_with,
            scanned,
        ),
    )
    return document_id


def make_room(
    db: apsw.Connection,
    path: str,
    library: str = "",
    title: str = "",
    drafts: Sequence[PassageDraft] = (),
    digests: Sequence[bytes] = (),
) -> Kept:
    """Forget the text of a document that is read again, except the passages it still has."""
    found = row(
        db,
        "SELECT documents.id, libraries.name, title FROM documents "
        "JOIN libraries ON libraries.id = library_id WHERE path = ?",
        (path,),
    )
    if found is None:
        return {}
    id, held_in, held_as = found
    same = held_in.casefold() == library.casefold() and held_as == title
    kept = spans.keep(db, id, drafts, digests) if same else {}
    if not same:
        spans.clear(db, id)
    _clear_pages(db, id)
    return kept


def fill(
    db: apsw.Connection,
    document_id: int,
    parsed: ParsedDocument,
    drafts: Sequence[PassageDraft],
    digests: Sequence[bytes],
    passage_tokens: int = DEFAULT_PASSAGE_TOKENS,
    kept: Kept | None = None,
) -> list[int]:
    """Store pages and passages of a document; the numbers of its passages."""
    db.execute(
        "UPDATE documents SET page_count = ? WHERE id = ?",
        (len(parsed.pages), document_id),
    )
    for page in parsed.pages:
        db.execute(
            "INSERT INTO pages(document_id, number, length, headings, label) "
            "VALUES (?, ?, ?, ?, ?)",
            (
                document_id,
                page.number,
                len(page.text),
                headings.packed(page.headings, page.text, page.rows, page.merged),
                page.label,
            ),
        )
        texts.put(db, db.last_insert_rowid(), page.text)
    tables.put(db, document_id, parsed.tables)
    glossary.put_found(db, document_id, [page.text for page in parsed.pages])
    return fill_passages(db, document_id, drafts, digests, passage_tokens, kept)


def fill_passages(
    db: apsw.Connection,
    document_id: int,
    drafts: Sequence[PassageDraft],
    digests: Sequence[bytes],
    passage_tokens: int,
    kept: Kept | None = None,
) -> list[int]:
    """Store the passages of a document whose pages are stored; their numbers."""
    db.execute(
        "UPDATE documents SET passage_count = ?, passage_tokens = ? WHERE id = ?",
        (len(drafts), passage_tokens, document_id),
    )
    return spans.put(db, document_id, drafts, digests, kept)


def drop_inner(db: apsw.Connection, path: str) -> int:
    """Forget the documents inside a file; how many there were."""
    found = rows(
        db,
        "SELECT id FROM documents WHERE path >= ? AND path < ? AND parent_id IS NOT NULL",
        bounds(path),
    )
    for (document_id,) in found:
        clear(db, document_id)
    for (document_id,) in found:
        db.execute("DELETE FROM documents WHERE id = ?", (document_id,))
    return len(found)


def clear(db: apsw.Connection, document_id: int) -> None:
    """Forget the text of a document."""
    spans.clear(db, document_id)
    _clear_pages(db, document_id)


def _clear_pages(db: apsw.Connection, document_id: int) -> None:
    db.execute("DELETE FROM pages WHERE document_id = ?", (document_id,))
    tables.drop(db, document_id)
    glossary.drop_found(db, document_id)
