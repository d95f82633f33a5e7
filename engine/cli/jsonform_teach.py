"""What ``alcove teach --json`` prints."""

from collections.abc import Mapping
from typing import Any

from engine.services.teach_adapters import Taught
from engine.services.teach_examples import Built
from engine.services.teach_jobs import JobCard, Trained
from engine.services.teach_loop import Looped, LoopWaiting
from engine.services.teach_results import TeachResult
from engine.teach.recipes import Recipe
from engine.teach.review import Reviewed

Json = dict[str, Any]


def recipe(value: Recipe) -> Json:
    return {
        "name": value.name,
        "purpose": value.purpose,
        "about": value.about,
        "form": value.form,
        "sources": list(value.sources),
        "system": value.system,
        "prompt": value.prompt,
        "metric": value.metric,
        "training": dict(value.training),
    }


def built(value: Built) -> Json:
    return {
        "examples": value.examples,
        "file": str(value.file),
        "left_out": [{"reason": reason, "count": count} for reason, count in value.left_out],
        "note": value.note,
    }


def reviewed(value: Reviewed) -> Json:
    return {
        "number": value.number,
        "state": value.state,
        "question": value.question,
        "answer": value.example.answer,
        "source": value.example.source,
        "why": value.example.why,
        "quote": value.quote,
        "tokens": value.tokens,
        "recipe": value.example.recipe,
    }


def trained(value: Trained) -> Json:
    return {
        "job": str(value.job),
        "adapter": str(value.adapter) if value.adapter is not None else None,
        "report": dict(value.report),
    }


def adapter(value: Taught) -> Json:
    made = value.made
    return {
        "name": value.card.name,
        "file": value.card.file,
        "base": value.base,
        "size": value.card.size_bytes,
        "state": value.state,
        "task": value.card.task,
        "part": value.part,
        "rank": value.card.rank,
        "models": list(value.card.models),
        "made_at": made.made_at if made is not None else None,
        "reason": (made.reason if made is not None else "") or value.card.note,
        "report": dict(made.report) if made is not None else None,
    }


def job(value: JobCard) -> Json:
    return {
        "job": str(value.job),
        "name": value.name,
        "state": value.state,
        "words": value.words,
    }


def waiting(value: LoopWaiting) -> Json:
    return {
        "new": value.new,
        "examples": value.examples,
        "measured": value.measured,
        "recipe": value.recipe.name,
    }


def looped(value: Looped) -> Json:
    decision = value.decision
    return {
        "gguf": str(value.file),
        "adopted": decision.adopt,
        "reason": decision.reason,
        "questions": decision.questions,
        "before": decision.before,
        "after": decision.after,
        "general_before": decision.general_before,
        "general_after": decision.general_after,
    }


def result(value: TeachResult) -> Json:
    decision = value.decision
    return {
        "job": str(value.job),
        "gguf": str(value.file) if value.file is not None else None,
        "better": decision is not None and decision.adopt,
        "reason": decision.reason if decision is not None else "",
        "questions": decision.questions if decision is not None else 0,
        "measured": value.measured,
        "before": decision.before if decision is not None else None,
        "after": decision.after if decision is not None else None,
        "general_before": decision.general_before if decision is not None else None,
        "general_after": decision.general_after if decision is not None else None,
    }


def report_lines(report: Mapping[str, Any]) -> list[str]:
    """The report of a training, as sentences."""
    outcome = report.get("outcome") or {}
    lines = [
        f"{report.get('name')}: {outcome.get('steps', '?')} steps on {report.get('examples')} "
        f"examples, {outcome.get('tokens_per_s', '?')} tokens a second."
    ]
    before, after = outcome.get("held_out_before"), outcome.get("held_out_loss")
    if before is not None and after is not None:
        lines.append(f"Held-out loss: {before:.3f} before, {after:.3f} after.")
    return lines
