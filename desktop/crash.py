"""A bug, told honestly: a report to copy, which never holds text of documents or questions.

The message of an exception is left out, because it may quote what was being read; its type and
the places in the code are enough to find the fault.
"""

import logging
import platform
import sys
import threading
import traceback
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType

import PySide6
from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

log = logging.getLogger(__name__)


def report_of(error: BaseException) -> str:
    """Types, files, lines and functions of an exception and its causes, and the versions."""
    lines = [
        f"Alcove {_version()}, Python {platform.python_version()}, PySide6 {PySide6.__version__}"
    ]
    lines.append(platform.platform())
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        lines.append("")
        lines.append(f"{type(current).__module__}.{type(current).__qualname__}")
        for frame in traceback.extract_tb(current.__traceback__):
            lines.append(f"  {frame.filename}:{frame.lineno} in {frame.name}")
        current = current.__cause__ or current.__context__
    return "\n".join(lines)


def _version() -> str:
    try:
        return version("alcove")
    except PackageNotFoundError:
        return "(from source)"


class CrashDialog(QDialog):
    """What happened, what is safe, and the report to copy."""

    def __init__(self, report: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Alcove: something went wrong")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(640, 420)
        title = QLabel("Something inside Alcove went wrong.")
        title.setProperty("kind", "title")
        words = QLabel(
            "Your documents and conversations are safe. The report below names places in the "
            "program, never text of your documents; copy it if you want to tell the makers."
        )
        words.setWordWrap(True)
        self.report = QPlainTextEdit(report)
        self.report.setReadOnly(True)
        self.report.setAccessibleName("Crash report")
        copy = QPushButton("Copy report")
        copy.setProperty("kind", "main")
        copy.clicked.connect(self.copy)
        close = QPushButton("Close")
        close.setProperty("kind", "plain")
        close.clicked.connect(self.close)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(close)
        row.addWidget(copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(12)
        column.addWidget(title)
        column.addWidget(words)
        column.addWidget(self.report, 1)
        column.addLayout(row)

    @Slot()
    def copy(self) -> None:
        QGuiApplication.clipboard().setText(self.report.toPlainText())


class CrashHook(QObject):
    """Catches what no one caught, in any thread, and hands the report to the GUI thread."""

    reported = Signal(str)

    def install(self) -> Callable[[], None]:
        """Take over the hooks; returns what gives them back."""
        before = (sys.excepthook, threading.excepthook)

        def main(
            kind: type[BaseException], error: BaseException, trace: TracebackType | None
        ) -> None:
            if issubclass(kind, KeyboardInterrupt):
                before[0](kind, error, trace)
                return
            log.error("unexpected %s", kind.__name__)
            self.reported.emit(report_of(error))

        def thread(args: threading.ExceptHookArgs) -> None:
            if args.exc_value is not None:
                main(args.exc_type, args.exc_value, args.exc_traceback)

        sys.excepthook, threading.excepthook = main, thread

        def restore() -> None:
            sys.excepthook, threading.excepthook = before

        return restore
