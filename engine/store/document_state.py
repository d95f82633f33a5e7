"""How documents came to be and where they lie: moves, versions of readers, scanned pages."""

from collections.abc import Mapping
from pathlib import Path

import apsw

from engine.store.attached import SEPARATOR, bounds
from engine.store.connect import Vault
from engine.store.jobs import settled
from engine.store.roots import ensure_library
from engine.store.rows import rows


class DocumentStates:
    """What is known of documents besides their text."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def same_bytes(self, sha256: bytes, path: str) -> list[str]:
        """Other indexed files with the same bytes, by path."""
        with self._vault.read() as db:
            found = rows(
                db,
                "SELECT path FROM documents WHERE substr(sha256, 1, 6) = substr(?1, 1, 6) "
                "AND sha256 = ?1 AND path <> ?2 "
                "AND state = 'indexed' AND parent_id IS NULL ORDER BY path",
                (sha256, path),
            )
        return [held for (held,) in found]

    def rename(
        self, former: str, path: str, library: str, *, size_bytes: int, mtime_ns: int
    ) -> None:
        """A file lies elsewhere now: it stays the same document, with all its passages.

        A title that is only the file's name goes along. The old path still leads to it.
        """
        low, high = bounds(former)
        with self._vault.write() as db:
            moved = rows(
                db,
                "SELECT id, path FROM documents WHERE path = ?1 "
                "OR (path >= ?2 AND path < ?3 AND parent_id IS NOT NULL)",
                (former, low, high),
            )
            library_id = ensure_library(db, library)
            for document_id, old in moved:
                new = path + old[len(former) :]
                db.execute("DELETE FROM former_paths WHERE path = ?", (new,))
                db.execute(
                    "INSERT OR REPLACE INTO former_paths(path, document_id) VALUES (?, ?)",
                    (old, document_id),
                )
                db.execute(
                    "UPDATE documents SET path = ?, library_id = ? WHERE id = ?",
                    (new, library_id, document_id),
                )
            db.execute(
                "UPDATE documents SET size_bytes = ?, mtime_ns = ? WHERE path = ?",
                (size_bytes, mtime_ns, path),
            )
            _retitle(db, path, Path(former).stem, Path(path).stem)
            settled(db, former)
            settled(db, path)

    def outdated(self, versions: Mapping[str, int]) -> frozenset[str]:
        """Files that an older reader made, or in which something lies that one made.

        ``versions`` names the readers of today by type; a type that is not in it has not changed.
        """
        with self._vault.read() as db:
            pairs = rows(db, "SELECT DISTINCT type, reader FROM documents")
            old = [(kind, reader) for kind, reader in pairs if versions.get(kind, reader) > reader]
            found = [
                path
                for pair in old
                for (path,) in rows(
                    db, "SELECT path FROM documents WHERE type = ? AND reader = ?", pair
                )
            ]
        return frozenset(path.partition(SEPARATOR)[0] for path in found)

    def recognised_otherwise(self, library: str, read_with: str) -> frozenset[str]:
        """Files with pictures of text that were read with another setting, by path."""
        with self._vault.read() as db:
            found = rows(
                db,
                "SELECT path FROM documents JOIN libraries ON libraries.id = library_id "
                "WHERE name = ? AND read_with <> ? AND read_with <> '' "
                "AND (scanned > 0 OR (state = 'failed' AND code = 'empty'))",
                (library, read_with),
            )
        return frozenset(path.partition(SEPARATOR)[0] for (path,) in found)

    def scanned(self, library: str | None = None) -> dict[str, int]:
        """How many pages of which documents are pictures of text."""
        with self._vault.read() as db:
            found = rows(
                db,
                "SELECT path, scanned FROM documents JOIN libraries ON libraries.id = library_id "
                "WHERE scanned > 0 AND (?1 IS NULL OR name = ?1)",
                (library,),
            )
        return dict(found)


def _retitle(db: apsw.Connection, path: str, former: str, stem: str) -> None:
    """The vectors stay as they are: they name what was embedded, the old title with it."""
    if former == stem:
        return
    db.execute("UPDATE documents SET title = ? WHERE path = ? AND title = ?", (stem, path, former))
