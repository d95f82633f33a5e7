"""The terminal face: ``alcove`` and its commands. See docs/terminal.md for every option."""

import logging
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from engine.assistant import DEFAULT_LIBRARY, Assistant
from engine.cli import adapters, jsonform
from engine.cli import evaluate as cli_evaluate
from engine.cli import glossary as cli_glossary
from engine.cli import libraries as cli_libraries
from engine.cli import locked as cli_locked
from engine.cli import models as cli_models
from engine.cli import questions as cli_questions
from engine.cli import reembed as cli_reembed
from engine.cli import reranker as cli_reranker
from engine.cli import sources as cli_sources
from engine.cli import teach as cli_teach
from engine.cli import upkeep as cli_upkeep
from engine.cli import vault as cli_vault
from engine.cli.answers import answer_one, asked, say_unused
from engine.cli.chat import Chat
from engine.cli.session import JsonOption, ProfileOption, piped, read_passphrase, session
from engine.cli.terminal import EXIT_ERROR, Terminal
from engine.cli.wished import LibraryOption, Wished, takes_wished
from engine.errors import EngineError, NotFoundError, VaultLockedError
from engine.evaluate.questions import BadLine, asked_questions
from engine.library_types import AddReport
from engine.store.attached import place
from engine.types import PartHealth, Understood

