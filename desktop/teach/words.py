"""What the Teach page says of recipes, trainings and results."""

from collections.abc import Mapping
from typing import Any

from desktop.words import count, when
from engine.services.teach_adapters import Taught
from engine.services.teach_jobs import JobCard
from engine.services.teach_loop import LoopWaiting
from engine.teach.compare import Decision
from engine.teach.recipes import Recipe

ICONS: Mapping[str, str] = {
    "answer": "chat-circle-text",
    "style": "pen-nib",
    "classify": "tag",
    "extract": "list-dashes",
    "summarise": "article",
    "translate": "translate",
    "abbreviations": "text-aa",
    "sql": "database",
}
SETUP_COMMAND = "make setup-training"
MISSING = "What training needs is not installed yet."
MISSING_HINT = (
    "It is about 1 GB and is installed once, in Alcove's own folder, with this command. "
    "Everything else on this page works without it."
)


def title(recipe: Recipe) -> str:
    return recipe.purpose[:1].upper() + recipe.purpose[1:]


def waiting_words(waiting: LoopWaiting) -> str:
    """``12 corrections since the last adapter``."""
    return waiting.words


def state_words(job: JobCard) -> str:
    """How a training stands, in a few words."""
    return {
        "waiting": "Not begun",
        "training": "Running",
        "paused": "Waiting",
        "stopped": "Stopped; it goes on where it was",
        "failed": job.words or "It failed",
        "trained": "Trained, not compared yet" if not job.compared else "Done",
    }[job.state]


def about_adapter(taught: Taught) -> str:
    """``for SmolLM2-135M · 40 examples · today 14:02``."""
    made = taught.made
    parts = [f"for {taught.base}" if taught.base else ""]
    if made is not None:
        number = made.report.get("examples")
        parts.append(count(number, "example") if isinstance(number, int) else "")
        parts.append(when(made.made_at) if made.made_at else "")
    return " · ".join(part for part in parts if part)


def left(seconds: float) -> str:
    """``40 s``, ``12 min``, ``2.5 h``: what is left to wait for."""
    if seconds < 90:
        return f"{max(1, seconds):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def share(value: float) -> str:
    return f"{100 * value:.0f}\u00a0%"


def rows(decision: Decision | None, report: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """The table of a result: what was measured, before, after."""
    found: list[tuple[str, str, str]] = []
    if decision is not None and decision.questions:
        what = f"Right on {count(decision.questions, 'question')} it never saw"
        found.append((what, share(decision.before), share(decision.after)))
    if decision is not None and (decision.general_before or decision.general_after):
        found.append(
            ("General questions", share(decision.general_before), share(decision.general_after))
        )
    outcome = report.get("outcome")
    outcome = outcome if isinstance(outcome, Mapping) else {}
    before, after = outcome.get("held_out_before"), outcome.get("held_out_loss")
    if isinstance(before, float) and isinstance(after, float):
        found.append(("Held-out loss, lower is better", f"{before:.2f}", f"{after:.2f}"))
    return found


def how_it_went(report: Mapping[str, Any]) -> str:
    """``100 steps on 36 examples in 12 min, 310 tokens/s, 2.1 GB``."""
    outcome = report.get("outcome")
    outcome = outcome if isinstance(outcome, Mapping) else {}
    parts = []
    if isinstance(outcome.get("steps"), int):
        parts.append(count(outcome["steps"], "step"))
    if isinstance(report.get("examples"), int):
        parts.append(f"on {count(report['examples'], 'example')}")
    if isinstance(outcome.get("seconds"), int | float):
        parts.append(f"in {left(outcome['seconds'])}")
    told = " ".join(parts)
    more = []
    if isinstance(outcome.get("tokens_per_s"), int | float):
        more.append(f"{outcome['tokens_per_s']:,.0f} tokens/s")
    if isinstance(outcome.get("peak_memory_bytes"), int):
        more.append(f"{outcome['peak_memory_bytes'] / 1e9:.1f} GB of memory")
    return ", ".join(part for part in (told, *more) if part)
