"""Documents pinned to conversations."""

from engine.errors import NotFoundError
from engine.store.connect import Vault
from engine.store.rows import rows, value


class PinnedDocuments:
    """The pinned documents of a vault, by path."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def of(self, conversation_id: int) -> list[str]:
        """Paths in the order they were pinned."""
        with self._vault.read() as db:
            found = rows(
                db,
                "SELECT path FROM pinned_documents WHERE conversation_id = ? ORDER BY place",
                (conversation_id,),
            )
        return [path for (path,) in found]

    def pin(self, conversation_id: int, path: str) -> None:
        """Pin a document, where it is not. Raises NotFoundError."""
        with self._vault.write() as db:
            if value(db, "SELECT 1 FROM conversations WHERE id = ?", (conversation_id,)) is None:
                raise NotFoundError(
                    "This conversation does not exist any more.",
                    "Start a new one, or choose another.",
                )
            db.execute(
                "INSERT INTO pinned_documents(conversation_id, path, place) "
                "SELECT ?1, ?2, 1 + coalesce(max(place), 0) FROM pinned_documents "
                "WHERE conversation_id = ?1 ON CONFLICT DO NOTHING",
                (conversation_id, path),
            )

    def unpin(self, conversation_id: int, path: str) -> bool:
        """Let a document go; False where it was not pinned."""
        with self._vault.write() as db:
            db.execute(
                "DELETE FROM pinned_documents WHERE conversation_id = ? AND path = ?",
                (conversation_id, path),
            )
            return bool(db.changes())