app = typer.Typer(
    help="Alcove: a private assistant for your own documents, on this machine, offline.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(cli_models.app, name="models")
app.add_typer(cli_vault.app, name="vault")
app.add_typer(cli_sources.app, name="source")
app.add_typer(cli_glossary.app, name="glossary")
app.add_typer(cli_teach.app, name="teach")
app.add_typer(cli_questions.app, name="questions")
app.command("evaluate")(cli_evaluate.evaluate)
app.command("library")(cli_libraries.library)
app.command("reembed")(cli_reembed.reembed)
app.command("reranker")(cli_reranker.reranker)
app.command("import")(cli_libraries.import_library)

PathsArgument = Annotated[list[Path], typer.Argument(help="Files and folders.")]


@app.callback(invoke_without_command=True)
def window(
    context: typer.Context,
    profile: ProfileOption = None,
    passphrase_stdin: Annotated[
        bool,
        typer.Option(
            "--passphrase-stdin", help="Passphrase of an encrypted library, on standard input."
        ),
    ] = False,
) -> None:
    """Open the window; without a display, offer the same conversation in the terminal."""
    piped.set(passphrase_stdin)
    if context.invoked_subcommand is not None:
        if profile is not None:
            # `alcove --profile DIR add …` means the same as `alcove add … --profile DIR`.
            os.environ["ALCOVE_PROFILE"] = str(profile)
        return
    if not has_display():
        Terminal(as_json=False).note(
            "There is no display here, so the conversation is in the terminal. "
            "Ctrl-D or /exit ends it."
        )
        chat(profile=profile)
        return
    # The window is a program of its own: the engine does not import it.
    arguments = [sys.executable, "-m", "desktop"]
    if profile is not None:
        arguments += ["--profile", str(profile)]
    os.execv(sys.executable, arguments)


def has_display() -> bool:
    """Whether a window can be shown: always outside Linux, else an X or Wayland display."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


# --- documents ---------------------------------------------------------------------------------


@app.command()
def add(
    paths: PathsArgument,
    library: Annotated[str, typer.Option(help="Library to add to.")] = DEFAULT_LIBRARY,
    watch: Annotated[bool, typer.Option("--watch", help="Stay and keep it up to date.")] = False,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Password of locked files, on standard input.")
    ] = False,
    remember: Annotated[
        bool, typer.Option("--remember", help="Keep passwords that open in the system's keyring.")
    ] = False,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Index files and folders."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        given = cli_locked.from_stdin() if password_stdin else ""
        report = terminal.run(assistant.add(paths, library=library))
        report = cli_locked.unlocked(terminal, assistant, report, given=given, remember=remember)
        show_report(terminal, report)
        if watch:
            cli_upkeep.watch(terminal, assistant, library)


@app.command()
def sync(
    library: LibraryOption = None, profile: ProfileOption = None, as_json: JsonOption = False
) -> None:
    """Look again at everything that was added."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        show_report(terminal, terminal.run(assistant.sync(library=library)))


@app.command()
def remove(
    paths: PathsArgument, profile: ProfileOption = None, as_json: JsonOption = False
) -> None:
    """Forget documents. The files themselves stay."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        removed = assistant.remove(paths)
        if as_json:
            terminal.value({"removed": removed})
        else:
            terminal.say(
                f"{removed} {cli_upkeep.plural('document', removed)} removed from the library."
            )


@app.command()
def show(path: Path, profile: ProfileOption = None, as_json: JsonOption = False) -> None:
    """What was extracted from a document."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        name = os.path.abspath(path.expanduser())  # noqa: PTH100 - links as they are
        document = (
            assistant.document(str(path))
            or assistant.document(name)
            or assistant.document(os.path.realpath(name))
        )
        if document is None:
            raise NotFoundError(f"{path} is not in a library.", "Add it first: alcove add PATH.")
        pages, inner = assistant.pages(document.path), assistant.inner(document.path)
        if as_json:
            terminal.value(jsonform.shown(document, pages, inner))
            return
        terminal.say(f"{document.path} ({document.type}, {document.passages} passages)")
        if document.state == "failed":
            terminal.say(document.reason)
        if document.note:
            terminal.say(document.note, style="dim")
        for each in inner:
            told = f"{each.passages} {cli_upkeep.plural('passage', each.passages)}"
            terminal.say(f"  {each.path}: {each.reason or told}")
        for page in pages:
            terminal.say(f"\n--- {page.label or f'page {page.number}'}", style="dim")
            terminal.say(page.text)


app.command("status")(cli_upkeep.status)
app.command("why")(cli_upkeep.why)


# --- asking ------------------------------------------------------------------------------------


@app.command()
def search(
    query: Annotated[str | None, typer.Argument(help="Words or a question.")] = None,
    queries: Annotated[
        Path | None, typer.Option(help="JSON lines with id and question; one result line each.")
    ] = None,
    library: LibraryOption = None,
    top: Annotated[int, typer.Option(help="How many passages.")] = 10,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find passages, without a model writing anything."""
    one_of(query, queries, "a query", "--queries FILE")
    with session(profile, as_json=as_json) as (terminal, assistant):
        if queries is None:
            assert query is not None
            result = assistant.search(query, library=library, top=top)
            if as_json:
                terminal.value(jsonform.search_result(result))
                return
            for line in understood(result.query):
                terminal.say(line, style="dim")
            for hit in result.hits:
                where = place(hit.passage.path, hit.passage.page, hit.passage.label)
                terminal.say(f"{hit.rank:>2}  {where}  {hit.score:.2f}", style="bold")
                if hit.also:
                    terminal.say(f"    also in {', '.join(hit.also)}", style="dim")
                terminal.say("    " + " ".join(hit.passage.text.split()))
            if not result.hits:
                terminal.say("Nothing was found. Is there a document in the library?")
            return
        failures = 0
        for row in asked_questions(queries):
            if isinstance(row, BadLine):
                failures += 1
                terminal.value(jsonform.bad_line(row))
                continue
            try:
                result = assistant.search(row.question, library=library, top=top)
            except EngineError as error:
                failures += 1
                terminal.value({"id": row.id, **jsonform.error(error)})
            else:
                terminal.value({"id": row.id, **jsonform.search_result(result)})
        if failures:
            raise typer.Exit(EXIT_ERROR)


def understood(query: Understood | None) -> list[str]:
    """What a search made of the question, where that is more than its words."""
    if query is None:
        return []
    lines = []
    if query.filters:
        lines.append("Only " + ", ".join(f"{name}:{value}" for name, value in query.filters))
    if also := [new for _, new in (*query.corrections, *query.expansions)]:
        lines.append(f"Also searched: {', '.join(also)}")
    return lines


@app.command()
@takes_wished
def ask(
    wished: Wished,
    question: Annotated[str | None, typer.Argument(help="What you want to know.")] = None,
    questions: Annotated[
        Path | None, typer.Option(help="JSON lines with id and question; one answer line each.")
    ] = None,
    why: Annotated[
        bool, typer.Option("--why", help="Also tell what was found, read and decided.")
    ] = False,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask your documents and get an answer with its sources."""
    one_of(question, questions, "a question", "--questions FILE")
    with session(profile, as_json=as_json) as (terminal, assistant):
        way, how = wished.resolved(assistant)
        adapters.tell_left_out(terminal, assistant, way, wished.model, how)
        if questions is None:
            assert question is not None
            answer_one(
                terminal, assistant, question,
                library=wished.library, mode=way, model=wished.model, how=how, why=why,
            )  # fmt: skip
            return
        failures = 0
        rows = asked_questions(questions)
        terminal.run(assistant.warm(mode=way, model=wished.model))
        for row in rows:
            if isinstance(row, BadLine):
                failures += 1
                terminal.value(jsonform.bad_line(row))
                continue
            try:
                answer = terminal.run(
                    asked(
                        assistant,
                        row.question,
                        how,
                        library=wished.library,
                        mode=way,
                        model=wished.model,
                    )
                )
            except EngineError as error:
                failures += 1
                terminal.value({"id": row.id, **jsonform.error(error)})
            else:
                terminal.value(jsonform.answer(answer, question_id=row.id, with_why=why))
                say_unused(terminal, how, answer)
        if failures:
            raise typer.Exit(EXIT_ERROR)


@app.command()
@takes_wished
def chat(
    wished: Wished,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """A conversation in the terminal, kept with those of the window."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        way, how = wished.resolved(assistant)
        adapters.tell_left_out(terminal, assistant, way, wished.model, how)
        Chat(terminal, assistant, wished.library, way, how, wished.model).run()


# --- health -------------------------------------------------------------------------


@app.command()
def doctor(
    deep: Annotated[bool, typer.Option("--deep", help="Also compare words and vectors.")] = False,
    repair: Annotated[bool, typer.Option("--repair", help="Mend what can be made again.")] = False,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check that every part works."""
    rescued: list[PartHealth] = []
    passphrase = ""
    if repair:
        with Terminal(as_json=as_json).told():
            try:
                done = Assistant.rescue(profile)
            except VaultLockedError:
                passphrase = read_passphrase()
                done = Assistant.rescue(profile, passphrase=passphrase)
            rescued = [done] if done else []
    with session(profile, as_json=as_json, passphrase=passphrase) as (terminal, assistant):
        parts = [*rescued, *assistant.doctor(deep=deep, repair=repair)]
        if as_json:
            terminal.value(jsonform.doctor(parts))
        else:
            for part in parts:
                terminal.say(f"{'✓' if part.ok else '✗'} {part.name}: {part.detail}")
                if part.hint:
                    terminal.say(f"  {part.hint}", style="dim")
        if not all(part.ok for part in parts):
            raise typer.Exit(EXIT_ERROR)


# --- helpers -----------------------------------------------------------------------------------


def one_of(first: object, second: object, first_name: str, second_name: str) -> None:
    """Exactly one of two ways to say it; wrong usage otherwise."""
    if (first is None) == (second is None):
        raise typer.BadParameter(f"Give {first_name} or {second_name}, one of the two.")


def show_report(terminal: Terminal, report: AddReport) -> None:
    if terminal.as_json:
        terminal.value(jsonform.add_report(report))
        return
    terminal.say(
        f"{report.indexed} indexed, {report.unchanged} unchanged, "
        + (f"{report.moved} moved, " if report.moved else "")
        + f"{report.removed} removed, "
        f"{len(report.failed)} failed; {report.passages} passages in {report.seconds:.1f} s"
    )
    for failed in report.failed:
        terminal.say(f"  {failed.path}: {failed.reason}", style="yellow")


def main() -> None:
    """Entry point of the ``alcove`` command."""
    # Until the profile's log file is open, nothing is printed in its stead.
    logging.getLogger("engine").addHandler(logging.NullHandler())
    app(prog_name="alcove")
