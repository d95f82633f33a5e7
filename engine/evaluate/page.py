"""The report of a finished evaluation as one page that needs no network."""

from engine.evaluate import compare_report, report
from engine.evaluate.evaluated import Evaluated


def html(done: Evaluated) -> str:
    """Of one way of asking, or of several side by side."""
    if len(done.columns) > 1:
        return compare_report.html(done)
    return report.html(
        done.summaries,
        done.outcomes,
        verdict=done.verdict,
        setting=done.setting,
        finished_at=done.finished_at,
        bad_lines=done.bad_lines,
    )
