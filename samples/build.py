"""Makes the sample library's PDF and DOCX from the Markdown in ``source``.

Run ``python samples/build.py`` after changing a source. The same source gives the same bytes, so
that a rebuilt file differs only where its text does.
"""

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Cm, Pt, RGBColor
from markdown_it import MarkdownIt
from markdown_it.token import Token
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    KeepTogether,
    ListFlowable,
    ListItem,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

HERE = Path(__file__).parent
GREEN, INK, SOFT, RULE, BAND = (
    HexColor(f"#{code}") for code in ("0F6B5C", "1F2328", "5B6068", "C9C4B6", "F3F1EB")
)
BODY = ParagraphStyle(
    "body", fontName="Times-Roman", fontSize=11.5, leading=16.2, textColor=INK, spaceAfter=7
)
HEADINGS = {
    "h1": ParagraphStyle(
        "h1", BODY, fontName="Helvetica-Bold", fontSize=17, leading=21, textColor=GREEN,
        spaceBefore=20, spaceAfter=8,
    ),
    "h2": ParagraphStyle(
        "h2", BODY, fontName="Helvetica-Bold", fontSize=12, leading=15,
        spaceBefore=11, spaceAfter=4,
    ),
}  # fmt: skip
CELL = ParagraphStyle("cell", BODY, fontSize=10.4, leading=13.5, spaceAfter=0, alignment=TA_LEFT)
HEAD = ParagraphStyle("head", CELL, fontName="Helvetica-Bold", fontSize=9.2, textColor=SOFT)


class Source:
    """A Markdown file as blocks: (kind, content) in order."""

    def __init__(self, path: Path) -> None:
        _, matter, text = path.read_text(encoding="utf-8").split("---\n", 2)
        self.fields = dict(line.split(": ", 1) for line in matter.strip().splitlines())
        self.blocks: list[tuple[str, list[list[Token]]]] = []
        kind, rows = "p", []
        for token in MarkdownIt("commonmark").enable("table").parse(text):
            if token.type in ("heading_open", "bullet_list_open", "ordered_list_open"):
                kind, rows = token.tag, []
            elif token.type == "table_open":
                kind, rows = "table", []
            elif token.type == "tr_open":
                rows.append([])
            elif token.type == "inline":
                if kind == "table":
                    rows[-1].append(token)
                elif kind in ("ul", "ol"):
                    rows.append([token])
                else:
                    self.blocks.append((kind, [[token]]))
            elif token.type in ("table_close", "bullet_list_close", "ordered_list_close"):
                self.blocks.append((kind, rows))
                kind = "p"
            elif token.type == "heading_close":
                kind = "p"


def markup(token: Token) -> str:
    """A line in reportlab's markup."""
    tags = {"strong_open": "<b>", "strong_close": "</b>", "em_open": "<i>", "em_close": "</i>"}
    return "".join(
        tags.get(child.type) or (" " if child.type == "softbreak" else escape(child.content))
        for child in token.children or []
    )


# --- PDF ---------------------------------------------------------------------------------------


def build_pdf(source: Source, target: Path) -> None:
    width, height = A4

    def cover(canvas: Canvas, _: BaseDocTemplate) -> None:
        canvas.saveState()
        canvas.setFillColor(GREEN)
        canvas.rect(0, height - 118 * mm, width, 118 * mm, stroke=0, fill=1)
        _boat(canvas, width - 74 * mm, height - 96 * mm)
        canvas.restoreState()

    def decorate(canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.saveState()
        canvas.setFont("Helvetica", 8.5)
        canvas.setFillColor(SOFT)
        canvas.drawString(27 * mm, height - 15 * mm, "Hollin Quay Boats")
        canvas.drawRightString(width - 27 * mm, height - 15 * mm, source.fields["title"])
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.5)
        canvas.line(27 * mm, height - 17 * mm, width - 27 * mm, height - 17 * mm)
        canvas.drawCentredString(width / 2, 13 * mm, str(document.page))
        canvas.restoreState()

    document = BaseDocTemplate(
        str(target), pagesize=A4, invariant=1,
        title=f"{source.fields['title']} – Hollin Quay Boats", author="Hollin Quay Boats",
        leftMargin=27 * mm, rightMargin=27 * mm, topMargin=23 * mm, bottomMargin=22 * mm,
    )  # fmt: skip
    left, bottom = document.leftMargin, document.bottomMargin
    front = Frame(left, bottom, document.width, height - bottom - 42 * mm, 0, 0, 0, 0)
    inside = Frame(left, bottom, document.width, document.height, 0, 0, 0, 0)
    document.addPageTemplates(
        [
            PageTemplate("cover", [front], onPage=cover, autoNextPageTemplate="page"),
            PageTemplate("page", [inside], onPageEnd=decorate),
        ]
    )
    document.build([*_cover(source), PageBreak(), *_story(source)])


def _boat(canvas: Canvas, x: float, y: float) -> None:
    """A skiff under sail, in three shapes."""
    canvas.setFillColor(HexColor("#FBFAF7"))
    hull = canvas.beginPath()
    hull.moveTo(x, y)
    hull.curveTo(x + 10 * mm, y - 10 * mm, x + 32 * mm, y - 10 * mm, x + 44 * mm, y + 1 * mm)
    hull.close()
    canvas.drawPath(hull, stroke=0, fill=1)
    for points, alpha in (
        (((23, 3), (23, 44), (42, 5)), 0.9),
        (((20.5, 3), (20.5, 36), (6, 5)), 0.6),
    ):
        sail = canvas.beginPath()
        sail.moveTo(x + points[0][0] * mm, y + points[0][1] * mm)
        for across, up in points[1:]:
            sail.lineTo(x + across * mm, y + up * mm)
        sail.close()
        canvas.setFillAlpha(alpha)
        canvas.drawPath(sail, stroke=0, fill=1)


