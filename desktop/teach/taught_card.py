"""An adapter that was made here: what it is, how it fared, on or off with a click."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.teach.words import about_adapter
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import ElidedLabel, label
from engine.services.teach_adapters import Taught

STATES = {"in use": "In use", "kept aside": "Kept aside", "ready": "", "fits no model": "No model"}


class TaughtCard(QFrame):
    use_wanted = Signal(object)
    """The :class:`Taught` is to be in use from now on."""
    off_wanted = Signal(object)
    report_wanted = Signal(object)
    remove_wanted = Signal(object)

    def __init__(self, theme: Theme, taught: Taught, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.taught = taught
        name = taught.card.name
        self.setProperty("kind", "card")
        self.setAccessibleName(f"Adapter {name}")
        used = taught.state == "in use"
        self.state = label(STATES[taught.state], "tag" if used else "soft")
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(ElidedLabel(name, "strong"), 1)
        top.addWidget(self.state)
        reason = taught.made.reason if taught.made is not None else ""
        self.reason = label(reason or taught.card.note, "softbody", wrap=True)
        self.use = Button(theme, "Use it", icon="toggle-left", kind="chip")
        self.use.setAccessibleName(f"Use {name}")
        self.use.clicked.connect(self._use)
        self.off = Button(theme, "Switch off", icon="toggle-right", kind="chip")
        self.off.setAccessibleName(f"Switch {name} off")
        self.off.clicked.connect(self._off)
        self.report = Button(theme, "Report", icon="chart-line", kind="chip")
        self.report.setAccessibleName(f"Report of {name}")
        self.report.clicked.connect(self._report)
        self.remove = Button(theme, "Remove", icon="trash", kind="chip")
        self.remove.setAccessibleName(f"Remove {name}")
        self.remove.clicked.connect(self._remove)
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self.use, self.off, self.report, self.remove):
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(label(about_adapter(taught), "soft", wrap=True))
        column.addWidget(self.reason)
        self.part = label(taught.part, "softbody", wrap=True)
        self.part.setVisible(bool(taught.part))
        column.addWidget(self.part)
        column.addLayout(row)
        self.reason.setVisible(bool(self.reason.text()))
        self.use.setVisible(not used and taught.state != "fits no model")
        self.off.setVisible(used)
        self.report.setVisible(taught.made is not None)

    @Slot()
    def _use(self) -> None:
        self.use_wanted.emit(self.taught)

    @Slot()
    def _off(self) -> None:
        self.off_wanted.emit(self.taught)

    @Slot()
    def _report(self) -> None:
        self.report_wanted.emit(self.taught)

    @Slot()
    def _remove(self) -> None:
        self.remove_wanted.emit(self.taught)
