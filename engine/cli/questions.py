"""``alcove questions``: sets of questions that are kept to be asked again and again."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from engine.assistant import Assistant
from engine.cli.session import JsonOption, ProfileOption, session
from engine.evaluate.questions import BadLine, Question, checked_questions
from engine.services.question_sets import ORIGINS, QuestionSet

app = typer.Typer(help="Sets of questions to compare with.", no_args_is_help=True)
NameArgument = Annotated[str, typer.Argument(help="A set of `questions list`.")]


@app.command("list")
def questions_list(profile: ProfileOption = None, as_json: JsonOption = False) -> None:
    """Every set: how many questions of which type, from where, whether it is frozen."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        found = assistant.evaluation.sets.all()
        if as_json:
            terminal.value({"sets": [_as_json(each) for each in found]})
            return
        if not found:
            terminal.say("No sets yet. Keep one: alcove questions keep FILE.jsonl --name NAME")
            return
        table = Table("Set", "Questions", "Types", "From", "Frozen", box=None)
        for each in found:
            kinds = ", ".join(f"{number} {kind}" for kind, number in each.kinds.items())
            table.add_row(
                escape(each.name), str(len(each.questions)), kinds, ORIGINS[each.origin],
                each.sha256[:12] if each.frozen else "",
            )  # fmt: skip
        terminal.out.print(table)


@app.command("keep")
def questions_keep(
    file: Annotated[Path, typer.Argument(help="JSON lines or CSV, as `evaluate` reads them.")],
    name: Annotated[str, typer.Option(help="What the set is called; the file's name otherwise.")]
    = "",
    library: Annotated[str, typer.Option("--library", help="Library that it asks about.")] = "",
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Keep the questions of a file as a set."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        sets = assistant.evaluation.sets
        found, bad = sets.read(file)
        for line in bad:
            terminal.note(f"{line.reason} It is left out.")
        kept = sets.one(sets.keep(name or file.stem, found, origin="file", library=library))
        if as_json:
            terminal.value(_as_json(kept))
        else:
            count = len(kept.questions)
            told = "1 question is" if count == 1 else f"{count} questions are"
            terminal.say(f"{told} kept as “{kept.name}”.")


@app.command("export")
def questions_export(
    name: NameArgument,
    file: Annotated[Path, typer.Argument(help="File to write.")],
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a set to a file."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        sets = assistant.evaluation.sets
        count = sets.write(sets.named(name).id, file)
        if as_json:
            terminal.value({"file": str(file), "questions": count})
        else:
            terminal.say(f"{count} questions are in {file}.")


@app.command("remove")
def questions_remove(
    name: NameArgument, profile: ProfileOption = None, as_json: JsonOption = False
) -> None:
    """Forget a set; evaluations keep the questions they asked."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        sets = assistant.evaluation.sets
        sets.remove(sets.named(name).id)
        if as_json:
            terminal.value({"removed": name})
        else:
            terminal.say(f"“{name}” is forgotten.")


def given(
    assistant: Assistant, questions: Path, *, freeze: bool
) -> tuple[list[Question], list[BadLine], str]:
    """The questions of a file or of a kept set, with what they are from.

    A set that is asked is frozen. Raises NotFoundError, InputError.
    """
    kept = [each for each in assistant.evaluation.sets.all() if each.name == str(questions)]
    if questions.exists() or not kept:
        return *checked_questions(questions), str(questions)
    if freeze:
        assistant.evaluation.sets.freeze(kept[0].id)
    return list(kept[0].questions), [], kept[0].name


def _as_json(found: QuestionSet) -> dict[str, object]:
    return {
        "name": found.name,
        "questions": len(found.questions),
        "types": found.kinds,
        "origin": found.origin,
        "library": found.library,
        "sha256": found.sha256,
        "frozen": found.frozen,
    }
