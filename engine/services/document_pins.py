"""Documents that stay before the model in a conversation."""

import os
from pathlib import Path

from engine.errors import InputError, NotFoundError
from engine.store.documents import Documents
from engine.store.pinned import PinnedDocuments
from engine.types import Document, PinnedDocument


class DocumentPins:
    """Pins and lets go. A model that writes reads a pinned document whole where it fits; otherwise
    its sentences are weighed for every question. Safe from several threads.
    """

    def __init__(self, pinned: PinnedDocuments, documents: Documents) -> None:
        self._pinned = pinned
        self._documents = documents

    def all(self, conversation_id: int) -> list[PinnedDocument]:
        """The pinned documents; those that left the library are told as gone."""
        return [self._told(path) for path in self._pinned.of(conversation_id)]

    def pin(self, conversation_id: int, path: str) -> PinnedDocument:
        """Pin a document of the library. Raises NotFoundError, InputError."""
        document = self._document(path)
        if document is None:
            raise NotFoundError(
                f"{path} is not in a library, so that it cannot be pinned.",
                "Add it to the library first.",
            )
        if document.state != "indexed":
            raise InputError(f"{document.title} could not be read: {document.reason}")
        self._pinned.pin(conversation_id, document.path)
        return self._told(document.path)

    def unpin(self, conversation_id: int, path: str) -> None:
        """Let a document go. Raises NotFoundError where it is not pinned."""
        document = self._document(path)
        name = document.path if document is not None else path
        if not self._pinned.unpin(conversation_id, name):
            raise NotFoundError(f"{path} is not pinned.", "Nothing has changed.")

    def _document(self, path: str) -> Document | None:
        """A document by path or by its file's name, where that is the only one."""
        absolute = os.path.abspath(Path(path).expanduser())  # noqa: PTH100 - links as they are
        for name in (path, absolute, os.path.realpath(absolute)):
            if (found := self._documents.document(name)) is not None:
                return found
        same = [each for each in self._documents.documents() if Path(each.path).name == path]
        if len(same) > 1:
            raise InputError(
                f"{len(same)} documents are called {path}.",
                "Give the whole path: " + "; ".join(each.path for each in same),
            )
        return same[0] if same else None

    def _told(self, path: str) -> PinnedDocument:
        document = self._documents.document(path)
        if document is None or document.state != "indexed":
            return PinnedDocument(path, Path(path).name, gone=True)
        return PinnedDocument(path, document.title, pages=document.pages)
