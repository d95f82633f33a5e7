"""The stored turns of the conversation that is shown, read and changed off the GUI thread."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from desktop.tasks import Lanes
from engine.types import ChatMessage

if TYPE_CHECKING:
    from engine.assistant import Assistant


class History(QObject):
    loaded = Signal(int, list)
    """The conversation's id and its :class:`ChatMessage` turns, after :meth:`load`."""
    changed = Signal(int, list)
    """The same after :meth:`refresh` or a change of a turn: what is shown stays."""
    unreadable = Signal(object)
    failed = Signal(object)
    """A pin, a thumb, a correction or a choice of model was not taken."""

    def __init__(self, lanes: Lanes, assistant: "Assistant", parent: QObject) -> None:
        super().__init__(parent)
        self._lanes, self._assistant = lanes, assistant
        self._choice: Callable[[], None] = _nothing

    def load(self, conversation_id: int) -> None:
        assistant = self._assistant
        task = self._lanes.start("read", lambda _c: read(assistant, conversation_id))
        task.succeeded.connect(self._loaded)
        task.failed.connect(self.unreadable)

    def refresh(self, conversation_id: int) -> None:
        assistant = self._assistant
        task = self._lanes.start("read", lambda _c: read(assistant, conversation_id))
        task.succeeded.connect(self._changed)

    def pin(self, conversation_id: int, message_id: int, pinned: bool) -> None:
        assistant = self._assistant
        self._choice = lambda: self.pin(conversation_id, message_id, pinned)
        self._change(conversation_id, lambda: assistant.pin(message_id, pinned))

    def rate(self, conversation_id: int, message_id: int, up: bool | None) -> None:
        assistant = self._assistant
        self._choice = lambda: self.rate(conversation_id, message_id, up)
        self._change(conversation_id, lambda: assistant.feedback.rate(message_id, up))

    def correct(self, conversation_id: int, message_id: int, text: str) -> None:
        assistant = self._assistant
        self._choice = lambda: self.correct(conversation_id, message_id, text)
        self._change(conversation_id, lambda: assistant.feedback.correct(message_id, text))

    def _change(self, conversation_id: int, change: Callable[[], object]) -> None:
        """Change what is stored of a turn, and read the turns again."""
        assistant = self._assistant

        def work(_cancel: object) -> tuple[int, list[ChatMessage]]:
            change()
            return read(assistant, conversation_id)

        task = self._lanes.start("read", work)
        task.succeeded.connect(self._changed)
        task.failed.connect(self.failed)

    def set_model(self, conversation_id: int, name: str) -> None:
        assistant = self._assistant
        self._choice = lambda: self.set_model(conversation_id, name)
        task = self._lanes.start(
            "read", lambda _c: assistant.set_conversation_model(conversation_id, name)
        )
        task.failed.connect(self.failed)

    def set_adapters(
        self, conversation_id: int, held: tuple[tuple[str, float], ...] | None
    ) -> None:
        assistant = self._assistant
        self._choice = lambda: self.set_adapters(conversation_id, held)
        task = self._lanes.start("read", lambda _c: assistant.adapters.hold(conversation_id, held))
        task.failed.connect(self.failed)

    @Slot()
    def choose_again(self) -> None:
        """Make the choice that was not taken once more."""
        self._choice()

    @Slot(object)
    def _loaded(self, found: tuple[int, list[ChatMessage]]) -> None:
        self.loaded.emit(*found)

    @Slot(object)
    def _changed(self, found: tuple[int, list[ChatMessage]]) -> None:
        self.changed.emit(*found)


def _nothing() -> None:
    """No choice was made yet."""


def read(assistant: "Assistant", conversation_id: int) -> tuple[int, list[ChatMessage]]:
    return conversation_id, assistant.messages(conversation_id)
