"""Pictures of text for tests, drawn with Pillow."""

import pytest
from PIL import Image, ImageDraw, ImageFont

LINES = (
    "The harbour office opens at nine",
    "and closes at half past five.",
    "Dogs wait outside, on a short lead.",
    "Tickets are sold at the yellow kiosk.",
)
FONT = ImageFont.load_default(32)
CHINESE = ("wqy-zenhei.ttc", "NotoSansCJK-Regular.ttc", "uming.ttc", "simsun.ttc", "PingFang.ttc")


def chinese_font() -> ImageFont.FreeTypeFont:
    """One with Chinese letters; the test is skipped where there is none."""
    for name in CHINESE:
        try:
            return ImageFont.truetype(name, 32)
        except OSError:
            continue
    pytest.skip("No font with Chinese letters is installed: apt-get install fonts-wqy-zenhei")


def page(
    lines: tuple[str, ...] = LINES,
    *,
    width: int = 900,
    height: int = 600,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont = FONT,
) -> Image.Image:
    """Black lines of text on white."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        draw.text((60, 60 + 50 * number), line, fill="black", font=font)
    return image
