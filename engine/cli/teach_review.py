"""``alcove teach review`` and ``convert``: looking through examples, and other forms of them."""

import sys
from pathlib import Path
from typing import Annotated, cast

import typer
from rich.markup import escape
from rich.table import Table

from engine.assistant import Assistant
from engine.cli import jsonform_teach
from engine.cli.session import JsonOption, ProfileOption, session
from engine.cli.terminal import Terminal
from engine.errors import InputError, ModelError
from engine.teach import convert
from engine.teach.convert import FORMS, Form
from engine.teach.review import STATES, Review, Reviewed, State

SHOWN = 50
CELL = 160
COLOURS = {"new": "yellow", "kept": "green", "edited": "cyan", "dropped": "dim"}


def review(
    file: Annotated[Path, typer.Argument(help="Examples, as `teach build` wrote them.")],
    drop: Annotated[list[int] | None, typer.Option(help="Leave this one out; again.")] = None,
    keep: Annotated[list[int] | None, typer.Option(help="Take this one; again.")] = None,
    edit: Annotated[int | None, typer.Option(help="Change this one.")] = None,
    answer: Annotated[
        str | None, typer.Option(help="With --edit: its answer; else it is asked for.")
    ] = None,
    question: Annotated[str | None, typer.Option(help="With --edit: its question.")] = None,
    words: Annotated[str, typer.Option("--filter", help="Only those that hold these words.")] = "",
    state: Annotated[
        str | None, typer.Option(help=f"Only those of a state: {', '.join(STATES)}.")
    ] = None,
    drop_shown: Annotated[
        bool, typer.Option("--drop-filtered", help="Leave out all that the filter shows.")
    ] = False,
    show: Annotated[int | None, typer.Option("--show", help="Show one whole.")] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Take all that were not looked at yet.")
    ] = False,
    every: Annotated[bool, typer.Option("--all", help=f"More than {SHOWN} lines.")] = False,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look through examples: why each is there, how long it is; drop, edit, take them."""
    if state is not None and state not in STATES:
        raise typer.BadParameter(f"--state is one of {', '.join(STATES)}.")
    if (answer is not None or question is not None) and edit is None:
        raise typer.BadParameter("--answer and --question go with --edit NUMBER.")
    if drop_shown and not words and state is None:
        raise typer.BadParameter("--drop-filtered goes with --filter or --state.")
    with session(profile, as_json=as_json) as (terminal, assistant):
        look = assistant.teaching.review(file)
        if edit is not None:
            _edit(terminal, assistant, look, edit, answer, question)
        look.drop(drop or [])
        look.keep(keep or [])
        found = look.found(words, state=cast(State | None, state))
        if drop_shown:
            look.drop([each.number for each in found])
            found = look.found(words)
        taken = look.accept() if accept else 0
        if accept:
            found = look.found(words, state=cast(State | None, state) if state != "new" else None)
        if show is not None:
            _whole(terminal, look, show)
            return
        if as_json:
            terminal.value(
                {
                    "file": str(file),
                    "counts": look.counts(),
                    "examples": [jsonform_teach.reviewed(each) for each in found],
                }
            )
            return
        _table(terminal, look, found, every=every)
        if taken:
            terminal.say(f"{taken} example{' was' if taken == 1 else 's were'} taken.")


def convert_examples(
    source: Annotated[Path, typer.Argument(help="Examples in any of the forms.")],
    target: Annotated[Path, typer.Argument(help="File to write.")],
    form: Annotated[str, typer.Option("--to", help=f"One of {', '.join(FORMS)}.")] = "messages",
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Turn examples into another form: messages, Alpaca, ShareGPT, prompt/completion, CSV."""
    if form not in FORMS:
        raise typer.BadParameter(f"--to is one of {', '.join(FORMS)}.")
    with session(profile, as_json=as_json) as (terminal, _):
        kept = [each for each in convert.read(source) if each.more.get("state") != "dropped"]
        count = convert.write(target, kept, cast(Form, form))
        if as_json:
            terminal.value({"examples": count, "file": str(target)})
            return
        terminal.say(f"{count} example{' is' if count == 1 else 's are'} in {target}.")


def _edit(
    terminal: Terminal,
    assistant: Assistant,
    look: Review,
    number: int,
    answer: str | None,
    question: str | None,
) -> None:
    if answer is None and question is None:
        if not sys.stdin.isatty() or terminal.as_json:
            raise InputError("Nothing was said to change.", "Give --answer or --question.")
        found = [each for each in look.all() if each.number == number]
        if found:
            terminal.say(found[0].question)
            answer = typer.prompt("Answer", default=found[0].example.answer)
    try:
        count = terminal.run(assistant.teaching.examples.counter())
    except ModelError as error:
        terminal.note(f"Tokens are not counted: {error.message}")
        count = None
    look.edit(number, answer=answer, question=question, count=count)


def _whole(terminal: Terminal, look: Review, number: int) -> None:
    found = next((each for each in look.all() if each.number == number), None)
    if found is None:
        raise InputError(f"There is no example {number} in {look.path.name}.")
    if terminal.as_json:
        value = jsonform_teach.reviewed(found)
        value["messages"] = [
            {"role": turn.role, "content": turn.content} for turn in found.example.messages
        ]
        terminal.value(value)
        return
    for turn in found.example.messages:
        terminal.say(f"{turn.role}:", style="bold")
        terminal.say(turn.content)


def _table(terminal: Terminal, look: Review, found: list[Reviewed], *, every: bool) -> None:
    shown = found if every else found[:SHOWN]
    table = Table("No.", "State", "Question", "Answer", "Why", "Tokens", box=None)
    for each in shown:
        tokens = f"{each.tokens:,}" if each.tokens is not None else "–"
        table.add_row(
            str(each.number),
            f"[{COLOURS[each.state]}]{each.state}[/]",
            escape(_short(each.question)),
            escape(_short(each.example.answer)),
            escape(_short(f"{each.example.why} ({Path(each.example.source).name})")),
            tokens,
        )
    terminal.out.print(table)
    if len(shown) < len(found):
        terminal.say(f"{len(found) - len(shown)} more: --all shows them.", style="dim")
    counts = look.counts()
    terminal.say(", ".join(f"{counts[state]} {state}" for state in STATES if counts[state]))
    if counts["new"]:
        terminal.say(
            f"{counts['new']} were not looked at: --drop N, --edit N, then --accept.", style="dim"
        )


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= CELL else plain[: CELL - 1] + "…"
