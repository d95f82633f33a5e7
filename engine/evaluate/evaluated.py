"""A finished evaluation with all that is told of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.evaluate import considered, findings, summary, verdict
from engine.evaluate.columns import Column
from engine.evaluate.considered import Considered, Cost
from engine.evaluate.findings import Reason
from engine.evaluate.freshness import Followed
from engine.evaluate.history import Shift
from engine.evaluate.leakage import Leak
from engine.evaluate.learnt import Learnt
from engine.evaluate.outcome import Outcome
from engine.evaluate.questions import BadLine
from engine.evaluate.summary import ModeSummary


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A finished evaluation."""

    id: int
    summaries: tuple[ModeSummary, ...]
    outcomes: tuple[Outcome, ...]
    verdict: str
    setting: dict[str, object]
    finished_at: float
    bad_lines: tuple[BadLine, ...] = ()
    columns: tuple[Column, ...] = ()
    considered: tuple[Considered, ...] = ()
    reasons: tuple[Reason, ...] = ()
    freshness: tuple[Followed, ...] = ()
    shifts: tuple[Shift, ...] = ()
    """Against the last evaluation of the same questions."""
    leaks: tuple[Leak, ...] = ()
    """Questions that were learnt in training, and left out."""
    notes: tuple[str, ...] = field(default=())
    """What could not be done or checked, in sentences."""

    def as_json(self) -> dict[str, Any]:
        """What the terminal prints as JSON, and what is kept of a finished one."""
        return {
            "modes": summary.as_json(self.summaries),
            "verdict": self.verdict,
            "reasons": [
                {"rule": each.rule, "text": each.text, "figures": each.figures}
                for each in self.reasons
            ],
            "columns": [each.as_row() for each in self.columns],
            "considered": considered.as_json(self.considered),
            "shifts": [each.as_row() for each in self.shifts],
            "leaked": [{"question": each.question.question, "line": each.line}
                       for each in self.leaks],
            "notes": list(self.notes),
        }  # fmt: skip


def judged(
    number: int,
    outcomes: Sequence[Outcome],
    columns: Sequence[Column],
    setting: dict[str, object],
    finished_at: float,
    *,
    costs: Mapping[str, Cost] | None = None,
    fresh: Sequence[Followed] = (),
    learnt: Mapping[str, tuple[Learnt, ...]] | None = None,
    bad_lines: Sequence[BadLine] = (),
    leaks: Sequence[Leak] = (),
    notes: Sequence[str] = (),
    shifts: Sequence[Shift] = (),
) -> Evaluated:
    """Sum up and judge: by one column's own figures, or by the rules of a comparison."""
    summaries = summary.summed_up(outcomes)
    each_considered = considered.considered(
        [column.name for column in columns], outcomes, costs or {}, fresh, learnt or {}
    )
    said: list[Reason] = []
    if len(columns) > 1:
        said = verdict.reasons(findings.findings(columns, outcomes, each_considered, fresh))
        words = verdict.paragraph(said)
    else:
        words = summary.verdict(summaries)
    return Evaluated(
        number, tuple(summaries), tuple(outcomes), words, setting, finished_at, tuple(bad_lines),
        tuple(columns), tuple(each_considered), tuple(said), tuple(fresh), tuple(shifts),
        tuple(leaks), tuple(notes),
    )  # fmt: skip
