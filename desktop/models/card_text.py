"""What a model's card says, as sentences and rows."""

from pathlib import Path

from desktop.models.shelf_facts import OWN_SOURCES, Entry
from desktop.window_words import in_window
from desktop.words import rate, size
from engine.model_types import ModelCard

NO_LICENCE = "not stated in the file"
FITS = {
    "fits": ("Fits", "check-circle", "accent"),
    "tight": ("Tight", "warning", "warn"),
    "will not fit": ("Will not fit", "x-circle", "bad"),
}


def facts_line(card: ModelCard) -> str:
    """``145 MB · Q8_0 · reads 8,192 tokens · Apache-2.0``."""
    parts = [
        size(card.size_bytes) if card.size_bytes else "",
        card.quantization,
        f"reads {card.context:,} tokens" if card.context else "",
        f"from {card.source}" if card.source not in OWN_SOURCES else "",
        "licence not stated" if card.licence == NO_LICENCE else card.licence,
    ]
    return "  ·  ".join(part for part in parts if part)


def fit_sentence(entry: Entry) -> str:
    """The verdict without the speeds, which have a line of their own."""
    return entry.card.words.split(" Expect to read")[0]


def speed_words(entry: Entry, *, measured: float | None, measuring: bool) -> str:
    """Measured where it has answered, expected where the machine was measured."""
    if measured and entry.loaded is not None:
        return f"Wrote {rate(measured)} in its last answer."
    report = entry.report
    if report is None or report.fit == "will not fit":
        return ""
    if report.decode_tokens_per_s and report.prefill_tokens_per_s:
        return (
            f"Expected: writes {rate(report.decode_tokens_per_s)}, "
            f"reads {rate(report.prefill_tokens_per_s)}."
        )
    return "Measuring how fast it is here…" if measuring else ""


def details(entry: Entry) -> list[tuple[str, str]]:
    """The technical rows, one click deeper."""
    card, report = entry.card, entry.report
    rows = [
        ("Origin", card.origin),
        ("File", card.file),
        ("On this machine", in_window(card.note)),
    ]
    if report is not None:
        where = f"{report.n_gpu_layers} layers on a graphics processor" if (
            report.n_gpu_layers
        ) else "on the processor"  # fmt: skip
        rows.append(
            (
                "Would run with",
                f"{report.n_ctx:,} tokens of context, {report.threads} threads, {where}",
            )
        )
        rows.append(("Why", " ".join(report.reasons)))
    return [(name, value) for name, value in rows if value]


def removal(card: ModelCard) -> tuple[str, str, str]:
    """Question, what becomes of the file, and the button's word."""
    if card.source in ("downloaded", "made"):
        verb = "fetched" if card.source == "downloaded" else "made"
        return (
            f"Delete {card.name}?",
            f"Alcove {verb} this file, so it is deleted and {size(card.size_bytes)} become free.",
            "Delete",
        )
    return (
        f"Take {card.name} off the list?",
        f"The file stays where it is: {card.file}",
        "Take off the list",
    )


def place_of(card: ModelCard) -> str:
    """The folder that a file manager is to show."""
    return str(Path(card.file).parent)
