"""One answer to a question: what it says, whether that is right, and what it rests on."""

from html import escape
from pathlib import PurePath

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.compare.matrix_delegate import mark
from desktop.compare.words import said, way_name
from desktop.theme.theme import Theme
from desktop.widgets.labels import IconLabel, label
from desktop.widgets.rich_text import RichText
from desktop.words import seconds
from engine.evaluate import differences
from engine.evaluate.outcome import Outcome

MOST_QUOTE = 300
LINE_HEIGHT = 145
"""Percent."""


class AnswerCard(QFrame):
    def __init__(
        self, theme: Theme, name: str, found: Outcome | None, reference: str,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setProperty("kind", "card")
        self._theme, self.found, self._reference = theme, found, reference
        self.text = RichText()
        self.text.setAccessibleName(f"Answer: {way_name(name)}")
        head = QHBoxLayout()
        head.setSpacing(8)
        icon, colour = mark(found) if found is not None else ("clock", "soft")
        head.addWidget(IconLabel(theme, icon, colour=colour))
        head.addWidget(label(way_name(name), "strong"), 1)
        if found is not None and not found.error:
            head.addWidget(label(seconds(found.total_s), "soft"))
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 14)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.text)
        if found is not None and found.fault and not found.error:
            column.addWidget(label(found.fault, "soft", wrap=True))
        for path, page, quote in found.citations if found is not None else ():
            place = label(f"{PurePath(path).name}, page {page}", "tag")
            shown = label(f"“{' '.join(quote.split())[:MOST_QUOTE]}”", "soft", wrap=True)
            column.addWidget(place)
            column.addWidget(shown)
        column.addStretch(1)
        self._draw()
        theme.changed.connect(self._draw)

    @Slot()
    def _draw(self) -> None:
        tokens, found = self._theme.tokens, self.found
        if found is None:
            self.text.setHtml(f'<span style="color:{tokens.soft}">Not asked yet.</span>')
            return
        quiet = found.abstained or bool(found.error)
        if quiet:
            body = f'<span style="color:{tokens.soft}">{escape(said(found))}</span>'
        else:
            body = " ".join(
                f'<span style="background-color:{tokens.mark};color:{tokens.ink}">'
                f"{escape(piece)}</span>"
                if differs
                else escape(piece).replace("\n", "<br>")
                for piece, differs in differences.pieces(found.text, self._reference)
            )
        self.text.setHtml(f'<p style="line-height:{LINE_HEIGHT}%">{body}</p>')
        self.text.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
