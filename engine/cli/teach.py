"""``alcove teach``: examples, their review, training, and the adapters that come of it."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from engine.cli import jsonform_teach, teach_adapters, teach_review
from engine.cli.session import JsonOption, ProfileOption, session
from engine.errors import InputError
from engine.evaluate.questions import checked_questions
from engine.services.teach_examples import COUNT, Wanted
from engine.services.teach_jobs import TeachJobs
from engine.services.teach_plan import Plan
from engine.teach.from_documents import REFUSALS
from engine.teach.machine_check import MachineCheck
from engine.teach.recipes import recipe

app = typer.Typer(help="Teach a model: examples, training, adapters.", no_args_is_help=True)
app.command("review")(teach_review.review)
app.command("convert")(teach_review.convert_examples)
app.command("result")(teach_adapters.result)
app.command("export")(teach_adapters.export)
app.command("use")(teach_adapters.use)
app.command("off")(teach_adapters.off)
app.command("back")(teach_adapters.back)
app.command("list")(teach_adapters.list_adapters)
app.command("pause")(teach_adapters.pause)
app.command("stop")(teach_adapters.stop)
app.command("loop")(teach_adapters.loop)

ModelOption = Annotated[
    str | None, typer.Option("--model", help="By default the model that answers.")
]


@app.command("recipes")
def show_recipes(profile: ProfileOption = None, as_json: JsonOption = False) -> None:
    """What can be taught, by purpose."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        found = assistant.teaching.recipes()
        if as_json:
            terminal.value({"recipes": [jsonform_teach.recipe(each) for each in found]})
            return
        for each in found:
            terminal.say(f"{each.purpose}  (--recipe {each.name})", style="bold")
            terminal.say(f"    {each.about}")
            terminal.say(f"    from: {', '.join(each.sources)}", style="dim")


