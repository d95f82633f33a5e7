"""How libraries stand in the terminal: their states and files, their settings, watching, why."""

import time
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from engine.assistant import Assistant
from engine.cli import jsonform
from engine.cli.session import JsonOption, ProfileOption, session
from engine.cli.terminal import Terminal
from engine.errors import InputError
from engine.ingest.retries import when_again
from engine.library_types import Change, FileKind, FileState, LibraryState, Waiting
from engine.progress import CancelToken, Progress

FilesOption = Annotated[bool, typer.Option("--files", help="Every document with its state.")]
FailedOption = Annotated[bool, typer.Option("--failed", help="With --files: those that failed.")]
LockedOption = Annotated[bool, typer.Option("--locked", help="With --files: those locked.")]
AwayOption = Annotated[
    bool, typer.Option("--away", help="With --files: those whose disk or folder is away.")
]
ScannedOption = Annotated[
    bool, typer.Option("--scanned", help="With --files: those with pages that are pictures.")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", help="KEY=VALUE; may be given again. KEY= takes one back."),
]

LibraryOption = Annotated[
    str | None, typer.Option("--library", help="Only this library; all of them otherwise.")
]

WATCHED = {"": "no", "events": "yes", "polling": "now and then"}
_SIGNS = {
    "added": "+", "changed": "~", "moved": "→", "removed": "-", "failed": "!", "away": "?",
    "back": "✓",
}  # fmt: skip


