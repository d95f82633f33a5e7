"""What pulling sources brought, in words."""

from collections.abc import Sequence

from desktop.window_words import in_window
from desktop.words import count
from engine.library_types import FailedFile


def pull_words(reports: Sequence[object]) -> tuple[str, str]:
    """A sentence and what else is to be said, of :class:`PullReport` and FailedFile values."""
    failed = [each for each in reports if isinstance(each, FailedFile)]
    if len(reports) == 1 and failed:
        return f"{failed[0].path.removeprefix('source:')} could not be pulled.", in_window(
            failed[0].reason
        )
    rows = sum(getattr(each, "rows", 0) for each in reports)
    new, changed, gone = (
        sum(getattr(each, part, 0) for each in reports) for part in ("added", "changed", "removed")
    )
    notes = " ".join(str(getattr(each, "note", "")) for each in reports).strip()
    if failed:
        notes = f"{count(len(failed), 'source')} could not be pulled. {notes}".strip()
    return f"{count(rows, 'row')}: {new:,} new, {changed:,} changed, {gone:,} gone.", notes
