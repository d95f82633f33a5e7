"""``alcove library`` and ``alcove import``: settings, end, export and import of a library."""

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.session import JsonOption, ProfileOption, session
from engine.cli.upkeep import SetOption, show_settings
from engine.errors import InputError


def library(
    name: Annotated[str, typer.Argument(help="Name of a library of `status`.")],
    changes: SetOption = None,
    reset: Annotated[bool, typer.Option("--reset", help="Take every setting back.")] = False,
    remove: Annotated[
        bool, typer.Option("--remove", help="Forget it and give its room on the disk back.")
    ] = False,
    rename: Annotated[str | None, typer.Option("--rename", help="Another name for it.")] = None,
    export: Annotated[
        Path | None, typer.Option("--export", help="Write it into this file, not encrypted.")
    ] = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """How a library reads its files; or write it into one file, or remove it.

    The documents' own files stay.
    """
    with session(profile, as_json=as_json) as (terminal, assistant):
        asked = (remove, export is not None, rename is not None, bool(changes) or reset)
        if sum(asked) > 1:
            raise InputError(
                "These options do not go together.",
                "Give --rename, --remove, --export FILE, or --set KEY=VALUE, one at a time.",
            )
        if rename is not None:
            called = assistant.library_jobs.rename(name, rename)
            if as_json:
                terminal.value({"library": called, "renamed": name})
            else:
                terminal.say(f"{name} is called {called} now.")
            return
        if not remove and export is None:
            show_settings(terminal, assistant, name, changes or [], reset=reset)
            return
        if export is not None:
            out = terminal.run(assistant.library_jobs.export(name, export))
            if as_json:
                terminal.value(
                    {"library": out.library, "file": out.file, "documents": out.documents,
                     "size_bytes": out.size_bytes}
                )  # fmt: skip
                return
            terminal.say(f"{out.documents} documents in {out.file}, {out.size_bytes / 1e6:.1f} MB.")
            terminal.note("The file is not encrypted: whoever has it can read the documents.")
            return
        gone = terminal.run(assistant.library_jobs.remove(name))
        if as_json:
            terminal.value(
                {"library": gone.library, "removed": gone.documents,
                 "freed_bytes": gone.freed_bytes, "note": gone.note}
            )  # fmt: skip
            return
        terminal.say(f"{gone.library}: {gone.documents} documents removed, "
                     f"{gone.freed_bytes / 1e6:.1f} MB given back.")  # fmt: skip
        if gone.note:
            terminal.say(gone.note)


def import_library(
    file: Annotated[Path, typer.Argument(help="A file of `library NAME --export`.")],
    library: Annotated[str, typer.Option(help="Name it gets; its own without.")] = "",
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a library in that was exported from this or another profile."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        done = terminal.run(assistant.library_jobs.load(file, library=library))
        if as_json:
            terminal.value(
                {"library": done.library, "documents": done.documents, "already": done.already,
                 "passages": done.passages, "embedded": done.embedded}
            )  # fmt: skip
            return
        terminal.say(f"{done.library}: {done.documents} documents, {done.passages} passages.")
        if done.already:
            terminal.say(f"{done.already} documents were here already and stayed as they are.")
        if done.embedded:
            terminal.say(f"{done.embedded} passages were read anew: another encoder serves here.")
        terminal.note("Add their folders again to keep these documents up to date.")
