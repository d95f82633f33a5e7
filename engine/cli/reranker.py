"""``alcove reranker``: a model that reads the best passages together with the question."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.session import JsonOption, ProfileOption, session
from engine.cli.terminal import Terminal
from engine.evaluate.questions import checked_questions
from engine.services.rerankers import Measured, State


def reranker(
    name: Annotated[
        str | None, typer.Argument(help="Name of a downloaded reranker, or folder of one.")
    ] = None,
    questions: Annotated[
        Path | None,
        typer.Option("--questions", help="Measure it on these: JSON lines with documents."),
    ] = None,
    library: Annotated[str | None, typer.Option("--library", help="Only this library.")] = None,
    use: Annotated[
        bool, typer.Option("--use", help="Use it from now on, where it was measured to help.")
    ] = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="With --use: without a measurement too.")
    ] = False,
    off: Annotated[bool, typer.Option("--off", help="Use none.")] = False,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show, measure, use or switch off a reranker. It is off by itself."""
    if off and (name or questions or use):
        raise typer.BadParameter("--off stands alone.")
    if (questions or use) and not name:
        raise typer.BadParameter("Name the reranker.")
    if name and not (questions or use):
        raise typer.BadParameter("Say --questions FILE to measure it, or --use.")
    if anyway and not use:
        raise typer.BadParameter("--anyway goes with --use.")
    with session(profile, as_json=as_json) as (terminal, assistant):
        rerankers = assistant.rerankers
        measured: Measured | None = None
        if off:
            rerankers.off()
        if name and questions:
            asked, bad = checked_questions(questions)
            for line in bad:
                terminal.note(f"Line {line.number}: {line.reason}")
            measured = terminal.run(assistant.evaluation.reranker(name, asked, library=library))
            if not as_json:
                tell_measured(terminal, measured)
        if use and name:
            rerankers.use(name, anyway=anyway)
        state = rerankers.state()
        if as_json:
            terminal.value(as_value(state, [each.name for each in rerankers.found()]))
        elif measured is None or use:
            tell_state(terminal, state, [each.name for each in rerankers.found()])


def as_value(state: State, found: list[str]) -> dict[str, object]:
    last = state.measured
    return {
        "serving": state.serving or None,
        "missing": state.missing,
        "rerankers": found,
        "measured": None if last is None else {**asdict(last), "helps": last.helps},
    }


def tell_measured(terminal: Terminal, measured: Measured) -> None:
    for metric in ("hit@1", "hit@5", "mrr@10"):
        terminal.say(
            f"{metric}: {measured.without[metric]:.3f} without, {measured.with_it[metric]:.3f} "
            f"with {measured.name}"
        )
    terminal.say(
        f"{measured.questions} questions; the difference in mrr@10 is {measured.gain:+.3f} "
        f"({measured.low:+.3f} to {measured.high:+.3f}). A search takes "
        f"{1000 * measured.seconds_without:.0f} ms without and "
        f"{1000 * measured.seconds_with:.0f} ms with it."
    )
    terminal.say(verdict(measured))


def verdict(measured: Measured) -> str:
    if measured.helps:
        return "It helps on these questions. Add --use to use it."
    if measured.gain > 0.0:
        return "It may help, but these questions are too few or too close to say so."
    return "It does not help on these questions."


def tell_state(terminal: Terminal, state: State, found: list[str]) -> None:
    if state.serving:
        terminal.say(f"{state.serving} reads the best passages of every search.")
        if state.missing:
            terminal.note("Its folder is gone, so that searches go on without it.")
    else:
        terminal.say("No reranker is used.")
    terminal.say(f"Rerankers here: {', '.join(found) or 'none yet'}.")
