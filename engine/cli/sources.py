"""``alcove source``: databases and table files that are pulled again and again."""

import getpass
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from engine.cli import jsonform
from engine.cli.session import JsonOption, ProfileOption, session
from engine.cli.terminal import EXIT_ERROR, Terminal
from engine.errors import CancelledError, EngineError
from engine.library_types import FailedFile
from engine.progress import CancelToken, Progress
from engine.store.sources import Source

if TYPE_CHECKING:
    from engine.ingest.sources.pull import PullReport

app = typer.Typer(help="Databases and tables that are kept up to date.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(help="Name of a source of `source list`.")]


@app.command("add")
def source_add(
    name: Annotated[str, typer.Argument(help="What to call it.")],
    address: Annotated[
        str,
        typer.Argument(help="postgresql://user@host/database, sqlite:////file.db, file or folder."),
    ],
    table: Annotated[str, typer.Option(help="Table of the database to take whole.")] = "",
    query: Annotated[str, typer.Option(help="SELECT whose rows are taken.")] = "",
    key: Annotated[str, typer.Option(help="Column that tells rows apart.")] = "",
    template: Annotated[str, typer.Option(help="How a row reads: '{name} costs {price}'.")] = "",
    every: Annotated[int, typer.Option(help="Minutes between pulls while watching.")] = 0,
    most_rows: Annotated[int, typer.Option(help="Rows taken at most.")] = 100_000,
    library: Annotated[str, typer.Option(help="Library to add to.")] = "Sources",
    password: Annotated[
        bool, typer.Option("--password", help="Ask for the password; it goes to the keyring.")
    ] = False,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Name a source and pull it for the first time."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        source = Source(
            name=name,
            library=library,
            address=address,
            query=query,
            key_column=key,
            template=template,
            every_minutes=every,
            most_rows=most_rows,
        )
        secret = ask_password() if password else ""
        show_report(
            terminal, terminal.run(assistant.sources.add(source, table=table, password=secret))
        )


@app.command("change")
def source_change(
    name: NameArgument,
    address: Annotated[str | None, typer.Option(help="Another address, file or folder.")] = None,
    table: Annotated[str, typer.Option(help="Table of the database to take whole.")] = "",
    query: Annotated[str | None, typer.Option(help="SELECT whose rows are taken.")] = None,
    key: Annotated[str | None, typer.Option(help="Column that tells rows apart.")] = None,
    template: Annotated[str | None, typer.Option(help="How a row reads.")] = None,
    every: Annotated[int | None, typer.Option(help="Minutes between pulls; 0 for never.")] = None,
    most_rows: Annotated[int | None, typer.Option(help="Rows taken at most.")] = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change a source and pull it; what is not named stays as it is."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        told = {
            "address": address,
            "query": "" if table else query,
            "key_column": key,
            "template": template,
            "every_minutes": every,
            "most_rows": most_rows,
        }
        values: dict[str, Any] = {k: value for k, value in told.items() if value is not None}
        source = replace(assistant.sources.find(name), **values)
        if address is not None and not source.is_database:
            source = replace(source, query="")
        done = terminal.run(assistant.sources.change(source, table=table))
        if not isinstance(done, Source):
            show_report(terminal, done)
        elif as_json:
            terminal.value({"source": done.name, "every": done.every_minutes})
        else:
            terminal.say(f"{done.name} is changed.")


@app.command("list")
def source_list(profile: ProfileOption = None, as_json: JsonOption = False) -> None:
    """Every source, and how its last pull went."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        sources = assistant.sources.all()
        if as_json:
            terminal.value({"sources": [jsonform.source(each) for each in sources]})
            return
        if not sources:
            terminal.say("No sources yet. Add one: alcove source add NAME ADDRESS")
            return
        table = Table("Source", "Rows", "Every", "Pulled", "From", box=None)
        for each in sources:
            pulled = (
                time.strftime("%Y-%m-%d %H:%M", time.localtime(each.pulled_at))
                if each.pulled_at
                else "never"
            )
            every = f"{each.every_minutes} min" if each.every_minutes else "on demand"
            table.add_row(escape(each.name), str(each.rows), every, pulled, escape(each.address))
        terminal.out.print(table)
        for each in sources:
            if each.reason:
                terminal.say(f"{each.name}: {each.reason} {each.hint}".rstrip())


@app.command("pull")
def source_pull(
    names: Annotated[list[str] | None, typer.Argument(help="Sources; all of them without.")] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Stay, and pull each whenever its time has come.")
    ] = False,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring sources up to date."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        wanted = names or ([] if watch else [each.name for each in assistant.sources.all()])
        failures = 0
        for name in wanted:
            if len(wanted) == 1:
                show_report(terminal, terminal.run(assistant.sources.pull(name)))
                continue
            try:
                show_report(terminal, terminal.run(assistant.sources.pull(name)))
            except CancelledError:
                raise
            except EngineError as error:
                # One source that cannot be reached does not stop the others.
                failures += 1
                terminal.fail(error)
        if watch:
            terminal.note("Watching. Ctrl-C ends it.")
            for event in assistant.sources.watch(cancel=CancelToken()):
                if not isinstance(event, Progress):
                    show_report(terminal, event)
        if failures:
            raise typer.Exit(EXIT_ERROR)


@app.command("password")
def source_password(
    name: NameArgument, profile: ProfileOption = None, as_json: JsonOption = False
) -> None:
    """Keep a new password in the system's keyring; an empty one forgets it."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        assistant.sources.find(name)
        assistant.sources.set_password(name, ask_password())
        if as_json:
            terminal.value({"source": name})
        else:
            terminal.say("The keyring holds it now.")


@app.command("remove")
def source_remove(
    name: NameArgument, profile: ProfileOption = None, as_json: JsonOption = False
) -> None:
    """Forget a source and its rows. What lies at the source stays."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        rows = assistant.sources.remove(name)
        if as_json:
            terminal.value({"source": name, "rows": rows})
        else:
            terminal.say(f"{name} is forgotten, with its {rows} rows.")


def ask_password() -> str:
    """From the keyboard, unseen; from a pipe, its first line."""
    if sys.stdin.isatty():
        return getpass.getpass("Password: ")
    return sys.stdin.readline().rstrip("\n")


def show_report(terminal: Terminal, report: "PullReport | FailedFile") -> None:
    """Tell what a pull changed, or why it failed."""
    if isinstance(report, FailedFile):
        if terminal.as_json:
            terminal.value(jsonform.failed_pull(report))
        else:
            terminal.say(f"{report.path.removeprefix('source:')}: {report.reason}")
        return
    if terminal.as_json:
        terminal.value(jsonform.pulled(report))
        return
    terminal.say(
        f"{report.source}: {report.rows} rows; {report.added} new, {report.changed} changed, "
        f"{report.removed} gone."
    )
    if report.note:
        terminal.say(report.note)
