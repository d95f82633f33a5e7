"""``alcove glossary``: what short forms and house terms mean."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from engine.cli import jsonform
from engine.cli.session import JsonOption, ProfileOption, session
from engine.store.glossary import read_csv_file, write_csv_file

app = typer.Typer(help="What short forms and house terms mean.", no_args_is_help=True)

LIBRARY = "Documents"
LibraryOption = Annotated[
    str | None, typer.Option("--library", help="Only this library; all of them otherwise.")
]
IntoOption = Annotated[str, typer.Option("--library", help="Library whose glossary it is.")]


@app.command("list")
def glossary_list(
    library: LibraryOption = None, profile: ProfileOption = None, as_json: JsonOption = False
) -> None:
    """Every term, and where it comes from."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        entries = assistant.glossary.all(library)
        if as_json:
            terminal.value({"glossary": [jsonform.glossary_entry(each) for each in entries]})
            return
        if not entries:
            terminal.say("No terms yet. Add one: alcove glossary add MI 'myocardial infarction'")
            return
        table = Table("Term", "Meaning", "Library", "From", box=None)
        for each in entries:
            origin = "you" if each.origin == "user" else f"{each.documents} document(s)"
            table.add_row(escape(each.term), escape(each.meaning), escape(each.library), origin)
        terminal.out.print(table)


@app.command("add")
def glossary_add(
    term: Annotated[str, typer.Argument(help="The short form or term.")],
    meaning: Annotated[str, typer.Argument(help="What it means.")],
    library: IntoOption = LIBRARY,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a term, or one more meaning of it."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        assistant.glossary.add(library, term, meaning)
        if as_json:
            terminal.value({"term": term, "meaning": meaning, "library": library})
        else:
            terminal.say(f"{term} is in the glossary of {library}.")


@app.command("remove")
def glossary_remove(
    term: Annotated[str, typer.Argument(help="A term of `glossary list`.")],
    meaning: Annotated[str, typer.Option(help="Only this meaning; all of them otherwise.")] = "",
    library: LibraryOption = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a term out. It stays out when documents explain it again."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        removed = assistant.glossary.remove(term, meaning=meaning, library=library)
        if as_json:
            terminal.value({"removed": removed})
        else:
            terminal.say(f"{term} is taken out.")


@app.command("import")
def glossary_import(
    file: Annotated[Path, typer.Argument(help="CSV: a term and its meaning in each line.")],
    library: IntoOption = LIBRARY,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add the terms of a CSV file."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        added = assistant.glossary.import_csv(library, read_csv_file(file))
        if as_json:
            terminal.value({"added": added, "library": library})
        else:
            terminal.say(f"{added} new terms in the glossary of {library}.")


@app.command("export")
def glossary_export(
    file: Annotated[Path | None, typer.Argument(help="Where to write; here without.")] = None,
    library: LibraryOption = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the terms as CSV."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        text = assistant.glossary.export_csv(library)
        if file is None:
            if as_json:
                terminal.value({"csv": text})
            else:
                sys.stdout.write(text)
            return
        write_csv_file(file, text)
        terms = len(assistant.glossary.all(library))
        if as_json:
            terminal.value({"file": str(file), "terms": terms})
        else:
            terminal.say(f"{terms} terms written to {file}.")


@app.command("find")
def glossary_find(
    library: LibraryOption = None, profile: ProfileOption = None, as_json: JsonOption = False
) -> None:
    """Look for terms in the documents again."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        found = assistant.glossary.find(library)
        if as_json:
            terminal.value({"added": found})
        else:
            terminal.say(f"{found} new terms found.")
