"""``alcove library`` and ``alcove import``: whole libraries removed, exported and imported."""

from pathlib import Path
from typing import Annotated

import typer

from engine.cli_session import JsonOption, ProfileOption, session
from engine.errors import InputError


def library(
    name: Annotated[str, typer.Argument(help="Name of a library of `status`.")],
    remove: Annotated[
        bool, typer.Option("--remove", help="Forget it and give its room on the disk back.")
    ] = False,
    export: Annotated[
        Path | None, typer.Option("--export", help="Write it into this file, not encrypted.")
    ] = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove a library, or write it into one file. The documents' own files stay."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        if remove == (export is not None):
            raise InputError("Say what to do with the library.", "Give --remove or --export FILE.")
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
