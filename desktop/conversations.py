"""The list of conversations, read and changed off the GUI thread."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from desktop.tasks import Lanes

if TYPE_CHECKING:
    from engine.assistant import Assistant


class Conversations(QObject):
    loaded = Signal(object)
    """All conversations, newest first."""
    deleted = Signal(object)
    """The id of the conversation that is gone."""
    failed = Signal(object)

    def __init__(self, lanes: Lanes, assistant: "Assistant", parent: QObject) -> None:
        super().__init__(parent)
        self._lanes, self._assistant = lanes, assistant

    @Slot()
    def reload(self) -> None:
        assistant = self._assistant
        task = self._lanes.start("read", lambda _cancel: assistant.conversations())
        task.succeeded.connect(self.loaded)
        task.failed.connect(self.failed)

    def rename(self, conversation_id: int, title: str) -> None:
        assistant = self._assistant
        task = self._lanes.start(
            "read", lambda _cancel: assistant.rename_conversation(conversation_id, title)
        )
        task.ended.connect(self.reload)
        task.failed.connect(self.failed)

    def delete(self, conversation_id: int) -> None:
        assistant = self._assistant

        def work(_cancel: object) -> int:
            assistant.delete_conversation(conversation_id)
            return conversation_id

        task = self._lanes.start("read", work)
        task.succeeded.connect(self.deleted)
        task.ended.connect(self.reload)
        task.failed.connect(self.failed)
