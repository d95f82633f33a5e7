"""``alcove evaluate``: how good searches and answers are, in numbers and in plain words."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from engine.assistant import MODES
from engine.cli import calibration
from engine.cli import evaluate_told as told
from engine.cli import questions as question_sets
from engine.cli.session import JsonOption, ProfileOption, session
from engine.errors import InputError
from engine.evaluate import columns as ways
from engine.evaluate import export as exported
from engine.evaluate import floors
from engine.evaluate.calibrate import COVERAGE
from engine.evaluate.columns import Column
from engine.evaluate.questions import BadLine, Question, write_questions

LibraryOption = Annotated[
    str | None, typer.Option("--library", help="Only this library; all of them otherwise.")
]


def evaluate(
    questions: Annotated[
        Path | None, typer.Argument(help="JSON lines, CSV, or a set of `questions list`.")
    ] = None,
    library: LibraryOption = None,
    model: Annotated[str | None, typer.Option(help="Name of a model of `models list`.")] = None,
    modes: Annotated[
        str | None, typer.Option(help="plain, rag, tuned, both, parted by commas.")
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", help="A way of asking: “name: model=…, adapter=…, mode=…”."),
    ] = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="Ask again what is known from earlier.")
    ] = False,
    changed_facts: Annotated[
        int, typer.Option("--changed-facts", min=0, help="Facts to change in a copy and ask again.")
    ] = 0,
    training: Annotated[
        list[Path] | None,
        typer.Option("--training", help="Examples that no question may be among."),
    ] = None,
    stream: Annotated[bool, typer.Option("--stream", help="Show each result as it comes.")] = False,
    results: Annotated[
        Path | None, typer.Option("--results", help="Write all results to this .csv or .json.")
    ] = None,
    fail_under: Annotated[
        list[str] | None,
        typer.Option("--fail-under", help="METRIC=VALUE or NAME.METRIC=VALUE: exit 3 below it."),
    ] = None,
    report_file: Annotated[
        Path | None, typer.Option("--report", help="Write the report to this .html or .pdf file.")
    ] = None,
    thumbs: Annotated[
        bool, typer.Option("--thumbs", help="Ask what was rated in conversations.")
    ] = False,
    export: Annotated[
        Path | None, typer.Option("--export", help="Write the questions to a file; ask nothing.")
    ] = None,
    history: Annotated[bool, typer.Option("--history", help="List earlier evaluations.")] = False,
    show: Annotated[int | None, typer.Option("--show", help="Show an earlier one again.")] = None,
    repeat: Annotated[
        int | None, typer.Option("--repeat", help="Ask an earlier one's questions again.")
    ] = None,
    generate: Annotated[
        int | None, typer.Option("--generate", help="Make so many questions from the library.")
    ] = None,
    by_model: Annotated[
        bool, typer.Option("--by-model", help="With --generate: the model words them.")
    ] = False,
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help="Fit how sure an answer must be on this library.")
    ] = False,
    coverage: Annotated[
        float, typer.Option(help="With --calibrate: share of answerable questions to answer.")
    ] = COVERAGE,
    adapter: Annotated[
        list[str] | None,
        typer.Option(
            "--adapter",
            metavar="NAME|FILE[:SCALE]",
            help="With --calibrate: fit the answers that the model gives with this adapter.",
        ),
    ] = None,
    reset: Annotated[
        bool, typer.Option("--reset", help="With --calibrate: forget what was fitted.")
    ] = False,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure searches and answers on questions whose answers are known."""
    if reset and not calibrate:
        raise typer.BadParameter("--reset goes with --calibrate.")
    if generate is not None:
        if questions is None or generate < 1:
            raise typer.BadParameter("Say how many and where to: --generate 50 FILE.")
        with session(profile, as_json=as_json) as (terminal, assistant):
            made = terminal.run(
                assistant.evaluation.generate(
                    generate, library=library, unanswerable=generate // 3, by_model=by_model,
                    model=model,
                )
            )  # fmt: skip
            write_questions(questions, made.questions)
            told.tell_made(terminal, made, questions)
        return
    if calibrate:
        if report_file is not None and report_file.suffix.casefold() == ".pdf":
            raise typer.BadParameter("Of --calibrate there is an .html report only.")
        fitted = calibration.chosen_mode(modes)
        if adapter and fitted == "rag":
            raise typer.BadParameter("An adapter goes with --modes both.", param_hint="--modes")
        with session(profile, as_json=as_json) as (terminal, assistant):
            if reset:
                taken = assistant.evaluation.reset_calibration(library=library, model=model)
                calibration.tell_reset(terminal, terminal.run(taken))
                return
            if report_file is not None:
                exported.check_folder(report_file)
            calibration.calibrate(
                terminal, assistant, questions,
                library=library, model=model, mode=fitted, adapters=adapter or (),
                coverage=coverage, page=report_file,
            )  # fmt: skip
        return
    if adapter:
        raise typer.BadParameter(
            "--adapter goes with --calibrate; name it in a --column otherwise.",
            param_hint="--adapter",
        )
    ways = [questions is not None, thumbs, history, show is not None, repeat is not None]
    if sum(ways) != 1:
        raise typer.BadParameter(
            "Give one of a question file, --thumbs, --history, --show, --repeat and --calibrate."
        )
    chosen = chosen_columns(modes, column or [], model)
    least = chosen_floors(fail_under or [])
    with session(profile, as_json=as_json) as (terminal, assistant):
        work = assistant.evaluation
        if results is not None:
            exported.check(results)
        for file in (report_file, export):
            if file is not None:
                exported.check_folder(file)
        if history:
            told.show_history(terminal, work.history())
            return
        if show is not None:
            told.tell(terminal, work.opened(show), report_file, results, least)
            return
        if repeat is not None:
            again = told.streamed(terminal, assistant.comparison.repeat(repeat), stream)
            told.tell(terminal, terminal.run(again), report_file, results, least)
            return
        floors.check(least, chosen)
        asked: list[Question]
        bad: list[BadLine] = []
        source = "thumbs"
        if questions is not None:
            asked, bad, source = question_sets.given(assistant, questions, freeze=export is None)
        else:
            apart = any(each.mode in ("tuned", "both") for each in chosen)
            rated = assistant.feedback.thumbs(
                apart=apart, task=assistant.adapters.asked_alone(chosen)
            )
            asked = list(rated.questions)
            if not asked and rated.left:
                raise InputError(
                    f"Nothing is left to ask. {rated.words}",
                    "Ask an adapter alone what it answered: --modes plain,tuned",
                )
            if rated.words:
                terminal.note(rated.words)
            if not asked:
                raise InputError(
                    "No answer has been rated yet.", "Rate some in the window, or give a file."
                )
        for line in bad:
            terminal.note(f"{line.reason} It is left out.")
        if export is not None:
            write_questions(export, asked)
            told.written(terminal, export, len(asked))
            return
        measuring = assistant.comparison.run(
            asked,
            chosen,
            library=library,
            source=source,
            bad_lines=bad,
            anew=anew,
            changed_facts=changed_facts,
            training=training or (),
        )
        done = terminal.run(told.streamed(terminal, measuring, stream))
        told.tell(terminal, done, report_file, results, least)


def chosen_columns(modes: str | None, columns: Sequence[str], model: str | None) -> list[Column]:
    """Modes parted by commas, then the columns; wrong usage for others. The default is rag."""
    names = [name.strip() for name in (modes or "").split(",") if name.strip()]
    chosen = [mode for mode in MODES if mode in names]
    if len(chosen) != len(set(names)) or (modes is not None and not names):
        raise typer.BadParameter(
            f"“{modes}” is not made of {', '.join(MODES)}.", param_hint="--modes"
        )
    if not chosen and not columns:
        chosen = ["rag"]
    try:
        made = [ways.parsed(text, model or "") for text in columns]
        return list(ways.checked([*ways.of_modes(chosen, model or ""), *made]))
    except InputError as error:
        raise typer.BadParameter(f"{error.message} {error.hint}", param_hint="--column") from error


def chosen_floors(texts: Sequence[str]) -> dict[str, float]:
    """``METRIC=VALUE``, several times; wrong usage for others."""
    try:
        return floors.parsed(texts)
    except InputError as error:
        raise typer.BadParameter(
            f"{error.message} {error.hint}", param_hint="--fail-under"
        ) from error