def _cover(source: Source) -> list[Flowable]:
    paper = HexColor("#FBFAF7")
    title = ParagraphStyle("title", HEADINGS["h1"], fontSize=32, leading=38, textColor=paper)
    note = ParagraphStyle("note", BODY, fontName="Helvetica", fontSize=12.5, textColor=paper)
    small = ParagraphStyle("small", BODY, fontName="Helvetica", fontSize=9.5, textColor=SOFT)
    entry = ParagraphStyle("entry", BODY, fontSize=12.5, leading=20, spaceAfter=0)
    name, place = source.fields["subtitle"].split(", ")
    sections = [rows[0][0] for kind, rows in source.blocks if kind == "h1"]
    return [
        Paragraph(source.fields["title"], title),
        Paragraph(f"{name}<br/>{place}", note),
        Spacer(1, 70 * mm),
        Paragraph(source.fields["edition"], small),
        Spacer(1, 8 * mm),
        *(Paragraph(markup(section), entry) for section in sections),
    ]


def _story(source: Source) -> list[Flowable]:
    story: list[Flowable] = []
    waiting: list[Flowable] = []
    for kind, rows in source.blocks:
        if kind in HEADINGS:
            waiting.append(Paragraph(markup(rows[0][0]), HEADINGS[kind]))
            continue
        if kind == "table":
            block: Flowable = _table(rows)
        elif kind in ("ul", "ol"):
            items = [ListItem(Paragraph(markup(row[0]), BODY), leftIndent=16) for row in rows]
            block = ListFlowable(
                items, bulletType="bullet" if kind == "ul" else "1", leftIndent=18,
                bulletFontName="Times-Roman", bulletFontSize=11.2, bulletFormat="%s.",
            )  # fmt: skip
        else:
            block = Paragraph(markup(rows[0][0]), BODY)
        story.append(KeepTogether([*waiting, block]) if waiting else block)
        if kind == "table":
            story.append(Spacer(1, 4 * mm))
        waiting = []
    return story


def _table(rows: list[list[Token]]) -> Table:
    cells = [
        [Paragraph(markup(cell), HEAD if number == 0 else CELL) for cell in row]
        for number, row in enumerate(rows)
    ]
    widths = [54 * mm, 43 * mm, 59 * mm] if len(rows[0]) == 3 else [106 * mm, 50 * mm]
    table = Table(cells, colWidths=widths)
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("BACKGROUND", (0, 0), (-1, 0), BAND),
                ("LINEBELOW", (0, 0), (-1, -1), 0.5, RULE),
                ("TOPPADDING", (0, 0), (-1, -1), 4),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
                ("LEFTPADDING", (0, 0), (-1, -1), 6),
            ]
        )
    )
    return table


# --- DOCX --------------------------------------------------------------------------------------


def build_docx(source: Source, target: Path) -> None:
    document = docx.Document()
    for section in document.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.7)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Georgia", Pt(10.5)
    normal.paragraph_format.space_after = Pt(6)
    for level in (1, 2):
        style = document.styles[f"Heading {level}"]
        style.font.name, style.font.color.rgb = "Georgia", RGBColor(0x0F, 0x6B, 0x5C)
    document.add_paragraph(source.fields["title"], style="Title")
    subtitle = document.add_paragraph(source.fields["subtitle"], style="Subtitle")
    subtitle.alignment = WD_ALIGN_PARAGRAPH.LEFT
    for kind, rows in source.blocks:
        if kind == "table":
            table = document.add_table(rows=len(rows), cols=len(rows[0]), style="Light Grid")
            for row, cells in zip(table.rows, rows, strict=True):
                for cell, token in zip(row.cells, cells, strict=True):
                    _runs(cell.paragraphs[0], token)
            document.add_paragraph()
        elif kind in ("ul", "ol"):
            for row in rows:
                style = "List Bullet" if kind == "ul" else "List Number"
                _runs(document.add_paragraph(style=style), row[0])
        elif kind in HEADINGS:
            document.add_heading(rows[0][0].content, int(kind[1]))
        else:
            _runs(document.add_paragraph(), rows[0][0])
    properties = document.core_properties
    properties.title = f"{source.fields['title']}, {source.fields['subtitle']}"
    properties.author = "Hollin Quay Boats"
    properties.created = properties.modified = datetime(2026, 2, 19, tzinfo=UTC)
    made = io.BytesIO()
    document.save(made)
    _write_dateless(made, target)


def _runs(paragraph: object, token: Token) -> None:
    bold = italic = False
    for child in token.children or []:
        if child.type in ("strong_open", "strong_close"):
            bold = child.type == "strong_open"
        elif child.type in ("em_open", "em_close"):
            italic = child.type == "em_open"
        else:
            run = paragraph.add_run(child.content or " ")  # type: ignore[attr-defined]
            run.bold, run.italic = bold or None, italic or None


def _write_dateless(made: io.BytesIO, target: Path) -> None:
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            info = zipfile.ZipInfo(name, date_time=(2026, 2, 19, 12, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(name))


def main(library: Path = HERE / "library") -> None:
    library.mkdir(exist_ok=True)
    build_pdf(Source(HERE / "source" / "staff-handbook.md"), library / "Staff handbook.pdf")
    agreement = Source(HERE / "source" / "mooring-agreement.md")
    build_docx(agreement, library / "Mooring agreement C14.docx")


if __name__ == "__main__":
    main()
