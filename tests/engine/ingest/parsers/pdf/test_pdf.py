"""PDFs made here with reportlab: text, headings, rectangles, pictures, damage."""

import itertools
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from engine.errors import ParseError
from engine.ingest.parsers.pdf import pdf, pdf_view

WIDTH, HEIGHT = A4
PARAGRAPH = (
    "The north boathouse is locked from the first of November until the ice has left the bay, "
    "and its key hangs behind the office door; whoever takes it signs the book. Boats that are "
    "left in the water over the winter are lifted at the cost of their owner."
)


def wrapped(canvas: Canvas, text: str, x: float, y: float, size: float = 11) -> float:
    """Draw a paragraph line by line; returns where the next one begins."""
    line = ""
    for word in [*text.split(), ""]:
        longer = f"{line} {word}".strip()
        if not word or canvas.stringWidth(longer, "Helvetica", size) > 420:
            canvas.drawString(x, y, line)
            y -= 1.3 * size
            longer = word
        line = longer
    return y


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "boats.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    for number in (1, 2, 3):
        canvas.setFont("Helvetica", 8)
        canvas.drawString(72, HEIGHT - 40, "Boat club")
        canvas.drawString(72, 30, f"Page {number} of 3")
        canvas.setFont("Helvetica-Bold", 16)
        canvas.drawString(72, HEIGHT - 90, f"Chapter {number}: winter store")
        canvas.setFont("Helvetica", 11)
        y = wrapped(canvas, PARAGRAPH, 72, HEIGHT - 120)
        y = wrapped(canvas, PARAGRAPH.replace("north", "south"), 72, y - 12)
        for item in ("• oars", "• anchors"):
            canvas.drawString(90, y - 12, item)
            y -= 15
        for row, cells in enumerate((("Boat", "Fee"), ("Dinghy", "40"), ("Skiff", "65"))):
            for column, cell in enumerate(cells):
                canvas.drawString(90 + 150 * column, y - 40 - 15 * row, cell)
        canvas.showPage()
    canvas.save()
    return path


def test_text_reads_as_prose(document: Path) -> None:
    parsed = pdf.parse(document)
    text = parsed.pages[0].text
    assert len(parsed.pages) == 3
    assert parsed.title == "Chapter 1: winter store"
    assert PARAGRAPH in text
    assert f"{PARAGRAPH}\n\n{PARAGRAPH.replace('north', 'south')}\n\n• oars\n• anchors" in text
    assert "Boat | Fee\nDinghy | 40\nSkiff | 65" in text


def test_headings_stand_where_they_say_and_running_lines_are_none(document: Path) -> None:
    for number, page in enumerate(pdf.parse(document).pages, start=1):
        assert [heading.title for heading in page.headings] == [f"Chapter {number}: winter store"]
        (heading,) = page.headings
        assert page.text[heading.start :].startswith(heading.title)
        assert page.text.startswith("Boat club")


def test_rectangles_cover_exactly_what_is_quoted(document: Path) -> None:
    page = pdf.parse(document).pages[1]
    start = page.text.index("its key hangs")
    (rect,) = pdf_view.rectangles(document, 2, start, start + len("its key hangs"))
    assert 0 < rect.x0 < rect.x1 < 1
    # The second line of the first paragraph, baseline 14.3 points under the first at 120.
    baseline = (120 + 14.3) / HEIGHT
    assert rect.y0 < baseline < rect.y1
    assert rect.y1 - rect.y0 < 1.5 * 11 / HEIGHT
    width = Canvas("unused.pdf").stringWidth("its key hangs", "Helvetica", 11)
    assert rect.x1 - rect.x0 == pytest.approx(width / WIDTH, rel=0.03)


def test_a_passage_over_lines_has_a_rectangle_for_each(document: Path) -> None:
    page = pdf.parse(document).pages[0]
    start = page.text.index(PARAGRAPH)
    rects = pdf_view.rectangles(document, 1, start, start + len(PARAGRAPH))
    assert len(rects) == 3
    for above, below in itertools.pairwise(rects):
        assert above.y1 <= below.y0 + 1e-9
        assert below.x0 == pytest.approx(72 / WIDTH, abs=0.003)


