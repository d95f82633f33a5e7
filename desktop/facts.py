"""What the foot and the pages show of the engine, read again now and then on the read lane."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop.tasks import Lanes
from engine.library_types import Status
from engine.model_types import AdapterCard, AdapterInUse, ChatModelInfo, LoadedModel

if TYPE_CHECKING:
    from engine.assistant import Assistant

EVERY_MS = 5000


@dataclass(frozen=True, slots=True)
class Facts:
    status: Status
    model: ChatModelInfo | None
    """None while no model process is up."""
    tokens_per_s: float | None
    loaded: LoadedModel | None = None
    """The chat model's process and what it holds; None for a server or while none is up."""
    default: str = ""
    """Name of the model that answers where none is chosen; empty for the starter's."""
    adapters: tuple[AdapterCard, ...] = ()
    """All adapters of this machine."""
    in_use: Mapping[str, tuple[AdapterInUse, ...]] = field(default_factory=dict)
    """By name of a model that has adapters: those it is always used with."""


class FactReader(QObject):
    changed = Signal(object)
    """New :class:`Facts`."""
    failed = Signal(object)

    def __init__(self, lanes: Lanes, assistant: "Assistant", parent: QObject) -> None:
        super().__init__(parent)
        self._lanes, self._assistant = lanes, assistant
        self._reading = False
        self._again = False
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self.refresh)

    def start(self) -> None:
        self._timer.start()
        self.refresh()

    def stop(self) -> None:
        self._timer.stop()

    @Slot()
    def refresh(self) -> None:
        """Read anew; calls during a reading make one more after it."""
        if self._reading:
            self._again = True
            return
        self._reading = True
        assistant = self._assistant
        task = self._lanes.start("read", lambda _cancel: read(assistant))
        task.succeeded.connect(self.changed)
        task.failed.connect(self.failed)
        task.ended.connect(self._ended)

    @Slot()
    def _ended(self) -> None:
        self._reading = False
        if self._again:
            self._again = False
            self.refresh()


def read(assistant: "Assistant") -> Facts:
    use, status = assistant.model_use, assistant.status()
    tuned = [card.name for card in status.models if card.adapters]
    return Facts(
        status,
        assistant.model_info(),
        assistant.tokens_per_s,
        use.loaded(),
        use.default,
        assistant.adapters.list() if tuned else (),
        {name: assistant.adapters.in_use(name) for name in tuned},
    )
