"""``alcove evaluate``: how good searches and answers are, in numbers and in plain words."""

import time
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from engine.assistant import MODES
from engine.cli import calibration, paper
from engine.cli import questions as question_sets
from engine.cli.session import JsonOption, ProfileOption, session
from engine.cli.terminal import Terminal
from engine.errors import InputError
from engine.evaluate import columns as ways
from engine.evaluate import export as exported
from engine.evaluate import page, report
from engine.evaluate.calibrate import COVERAGE
from engine.evaluate.columns import Column
from engine.evaluate.evaluated import Evaluated, fallen_under
from engine.evaluate.making import Making
from engine.evaluate.measure import Result
from engine.evaluate.questions import BadLine, Question, write_questions
from engine.progress import Progress
from engine.store.evaluations import StoredEvaluation

EXIT_UNDER = 3
"""A metric is below the floor that was given."""
LibraryOption = Annotated[
    str | None, typer.Option("--library", help="Only this library; all of them otherwise.")
]


def evaluate(
    questions: Annotated[
        Path | None, typer.Argument(help="JSON lines, or a set of `questions list`.")
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
    for path in (report_file, results, export):
        check_folder(path)
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
            tell_made(terminal, made, questions)
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
    floors = chosen_floors(fail_under or [])
    with session(profile, as_json=as_json) as (terminal, assistant):
        work = assistant.evaluation
        if history:
            show_history(terminal, work.history())
            return
        if show is not None:
            tell(terminal, work.opened(show), report_file, results, floors)
            return
        if repeat is not None:
            again = streamed(terminal, assistant.comparison.repeat(repeat), stream)
            tell(terminal, terminal.run(again), report_file, results, floors)
            return
        asked: list[Question]
        bad: list[BadLine] = []
        source = "thumbs"
        if questions is not None:
            asked, bad, source = question_sets.given(assistant, questions, freeze=export is None)
        else:
            apart = any(each.mode in ("tuned", "both") for each in chosen)
            asked = assistant.feedback.questions(apart=apart)
            if not asked:
                raise InputError(
                    "No answer has been rated yet.", "Rate some in the window, or give a file."
                )
        for line in bad:
            terminal.note(f"{line.reason} It is left out.")
        if export is not None:
            write_questions(export, asked)
            written(terminal, export, len(asked))
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
        done = terminal.run(streamed(terminal, measuring, stream))
        tell(terminal, done, report_file, results, floors)


def check_folder(path: Path | None) -> None:
    """Wrong usage for a file in a folder that is not there, before hours of asking."""
    if path is not None and not path.absolute().parent.is_dir():
        raise typer.BadParameter(f"There is no folder {path.absolute().parent} to write into.")


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
    floors = {}
    for text in texts:
        name, _, value = text.partition("=")
        try:
            floors[name.strip()] = float(value)
        except ValueError as error:
            raise typer.BadParameter(
                f"“{text}” is not METRIC=VALUE.", param_hint="--fail-under"
            ) from error
    return floors


def streamed(
    terminal: Terminal, work: Generator[Progress | Result, None, Evaluated], stream: bool
) -> Generator[Progress, None, Evaluated]:
    """The work, each of its results shown as it comes where that is wanted."""
    while True:
        try:
            event = next(work)
        except StopIteration as stop:
            done: Evaluated = stop.value
            return done
        if isinstance(event, Progress):
            yield event
        elif stream:
            tell_result(terminal, event)


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
    floors: Mapping[str, float] | None = None,
) -> None:
    """Show an evaluation, and write its report where one is wanted.

    Ends the command with 3 where a metric is below its floor.
    """
    fallen = fallen_under(done, floors or {})
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
        said = each.report["verdict"] if each.report else "interrupted; run it again to go on"
        worse = [shift for shift in (each.report or {}).get("shifts", ()) if shift["worse"]]
        if worse:
            fallen = ", ".join(f"{shift['column']} {shift['metric']}" for shift in worse)
            said += f" Worse than the time before: {fallen}."
        table.add_row(
            str(each.id), when, str(len(each.questions)), str(each.setting["model"]), said
        )
    terminal.out.print(table)
