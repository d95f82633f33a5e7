"""``alcove teach export|use|off|back|list|pause|stop|loop``: what comes of a training."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from engine.cli import jsonform_teach
from engine.cli.adapters import show_in_use
from engine.cli.session import JsonOption, ProfileOption, session
from engine.evaluate.questions import checked_questions

JobArgument = Annotated[Path, typer.Argument(help="Folder of a training.")]
ModelOption = Annotated[
    str | None, typer.Option("--model", help="By default the model that answers.")
]


def result(job: JobArgument, profile: ProfileOption = None, as_json: JsonOption = False) -> None:
    """Take the adapter of a training and ask it beside the model as it is: before and after."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        found = terminal.run(assistant.teaching.settle(job.expanduser().absolute()))
        if as_json:
            terminal.value(jsonform_teach.result(found))
            return
        decision = found.decision
        if decision is None:
            return
        terminal.say(decision.reason)
        if decision.questions:
            table = Table("", "Before", "After", box=None)
            table.add_row(
                f"{decision.questions} questions it never saw ({found.measured})",
                f"{decision.before:.0%}", f"{decision.after:.0%}",
            )  # fmt: skip
            table.add_row(
                "General questions", f"{decision.general_before:.0%}",
                f"{decision.general_after:.0%}",
            )  # fmt: skip
            terminal.out.print(table)
        if found.file is not None:
            terminal.say(f"Use it: alcove teach use {found.file.stem}", style="dim")


def export(
    job: JobArgument,
    name: Annotated[str, typer.Option(help="What the adapter is called.")] = "",
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take the adapter of a training among those of this profile."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        file = assistant.teaching.jobs.export(job, name)
        if as_json:
            terminal.value({"gguf": str(file)})
            return
        terminal.say(f"The adapter is {file}.")
        terminal.say(f"Use it: alcove teach use {file.stem}", style="dim")


def use(
    names: Annotated[list[str], typer.Argument(metavar="NAME|FILE…", help="One or several.")],
    model: ModelOption = None,
    only: Annotated[
        bool, typer.Option("--only", help="Switch off what is in use for other tasks, too.")
    ] = False,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Use a model with an adapter from now on, after trying that it acts.

    What is in use for other tasks stays in use; what was taught the same makes room.
    """
    with session(profile, as_json=as_json) as (terminal, assistant):
        done = terminal.run(assistant.teaching.adapters.use(names, model, only=only))
        if done.words:
            terminal.note(f"{done.words} To go back: alcove teach back.")
        show_in_use(terminal, assistant, model, done.replaced)


def off(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME|FILE]…", help="Only these; else all.")
    ] = None,
    model: ModelOption = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Use a model as it is again, or without these adapters alone."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        assistant.teaching.adapters.off(model, names or ())
        show_in_use(terminal, assistant, model)


def back(
    model: ModelOption = None, profile: ProfileOption = None, as_json: JsonOption = False
) -> None:
    """Go back to what a model was used with before the last change."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        terminal.run(assistant.teaching.adapters.roll_back(model))
        show_in_use(terminal, assistant, model)


def list_adapters(profile: ProfileOption = None, as_json: JsonOption = False) -> None:
    """The adapters with base, size and state, and the trainings."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        adapters = assistant.teaching.adapters.list()
        jobs = assistant.teaching.jobs.jobs()
        waiting = assistant.teaching.loop.waiting()
        if as_json:
            terminal.value(
                {
                    "adapters": [jsonform_teach.adapter(each) for each in adapters],
                    "jobs": [jsonform_teach.job(each) for each in jobs],
                    "waiting": jsonform_teach.waiting(waiting),
                }
            )
            return
        for each in adapters:
            terminal.say(f"{each.card.name}  ({each.state})", style="bold")
            size = f"{each.card.size_bytes / 1e6:.1f} MB"
            terminal.say(f"    for {each.base or 'no model here'}, {size}, {each.card.file}")
            if each.part:
                terminal.say(f"    {each.part}", style="dim")
            if each.made is not None and each.made.reason:
                terminal.say(f"    {each.made.reason}", style="dim")
        for job in jobs:
            terminal.say(f"{job.name}: {job.state}, {job.job}")
            if job.words:
                terminal.say(f"    {job.words}", style="dim")
        if not jobs and not any(each.made for each in adapters):
            terminal.say("Nothing was taught yet. Begin with: alcove teach recipes")
        if waiting.new:
            terminal.say(f"{waiting.words}: alcove teach loop")


def pause(
    job: JobArgument,
    on: Annotated[bool, typer.Option("--on/--off", help="Wait, or go on.")] = True,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a training wait after its step, or go on."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        assistant.teaching.jobs.pause(job, on)
        if as_json:
            terminal.value({"job": str(job), "paused": on})
            return
        terminal.say("It waits after this step." if on else "It goes on.")


def stop(job: JobArgument, profile: ProfileOption = None, as_json: JsonOption = False) -> None:
    """End a training after its step; the command that began it goes on with it."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        assistant.teaching.jobs.stop(job)
        if as_json:
            terminal.value({"job": str(job), "stopping": True})
            return
        terminal.say("It ends after this step, with a checkpoint.")


def loop(
    recipe: Annotated[
        str | None,
        typer.Option(help="What is learnt; by default what most new corrections are about."),
    ] = None,
    questions: Annotated[
        Path | None, typer.Option(help="Questions to compare on, beside those kept aside.")
    ] = None,
    steps: Annotated[int | None, typer.Option(help="Steps to train.")] = None,
    model: ModelOption = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Learn what was corrected, compare on questions never seen, adopt it if it is better."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        work = assistant.teaching.loop
        terminal.note(f"{work.waiting().words}.")
        more = checked_questions(questions)[0] if questions is not None else []
        done = terminal.run(
            work.run(
                recipe_name=recipe,
                model=model,
                questions=more,
                settings={"steps": steps} if steps is not None else None,
            )
        )
        if as_json:
            terminal.value(jsonform_teach.looped(done))
            return
        terminal.say(done.decision.reason)
        state = "in use from now on" if done.decision.adopt else "kept aside"
        terminal.say(f"The new adapter {done.file.stem} is {state}.")
