"""Chinese pages, and pages of a PDF of which only some are pictures; drawn here, read by models."""

import io
from pathlib import Path

import pytest
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from engine.ingest.parsers import registry
from engine.ingest.parsers.options import ParseOptions
from engine.ingest.parsers.pdf import pdf
from engine.ingest.parsers.pictures import image
from tests.engine.ingest.parsers.pictures.pictures import LINES, chinese_font, page

pytestmark = pytest.mark.model

CHINESE = ("港口办公室上午九点开门", "船票在红色售货亭出售", "请勿在码头上奔跑")


@pytest.mark.parametrize("turn", [0, 90, 180])
def test_chinese_is_read_however_the_page_lies(tmp_path: Path, turn: int) -> None:
    path = tmp_path / "notice.png"
    page(CHINESE, font=chinese_font()).rotate(turn, expand=True).save(path)
    text = "".join(image.parse(path).pages[0].text.split())
    assert text == "".join(CHINESE)


def _drawn(canvas: Canvas, picture: Image.Image) -> None:
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    stream.seek(0)
    canvas.drawImage(ImageReader(stream), 0, 0, *A4)
    canvas.showPage()


@pytest.mark.parametrize("turn", [0, 90, 180])
def test_only_pages_without_text_are_recognised(tmp_path: Path, turn: int) -> None:
    path = tmp_path / "two.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    sheet = page(width=900, height=1273).rotate(turn, expand=True)
    _drawn(canvas, sheet)
    written = "The text of this page is in the file, the picture behind it is not read at all."
    canvas.drawString(72, 400, written)
    _drawn(canvas, page(("never recognised",), width=900, height=1273))
    canvas.save()
    document = registry.parse(path)
    scanned, typed = document.pages
    assert " ".join(scanned.text.split()) == " ".join(LINES)
    assert typed.text == written
    assert document.scanned == 1
    assert "1 of 2 pages was read by text recognition" in document.note


def test_recognition_that_is_switched_off_is_told(tmp_path: Path) -> None:
    path = tmp_path / "two.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    _drawn(canvas, page(width=900, height=1273))
    canvas.drawString(72, 400, "The second page is text and is read in any case.")
    canvas.showPage()
    canvas.save()
    document = pdf.parse(path, ParseOptions(ocr=False))
    assert [bool(each.text) for each in document.pages] == [False, True]
    assert "switched off" in document.note
