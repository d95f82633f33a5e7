"""The report of a comparison as a PDF: verdict, charts, the six considerations, every answer."""

from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

from PySide6.QtCore import QMarginsF, QRectF, QSizeF, Qt, QUrl
from PySide6.QtGui import (
    QFont,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QTextDocument,
)

from desktop.compare.drawing import Point, bars_height, draw_bars, draw_scatter
from desktop.compare.points import points_of
from desktop.compare.words import said, way_name
from desktop.theme.tokens import LIGHT
from desktop.words import seconds, when
from engine.errors import InputError
from engine.evaluate.considered_tables import figure, interval, tables
from engine.evaluate.evaluated import Evaluated
from engine.evaluate.outcome import Outcome

RESOLUTION = 144
WIDE = 480
SHARP = 3
"""Points of a chart's picture for each of its own."""
MARGIN_MM = 16.0
STYLE = f"""
body {{ color: {LIGHT.ink}; }}
h1 {{ font-size: 17pt; }} h2 {{ font-size: 12pt; }}
.soft {{ color: {LIGHT.soft}; }} .bad {{ color: {LIGHT.bad}; }} .good {{ color: {LIGHT.accent}; }}
"""


def write(path: Path, done: Evaluated, name: str) -> None:
    """Write the report. Raises InputError where the file cannot be written."""
    try:
        with path.open("wb"):
            pass  # Qt does not say why it cannot write
    except OSError as error:
        raise InputError(
            f"{path} cannot be written: {error.strerror}.", "Choose another place."
        ) from error
    writer = QPdfWriter(str(path))
    writer.setTitle(f"Comparison: {name}")
    writer.setCreator("Alcove")
    writer.setResolution(RESOLUTION)
    writer.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Landscape,
            QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM), QPageLayout.Unit.Millimeter,
        )
    )  # fmt: skip
    made = document(done, name)
    made.documentLayout().setPaintDevice(writer)
    area = writer.pageLayout().paintRectPixels(RESOLUTION)
    made.setPageSize(QSizeF(area.width(), area.height()))
    made.print_(writer)


def document(done: Evaluated, name: str) -> QTextDocument:
    """The report as a text document with its charts in it."""
    made = QTextDocument()
    font = QFont()
    font.setPointSize(9)
    made.setDefaultFont(font)
    made.setDocumentMargin(0)
    made.setDefaultStyleSheet(STYLE)
    points = points_of(done)
    parts = [
        f"<h1>{escape(name)}</h1>",
        f'<p class="soft">Measured {escape(when(done.finished_at))} on this machine.</p>',
        f"<p><b>{escape(done.verdict)}</b></p>",
        *(f'<p>{escape(each.text)}<br><span class="soft">{escape(each.figures)}</span></p>'
          for each in done.reasons if each.figures),
        *(f'<p class="soft">{escape(each)}</p>' for each in done.notes),
    ]  # fmt: skip
    if points:
        pictures: tuple[tuple[str, int, Callable[..., None]], ...] = (
            ("bars", bars_height(points), draw_bars), ("scatter", 280, draw_scatter),
        )  # fmt: skip
        parts.append("<table width='100%' style='page-break-before:always'><tr>")
        for key, height, draw in pictures:
            made.addResource(
                QTextDocument.ResourceType.ImageResource, QUrl(f"chart:{key}"),
                _picture(points, height, draw),
            )  # fmt: skip
            across, tall = WIDE * 0.8, height * 0.8
            parts.append(
                f'<td><img src="chart:{key}" width="{across:.0f}" height="{tall:.0f}"></td>'
            )
        parts.append("</tr></table>")
    parts += _considerations(done)
    parts += _answers(done)
    made.setHtml(f"<body>{''.join(parts)}</body>")
    return made


def _picture(points: Sequence[Point], height: int, draw: Callable[..., None]) -> QImage:
    image = QImage(WIDE * SHARP, height * SHARP, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(SHARP, SHARP)
    draw(painter, QRectF(0, 0, WIDE, height), points, LIGHT)
    painter.end()
    return image


def _considerations(done: Evaluated) -> list[str]:
    heads = "".join(f"<th align='left'>{escape(way_name(each.column))}</th>"
                    for each in done.considered)  # fmt: skip
    parts = []
    for table in tables(done.considered):
        if not table.rows:
            continue
        rows = "".join(
            f"<tr><td width='24%'>{escape(row.name)}</td>"
            + "".join(
                f"<td>{escape(figure(each, row.unit))} "
                f'<span class="soft">{escape(interval(each, row.unit))}</span></td>'
                for each in row.values
            )
            + "</tr>"
            for row in table.rows
        )
        parts.append(
            f"<h2>{escape(table.title)}</h2><table width='100%' cellpadding='3'>"
            f"<tr><th></th>{heads}</tr>{rows}</table>"
        )
    return parts


def _answers(done: Evaluated) -> list[str]:
    names = [each.name for each in done.columns]
    heads = "".join(f"<th align='left'>{escape(way_name(each))}</th>" for each in names)
    by_question: dict[str, dict[str, Outcome]] = {}
    for each in done.outcomes:
        by_question.setdefault(f"{each.question.id} {each.question.question}", {})[each.mode] = each
    rows = []
    for answers in by_question.values():
        question = next(iter(answers.values())).question
        cells = "".join(f"<td>{_cell(answers.get(name))}</td>" for name in names)
        rows.append(f"<tr><td><b>{escape(question.question)}</b></td>{cells}</tr>")
    return [
        "<h2>Every answer</h2><table width='100%' cellpadding='4' border='0.5' cellspacing='0'>"
        f"<tr><th align='left'>Question</th>{heads}</tr>{''.join(rows)}</table>"
    ]


def _cell(found: Outcome | None) -> str:
    if found is None:
        return ""
    right = found.scores.get("right")
    told = "" if right is None else ("right" if right else "wrong")
    kind = {"right": "good", "wrong": "bad"}.get(told, "soft")
    return (
        f'{escape(said(found))}<br><span class="{kind}">{told}</span> '
        f'<span class="soft">{seconds(found.total_s)}</span>'
    )
