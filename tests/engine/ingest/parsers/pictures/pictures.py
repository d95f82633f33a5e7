"""Pictures of text for tests, drawn with Pillow."""

from PIL import Image, ImageDraw, ImageFont

LINES = (
    "The harbour office opens at nine",
    "and closes at half past five.",
    "Dogs wait outside, on a short lead.",
    "Tickets are sold at the yellow kiosk.",
)
FONT = ImageFont.load_default(32)


def page(lines: tuple[str, ...] = LINES, *, width: int = 900, height: int = 600) -> Image.Image:
    """Black lines of text on white."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        draw.text((60, 60 + 50 * number), line, fill="black", font=FONT)
    return image
