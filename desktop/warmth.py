"""Makes the model ready before the next question comes, so that its first word is soon there."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from desktop.tasks import Lanes, Task
from engine.types import Mode

if TYPE_CHECKING:
    from engine.assistant import Assistant


class Warmth(QObject):
    """Runs beside everything else; the engine lets a question go first."""

    def __init__(self, lanes: Lanes, assistant: "Assistant", parent: QObject) -> None:
        super().__init__(parent)
        self._lanes, self._assistant = lanes, assistant
        self._task: Task | None = None
        self._next: tuple[Mode, int | None, str] | None = None

    @property
    def running(self) -> bool:
        return self._task is not None

    def start(self, mode: Mode, conversation_id: int | None, model: str) -> None:
        """Warm for this conversation; what was being warmed for another one is dropped."""
        self._next = (mode, conversation_id, model)
        if self._task is not None:
            self._task.cancel()
            return
        self._begin()

    @Slot()
    def stop(self) -> None:
        self._next = None
        if self._task is not None:
            self._task.cancel()

    def _begin(self) -> None:
        assert self._next is not None
        (mode, conversation_id, model), self._next = self._next, None
        assistant = self._assistant
        self._task = self._lanes.start(
            "warmth",
            lambda cancel: assistant.warm(
                mode=mode,
                conversation_id=conversation_id,
                model=model or None,
                cancel=cancel,
            ),
        )
        self._task.ended.connect(self._ended)

    @Slot()
    def _ended(self) -> None:
        self._task = None
        if self._next is not None:
            self._begin()
