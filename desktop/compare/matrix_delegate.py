"""Draws a cell of the matrix: whether it is right, two lines of the answer, the seconds."""

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QTextLayout
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from desktop.compare.matrix_model import MatrixModel, MatrixRow
from desktop.compare.words import said
from desktop.theme.theme import Theme
from desktop.widgets.row_delegate import SELECTED, UNDER_MOUSE, Index, RowDelegate, draw_line
from desktop.words import seconds
from engine.evaluate.outcome import Outcome

ROW_PX = 74
ICON_PX = 16
PAD = 10
LINES = 2


class MatrixDelegate(RowDelegate):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent, ROW_PX, lit=(SELECTED, UNDER_MOUSE))

    def draw(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        if not isinstance(model, MatrixModel):
            return
        row = model.shown[index.row()]
        if index.column() == 0:
            self._question(painter, option, row)
        elif (found := model.answer(index)) is not None:
            self._answer(painter, option, row, found)

    def _question(self, painter: QPainter, option: QStyleOptionViewItem, row: MatrixRow) -> None:
        tokens, rect = self._theme.tokens, option.rect.adjusted(2, PAD, -PAD, -PAD)
        font = QFont(option.font)
        font.setWeight(QFont.Weight.Medium)
        _lines(painter, rect, font, tokens.ink, row.question.question, LINES)
        told = "The ways disagree" if row.disagree else row.question.kind
        colour = tokens.warn if row.disagree else tokens.soft
        _lines(painter, _foot(rect), _small(option.font), colour, told, 1)

    def _answer(
        self, painter: QPainter, option: QStyleOptionViewItem, row: MatrixRow, found: Outcome
    ) -> None:
        tokens, rect = self._theme.tokens, option.rect.adjusted(4, PAD, -PAD, -PAD)
        right = found.scores.get("right")
        if row.disagree and right == 0.0:
            painter.fillRect(
                QRect(option.rect.left(), option.rect.top() + 8, 3, ROW_PX - 17),
                QColor(tokens.warn),
            )
        icon, colour = mark(found)
        box = QRect(rect.left() + 4, rect.top() + 1, ICON_PX, ICON_PX)
        self._theme.icon(icon, colour).paint(painter, box)
        rect.setLeft(box.right() + 8)
        quiet = found.abstained or bool(found.error)
        _lines(painter, rect, option.font, tokens.soft if quiet else tokens.ink, said(found), LINES)
        cites = len(found.citations)
        told = "" if found.error else seconds(found.total_s)
        if cites:
            told += f" · {cites} cited"
        _lines(painter, _foot(rect), _small(option.font), tokens.soft, told, 1)


def mark(found: Outcome) -> tuple[str, str]:
    """Icon and colour of what an answer is judged to be."""
    if found.error:
        return "warning-circle", "bad"
    match found.scores.get("right"):
        case 1.0:
            return "check-circle", "accent"
        case 0.0:
            return "x-circle", "bad"
    return "circle", "soft"


def _foot(rect: QRect) -> QRect:
    return QRect(rect.left(), rect.bottom() - 13, rect.width(), 14)


def _small(font: QFont) -> QFont:
    made = QFont(font)
    made.setPixelSize(11)
    return made


def _lines(painter: QPainter, rect: QRect, font: QFont, colour: str, text: str, lines: int) -> None:
    """At most so many lines, the last one cut with an ellipsis."""
    tall = QFontMetrics(font).height()
    y, rest = rect.top(), text
    for number in range(lines):
        if not rest:
            return
        here = rest if number == lines - 1 else _first_line(rest, font, rect.width())
        draw_line(painter, QRect(rect.left(), y, rect.width(), tall), font, colour, here.rstrip())
        y += tall + 1
        rest = rest[len(here) :].lstrip()


def _first_line(text: str, font: QFont, width: int) -> str:
    layout = QTextLayout(text, font)
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(max(1, width))
    layout.endLayout()
    return text[: line.textLength()]
