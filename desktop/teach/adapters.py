"""Puts adapters that were made here in use, switches them off, goes back, removes them."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from desktop.errors import Problem
from desktop.tasks import Lane, Lanes, Work
from engine.services.teach_adapters import PutInUse

if TYPE_CHECKING:
    from engine.assistant import Assistant


class AdapterWork(QObject):
    changed = Signal()
    failed = Signal(object)
    told = Signal(str)
    """What made room for the adapter that is in use now."""

    def __init__(self, lanes: Lanes, assistant: "Assistant", parent: QObject) -> None:
        super().__init__(parent)
        self._lanes, self._assistant = lanes, assistant

    def use(self, file: str) -> None:
        """Use it with its model, beside those of other tasks, after trying that it acts."""
        adapters = self._assistant.teaching.adapters
        self._start(
            "model", lambda cancel: adapters.use([file], adapters.model_for(file), cancel=cancel)
        )

    def off(self, file: str) -> None:
        adapters = self._assistant.teaching.adapters
        self._start("read", lambda _cancel: adapters.off(adapters.model_for(file), [file]))

    @Slot()
    def go_back(self) -> None:
        adapters = self._assistant.teaching.adapters
        self._start("model", lambda cancel: adapters.roll_back(cancel=cancel))

    def remove(self, file: str) -> None:
        use = self._assistant.adapters
        self._start("read", lambda _cancel: use.remove(file))

    def _start(self, lane: Lane, work: Work) -> None:
        task = self._lanes.start(lane, work)
        task.succeeded.connect(self._done)
        task.failed.connect(self._failed)

    @Slot(object)
    def _done(self, result: object) -> None:
        self.changed.emit()
        if isinstance(result, PutInUse) and result.words:
            self.told.emit(result.words)

    @Slot(object)
    def _failed(self, problem: Problem) -> None:
        self.failed.emit(problem)
