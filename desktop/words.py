"""Numbers, sizes and times as the window writes them."""

import time
from datetime import date, datetime, timedelta

from engine.progress import Progress

BYTE_STAGES = ("downloading", "checking")
UNITS = ("bytes", "KB", "MB", "GB", "TB")


def count(number: int, one: str, many: str | None = None) -> str:
    """``1 document``, ``1,280 documents``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def size(size_bytes: int) -> str:
    """``98 MB``; powers of 1,000 as file managers show them."""
    value = float(size_bytes)
    for unit in UNITS:
        if round(value) < 1000 or unit == UNITS[-1]:
            return (
                f"{value:.1f} {unit}"
                if 0 < value < 10 and unit != "bytes"
                else f"{value:.0f} {unit}"
            )
        value /= 1000
    raise AssertionError


def counted(progress: Progress) -> str:
    """``412 of 1,280``, or ``612 MB of 2.5 GB`` where bytes are counted; empty while unknown."""
    if not progress.total:
        return ""
    if progress.stage in BYTE_STAGES:
        return f"{size(progress.done)} of {size(progress.total)}"
    return f"{progress.done:,} of {progress.total:,}"


def rate(tokens_per_s: float) -> str:
    """``43 tokens/s``, ``3.2 tokens/s``."""
    return f"{tokens_per_s:,.0f} tokens/s" if tokens_per_s >= 10 else f"{tokens_per_s:.1f} tokens/s"


def seconds(value: float) -> str:
    """``0.4 s``, ``12 s``, ``2 min``."""
    if value < 10:
        return f"{value:.1f} s"
    return f"{value:.0f} s" if value < 100 else f"{value / 60:.0f} min"


def when(seconds: float, *, now: float | None = None) -> str:
    """``just now``, ``14:02``, ``yesterday``, ``3 May 2025``."""
    now = time.time() if now is None else now
    if 0 <= now - seconds < 60:
        return "just now"
    then, today = datetime.fromtimestamp(seconds), date.fromtimestamp(now)
    if then.date() == today:
        return f"today {then:%H:%M}"
    if then.date() == today - timedelta(days=1):
        return f"yesterday {then:%H:%M}"
    return f"{then.day} {then:%b %Y}"


def group(seconds: float, *, now: float | None = None) -> str:
    """Under which head a conversation stands: Today, Yesterday or Earlier."""
    today = date.fromtimestamp(time.time() if now is None else now)
    day = date.fromtimestamp(seconds)
    if day >= today:
        return "Today"
    return "Yesterday" if day == today - timedelta(days=1) else "Earlier"


def short_model(name: str) -> str:
    """``SmolLM2-135M-Instruct`` → ``SmolLM2 135M``, for the foot."""
    return name.removesuffix("-Instruct").replace("-", " ")
