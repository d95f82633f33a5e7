"""Documents with their pages and passages: what the vault holds of the user's files."""

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import apsw

from engine.inference.embedder import Vectors as Matrix
from engine.store import tables as table_store
from engine.store import vectors as vector_store
from engine.store.connect import Vault
from engine.store.roots import drop_empty_libraries, ensure_library, inside
from engine.store.rows import numbers, row, rows, value
from engine.store.vectors import VectorSet, digest, embedding_text
from engine.types import Document, Heading, Library, Page, ParsedDocument, Passage, PassageDraft


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What tells whether a file changed."""

    path: str
    size_bytes: int
    mtime_ns: int
    sha256: bytes
    """Of its bytes; empty where they could not be read."""


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file as the vault last saw it."""

    stamp: FileStamp
    library: str
    state: str
    code: str
    reason: str
    passages: int
    indexed_at: float


_DOCUMENT = (
    "SELECT documents.id, libraries.name, path, type, title, state, page_count, passage_count, "
    "size_bytes, indexed_at, code, reason FROM documents "
    "JOIN libraries ON libraries.id = documents.library_id "
)
_PASSAGE = (
    "SELECT passages.id, passages.document_id, documents.path, passages.title, passages.page, "
    'passages.start, passages."end", passages.heading, passages.text FROM passages '
    "JOIN documents ON documents.id = passages.document_id "
)
_KNOWN = (
    "SELECT path, size_bytes, mtime_ns, sha256, libraries.name, state, code, reason, "
    "passage_count, indexed_at FROM documents "
    "JOIN libraries ON libraries.id = documents.library_id "
)


