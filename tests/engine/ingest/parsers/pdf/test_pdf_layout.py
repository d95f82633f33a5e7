"""PDFs made here: columns, tables, forms, comments, labels, embedded files, scans, damage."""

import io
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from engine.errors import ParseError
from engine.ingest.parsers import registry
from engine.ingest.parsers.options import ParseOptions
from engine.ingest.parsers.pdf import pdf, pdf_view
from tests.engine.ingest.parsers.pictures.pictures import LINES, page

WIDTH, HEIGHT = A4


def test_columns_drawn_across_are_read_one_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "columns.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    for row in range(12):
        for side, x in (("left", 60), ("right", 320)):
            canvas.drawString(x, 700 - 14 * row, f"the {side} column goes on in row {row:02}")
    canvas.save()
    text = pdf.parse(path).pages[0].text
    assert text.index("left column goes on in row 11") < text.index(
        "right column goes on in row 00"
    )


def test_empty_cells_keep_their_place_and_cells_that_wrap_stay_whole(tmp_path: Path) -> None:
    path = tmp_path / "table.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    for y, cells in (
        (700, ("Part", "Hours", "Remark", "Price")),
        (680, ("Bumper", "2", "painted twice and", "300")),
        (667, ("", "", "polished", "")),
        (640, ("Lamp", "", "none", "60")),
        (620, ("Sum", "", "", "360")),
    ):
        for x, cell in zip((60, 160, 240, 360), cells, strict=True):
            canvas.drawString(x, y, cell)
    canvas.save()
    text = pdf.parse(path).pages[0].text
    assert text == (
        "Part | Hours | Remark | Price\n"
        "Bumper | 2 | painted twice and polished | 300\n"
        "Lamp |  | none | 60\n"
        "Sum |  |  | 360"
    )
    start = text.index("polished")
    (rect,) = pdf_view.rectangles(path, 1, start, start + len("polished"), expected=text)
    assert rect.x0 == pytest.approx(240 / WIDTH, abs=0.005)
    assert rect.y0 < 1 - 667 / HEIGHT < rect.y1
    assert pdf_view.rectangles(path, 1, 0, 4, expected="another text") == []


def test_form_fields_are_read_with_their_values(tmp_path: Path) -> None:
    path = tmp_path / "form.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    canvas.drawString(60, 760, "Berth request")
    form = canvas.acroForm
    form.textfield(name="boat", tooltip="Name of the boat", value="Sea Otter", x=60, y=700)
    form.textfield(name="empty", tooltip="Remarks", value="", x=60, y=660)
    form.checkbox(name="power", tooltip="Shore power", checked=True, x=60, y=620)
    form.checkbox(name="water", tooltip="Water", checked=False, x=60, y=600)
    form.choice(name="pier", tooltip="Pier", value="North", options=["North", "South"], x=60, y=560)
    canvas.save()
    text = pdf.parse(path).pages[0].text
    assert text == (
        "Berth request\n\nName of the boat: Sea Otter\nShore power: yes\nWater: no\nPier: North"
    )
    start = text.index("Sea Otter")
    (rect,) = pdf_view.rectangles(path, 1, start, start + 9, expected=text)
    assert rect.x0 == pytest.approx(60 / WIDTH, abs=0.01)
    assert rect.y0 < 1 - 710 / HEIGHT < rect.y1


def test_comments_are_read_with_their_author(tmp_path: Path) -> None:
    path = tmp_path / "comments.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    canvas.drawString(60, 760, "The mooring fee is 40 euro.")
    canvas.textAnnotation("Raise it next year.", Rect=[60, 700, 80, 720], name="note")
    canvas.save()
    data = path.read_bytes().replace(b"/Subtype /Text", b"/T (Ada Berg) /Subtype /Text")
    path.write_bytes(data)
    assert pdf.parse(path).pages[0].text == (
        "The mooring fee is 40 euro.\n\nComment by Ada Berg: Raise it next year."
    )


def test_labels_are_kept_where_they_are_not_the_number(tmp_path: Path) -> None:
    from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFPageLabels

    path = tmp_path / "labels.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    for number in range(3):
        canvas.drawString(60, 700, f"Text of page {number}")
        canvas.showPage()
    labels = PDFPageLabels()
    labels.addPageLabel(0, PDFDictionary({"S": "/r"}))
    labels.addPageLabel(2, PDFDictionary({"S": "/D", "St": 3}))
    canvas._doc.Catalog.PageLabels = labels
    canvas.save()
    assert [found.label for found in pdf.parse(path).pages] == ["i", "ii", ""]


