"""The report of a comparison: one page with the verdict, charts and every answer side by side.

It filters with style sheets alone, so that it runs no script, whatever stands in an answer.
"""

import time
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from importlib import resources
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from engine.evaluate import charts
from engine.evaluate.considered import Considered
from engine.evaluate.outcome import Outcome
from engine.evaluate.report import MOST_QUOTE, shown

if TYPE_CHECKING:
    from engine.evaluate.evaluated import Evaluated

METRICS = {
    "right": "right",
    "em": "exact match",
    "f1": "F1",
    "numeric": "numbers are right",
    "words": "words",
    "format": "keeps the format",
    "style": "near to the samples",
    "usual_length": "as long as the samples",
    "citations_each": "citations for a sentence",
    "verified": "sentences on a checked quote",
    "citation_precision": "citations that carry",
    "citation_recall": "places that are cited",
    "follows": "follows a changed fact",
    "stale": "says the old fact",
    "first_token_s": "first word, s",
    "total_s": "whole answer, s",
    "retrieval_share": "share of searching",
}


def html(done: "Evaluated") -> str:
    """The page. Texts of documents and answers are escaped, whatever stands in them."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    source = resources.files("engine.evaluate") / "templates" / "compare.html.j2"
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(done.finished_at))
    names = [column.name for column in done.columns]
    rows = list(_rows(names, done.outcomes))
    right = [
        (each.column, each.correctness["all"]["right"])
        for each in done.considered
        if "right" in each.correctness.get("all", {})
    ]
    points = [
        (each.column, each.speed["total_s"], each.correctness["all"]["right"])
        for each in done.considered
        if "total_s" in each.speed and "right" in each.correctness.get("all", {})
    ]
    return environment.from_string(source.read_text("utf-8")).render(
        told=f"Measured {when} here: {len(rows)} questions, {len(names)} ways of asking.",
        verdict=done.verdict,
        reasons=done.reasons,
        notes=[*done.notes, *(shift.words for shift in done.shifts),
               *(line.reason for line in done.bad_lines)],
        right=Markup(charts.bars(right)) if right else "",
        scatter=Markup(charts.scatter(points)) if points else "",
        considered=_tables(done.considered),
        names=names,
        kinds=list(dict.fromkeys(each.question.kind for each in done.outcomes)),
        rows=rows,
        freshness=done.freshness,
        setting=[(name.replace("_", " "), shown(value)) for name, value in done.setting.items()
                 if name != "columns"],
    )  # fmt: skip


def _rows(names: Sequence[str], outcomes: Sequence[Outcome]) -> Iterable[dict[str, Any]]:
    by_column: dict[str, list[Outcome]] = {
        name: [each for each in outcomes if each.mode == name] for name in names
    }
    for answers in zip(*by_column.values(), strict=False):
        question = answers[0].question
        said = [each.text for each in answers if not each.error and not each.abstained]
        rights = {each.scores.get("right") for each in answers}
        texts = {" ".join(each.text.split()).casefold() for each in answers}
        reference = max(said, key=len, default="")
        yield {
            "question": question.question,
            "kind": question.kind,
            "expected": "none" if question.unanswerable else " / ".join(
                dict.fromkeys(question.answers)),
            "disagree": len(rights) > 1,
            "differ": len(texts) > 1,
            "wrong": 0.0 in rights,
            "cells": [_cell(each, said[0] if said else reference) for each in answers],
        }  # fmt: skip


def _cell(found: Outcome, reference: str) -> dict[str, Any]:
    right = found.scores.get("right")
    return {
        "text": found.error or ("Refused" if found.abstained else marked(found.text, reference)),
        "mark": "" if right is None else ("right" if right else "wrong"),
        "told": "" if found.error else found.fault,
        "seconds": f"{found.total_s:.1f} s" if not found.error else "",
        "quotes": [
            {
                "place": f"{PurePath(path).name}, page {page}",
                "text": " ".join(quote.split())[:MOST_QUOTE],
            }
            for path, page, quote in found.citations
        ],
    }


def marked(text: str, reference: str) -> Markup:
    """A text with the words marked that another one does not have at their place."""
    words, others = text.split(), reference.split()
    if not others or words == others:
        return Markup(escape(text))
    parts: list[Markup] = []
    plain = [each.casefold() for each in words]
    matcher = SequenceMatcher(None, [each.casefold() for each in others], plain, autojunk=False)
    for tag, _, _, start, end in matcher.get_opcodes():
        piece = escape(" ".join(words[start:end]))
        if piece:
            parts.append(Markup("{}" if tag == "equal" else "<mark>{}</mark>").format(piece))
    return Markup(" ").join(parts)


def _tables(found: Sequence[Considered]) -> list[dict[str, Any]]:
    kinds = dict.fromkeys(kind for each in found for kind in each.correctness)
    correct = [
        (f"{kind}: {METRICS[name]}", [each.correctness.get(kind, {}).get(name) for each in found])
        for kind in kinds
        for name in ("right", "em", "f1", "numeric")
    ]
    tables = [("Correctness", correct)]
    for title, part in (("Form and tone", "form"), ("Traceability", "traceability"),
                        ("Freshness", "freshness"), ("Speed", "speed")):  # fmt: skip
        names = dict.fromkeys(name for each in found for name in getattr(each, part))
        tables.append(
            (title, [(METRICS[name], [getattr(each, part).get(name) for each in found])
                     for name in names])
        )  # fmt: skip
    shown_tables: list[dict[str, Any]] = [
        {
            "title": title,
            "rows": [
                (name, [_figure(each) for each in values]) for name, values in rows if any(values)
            ],
        }
        for title, rows in tables
    ]
    shown_tables[4]["rows"] += [
        (f"tokens {name}, each", [f"{each.tokens.get(name, 0.0):.0f}" for each in found])
        for name in ("read", "reused", "written")
    ]
    shown_tables.append({"title": "Cost", "rows": _costs(found)})
    return shown_tables


def _costs(found: Sequence[Considered]) -> list[tuple[str, list[str]]]:
    costs = [each.cost for each in found]
    return [
        ("set-up, minutes", [_number(each.setup_minutes) for each in costs]),
        ("of that training, s", [_number(each.training_s) for each in costs]),
        ("on disk, MB", [_number(each.disk_bytes / 1e6) for each in costs]),
        ("in memory, MB", [_number(each.memory_bytes / 1e6 or None) for each in costs]),
        ("energy of an answer, J", [_number(each.joules) for each in costs]),
    ]


def _figure(found: Any) -> str:
    if found is None:
        return "–"
    return f"{found.value:.2f} ({found.low:.2f} to {found.high:.2f}), n {found.n}"


def _number(value: float | None) -> str:
    return "not known" if value is None else f"{value:.1f}"
