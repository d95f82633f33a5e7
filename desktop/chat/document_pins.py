"""The documents that stay before the model in the conversation that is shown."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from desktop.names import document_name
from desktop.tasks import Lanes
from engine.types import Document, PinnedDocument

if TYPE_CHECKING:
    from engine.assistant import Assistant

Found = tuple[int | None, tuple[PinnedDocument, ...]]


class DocumentPins(QObject):
    """Pins and lets go, off the GUI thread. Before the first question the pins wait for it."""

    changed = Signal()
    wanted = Signal()
    """The user pinned a document or let one go: the next prompt is another."""
    failed = Signal(object)
    offered = Signal(object)
    """The :class:`Document` rows that can be pinned, after :meth:`offer`."""

    def __init__(self, lanes: Lanes, assistant: "Assistant", parent: QObject) -> None:
        super().__init__(parent)
        self._lanes, self._assistant = lanes, assistant
        self._conversation_id: int | None = None
        self.documents: tuple[PinnedDocument, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(each.path for each in self.documents)

    def switch(self, conversation_id: int | None) -> None:
        """Another conversation is shown, or a new one."""
        self._conversation_id = conversation_id
        self._put(())
        if conversation_id is not None:
            self.reload()

    def begun(self, conversation_id: int) -> None:
        """The first question was asked: what waited for it is pinned with it."""
        self._conversation_id = conversation_id

    def reload(self) -> None:
        number, pins = self._conversation_id, self._assistant.document_pins
        if number is None:
            return
        task = self._lanes.start("read", lambda _cancel: (number, tuple(pins.all(number))))
        task.succeeded.connect(self._read)

    @Slot(str, bool)
    def pin(self, path: str, pinned: bool) -> None:
        """Keep a document of the library before the model, or let it go."""
        number, pins = self._conversation_id, self._assistant.document_pins
        if pinned == (path in self.paths):
            return
        if number is None:
            others = tuple(each for each in self.documents if each.path != path)
            waiting = PinnedDocument(path, document_name(path))
            self._put((*others, waiting) if pinned else others)
            self.wanted.emit()
            return

        def work(_cancel: object) -> Found:
            (pins.pin if pinned else pins.unpin)(number, path)
            return number, tuple(pins.all(number))

        task = self._lanes.start("read", work)
        task.succeeded.connect(self._read)
        task.succeeded.connect(self._pinned)
        task.failed.connect(self._failed)

    @Slot()
    def offer(self) -> None:
        """Read what can be pinned."""
        assistant = self._assistant
        task = self._lanes.start("read", lambda _cancel: pinnable(assistant.documents()))
        task.succeeded.connect(self.offered)
        task.failed.connect(self.failed)

    @Slot(object)
    def _read(self, found: Found) -> None:
        number, documents = found
        if number == self._conversation_id:
            self._put(documents)

    @Slot(object)
    def _pinned(self, found: Found) -> None:
        if found[0] == self._conversation_id:
            self.wanted.emit()

    @Slot(object)
    def _failed(self, problem: object) -> None:
        self.changed.emit()  # a button that was pressed goes back
        self.failed.emit(problem)

    def _put(self, documents: tuple[PinnedDocument, ...]) -> None:
        self.documents = tuple(replace(each, title=document_name(each.path)) for each in documents)
        self.changed.emit()


def pinnable(documents: list[Document]) -> list[Document]:
    """Those that could be read, by name."""
    found = [each for each in documents if each.state == "indexed"]
    return sorted(found, key=lambda each: document_name(each.path).casefold())