def test_embedded_files_become_attachments(tmp_path: Path) -> None:
    plain, path = tmp_path / "plain.pdf", tmp_path / "letter.pdf"
    canvas = Canvas(str(plain), pagesize=A4)
    canvas.drawString(60, 700, "See the enclosed list.")
    canvas.save()
    document = pdfium.PdfDocument(plain)
    document.new_attachment("list.txt").set_data(b"Three oars and an anchor.")
    document.new_attachment("thing.bin").set_data(b"\x00\x01\x02\xff" * 50)
    document.save(path)
    document.close()
    readable, other = registry.parse(path).attachments
    assert readable.name == "list.txt"
    assert readable.parsed is not None
    assert readable.parsed.pages[0].text == "Three oars and an anchor."
    assert (other.name, other.parsed, other.code) == ("thing.bin", None, "unsupported")


def test_a_password_opens_the_file_and_a_wrong_one_is_told(tmp_path: Path) -> None:
    path = tmp_path / "locked.pdf"
    canvas = Canvas(str(path), encrypt=StandardEncryption("secret"))
    canvas.drawString(72, 72, "The key hangs behind the door.")
    canvas.save()
    assert "behind the door" in pdf.parse(path, ParseOptions(password="secret")).pages[0].text
    with pytest.raises(ParseError, match="does not open") as caught:
        pdf.parse(path, ParseOptions(password="guess"))
    assert caught.value.code == "encrypted"


def scanned(path: Path, *, text_page: bool = False) -> None:
    canvas = Canvas(str(path), pagesize=A4)
    if text_page:
        canvas.drawString(60, 700, "A page with letters of its own, which need no recognition.")
        canvas.showPage()
    stream = io.BytesIO()
    page().save(stream, "PNG")
    canvas.drawImage(ImageReader(stream), 0, 300, WIDTH, WIDTH * 600 / 900)
    canvas.drawString(290, 20, "17")
    canvas.save()


@pytest.mark.model
def test_a_scanned_page_is_read_and_marked(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    scanned(path, text_page=True)
    document = pdf.parse(path)
    assert document.note.startswith("1 of 2 pages was read by text recognition")
    text = document.pages[1].text
    assert " ".join(LINES) in " ".join(text.split())
    start = text.index("Dogs wait")
    (rect,) = pdf_view.rectangles(path, 2, start, start + len("Dogs wait"), expected=text)
    picture_top = HEIGHT - 300 - WIDTH * 600 / 900
    line = (picture_top + WIDTH * 180 / 900) / HEIGHT
    assert rect.y0 < line < rect.y1
    assert rect.x0 == pytest.approx(60 / 900, abs=0.02)


def test_a_scan_is_told_where_recognition_is_off(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    scanned(path, text_page=True)
    document = pdf.parse(path, ParseOptions(ocr=False))
    assert "1 of 2 pages holds a picture of text" in document.note
    assert document.pages[1].text == "17"


def test_readable_text_of_any_script_is_no_garbage() -> None:
    from engine.ingest.parsers.pdf.pdf_scan import _is_readable

    for text in (
        "Plainwordsandnumbers,2026.",
        "これは日本語の文章です。",
        "هذانصعربيواضح",
        "∑(x−μ)²/n=σ²,whereμisthemean",
        "12.5|13.7|19.2%",
    ):
        assert _is_readable(text), text
    for text in ("\ue012\ue034\ue0a1\ue0ff" * 9, "\ufffd\ufffda\ufffd" * 9, "\x01\x02\x03\x04" * 9):
        assert not _is_readable(text), text


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("pdf") / "sample.pdf"
    canvas = Canvas(str(path), pagesize=A4, pageCompression=0)
    for number in range(2):
        canvas.drawString(60, 700, f"Berth {number}\tis free")
        canvas.acroForm.textfield(name=f"n{number}", value="x", x=60, y=600)
        canvas.bookmarkPage(f"p{number}")
        canvas.addOutlineEntry(f"Berth {number}", f"p{number}")
        canvas.showPage()
    canvas.save()
    return path.read_bytes()


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_damage_ends_in_a_document_or_a_reason(
    data: st.DataObject, sample: bytes, tmp_path: Path
) -> None:
    broken = bytearray(sample[: data.draw(st.integers(10, len(sample)))])
    for place in data.draw(st.lists(st.integers(0, len(broken) - 1), max_size=12)):
        broken[place] ^= data.draw(st.integers(1, 255))
    path = tmp_path / "broken.pdf"
    path.write_bytes(broken)
    try:
        document = pdf.parse(path, ParseOptions(ocr=False))
    except ParseError as error:
        assert error.message
        assert error.code in ("damaged", "empty", "encrypted", "too_large")
    else:
        assert document.type == "pdf"
