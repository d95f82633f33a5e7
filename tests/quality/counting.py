"""Counting: questions about made-up tables, half of them held out."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.answer.counting.counting import Counter
from engine.ingest.ingest import add
from engine.progress import drain
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.tables import Tables
from tests.quality import counting_tables as made
from tests.quality.counting_questions import NOT_THERE, QUESTIONS, Asked
from tests.quality.workplace import Workplace

TABLES = {"visits": made.visits(), "loans": made.loans(), "prices": made.prices()}


def run(place: Workplace) -> None:
    home = place.folder / "counting"
    home.mkdir(parents=True, exist_ok=True)
    for name, rows in TABLES.items():
        with (home / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    (home / "vault.db").unlink(missing_ok=True)
    vault = Vault.open(home / "vault.db")
    try:
        _measure(place, vault, home)
    finally:
        vault.close()


def _measure(place: Workplace, vault: Vault, home: Path) -> None:
    from tests.fakes import HashingEmbedder

    # Vectors of the rows are not asked for; what the titles mean is, of the real embedder.
    drain(add(vault, HashingEmbedder(), [home / f"{n}.csv" for n in TABLES], library="Tables"))
    tables, documents, similar = Tables(vault), Documents(vault), place.embedder()
    counter = Counter(tables, today=made.TODAY)
    halves: dict[str, list[str]] = {"looked at": [], "held out": []}
    for number, asked in enumerate(QUESTIONS):
        half = "held out" if number % 2 else "looked at"
        plan = counter.plan(asked.question, similar=similar)
        outcome, told = "left to reading", ""
        if plan is not None:
            counted = tables.ask(plan.query)
            right = Path(plan.query.table.path).stem == asked.table and is_right(
                counted.rows, asked
            )
            outcome = "right" if right else "wrong"
            told = f"{counted.query} → {counted.rows[:3]}"
        halves[half].append(outcome)
        if outcome != "right" and half == "looked at":
            place.console.print(f"{outcome}: {asked.question}\n    {told}", markup=False)
    for half, outcomes in halves.items():
        for kind in ("right", "left to reading", "wrong"):
            shares = [float(outcome == kind) for outcome in outcomes]
            place.record.mean("counting", f"{half} questions", kind, shares)
    kept = []
    for question in NOT_THERE:
        told_of = counter.answer(question, documents, library=None, similar=similar)
        kept.append(float(told_of is None))
        if told_of is not None:
            place.console.print(f"counted: {question}\n    {told_of[0].text}", markup=False)
    place.record.mean("counting", "what no table holds", "not counted", kept)


def is_right(result: Sequence[Sequence[Any]], asked: Asked) -> bool:
    """Whether the rows of a query hold the expected answer, and nothing in its place."""
    expected = asked.expected(TABLES[asked.table])
    if not result:
        return False
    if isinstance(expected, dict):
        told = {str(row[0]): row[1] for row in result if len(row) == 2}
        return told.keys() == expected.keys() and all(
            _same(told[name], value) for name, value in expected.items()
        )
    allowed = expected if isinstance(expected, set) else {expected}
    # What is asked for stands in the first row; ties may come in any order.
    return any(_same(cell, each) for cell in result[0] for each in allowed)


def _same(cell: Any, expected: Any) -> bool:
    if isinstance(expected, str):
        return bool(cell == expected)
    return isinstance(cell, int | float) and abs(cell - expected) <= 0.01