def status(
    files: FilesOption = False,
    failed: FailedOption = False,
    away: AwayOption = False,
    locked: LockedOption = False,
    scanned: ScannedOption = False,
    library: LibraryOption = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Libraries and how they stand, sizes, models and the state of the network."""
    wanted = kinds(failed=failed, away=away, locked=locked, scanned=scanned)
    with session(profile, as_json=as_json) as (terminal, assistant):
        if library is not None:
            assistant.upkeep.settings(library)  # tells where there is no such library
        if files or wanted:
            show_files(terminal, assistant.upkeep.files(library, wanted))
            return
        now, states = assistant.status(), assistant.upkeep.states()
        if as_json:
            terminal.value(jsonform.status(now, states))
            return
        passages = {found.name: found.passages for found in now.libraries}
        terminal.out.print(libraries_table(states, passages))
        for each in states:
            for root in each.away_roots:
                terminal.say(f"{root} is away; its documents are kept and still found.")
        terminal.say(f"Profile  {now.profile} ({now.vault_bytes / 1e6:.1f} MB)")
        terminal.say(f"Models   {', '.join(card.name for card in now.models) or 'none'}")
        if now.index_needed_bytes:
            terminal.say(f"Memory   about {now.index_needed_bytes / 1e6:.0f} MB while searching")
        terminal.say(f"Network  {now.network_policy}, {now.connections} connections")
        for line in interrupted(now.waiting):
            terminal.say(line)
        if (change := assistant.reembed.state()) is not None:
            how = "paused" if change.paused else "under way"
            terminal.say(f"A change of encoder or passage length is {how}; run `alcove reembed`.")


def why(path: str, profile: ProfileOption = None, as_json: JsonOption = False) -> None:
    """Why a file is found, or is not."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        found = assistant.upkeep.why(path)
        if as_json:
            terminal.value(jsonform.why(found))
            return
        terminal.say(found.path, style="bold")
        terminal.say(found.words)
        if found.hint:
            terminal.say(found.hint, style="dim")
        for line in found.lines:
            terminal.say(f"  {line}")


def watch(terminal: Terminal, assistant: Assistant, library: str) -> None:
    """Follow changes until interrupted: a line for each, and nothing else."""
    terminal.note("Watching for changes. Ctrl-C ends it.")
    cancel = CancelToken()
    for event in assistant.upkeep.watch(library=library, cancel=cancel, told=terminal.note):
        if isinstance(event, Progress):
            continue
        if terminal.as_json:
            terminal.value(jsonform.add_report(event))
            continue
        for change in event.changes:
            terminal.say(change_line(change))


def change_line(change: Change) -> str:
    """``+ /docs/offer.pdf: 12 passages``."""
    if change.what == "moved":
        return f"→ {change.path}: moved from {change.former}"
    told = change.reason
    if change.what in ("added", "changed"):
        told = f"{change.what}, {change.passages} passage{'' if change.passages == 1 else 's'}"
    elif change.what in ("removed", "back"):
        told = "removed" if change.what == "removed" else "is back"
    elif change.what == "away":
        told = f"is away. {change.reason}"
    return f"{_SIGNS[change.what]} {change.path}: {told}"


def kinds(*, failed: bool, away: bool, locked: bool, scanned: bool) -> list[FileKind]:
    """The states that were asked for."""
    asked: dict[FileKind, bool] = {
        "failed": failed, "away": away, "locked": locked, "scanned": scanned
    }  # fmt: skip
    return [kind for kind, wanted in asked.items() if wanted]


def show_files(terminal: Terminal, files: list[FileState]) -> None:
    """A line for each document."""
    if terminal.as_json:
        terminal.value({"files": [jsonform.file_state(each) for each in files]})
        return
    for each in files:
        document = each.document
        told = [f"{document.passages} passage{'' if document.passages == 1 else 's'}"]
        if document.state == "failed":
            told = ["locked" if document.code == "encrypted" else "failed"]
        told += ["away"] if each.away else []
        told += [f"{each.scanned} scanned"] if each.scanned else []
        told += ["waiting"] if each.waiting else []
        terminal.say(f"{document.path}: {', '.join(told)}")
        if document.reason:
            reason = f"{document.reason} {when_again(document)}".strip()
            terminal.say(f"  {reason}", style="yellow")
    if not files:
        terminal.say("There is no such document.")


def libraries_table(states: list[LibraryState], passages: dict[str, int]) -> Table:
    """One row for each library; states that no document is in have no column."""
    counts = {
        "Failed": [each.failed for each in states],
        "Locked": [each.locked for each in states],
        "Away": [each.away for each in states],
        "Scanned": [each.scanned for each in states],
        "Waiting": [each.waiting for each in states],
    }
    told = {name: column for name, column in counts.items() if any(column)}
    table = Table("Library", "Documents", *told, "Passages", "Watched", "Last change", box=None)
    for at, each in enumerate(states):
        changed = each.changed_at
        table.add_row(
            escape(each.name),
            str(each.documents), *(str(column[at]) for column in told.values()),
            str(passages.get(each.name, 0)), WATCHED[each.watched],
            time.strftime("%Y-%m-%d %H:%M", time.localtime(changed)) if changed else "",
        )  # fmt: skip
    return table


def show_settings(
    terminal: Terminal, assistant: Assistant, name: str, changes: list[str], *, reset: bool
) -> None:
    """Tell a library's settings, after changing them where asked to."""
    settings = assistant.upkeep.settings(name)
    if reset:
        settings = type(settings)()
    for change in changes:
        key, equals, text = change.partition("=")
        if not equals:
            raise InputError(f"“{change}” sets nothing.", "Write KEY=VALUE, as in --set ocr=off.")
        settings = settings.changed(key.strip(), text)
    if reset or changes:
        assistant.upkeep.set_settings(name, settings)
    values = jsonform.library_settings(settings)
    if terminal.as_json:
        terminal.value({"library": name, "settings": values})
        return
    for key, value in values.items():
        shown = {True: "on", False: "off"}.get(value, value) if isinstance(value, bool) else value
        terminal.say(f"{key:<13} {', '.join(value) if isinstance(value, list) else shown}")
    if reset or changes:
        terminal.note("The next `alcove sync` reads again what this changes, and nothing else.")


def interrupted(waiting: Waiting) -> list[str]:
    """What was interrupted, in lines for the user."""
    told = {
        "indexing": (waiting.files, "file"),
        "removal": (waiting.removals, "document"),
        "renewal of meanings": (waiting.renewals, "passage"),
    }
    return [
        f"An interrupted {what} of {count:,} {plural(noun, count)} is waiting; run `alcove sync`."
        for what, (count, noun) in told.items()
        if count
    ]


def plural(noun: str, count: int) -> str:
    return noun if count == 1 else noun + "s"
