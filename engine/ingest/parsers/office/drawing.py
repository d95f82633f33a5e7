"""Text in drawings: paragraphs, tables, charts and diagrams, as Word, Excel and PowerPoint hold
them (DrawingML, ECMA-376 part 1, chapters 20 and 21)."""

from collections.abc import Iterator
from typing import Any

from engine.ingest.parsers.office.docx_xml import attribute, child, children, name_of
from engine.ingest.parsers.office.ooxml import Package
from engine.ingest.parsers.page_builder import CELL

MAX_POINTS = 2_000
"""Points of a chart's series that are written out."""


CHARTS = {"barChart": "Bar chart", "bar3DChart": "Bar chart", "lineChart": "Line chart",
          "line3DChart": "Line chart", "pieChart": "Pie chart", "pie3DChart": "Pie chart",
          "doughnutChart": "Doughnut chart", "scatterChart": "Scatter chart",
          "bubbleChart": "Bubble chart", "areaChart": "Area chart", "area3DChart": "Area chart",
          "radarChart": "Radar chart", "stockChart": "Stock chart",
          "surfaceChart": "Surface chart"}  # fmt: skip


def paragraph_text(paragraph: Any) -> str:
    """Text of an ``a:p``; line breaks and tabs included."""
    pieces: list[str] = []
    for part in paragraph:
        name = name_of(part)
        if name in ("r", "fld"):
            pieces += [text.text or "" for text in children(part, "t")]
        elif name == "br":
            pieces.append("\n")
        elif name == "tab":
            pieces.append("\t")
        elif name in ("m", "AlternateContent", "Choice"):
            pieces += [node.text or "" for node in part.iter() if name_of(node) == "t"]
    return "".join(pieces).replace("\x0b", "\n")


def body_text(body: Any) -> str:
    """Text of a ``txBody``, a line a paragraph."""
    lines = [paragraph_text(paragraph) for paragraph in children(body, "p")]
    return "\n".join(line for line in lines if line.strip())


def texts(package: Package, part: str) -> list[str]:
    """All texts of a drawing part: its boxes, and the charts and diagrams it shows."""
    root = package.optional_xml(part)
    if root is None:
        return []
    found = [
        text for body in root.iter() if name_of(body) == "txBody" and (text := body_text(body))
    ]
    for relation in package.relations(part).values():
        if relation.kind == "chart" and relation.target:
            found += chart(package.optional_xml(relation.target))
        elif relation.kind == "diagramData" and relation.target:
            found += diagram(package.optional_xml(relation.target))
    return found


def diagram(root: Any) -> list[str]:
    """Texts of a diagram (SmartArt) in the order of its model."""
    if root is None:
        return []
    lines = [body_text(body) for body in root.iter() if name_of(body) == "t" and len(body)]
    return [line for line in lines if line]


def chart(root: Any) -> list[str]:
    """A chart as its title and a table: a column for each series, a row for each category."""
    if root is None:
        return []
    found = []
    titles = [
        " ".join(line)
        for title in root.iter()
        if name_of(title) == "title"
        and (line := [paragraph_text(one) for one in title.iter() if name_of(one) == "p"])
    ]
    found += [title for title in titles if title.strip()]
    found.append(
        next((CHARTS[name] for one in root.iter() if (name := name_of(one)) in CHARTS), "Chart")
    )
    series = [one for one in root.iter() if name_of(one) == "ser"]
    rows = _chart_rows(series)
    if rows:
        found.append("\n".join(CELL.join(row).strip() for row in rows))
    return found


def _chart_rows(series: list[Any]) -> list[list[str]]:
    names = [" ".join(_points(child(one, "tx")).values()) for one in series]
    categories: dict[int, str] = {}
    columns = []
    for one in series:
        shown = child(one, "cat") if child(one, "cat") is not None else child(one, "xVal")
        for place, text in _points(shown).items():
            categories.setdefault(place, text)
        values = child(one, "val") if child(one, "val") is not None else child(one, "yVal")
        columns.append(_points(values))
    places = sorted({place for column in [categories, *columns] for place in column})[:MAX_POINTS]
    rows = [
        [categories.get(place, ""), *(column.get(place, "") for column in columns)]
        for place in places
    ]
    return [["", *names], *rows] if rows else []


def _points(element: Any) -> dict[int, str]:
    """Cached points of a series by their place."""
    if element is None:
        return {}
    found: dict[int, str] = {}
    for point in element.iter():
        if name_of(point) == "pt":
            place = attribute(point, "idx")
            text = child(point, "v")
            if place.isdecimal() and text is not None and text.text:
                found[int(place)] = " ".join(_rounded(text.text).split())
    if not found:
        direct = child(element, "v")
        if direct is not None and direct.text:
            found[0] = direct.text
    return found


def _rounded(text: str) -> str:
    """Cached values carry the noise of binary fractions."""
    try:
        return f"{float(text):.10g}" if "." in text and len(text) > 12 else text
    except ValueError:
        return text


def table_rows(table: Any) -> Iterator[list[str]]:
    """Rows of an ``a:tbl``; a merged cell is written where it begins."""
    for row in children(table, "tr"):
        yield [
            " ".join(body_text(body).split()) if (body := child(cell, "txBody")) is not None else ""
            for cell in children(row, "tc")
        ]