@app.command("build")
def build(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE…", help="documents, feedback, glossary, or files."),
    ],
    recipe_name: Annotated[
        str, typer.Option("--recipe", help="What it is for; see `alcove teach recipes`.")
    ],
    out: Annotated[Path | None, typer.Option("--out", help="File to write, JSON lines.")] = None,
    library: Annotated[
        str | None, typer.Option("--library", help="Only this library; all of them otherwise.")
    ] = None,
    count: Annotated[int, typer.Option(help="Examples from documents, at most.")] = COUNT,
    refusals: Annotated[
        float, typer.Option(help="Share of grounded examples that lose their passage.")
    ] = REFUSALS,
    columns: Annotated[
        str, typer.Option(help="Columns of a table in the order needed, parted by a comma.")
    ] = "",
    measured: Annotated[
        Path | None, typer.Option("--apart-from", help="Questions that must not be learnt.")
    ] = None,
    model: ModelOption = None,
    seed: Annotated[int, typer.Option(help="The same seed makes the same examples.")] = 0,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make examples to be looked through: from documents, feedback, glossaries, tables, samples."""
    if count < 1 or not 0 <= refusals <= 1:
        raise typer.BadParameter("--count is at least 1, --refusals from 0 to 1.")
    with session(profile, as_json=as_json) as (terminal, assistant):
        wanted = Wanted(
            recipe(recipe_name), library, count, refusals,
            tuple(each.strip() for each in columns.split(",") if each.strip()), model, seed,
        )  # fmt: skip
        apart = checked_questions(measured)[0] if measured is not None else []
        built = terminal.run(
            assistant.teaching.examples.build(
                sources,
                wanted,
                (out or assistant.teaching.new_file(wanted.recipe)).expanduser().absolute(),
                measured=[each.question for each in apart],
            )
        )
        if as_json:
            terminal.value(jsonform_teach.built(built))
            return
        terminal.say(f"{_count(built.examples)} in {built.file}.")
        if built.note:
            terminal.note(built.note)
        if built.left_out:
            table = Table("Left out", "Because", box=None)
            for reason, number in built.left_out:
                table.add_row(str(number), escape(reason))
            terminal.out.print(table)
        terminal.say(f"Look through them: alcove teach review {built.file}", style="dim")


@app.command("train")
def train(
    examples: Annotated[Path, typer.Argument(help="A file of examples, looked through.")],
    job: Annotated[
        Path | None, typer.Option("--job", help="Folder of the training; else one is made.")
    ] = None,
    steps: Annotated[int | None, typer.Option(help="Steps to train.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A setting of the training; again."),
    ] = None,
    name: Annotated[str, typer.Option(help="What the adapter is called.")] = "",
    model: ModelOption = None,
    base: Annotated[
        Path | None, typer.Option(help="GGUF file or model folder to train on, not listed here.")
    ] = None,
    longest: Annotated[
        int, typer.Option(help="Leave out examples of more tokens; 0 leaves none out.")
    ] = 0,
    yes: Annotated[bool, typer.Option("--yes", help="Also on what nobody looked at.")] = False,
    rehearse: Annotated[
        bool,
        typer.Option(
            "--rehearse/--no-rehearse",
            help="Learn some of the model's own answers beside, so that it forgets less.",
        ),
    ] = True,
    background: Annotated[
        bool, typer.Option("--background", help="Begin, and leave it to itself.")
    ] = False,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Train an adapter on examples; stopped, the same command goes on from its checkpoint."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        jobs = assistant.teaching.jobs
        more = parsed(settings or [])
        if steps is not None:
            more["steps"] = steps
        plan = jobs.plan(
            examples, job=job, name=name, model=model, base=base, settings=more, unseen=yes,
            rehearse=rehearse, longest=longest,
        )  # fmt: skip
        if plan.left_words:
            terminal.note(plan.left_words)
        if plan.spec.base.is_file():
            _refuse(jobs.check(plan))
        if background:
            terminal.run(jobs.begin(plan))
            if as_json:
                terminal.value({"job": str(plan.folder.root), "adapter": None, "report": None})
                return
            own = plan.folder.root.parent == jobs.root
            see = "alcove teach list" if own else f"alcove teach list {plan.folder.root}"
            terminal.say(f"It trains in {plan.folder.root}; see `{see}`.")
            return
        terminal.note(
            f"{len(plan.taught)} examples to learn from, {len(plan.held_out)} to measure on, "
            f"{plan.spec.settings['steps']} steps on {plan.base_name}. Ctrl-C stops it with a "
            "checkpoint."
        )
        if plan.spec.base.is_file():
            for told in jobs.check(plan).lines:
                terminal.note(f"{told.what}: {told.words}")
        done = _stopping(jobs, plan, terminal.run)
        if as_json:
            terminal.value(jsonform_teach.trained(done))
            return
        for line in jsonform_teach.report_lines(done.report):
            terminal.say(line)
        terminal.say(f"The adapter: {done.adapter or done.job / 'adapter'}")
        terminal.say(f"Compare it: alcove teach result {done.job}", style="dim")
        terminal.say(f"Take it: alcove teach export {done.job}", style="dim")


def _count(examples: int) -> str:
    return "1 example is" if examples == 1 else f"{examples} examples are"


def _refuse(found: MachineCheck) -> None:
    """Raise InputError for what cannot be trained on any machine, before anything is begun."""
    line, proposal = found.refused, found.proposal
    if line is None:
        return
    if line.what == "Model":
        raise InputError(line.words, "Choose another model with --model or --base.")
    least = (
        f"Leave out what is longer with --longest {proposal.longest}" if proposal else "Shorten it"
    )
    raise InputError(line.words, f"{least}, or read more with --set max_tokens=N.")


def _stopping(jobs: TeachJobs, plan: Plan, run: Any) -> Any:
    """Train; an interrupted terminal stops the training, which a closed one does not."""
    try:
        return run(jobs.train(plan))
    except KeyboardInterrupt:
        if plan.folder.spec.exists():
            jobs.stop(plan.folder.root)
        raise


def parsed(settings: list[str]) -> dict[str, Any]:
    """``KEY=VALUE`` settings as TOML reads them; bare words are texts. Raises InputError."""
    import tomllib

    found: dict[str, Any] = {}
    for each in settings:
        key, equals, text = each.partition("=")
        if not equals or not key.strip():
            raise InputError(f"“{each}” sets nothing.", "Settings are KEY=VALUE, such as rank=8.")
        try:
            value = tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            value = text
        found[key.strip().replace("-", "_")] = value
    return found
