"""Whether questions can be asked: the models are put in place once, at the first start."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from desktop.errors import Problem
from desktop.tasks import Lanes
from engine.progress import Progress

if TYPE_CHECKING:
    from engine.assistant import Assistant


class Readiness(QObject):
    """Prepares the models on the vault lane, so that adding files waits for them in order."""

    waiting = Signal(str)
    """Why nothing can be asked yet, in words; empty once it can."""
    progressed = Signal(object)
    ready = Signal()
    failed = Signal(object)

    def __init__(self, lanes: Lanes, assistant: "Assistant", parent: QObject) -> None:
        super().__init__(parent)
        self._lanes, self._assistant = lanes, assistant
        self.is_ready = False
        self._running = False

    @Slot()
    def start(self) -> None:
        if self._running:
            return
        self._running = True
        self.waiting.emit("Getting the models ready…")
        assistant = self._assistant
        task = self._lanes.start("vault", lambda cancel: assistant.prepare(cancel=cancel))
        task.progressed.connect(self._progress)
        task.succeeded.connect(self._ready)
        task.failed.connect(self._fail)

    @Slot(object)
    def _progress(self, progress: Progress) -> None:
        self.progressed.emit(progress)
        counted = f" {progress.done:,} of {progress.total:,}" if progress.total else ""
        self.waiting.emit(f"{progress.stage.capitalize()}{counted}…")

    @Slot()
    def _ready(self) -> None:
        self._running = False
        self.is_ready = True
        self.waiting.emit("")
        self.ready.emit()

    @Slot(object)
    def _fail(self, problem: Problem) -> None:
        self._running = False
        self.waiting.emit("The models are not ready.")
        self.failed.emit(problem)
