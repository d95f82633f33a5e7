"""Every colour of the window, once light and once dark. Nothing else names a colour."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tokens:
    """One set of colours as ``#RRGGBB``. Every text pair has a contrast of at least 4.5:1."""

    paper: str
    """Ground of the reading column and of cards."""
    panel: str
    """Ground of the rail, the right side, the foot and the user's questions."""
    line: str
    """Hairlines and borders."""
    ink: str
    """Text."""
    soft: str
    """Text that steps back: labels, counters, what was not found."""
    accent: str
    """The one green: links, the main button, progress."""
    accent_ink: str
    """Text on accent."""
    warn: str
    bad: str
    mark: str
    """Ground of evidence in a quote or on a page."""
    hover: str
    """Ground of a row or chip under the pointer."""


LIGHT = Tokens(
    paper="#FBFAF7",
    panel="#F3F1EB",
    line="#E2DED4",
    ink="#1F2328",
    soft="#5B6068",
    accent="#0F6B5C",
    accent_ink="#FFFFFF",
    warn="#9A4B00",
    bad="#B3261E",
    mark="#FFE9A8",
    hover="#ECE9E1",
)

DARK = Tokens(
    paper="#16181B",
    panel="#1E2125",
    line="#2E3238",
    ink="#E8E6E1",
    soft="#A3A8AF",
    accent="#5CC8B2",
    accent_ink="#0B1F1B",
    warn="#F0B36A",
    bad="#F2837B",
    mark="#5A4A12",
    hover="#272B30",
)

TEXT_PAIRS: tuple[tuple[str, str], ...] = (
    ("ink", "paper"),
    ("ink", "panel"),
    ("ink", "hover"),
    ("ink", "mark"),
    ("soft", "paper"),
    ("soft", "panel"),
    ("soft", "hover"),
    ("accent", "paper"),
    ("accent", "panel"),
    ("accent_ink", "accent"),
    ("warn", "paper"),
    ("warn", "panel"),
    ("bad", "paper"),
    ("bad", "panel"),
)
"""Which colour is written on which ground, as (text, ground)."""


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours after WCAG 2.2, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
