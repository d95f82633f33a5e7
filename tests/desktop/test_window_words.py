"""No text of the engine tells somebody who sits before the window to type a command."""

import ast
from pathlib import Path

import pytest

from desktop.errors import problem
from desktop.window_words import COMMAND, in_window
from engine.errors import InputError

ENGINE = Path(__file__).parents[2] / "engine"
TERMINAL = ("cli", "terminal")
SHOWN_WITH = ("InputError", "NotFoundError", "ModelError", "PartHealth", "Error")


def said() -> list[str]:
    """The texts that the engine hands to its errors, with braces for what stands in them."""
    found: list[str] = []
    for file in ENGINE.rglob("*.py"):
        if file.name.startswith(TERMINAL):
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func).endswith(SHOWN_WITH):
                found += [_text(part) for part in node.args]
    return [text for text in found if text]


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) or "NAME" for part in node.values)
    if isinstance(node, ast.IfExp):
        return f"{_text(node.body)} {_text(node.orelse)}"
    return ""


def test_no_error_names_a_command_in_the_window() -> None:
    texts = said()
    assert len(texts) > 200
    commands = [text for text in texts if COMMAND.search(text)]
    assert len(commands) > 10
    assert [in_window(text) for text in commands if COMMAND.search(in_window(text))] == []


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("Give --table NAME or --query SQL.", "Name a table, or write a query."),
        ("Use another one, or remove it first: alcove source remove Hire",
         "Use another one, or remove it first."),
        ("Make room. Then run `alcove doctor --repair`.", "Make room."),
        ("Try another one.", "Try another one."),
    ],
)  # fmt: skip
def test_hints_say_what_can_be_done_in_the_window(told: str, shown: str) -> None:
    assert in_window(told) == shown
    assert problem(InputError("No.", told)).hint == shown
