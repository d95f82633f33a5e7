"""What the terminal says of evaluations: results as they come, verdicts, earlier ones."""

import time
from collections.abc import Generator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import typer
from rich.table import Table

from engine.cli import paper
from engine.cli.terminal import Terminal
from engine.evaluate import export as exported
from engine.evaluate import floors, page, report
from engine.evaluate.evaluated import Evaluated
from engine.evaluate.making import Making
from engine.evaluate.measure import Result
from engine.progress import Progress, sifted
from engine.store.evaluations import StoredEvaluation

EXIT_UNDER = 3
"""A metric is below the floor that was given."""


def streamed(
    terminal: Terminal, work: Generator[Progress | Result, None, Evaluated], stream: bool
) -> Generator[Progress, None, Evaluated]:
    """The work, each of its results shown as it comes where that is wanted."""
    tell = partial(tell_result, terminal) if stream else None
    return (yield from sifted(work, tell))


def tell_result(terminal: Terminal, event: Result) -> None:
    found = event.outcome
    if terminal.as_json:
        terminal.value(
            {
                "result": found.as_row(),
                "done": event.done,
                "total": event.total,
                "kept": event.kept,
                "left_s": round(event.left_s, 1) if event.left_s is not None else None,
            }
        )
        return
    mark = {1.0: "right", 0.0: "wrong"}.get(found.scores.get("right", -1.0), "")
    said = found.error or ("refused" if found.abstained else " ".join(found.text.split())[:80])
    parts = (f"{event.done}/{event.total}", found.mode, mark, found.question.question[:60], said)
    terminal.say(" · ".join(part for part in parts if part))


def written(terminal: Terminal, path: Path, count: int) -> None:
    if terminal.as_json:
        terminal.value({"file": str(path), "questions": count})
    else:
        terminal.say(f"{count} questions are in {path}.")


def tell(
    terminal: Terminal,
    done: Evaluated,
    path: Path | None,
    results: Path | None = None,
    least: Mapping[str, float] | None = None,
) -> None:
    """Show an evaluation, and write its report where one is wanted.

    Ends the command with 3 where a metric is below its floor.
    """
    fallen = floors.fallen_under(done.summaries, least or {})
    if path is not None:
        write_report(path, done)
    if results is not None:
        exported.write(results, done.outcomes, done.as_json())
    if terminal.as_json:
        terminal.value(
            {
                "id": done.id,
                **done.as_json(),
                "report": str(path) if path is not None else None,
                "bad_lines": [
                    {"line": line.number, "reason": line.reason} for line in done.bad_lines
                ],
                "under": fallen,
            }
        )
    else:
        tell_in_words(terminal, done, path)
        for line in fallen:
            terminal.say(line)
    if fallen:
        raise typer.Exit(EXIT_UNDER)


def write_report(path: Path, done: Evaluated) -> None:
    """As a page, or on paper where the name says so. Raises InputError."""
    if path.suffix.casefold() != ".pdf":
        report.write(path, page.html(done))
        return
    source = str(done.setting.get("questions_from", "")).replace("\\", "/")
    paper.write(path, done, source.rpartition("/")[2] or "Questions")


def tell_in_words(terminal: Terminal, done: Evaluated, path: Path | None) -> None:
    for note in done.notes:
        terminal.note(note)
    for found in done.summaries:
        table = Table("", "Value", "95 %", "Questions", box=None, title=found.mode,
                      title_justify="left")  # fmt: skip
        for _, names in report.GROUPS:
            for name, told in names.items():
                if (each := found.scores.get(name)) is not None:
                    table.add_row(
                        told, f"{each.value:.3f}", f"{each.low:.3f} – {each.high:.3f}", str(each.n)
                    )
        for name, told in report.SECONDS.items():
            if (times := found.latency.get(name)) is not None:
                table.add_row(
                    f"seconds, {told}", f"{times.p50:.2f}", f"95 in 100 within {times.p95:.2f}", ""
                )
        terminal.out.print(table)
    terminal.say(f"\n{done.verdict}")
    for reason in done.reasons:
        terminal.note(f"{reason.text} ({reason.figures})" if reason.figures else reason.text)
    for shift in done.shifts:
        terminal.say(shift.words)
    if path is not None:
        terminal.say(f"The report is in {path}.")


def tell_made(terminal: Terminal, done: Making, path: Path) -> None:
    answerable = sum(not question.unanswerable for question in done.questions)
    if terminal.as_json:
        terminal.value(
            {
                "file": str(path),
                "questions": len(done.questions),
                "answerable": answerable,
                "tried": done.tried,
            }
        )
        return
    terminal.say(
        f"{len(done.questions)} questions are in {path}: {answerable} with an answer, of "
        f"{done.tried} that were tried, and {len(done.questions) - answerable} without. "
        "Read them before you trust them."
    )


def show_history(terminal: Terminal, found: list[StoredEvaluation]) -> None:
    if terminal.as_json:
        terminal.value(
            {
                "evaluations": [
                    {
                        "id": each.id,
                        "started_at": each.started_at,
                        "finished_at": each.finished_at,
                        "questions": len(each.questions),
                        "setting": each.setting,
                        **(each.report or {}),
                    }
                    for each in found
                ]
            }
        )
        return
    if not found:
        terminal.say("Nothing has been measured yet. Try: alcove evaluate QUESTIONS.jsonl")
        return
    table = Table("No.", "When", "Questions", "Model", "Said", box=None)
    for each in found:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(each.started_at))
        said = _first_words(each.report) if each.report else "interrupted; run it again to go on"
        worse = [shift for shift in (each.report or {}).get("shifts", ()) if shift["worse"]]
        if worse:
            fallen = ", ".join(f"{shift['column']} {shift['metric']}" for shift in worse)
            said += f" Worse than the time before: {fallen}."
        table.add_row(
            str(each.id), when, str(len(each.questions)), str(each.setting["model"]), said
        )
    terminal.out.print(table)


def _first_words(report: Mapping[str, Any]) -> str:
    """What was advised; the rest stands in the evaluation itself."""
    advice = [each["text"] for each in report.get("reasons", ()) if each["rule"] == "use"]
    if advice:
        return str(advice[0])
    first, more, _ = str(report["verdict"]).partition(";")
    return f"{first}." if more else first
