"""Pictures drawn here are read: upright, turned, tilted, in columns, in several frames."""

from pathlib import Path

import pytest
from PIL import Image

from engine.errors import ParseError
from engine.ingest.parsers import registry
from engine.ingest.parsers.options import ParseOptions
from engine.ingest.parsers.pictures import image, picture_view
from tests.engine.ingest.parsers.pictures.pictures import FONT, LINES, page

pytestmark = pytest.mark.model

TEXT = " ".join(LINES)


def flat(path: Path, number: int = 0) -> str:
    return " ".join(image.parse(path).pages[number].text.split())


@pytest.mark.parametrize("kind", ["png", "jpg", "webp", "bmp", "gif", "tiff"])
def test_every_kind_of_picture_is_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"notice.{kind}"
    page().save(path)
    document = registry.parse(path)
    assert document.type == "picture"
    assert "text recognition" in document.note.lower()
    assert "harbour office opens at nine" in document.pages[0].text


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_turned_page_is_read_in_order_and_marked_where_it_stands(
    tmp_path: Path, turn: int
) -> None:
    path = tmp_path / "notice.png"
    page().rotate(turn, expand=True).save(path)
    assert flat(path) == TEXT
    text = image.parse(path).pages[0].text
    start = text.index("yellow")
    (rect,) = picture_view.rectangles(path, 1, start, start + len("yellow"))
    x, y = (rect.x0 + rect.x1) / 2, (rect.y0 + rect.y1) / 2
    for _ in range(turn // 90):
        x, y = 1 - y, x
    before, after = (FONT.getlength(f"Tickets are sold at the{end}") for end in (" ", " yellow"))
    assert x == pytest.approx((60 + (before + after) / 2) / 900, abs=0.02)
    assert y == pytest.approx(230 / 600, abs=0.03)


def test_a_tilted_page_is_read_in_order(tmp_path: Path) -> None:
    path = tmp_path / "notice.png"
    page().rotate(4, expand=True, fillcolor="white").save(path)
    assert flat(path) == TEXT


def test_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    left = tuple(
        f"left column line number {word}" for word in ["one", "two", "three", "four", "five", "six"]
    )
    right = tuple(line.replace("left", "right") for line in left)
    sheet = Image.new("RGB", (1200, 500), "white")
    sheet.paste(page(left, width=590, height=450), (0, 0))
    sheet.paste(page(right, width=590, height=450), (600, 13))
    path = tmp_path / "columns.png"
    sheet.save(path)
    text = flat(path)
    assert text.index("left column line number six") < text.index("right column line number one")


def test_rows_of_a_table_stay_together(tmp_path: Path) -> None:
    from PIL import ImageDraw, ImageFont

    sheet = Image.new("RGB", (1000, 400), "white")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(30)
    rows = (("Boat", "Length", "Fee"), ("Dinghy", "3.5 m", "40"), ("Skiff", "5.2 m", "65"))
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            draw.text((60 + 320 * column, 60 + 70 * row), cell, fill="black", font=font)
    path = tmp_path / "table.png"
    sheet.save(path)
    text = image.parse(path).pages[0].text
    assert "Dinghy | 3.5 m | 40\nSkiff | 5.2 m | 65" in text


def test_each_frame_of_a_tiff_is_a_page(tmp_path: Path) -> None:
    path = tmp_path / "fax.tif"
    first, second = page(LINES[:2]), page(LINES[2:])
    first.save(path, save_all=True, append_images=[second])
    document = image.parse(path)
    assert len(document.pages) == 2
    assert "harbour office" in document.pages[0].text
    assert "yellow kiosk" in document.pages[1].text


def test_pages_before_the_one_that_is_damaged_are_read(tmp_path: Path) -> None:
    path = tmp_path / "fax.tiff"
    page().save(path, save_all=True, append_images=[page(("Second page of the fax.",))])
    whole = path.read_bytes()
    path.write_bytes(whole[: int(0.75 * len(whole))])
    document = image.parse(path)
    assert "harbour office opens at nine" in document.pages[0].text
    assert len(document.pages) == 1
    assert document.note.endswith("What follows page 1 is damaged and was not read.")


def test_the_viewer_gets_the_frame_as_it_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "fax.tif"
    page(LINES[:2]).save(path, save_all=True, append_images=[page(LINES[2:], height=300)])
    shown = picture_view.render(path, 2, width_px=450)
    assert (shown.width, shown.height) == (450, 150)
    assert len(shown.rgb) == 3 * 450 * 150
    with pytest.raises(ParseError):
        picture_view.render(path, 3, width_px=450)


def test_a_picture_without_text(tmp_path: Path) -> None:
    path = tmp_path / "sky.png"
    Image.new("RGB", (300, 200), "skyblue").save(path)
    with pytest.raises(ParseError, match="No text") as caught:
        image.parse(path)
    assert caught.value.code == "empty"


def test_recognition_switched_off(tmp_path: Path) -> None:
    path = tmp_path / "notice.png"
    page().save(path)
    with pytest.raises(ParseError, match="switched off") as caught:
        image.parse(path, ParseOptions(ocr=False))
    assert caught.value.code == "empty"


def test_a_picture_cut_short_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "notice.png"
    page().save(path)
    path.write_bytes(path.read_bytes()[:400])
    with pytest.raises(ParseError) as caught:
        image.parse(path)
    assert caught.value.code == "damaged"


def test_pages_for_which_there_is_no_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image, "SECONDS", 0.0)
    monkeypatch.setattr(image, "SECONDS_A_MB", 0.0)
    path = tmp_path / "notice.tiff"
    page().save(path, save_all=True, append_images=[page(), page()])
    document = image.parse(path, ParseOptions(languages=("de", "ko")))
    assert len(document.pages) == 1
    assert "There was no time for 2 further pages." in document.note
    assert "cannot read Korean" in document.note
