"""Documents with their pages and passages: what the vault holds of the user's files."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import apsw

from engine.inference.embedder import Vectors as Matrix
from engine.library_types import FailedFile
from engine.store import glossary, headings, passage_rows
from engine.store import vectors as vector_store
from engine.store.attached import bounds
from engine.store.connect import Vault
from engine.store.document_rows import FileStamp as FileStamp
from engine.store.document_rows import Inner, clear, drop_inner, fill, make_room, put_row
from engine.store.facts import DEFAULT_PASSAGE_TOKENS
from engine.store.jobs import settled
from engine.store.roots import drop_empty_libraries, ensure_library, inside
from engine.store.rows import numbers, row, rows, value
from engine.store.vectors import VectorSet, digest, embedding_text
from engine.types import Document, Library, Page, ParsedDocument, Passage, PassageDraft


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
    read_with: str = ""
    """How pictures of text were read, or what was left out of the library at the time."""


_DOCUMENT = (
    "SELECT documents.id, libraries.name, path, type, title, state, page_count, passage_count, "
    "size_bytes, indexed_at, code, reason, note, "
    "coalesce((SELECT path FROM documents AS outside WHERE outside.id = documents.parent_id), '') "
    "FROM documents "
    "JOIN libraries ON libraries.id = documents.library_id "
)
_PASSAGE = passage_rows.ONE_BY_ONE
_KNOWN = (
    "SELECT path, size_bytes, mtime_ns, sha256, libraries.name, state, code, reason, "
    "passage_count, indexed_at, read_with FROM documents "
    "JOIN libraries ON libraries.id = documents.library_id "
)
_HERE = (
    "(SELECT coalesce((SELECT id FROM documents WHERE path = ?1), "
    "(SELECT document_id FROM former_paths WHERE path = ?1)))"
)
"""Number of the document of a path, which it may have had before it was moved."""


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
        """The document that lies at a path, or that lay there before it was moved."""
        with self._vault.read() as db:
            found = row(db, _DOCUMENT + f"WHERE documents.id = {_HERE}", (str(path),))
        return Document(*found) if found else None

    def pages(self, path: Path | str) -> list[Page]:
        """The pages of a document in order; empty where it is not known or was not readable."""
        with self._vault.read() as db:
            found = rows(
                db,
                "SELECT number, page_text(id), headings, label FROM pages "
                f"WHERE document_id = {_HERE} ORDER BY number",
                (str(path),),
            )
        return [headings.page(*each) for each in found]

    def passages(self, path: Path | str) -> list[Passage]:
        """The passages of a document in reading order."""
        with self._vault.read() as db:
            found = rows(
                db, _PASSAGE + f"WHERE documents.id = {_HERE} ORDER BY ordinal", (str(path),)
            )
        return [Passage(*each) for each in found]

    def passage(self, passage_id: int) -> Passage | None:
        with self._vault.read() as db:
            found = row(db, _PASSAGE + "WHERE passages.id = ?", (passage_id,))
        return Passage(*found) if found else None

    def passages_by_id(self, ids: Sequence[int]) -> dict[int, Passage]:
        """Those of the passages that exist and can be read, by number."""
        with self._vault.read() as db:
            return {each.id: each for each in passage_rows.by_id(db, ids) if each.text}

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
        """The files that the vault holds at and under a path, by path; not what is in them."""
        low, high = inside(Path(root))
        with self._vault.read() as db:
            found = rows(
                db,
                _KNOWN + "WHERE (path = ?1 OR (path >= ?2 AND path < ?3)) AND parent_id IS NULL",
                (str(root), low, high),
            )
        return {each[0]: KnownFile(FileStamp(*each[:4]), *each[4:]) for each in found}

    def known(self, path: Path | str) -> KnownFile | None:
        """The file of this path, as :meth:`known_files`."""
        return self.known_of([str(path)]).get(str(path))

    def known_of(self, paths: Iterable[str]) -> dict[str, KnownFile]:
        """The files of these paths, as :meth:`known_files`."""
        found = []
        with self._vault.read() as db:
            for path in paths:
                found += rows(db, _KNOWN + "WHERE path = ? AND parent_id IS NULL", (path,))
        return {each[0]: KnownFile(FileStamp(*each[:4]), *each[4:]) for each in found}

    def held(self, path: Path | str) -> list[str]:
        """The document of this path and the files below it; not what is in them."""
        low, high = inside(Path(path))
        with self._vault.read() as db:
            found = rows(
                db,
                "SELECT path FROM documents WHERE path = ?1 "
                "OR (path >= ?2 AND path < ?3 AND parent_id IS NULL) ORDER BY path",
                (str(path), low, high),
            )
        return [path for (path,) in found]

    def inner(self, path: Path | str) -> list[Document]:
        """The documents inside a file or an inner document, at any depth, by path."""
        with self._vault.read() as db:
            found = rows(
                db,
                _DOCUMENT + "WHERE path >= ? AND path < ? AND parent_id IS NOT NULL ORDER BY path",
                bounds(str(path)),
            )
        return [Document(*each) for each in found]

    def failed_inner(self, path: str) -> list[FailedFile]:
        """The documents inside a file that could not be read."""
        with self._vault.read() as db:
            found = rows(
                db,
                "SELECT path, code, reason FROM documents WHERE path >= ? AND path < ? "
                "AND parent_id IS NOT NULL AND state = 'failed' ORDER BY path",
                bounds(path),
            )
        return [FailedFile(*each) for each in found]

    def with_inner(self) -> frozenset[str]:
        """Paths of the documents that hold others."""
        with self._vault.read() as db:
            found = rows(
                db,
                "SELECT path FROM documents WHERE id IN "
                "(SELECT parent_id FROM documents WHERE parent_id IS NOT NULL)",
            )
        return frozenset(path for (path,) in found)

    def twin(self, stamp: FileStamp) -> tuple[str, list[tuple[str, bytes]]] | None:
        """Title, and texts with digests, of another file with the same bytes; None without one."""
        with self._vault.read() as db:
            found = row(
                db,
                "SELECT id, title FROM documents WHERE substr(sha256, 1, 6) = substr(?1, 1, 6) "
                "AND sha256 = ?1 AND path <> ?2 "
                "AND state = 'indexed' AND code = '' AND parent_id IS NULL LIMIT 1",
                (stamp.sha256, stamp.path),
            )
            if found is None:
                return None
            held = rows(
                db,
                "SELECT text, digest FROM passages WHERE document_id = ? ORDER BY ordinal",
                (found[0],),
            )
        return found[1], held

    def also(self, ids: Sequence[int], library_id: int | None) -> dict[int, list[str]]:
        """Other documents that hold the same passage at the same place, by number of passage."""
        places: dict[int, list[str]] = {}
        with self._vault.read() as db:
            found = rows(
                db,
                "SELECT DISTINCT here.id, documents.path FROM carray(?1) AS wanted "
                "CROSS JOIN passages AS here ON here.id = wanted.value "
                "CROSS JOIN passages AS there "
                "ON substr(there.digest, 1, 5) = substr(here.digest, 1, 5) "
                "AND there.digest = here.digest "
                "AND there.document_id <> here.document_id AND there.text = here.text "
                "AND (there.page, there.start) = (here.page, here.start) "
                "CROSS JOIN documents ON documents.id = there.document_id "
                "WHERE ?2 IS NULL OR documents.library_id = ?2 ORDER BY documents.path",
                (numbers(ids), library_id),
            )
        for id, path in found:
            places.setdefault(id, []).append(path)
        return places

    # --- writing -------------------------------------------------------------------------------

    def put(
        self,
        stamp: FileStamp,
        library: str,
        parsed: ParsedDocument,
        drafts: Sequence[PassageDraft],
        matrix: Matrix,
        vectors: VectorSet,
        *,
        digests: Sequence[bytes] | None = None,
        inner: Sequence[Inner] = (),
        reader: int = 1,
        read_with: str = "",
        passage_tokens: int = DEFAULT_PASSAGE_TOKENS,
    ) -> None:
        """Store a file in place of what was known of it: pages, passages, words and vectors.

        ``matrix`` is (len(drafts), dimension). ``digests`` name the texts that its rows were made
        of, where that is not the passages' own. ``inner`` are the documents inside the file,
        outer ones first. ``reader`` is the version of what read it, ``read_with`` how pictures of
        text were read, ``passage_tokens`` the length they were cut to. All or nothing.
        """
        if digests is None:
            digests = [digest(embedding_text(parsed.title, d.heading, d.text)) for d in drafts]
        with self._vault.write() as db:
            vector_store.still_held(db, vectors)
            kept = make_room(db, stamp.path, library, parsed.title, drafts, digests)
            document_id = put_row(
                db, stamp, library, parsed.type, parsed.title, "indexed", "", "",
                note=parsed.note, reader=reader, read_with=read_with, scanned=parsed.scanned,
            )  # fmt: skip
            drop_inner(db, stamp.path)
            ids = fill(db, document_id, parsed, drafts, digests, passage_tokens, kept)
            vector_store.insert(db, vectors, ids, matrix)
            self._put_inner(
                db, {stamp.path: document_id}, library, inner, vectors, read_with, passage_tokens
            )
            settled(db, stamp.path)

    def _put_inner(
        self,
        db: apsw.Connection,
        held: Mapping[str, int],
        library: str,
        inner: Sequence[Inner],
        vectors: VectorSet,
        read_with: str,
        passage_tokens: int,
    ) -> None:
        numbers_of = dict(held)
        for each in inner:
            name = Path(each.path)
            parsed = each.parsed
            document_id = put_row(
                db,
                FileStamp(each.path, 0, 0, b""),
                library,
                parsed.type if parsed else name.suffix.lstrip(".").lower(),
                parsed.title if parsed else name.stem,
                "indexed" if parsed and not each.code else "failed",
                each.code,
                each.reason,
                note=parsed.note if parsed else "",
                parent_id=numbers_of[each.container],
                reader=each.reader,
                read_with=read_with,
                scanned=parsed.scanned if parsed else 0,
            )
            numbers_of[each.path] = document_id
            if parsed is not None and not each.code:
                ids = fill(db, document_id, parsed, each.drafts, each.digests, passage_tokens)
                vector_store.insert(db, vectors, ids, each.matrix)

    def put_failed(
        self,
        stamp: FileStamp,
        library: str,
        code: str,
        reason: str,
        *,
        keep_text: bool = False,
        reader: int = 1,
        read_with: str = "",
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
                    settled(db, stamp.path)
                    return
            make_room(db, stamp.path)
            put_row(
                db,
                stamp,
                library,
                path.suffix.lstrip(".").lower(),
                path.stem,
                "failed",
                code,
                reason,
                reader=reader,
                read_with=read_with,
            )
            drop_inner(db, stamp.path)
            settled(db, stamp.path)

    def touch(self, stamp: FileStamp) -> None:
        """Note new size and time of a file whose content is the same, and that it is readable."""
        with self._vault.write() as db:
            db.execute(
                "UPDATE documents SET size_bytes = ?, mtime_ns = ?, "
                "code = iif(state = 'indexed', '', code), "
                "reason = iif(state = 'indexed', '', reason) WHERE path = ?",
                (stamp.size_bytes, stamp.mtime_ns, stamp.path),
            )
            settled(db, stamp.path)

    def settle(self, path: str) -> None:
        """What the vault holds of a file stands; nothing is left to do."""
        with self._vault.write() as db:
            settled(db, path)

    def move(self, path: str, library: str) -> None:
        """Hand a file and the documents in it over to another library."""
        with self._vault.write() as db:
            db.execute(
                "UPDATE documents SET library_id = ? WHERE path = ? OR (path >= ? AND path < ? "
                "AND parent_id IS NOT NULL)",
                (ensure_library(db, library), path, *bounds(path)),
            )
            glossary.moved(db, path)
            vector_store.follow(db, path)
            drop_empty_libraries(db)

    def remove(self, paths: Iterable[str]) -> int:
        """Forget documents and what is in them; the number of those that were known.

        The files stay as they are.
        """
        removed = 0
        with self._vault.write() as db:
            for path in paths:
                document_id = value(db, "SELECT id FROM documents WHERE path = ?", (path,))
                if document_id is not None:
                    removed += 1 + drop_inner(db, path)
                    clear(db, document_id)
                    db.execute("DELETE FROM documents WHERE id = ?", (document_id,))
                settled(db, path)
            drop_empty_libraries(db)
        return removed
