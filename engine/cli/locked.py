"""Asking for the passwords of locked files, in the terminal or from standard input."""

import getpass
import sys
from dataclasses import replace

from engine.assistant import Assistant
from engine.cli.terminal import Terminal
from engine.errors import InputError
from engine.inference.keys import KeyringError
from engine.library_types import AddReport, FailedFile
from engine.store.attached import file_of, shown_name

TRIES = 3


def from_stdin() -> str:
    """The first line of standard input. Raises InputError where it is empty."""
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise InputError("No password came.", "Write it to standard input: … | alcove add FILE.")
    return password


def at_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def unlocked(
    terminal: Terminal, assistant: Assistant, report: AddReport, *, given: str = "", remember: bool
) -> AddReport:
    """The report after what can be opened was opened.

    Every locked file is tried with the given password; without one the user is asked, where there
    is a terminal to ask in.
    """
    asks = not given and not terminal.as_json and at_terminal()
    if not given and not asks:
        return report
    files = dict.fromkeys(file_of(each.path) for each in report.failed if _locked(each))
    for path in files:
        for _ in range(TRIES if asks else 1):
            password = given or getpass.getpass(
                f"Password for {shown_name(path)} (empty leaves it locked): ", sys.stderr
            )
            if not password:
                break
            report = _opened(terminal, assistant, report, path, password, remember=remember)
            if not any(_locked(each) and file_of(each.path) == path for each in report.failed):
                break
            if asks:
                terminal.note("That password does not open it.")
    return report


def _opened(
    terminal: Terminal,
    assistant: Assistant,
    report: AddReport,
    path: str,
    password: str,
    *,
    remember: bool,
) -> AddReport:
    try:
        again = terminal.run(assistant.unlock(path, password, remember=remember))
    except KeyringError as error:
        terminal.note(f"{error.message} {error.hint}")
        again = terminal.run(assistant.unlock(path, password))
    others = [each for each in report.failed if file_of(each.path) != path]
    return replace(
        report,
        indexed=report.indexed + again.indexed,
        failed=tuple(sorted([*others, *again.failed], key=lambda each: each.path)),
        passages=report.passages + again.passages,
        seconds=report.seconds + again.seconds,
    )


def _locked(each: FailedFile) -> bool:
    return each.code == "encrypted"
