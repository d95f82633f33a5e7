"""``alcove evaluate --calibrate``: how sure an answer must be, and what that costs."""

from collections.abc import Sequence
from pathlib import Path

import typer
from rich.table import Table

from engine.assistant import Assistant
from engine.cli import questions as question_sets
from engine.cli.adapters import parted
from engine.cli.terminal import Terminal
from engine.evaluate import report
from engine.evaluate.calibrate import Calibration
from engine.evaluate.questions import Question
from engine.types import Mode

MODES: dict[str, Mode] = {"rag": "rag", "both": "both"}
SHARES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def chosen_mode(modes: str | None) -> Mode | None:
    """The way of asking that is fitted; wrong usage for others. None is the usual one."""
    if modes is None:
        return None
    if modes.strip() not in MODES:
        raise typer.BadParameter(
            "--calibrate fits answers from documents: rag, or both with an adapter.",
            param_hint="--modes",
        )
    return MODES[modes.strip()]


def calibrate(
    terminal: Terminal,
    assistant: Assistant,
    file: Path | None,
    *,
    library: str | None,
    model: str | None,
    mode: Mode | None,
    adapters: Sequence[str],
    coverage: float,
    page: Path | None,
) -> None:
    """Fit it and tell what it costs; without a mode, the way in which questions are asked."""
    chosen = [parted(text) for text in adapters]
    named = assistant.adapters.resolved(model, chosen)
    if mode is None:
        mode = "both" if named else assistant.adapters.mode(model)
    asked: list[Question] = []
    if file is not None:
        asked, bad, _ = question_sets.given(assistant, file, freeze=False)
        for line in bad:
            terminal.note(f"{line.reason} It is left out.")
    found = terminal.run(
        assistant.evaluation.calibrate(
            asked, library=library, model=model, mode=mode, adapters=chosen, coverage=coverage
        )
    )
    tell(terminal, found, page)


def tell(terminal: Terminal, found: Calibration, page: Path | None) -> None:
    if page is not None:
        report.write(page, report.calibration_html(found.words(), found.curve))
    for note in found.notes:
        terminal.note(note)
    if terminal.as_json:
        terminal.value(
            {
                "model": found.model,
                "adapters": list(found.adapters),
                "answerable": found.answerable,
                "unanswerable": found.unanswerable,
                "left_out": found.left_out,
                "threshold": round(found.judge.threshold, 4),
                "refused": round(found.refused, 4),
                "wrong": round(found.wrong, 4),
                "before": {
                    "refused": round(found.before[0], 4),
                    "wrong": round(found.before[1], 4),
                },
                "curve": [[round(x, 4), round(y, 4)] for x, y in found.curve],
            }
        )
        return
    table = Table(
        "Answers given to answerable", "and to unanswerable ones", box=None,
        title=found.told_for, title_justify="left",
    )  # fmt: skip
    for wanted in SHARES:
        reached = [y for x, y in found.curve if x >= wanted - 1e-9]
        table.add_row(f"{100 * wanted:.0f} %", f"{100 * min(reached):.0f} %")
    terminal.out.print(table)
    terminal.say(found.words())
    if found.left_out:
        terminal.say(
            f"{found.left_out} questions were answered in another way (counted, looked up in a "
            "table, or nothing was found) and are not part of it."
        )
    terminal.say(
        f"Fitted on {found.answerable} questions with an answer and {found.unanswerable} without, "
        f"told on those left out of each fit. It is used {_when(found)}; "
        "alcove evaluate --calibrate --reset takes it back."
    )


def _when(found: Calibration) -> str:
    """From when on, and for which answers."""
    if not found.adapters:
        return "from now on"
    return "from now on for the short answers that the model writes with such an adapter"


def tell_reset(terminal: Terminal, forgotten: bool) -> None:
    if terminal.as_json:
        terminal.value({"reset": forgotten})
    else:
        terminal.say("It is as for everyone again." if forgotten else "Nothing was fitted here.")
