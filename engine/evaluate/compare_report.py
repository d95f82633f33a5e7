"""The report of a comparison: one page with the verdict, charts and every answer side by side.

It filters with style sheets alone, so that it runs no script, whatever stands in an answer.
"""

import time
from collections.abc import Iterable, Sequence
from importlib import resources
from pathlib import PurePath
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from engine.evaluate import charts, considered_tables, differences
from engine.evaluate.certainty import Estimate
from engine.evaluate.considered import Considered
from engine.evaluate.considered_tables import Unit
from engine.evaluate.evaluated import Evaluated
from engine.evaluate.outcome import Outcome
from engine.evaluate.report import MOST_QUOTE, shown


def html(done: Evaluated) -> str:
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
    return Markup(" ").join(
        Markup("<mark>{}</mark>" if differs else "{}").format(piece)
        for piece, differs in differences.pieces(text, reference)
    )


def _tables(found: Sequence[Considered]) -> list[dict[str, Any]]:
    return [
        {
            "title": table.title,
            "rows": [
                (row.name, [_told(each, row.unit) for each in row.values]) for row in table.rows
            ],
        }
        for table in considered_tables.tables(found)
    ]


def _told(found: Estimate | float | None, unit: Unit) -> str:
    told = considered_tables.figure(found, unit)
    between = considered_tables.interval(found, unit)
    count = f", n {found.n}" if isinstance(found, Estimate) else ""
    return f"{told} ({between}){count}" if between else f"{told}{count}"
