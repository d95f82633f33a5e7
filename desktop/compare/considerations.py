"""The six considerations as one table: a figure of each way, and how sure it is."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from desktop.compare.words import way_name
from desktop.theme.theme import Theme
from desktop.widgets.labels import label
from engine.evaluate.certainty import Estimate
from engine.evaluate.considered import Considered
from engine.evaluate.considered_tables import Row, figure, interval, tables

UNMEASURED = {
    "Freshness": "Not measured: no fact was changed.",
    "Correctness": "Not measured: the questions name no answers.",
    "Form and tone": "Not measured: nothing was said.",
    "Traceability": "Not measured: nothing was said.",
}


class Considerations(QWidget):
    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._ground: QWidget | None = None

    def put(self, found: Sequence[Considered]) -> None:
        if self._ground is not None:
            self._column.removeWidget(self._ground)
            self._ground.hide()
            self._ground.deleteLater()
        self._ground = QWidget()
        grid = QGridLayout(self._ground)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(0, 3)
        for at, each in enumerate(found, start=1):
            grid.setColumnStretch(at, 2)
            grid.addWidget(label(way_name(each.column), "head"), 0, at)
        line = 1
        for table in tables(found):
            line = self._rule(grid, line, len(found))
            grid.addWidget(label(table.title, "strong"), line, 0, 1, -1)
            line += 1
            if not table.rows:
                grid.addWidget(label(UNMEASURED.get(table.title, "Not measured."), "soft"), line, 0)
                line += 1
            for row in table.rows:
                grid.addWidget(label(f"{row.name}{_n(row)}", "softbody", wrap=True), line, 0)
                for at, value in enumerate(row.values, start=1):
                    grid.addWidget(_cell(figure(value, row.unit), interval(value, row.unit)),
                                   line, at)  # fmt: skip
                line += 1
        self._column.addWidget(self._ground)

    def _rule(self, grid: QGridLayout, line: int, ways: int) -> int:
        rule = QFrame()
        rule.setProperty("kind", "rule")
        rule.setFixedHeight(1)
        grid.setRowMinimumHeight(line, 13)
        grid.addWidget(rule, line, 0, 1, ways + 1, Qt.AlignmentFlag.AlignVCenter)
        return line + 1


def _cell(value: str, between: str) -> QLabel:
    made = label(f"{value}   {between}" if between else value)
    made.setToolTip(f"95 % interval: {between}" if between else "")
    return made


def _n(row: Row) -> str:
    """How many questions a type has, where it is told for one."""
    counts = {each.n for each in row.values if isinstance(each, Estimate)}
    return f"  ({max(counts)})" if counts and ":" in row.name else ""
