"""The report of an evaluation as one HTML file that needs nothing else, not even a network."""

import time
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path, PurePath
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from engine.errors import InputError
from engine.evaluate import charts
from engine.evaluate.outcome import Outcome
from engine.evaluate.questions import BadLine
from engine.evaluate.summary import ModeSummary

MODES = {
    "plain": "The model alone",
    "rag": "From the documents",
    "tuned": "With the adapter",
    "both": "From the documents, with the adapter",
}
GROUPS: tuple[tuple[str, Mapping[str, str]], ...] = (
    (
        "Finding the passage",
        {
            "hit@1": "first passage is it",
            "hit@5": "among the first 5",
            "hit@10": "among the first 10",
            "mrr@10": "MRR@10",
            "ndcg@10": "nDCG@10",
            "recall@5": "recall@5",
            "recall@10": "recall@10",
        },
    ),
    (
        "The answer",
        {
            "em": "exact match",
            "f1": "F1",
            "rouge_l": "ROUGE-L",
            "contains": "holds the expected one",
            "numeric": "numbers are right",
        },
    ),
    (
        "The citations",
        {
            "citation_precision": "precision",
            "citation_recall": "recall",
            "supported": "sentences supported",
        },
    ),
    (
        "Refusing",
        {
            "answered": "answered",
            "wrongly_refused": "wrongly refused",
            "rightly_refused": "rightly refused",
        },
    ),
)
SECONDS = {"retrieve_s": "search", "first_token_s": "first word", "total_s": "whole answer"}
MOST_QUOTE = 400
"""Characters of a quote that are shown."""


def html(
    summaries: Sequence[ModeSummary],
    outcomes: Sequence[Outcome],
    *,
    verdict: str,
    setting: Mapping[str, Any],
    finished_at: float,
    bad_lines: Sequence[BadLine] = (),
) -> str:
    """The report. Texts of documents and answers are escaped, whatever stands in them."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    source = resources.files("engine.evaluate") / "templates" / "report.html.j2"
    template = environment.from_string(source.read_text("utf-8"))
    lines = [
        (MODES.get(each.mode, each.mode), each.curve) for each in summaries if len(each.curve) > 1
    ]
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(finished_at))
    return template.render(
        title="How good the answers are",
        told=f"Measured {when} on this machine with {setting.get('model') or 'the model'}.",
        verdict=verdict,
        bad_lines=bad_lines,
        modes=[
            _mode(each, [found for found in outcomes if found.mode == each.mode])
            for each in summaries
        ],
        curve=Markup(charts.curve(lines)) if lines else "",
        setting=[(name.replace("_", " "), shown(value)) for name, value in setting.items()],
    )


def calibration_html(words: str, curve: Sequence[tuple[float, float]]) -> str:
    """The page of a calibration: what it costs, and what other choices would."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    source = resources.files("engine.evaluate") / "templates" / "report.html.j2"
    return environment.from_string(source.read_text("utf-8")).render(
        title="How sure an answer must be",
        told="From left to right, more is answered; upward, more of what has no answer as well.",
        verdict=words,
        bad_lines=(),
        modes=(),
        curve=Markup(charts.curve([("answered without an answer", curve)])),
        setting=(),
    )


def write(path: Path, text: str) -> None:
    """Write the report. Raises InputError where it cannot be written."""
    try:
        path.write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise InputError(
            f"The report {path} cannot be written: {error.strerror}.", "Choose another place."
        ) from error


def _mode(found: ModeSummary, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    groups = []
    for title, names in GROUPS:
        rows = [(told, found.scores[name]) for name, told in names.items() if name in found.scores]
        if rows:
            groups.append({"title": title, "chart": Markup(charts.bars(rows))})
    seconds = [
        (told, found.latency[name]) for name, told in SECONDS.items() if name in found.latency
    ]
    failed = f", {found.failed} of them failed" if found.failed else ""
    return {
        "title": MODES.get(found.mode, found.mode),
        "told": f"{found.questions} questions{failed}.",
        "groups": groups,
        "latency": Markup(charts.latency(seconds)) if seconds else "",
        "rows": [_row(each) for each in outcomes],
    }


def _row(found: Outcome) -> dict[str, Any]:
    question = found.question
    return {
        "question": question.question,
        "answer": found.error or ("Refused" if found.abstained else found.text),
        "quotes": [
            {
                "place": f"{PurePath(path).name}, page {page}",
                "text": " ".join(quote.split())[:MOST_QUOTE],
            }
            for path, page, quote in found.citations
        ],
        "fault": "" if found.error else found.fault,
        "expected": "none"
        if question.unanswerable
        else " / ".join(dict.fromkeys(question.answers)),
        "f1": f"{found.scores['f1']:.2f}" if "f1" in found.scores else "",
        "seconds": f"{found.total_s:.1f}" if not found.error else "",
    }


def shown(value: object) -> str:
    """A setting as words."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {each}" for name, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)