def test_rectangles_follow_a_turned_and_cropped_page(tmp_path: Path) -> None:
    upright, path = tmp_path / "upright.pdf", tmp_path / "turned.pdf"
    canvas = Canvas(str(upright), pagesize=A4)
    canvas.setFont("Helvetica", 12)
    canvas.drawString(100, HEIGHT - 60, "Turned by a quarter")
    canvas.save()
    document = pdfium.PdfDocument(upright)
    page = document[0]
    page.set_rotation(90)
    page.set_cropbox(0, HEIGHT / 2, WIDTH, HEIGHT)
    document.save(path)
    page.close()
    document.close()
    text = pdf.parse(path).pages[0].text
    (rect,) = pdf_view.rectangles(path, 1, 0, len(text))
    # Turned clockwise the page is as wide as the crop is high; text runs down its right side.
    assert rect.x0 == pytest.approx(1 - (60 + 3) / (HEIGHT / 2), abs=0.05)
    assert rect.y0 == pytest.approx(100 / WIDTH, abs=0.02)
    assert rect.y1 - rect.y0 > rect.x1 - rect.x0


def test_a_divided_word_is_joined_and_a_compound_keeps_its_hyphen(tmp_path: Path) -> None:
    # pdfium marks a hyphen at a line's end only where it knows the page as text.
    from engine.ingest.parsers.pdf.pdf_text import _keeps_hyphen

    known = {"maintenance", "day", "long-term"}
    assert not _keeps_hyphen("regular mainte-", "nance of the", known)
    assert _keeps_hyphen("a long-", "term plan", known)
    assert _keeps_hyphen("by cutting-", "edge means", known)
    assert _keeps_hyphen("under COVID-", "19 rules", known)
    assert not _keeps_hyphen("the exam-", "ple shows", known)


def test_rendered_page_has_the_asked_width(document: Path) -> None:
    image = pdf_view.render(document, 1, width_px=400)
    assert image.width == 400
    assert image.height == pytest.approx(400 * HEIGHT / WIDTH, abs=1)
    assert len(image.rgb) == image.width * image.height * 3
    assert image.rgb[:3] == b"\xff\xff\xff"
    assert min(image.rgb) < 60


def test_a_page_that_is_not_there_is_told(document: Path) -> None:
    with pytest.raises(ParseError) as caught:
        pdf_view.render(document, 9, width_px=100)
    assert caught.value.code == "damaged"


def test_pictures_only(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    canvas = Canvas(str(path))
    from reportlab.lib.utils import ImageReader

    picture = tmp_path / "dot.ppm"
    picture.write_bytes(b"P6 2 2 255 " + bytes(range(12)))
    canvas.drawImage(ImageReader(str(picture)), 0, 0, 300, 300)
    canvas.save()
    with pytest.raises(ParseError, match="No text was found in the pictures") as caught:
        pdf.parse(path)
    assert caught.value.code == "empty"


def test_password(tmp_path: Path) -> None:
    path = tmp_path / "locked.pdf"
    canvas = Canvas(str(path), encrypt=StandardEncryption("secret"))
    canvas.drawString(72, 72, "hidden")
    canvas.save()
    with pytest.raises(ParseError, match="password") as caught:
        pdf.parse(path)
    assert caught.value.code == "encrypted"


def test_damage(document: Path, tmp_path: Path) -> None:
    path = tmp_path / "half.pdf"
    path.write_bytes(b"%PDF-1.4\n" + bytes(500))
    with pytest.raises(ParseError) as caught:
        pdf.parse(path)
    assert caught.value.code == "damaged"


def test_a_file_cut_short_gives_the_pages_that_are_there(document: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.pdf"
    data = document.read_bytes()
    path.write_bytes(data[: data.rindex(b"xref")])
    assert PARAGRAPH in pdf.parse(path).pages[0].text