class Documents:
    """Reading and replacing the documents of a vault. Paths are absolute."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    # --- reading -------------------------------------------------------------------------------

    def libraries(self) -> list[Library]:
        """All libraries by name."""
        with self._vault.read() as db:
            roots: dict[int, list[str]] = {}
            for library_id, path in rows(db, "SELECT library_id, path FROM roots ORDER BY path"):
                roots.setdefault(library_id, []).append(path)
            found = rows(
                db,
                "SELECT libraries.id, name, "
                "count(documents.id) FILTER (WHERE state = 'indexed'), "
                "count(documents.id) FILTER (WHERE state = 'failed'), "
                "coalesce(sum(passage_count), 0), coalesce(sum(size_bytes), 0), max(indexed_at) "
                "FROM libraries LEFT JOIN documents ON documents.library_id = libraries.id "
                "GROUP BY libraries.id ORDER BY name",
            )
        return [replace(Library(*each), roots=tuple(roots.get(each[0], ()))) for each in found]

    def library_id(self, name: str) -> int | None:
        with self._vault.read() as db:
            found: int | None = value(db, "SELECT id FROM libraries WHERE name = ?", (name,))
        return found

    def documents(self, library: str | None = None) -> list[Document]:
        """Documents of one library or of all, indexed and failed, by path."""
        with self._vault.read() as db:
            if library is None:
                found = rows(db, _DOCUMENT + "ORDER BY path")
            else:
                found = rows(db, _DOCUMENT + "WHERE libraries.name = ? ORDER BY path", (library,))
        return [Document(*each) for each in found]

    def document(self, path: Path | str) -> Document | None:
        with self._vault.read() as db:
            found = row(db, _DOCUMENT + "WHERE path = ?", (str(path),))
        return Document(*found) if found else None

    def pages(self, path: Path | str) -> list[Page]:
        """The pages of a document in order; empty where it is not known or was not readable."""
        with self._vault.read() as db:
            found = rows(
                db,
                "SELECT number, text, headings FROM pages WHERE document_id = "
                "(SELECT id FROM documents WHERE path = ?) ORDER BY number",
                (str(path),),
            )
        return [
            Page(number, text, tuple(Heading(*heading) for heading in json.loads(headings)))
            for number, text, headings in found
        ]

    def passages(self, path: Path | str) -> list[Passage]:
        """The passages of a document in reading order."""
        with self._vault.read() as db:
            found = rows(db, _PASSAGE + "WHERE documents.path = ? ORDER BY ordinal", (str(path),))
        return [Passage(*each) for each in found]

    def passage(self, passage_id: int) -> Passage | None:
        with self._vault.read() as db:
            found = row(db, _PASSAGE + "WHERE passages.id = ?", (passage_id,))
        return Passage(*found) if found else None

    def passages_by_id(self, ids: Sequence[int]) -> dict[int, Passage]:
        """Those of the passages that exist, by number."""
        with self._vault.read() as db:
            found = rows(
                db,
                _PASSAGE + "WHERE passages.id IN (SELECT value FROM carray(?))",
                (numbers(ids),),
            )
        return {each[0]: Passage(*each) for each in found}

    def neighbours(self, passage_id: int, before: int = 1, after: int = 1) -> list[Passage]:
        """Passages around one of the same document in reading order, itself left out."""
        with self._vault.read() as db:
            found = rows(
                db,
                _PASSAGE + "JOIN passages AS centre ON centre.document_id = passages.document_id "
                "WHERE centre.id = ?1 AND passages.id <> ?1 "
                "AND passages.ordinal BETWEEN centre.ordinal - ?2 AND centre.ordinal + ?3 "
                "ORDER BY passages.ordinal",
                (passage_id, before, after),
            )
        return [Passage(*each) for each in found]

    def known_files(self, root: Path | str) -> dict[str, KnownFile]:
        """What the vault holds at and under a path, by path."""
        low, high = inside(Path(root))
        with self._vault.read() as db:
            found = rows(
                db, _KNOWN + "WHERE path = ?1 OR (path >= ?2 AND path < ?3)", (str(root), low, high)
            )
        return {each[0]: KnownFile(FileStamp(*each[:4]), *each[4:]) for each in found}

    # --- writing -------------------------------------------------------------------------------

    def put(
        self,
        stamp: FileStamp,
        library: str,
        parsed: ParsedDocument,
        drafts: Sequence[PassageDraft],
        matrix: Matrix,
        vectors: VectorSet,
    ) -> None:
        """Store a file in place of what was known of it: pages, passages, words and vectors.

        ``matrix`` is (len(drafts), dimension). All or nothing.
        """
        with self._vault.write() as db:
            vector_store.still_held(db, vectors)
            document_id = self._put_row(
                db, stamp, library, parsed.type, parsed.title, "indexed", "", ""
            )
            _clear(db, document_id)
            db.execute(
                "UPDATE documents SET page_count = ?, passage_count = ? WHERE id = ?",
                (len(parsed.pages), len(drafts), document_id),
            )
            db.executemany(
                "INSERT INTO pages(document_id, number, text, headings) VALUES (?, ?, ?, ?)",
                [(document_id, page.number, page.text, _headings(page)) for page in parsed.pages],
            )
            ids = []
            for ordinal, draft in enumerate(drafts):
                text = embedding_text(parsed.title, draft.heading, draft.text)
                db.execute(
                    'INSERT INTO passages(document_id, ordinal, page, start, "end", title, '
                    "heading, text, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        document_id,
                        ordinal,
                        draft.page,
                        draft.start,
                        draft.end,
                        parsed.title,
                        draft.heading,
                        draft.text,
                        digest(text),
                    ),
                )
                ids.append(db.last_insert_rowid())
            vector_store.insert(db, vectors, ids, matrix)
            table_store.put(db, document_id, parsed.tables)

    def put_failed(
        self, stamp: FileStamp, library: str, code: str, reason: str, *, keep_text: bool = False
    ) -> None:
        """List a file as failed.

        ``keep_text`` is for a file whose bytes could not be read: what is held of it stays
        searchable. Where the bytes were read and are of no use, the old text no longer stands in
        the file and goes.
        """
        path = Path(stamp.path)
        with self._vault.write() as db:
            if keep_text:
                db.execute(
                    "UPDATE documents SET code = ?, reason = ? "
                    "WHERE path = ? AND state = 'indexed'",
                    (code, reason, stamp.path),
                )
                if db.changes():
                    return
            document_id = self._put_row(
                db,
                stamp,
                library,
                path.suffix.lstrip(".").lower(),
                path.stem,
                "failed",
                code,
                reason,
            )
            _clear(db, document_id)

    def touch(self, stamp: FileStamp) -> None:
        """Note new size and time of a file whose content is the same, and that it is readable."""
        with self._vault.write() as db:
            db.execute(
                "UPDATE documents SET size_bytes = ?, mtime_ns = ?, "
                "code = iif(state = 'indexed', '', code), "
                "reason = iif(state = 'indexed', '', reason) WHERE path = ?",
                (stamp.size_bytes, stamp.mtime_ns, stamp.path),
            )

    def move(self, path: str, library: str) -> None:
        """Hand a document over to another library."""
        with self._vault.write() as db:
            db.execute(
                "UPDATE documents SET library_id = ? WHERE path = ?",
                (ensure_library(db, library), path),
            )
            drop_empty_libraries(db)

    def remove(self, paths: Iterable[str]) -> int:
        """Forget documents; the number of those that were known. The files stay as they are."""
        removed = 0
        with self._vault.write() as db:
            for path in paths:
                document_id = value(db, "SELECT id FROM documents WHERE path = ?", (path,))
                if document_id is not None:
                    _clear(db, document_id)
                    db.execute("DELETE FROM documents WHERE id = ?", (document_id,))
                    removed += 1
            table_store.sweep(db)
            drop_empty_libraries(db)
        return removed

    @staticmethod
    def _put_row(
        db: apsw.Connection,
        stamp: FileStamp,
        library: str,
        type: str,
        title: str,
        state: str,
        code: str,
        reason: str,
    ) -> int:
        document_id: int = value(
            db,
            "INSERT INTO documents(library_id, path, type, title, state, code, reason, size_bytes, "
            "mtime_ns, sha256, indexed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT(path) DO UPDATE SET library_id = excluded.library_id, "
            "type = excluded.type, title = excluded.title, state = excluded.state, "
            "code = excluded.code, reason = excluded.reason, size_bytes = excluded.size_bytes, "
            "mtime_ns = excluded.mtime_ns, sha256 = excluded.sha256, "
            "indexed_at = excluded.indexed_at, page_count = 0, passage_count = 0 RETURNING id",
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
            ),
        )
        return document_id


def _clear(db: apsw.Connection, document_id: int) -> None:
    db.execute("DELETE FROM passages WHERE document_id = ?", (document_id,))
    db.execute("DELETE FROM pages WHERE document_id = ?", (document_id,))
    table_store.drop(db, document_id)


def _headings(page: Page) -> str:
    return json.dumps([[h.start, h.level, h.title] for h in page.headings], ensure_ascii=False)
