"""What "Make faster here" measured: speed and quality of each form, before and after."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import label
from desktop.words import rate, size
from engine.models.faster import Result

HEADS = ("Form", "Reads", "Writes", "Perplexity", "Size")
WIDTH = 520


class FasterResult(QDialog):
    """Accepted where the user wants the new form as the default."""

    def __init__(
        self, theme: Theme, name: str, result: Result, kept: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Make faster here")
        self.setMinimumWidth(WIDTH)
        title = f"{kept} is ready" if kept else f"{name} stays as it is"
        self.words = label(result.chosen.reason, "softbody", wrap=True, select=True)
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(8)
        for column, head in enumerate(HEADS):
            grid.addWidget(label(head, "head"), 0, column, _side(column))
        self.rows: list[tuple[str, ...]] = []
        for row, (form, speed) in enumerate(result.chosen.speeds.items(), start=1):
            chosen = form == result.chosen.quantization
            cells = (
                form,
                rate(speed.prefill_tokens_per_s),
                rate(speed.decode_tokens_per_s),
                f"{speed.perplexity:.2f}",
                size(speed.size_bytes),
            )
            self.rows.append(cells)
            for column, text in enumerate(cells):
                kind = "strong" if chosen else "softbody"
                grid.addWidget(label(text, kind, select=True), row, column, _side(column))
        self.close_button = Button(theme, "Close", kind="plain")
        self.close_button.clicked.connect(self.reject)
        self.use = Button(theme, "Use as default", kind="main")
        self.use.clicked.connect(self.accept)
        self.use.setVisible(bool(kept))
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.use)
        column_ = QVBoxLayout(self)
        column_.setContentsMargins(24, 24, 24, 20)
        column_.setSpacing(16)
        column_.addWidget(label(title, "title"))
        column_.addWidget(self.words)
        column_.addLayout(grid)
        column_.addWidget(
            label(
                "Perplexity tells how surprised the model is by a fixed text: lower is better. "
                "Your original file is unchanged.",
                "soft",
                wrap=True,
            )
        )
        column_.addLayout(buttons)


def _side(column: int) -> Qt.AlignmentFlag:
    return Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
