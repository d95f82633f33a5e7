"""Adapters in the terminal: the option of ``ask`` and ``chat``, and two commands of ``models``."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, cast

import typer

from engine.assistant import Assistant
from engine.cli import jsonform_models
from engine.cli.options import Writing
from engine.cli.session import JsonOption, ProfileOption, session
from engine.cli.terminal import Terminal
from engine.errors import InputError
from engine.types import Mode

AdapterOption = Annotated[
    list[str] | None,
    typer.Option(
        "--adapter",
        metavar="NAME|FILE[:SCALE]",
        help="Answer with this adapter; may be given again to stack several.",
    ),
]
ModeOption = Annotated[
    str | None,
    typer.Option(
        help="plain, rag, tuned (an adapter) or both; by default rag, or both with an adapter."
    ),
]


def parted(text: str) -> tuple[str, float]:
    """``NAME:SCALE`` as its parts; the strength is 1 where none is given."""
    name, colon, scale = text.rpartition(":")
    if colon and name:
        try:
            return name, float(scale)
        except ValueError:
            pass  # a colon in the name or the path
    return text, 1.0


def with_adapters(
    how: Writing, assistant: Assistant, model: str | None, named: list[str] | None
) -> Writing:
    """The way of writing with the adapters that were named. Raises NotFoundError, InputError."""
    if not named:
        return how
    chosen = [parted(text) for text in named]
    return replace(how, adapters=assistant.adapters.resolved(model, chosen))


def way(assistant: Assistant, mode: str | None, model: str | None, how: Writing) -> Mode:
    """The mode that was asked for, or the one that goes with the adapters. It is a known one."""
    if mode is not None:
        return cast(Mode, mode)
    return assistant.adapters.mode(model, named=how.adapters)


def tell_left_out(
    terminal: Terminal, assistant: Assistant, mode: Mode, model: str | None, how: Writing
) -> None:
    """Adapters that were named for answers from documents and take no part in them."""
    if mode == "both":
        for words in assistant.adapters.left_out(model, how.adapters):
            terminal.note(words)


def show_adapters(
    model: Annotated[str | None, typer.Argument(help="Only those that fit this model.")] = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """The adapters on this machine and the models that they were made for."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        found = assistant.adapters.list(model)
        if as_json:
            terminal.value({"adapters": [jsonform_models.adapter(card) for card in found]})
            return
        for card in found:
            task = f", for {card.task}" if card.task else ""
            terminal.say(f"{card.name}  (rank {card.rank}{task})", style="bold")
            terminal.say(f"    {card.file}, {card.size_bytes / 1e6:.1f} MB")
            if card.models:
                terminal.say(f"    for {', '.join(card.models)}")
                if card.note:
                    terminal.say(f"    not checked: {card.note}", style="dim")
            else:
                terminal.say(f"    {card.note or 'It fits no model here.'}", style="yellow")
        if not found:
            terminal.say("There is no adapter here. Add one with: alcove models add FILE.gguf")


def use_adapter(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME|FILE[:SCALE]]…", help="Several are stacked; none shows."),
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="For this model; by default the one that answers.")
    ] = None,
    scale: Annotated[
        float | None, typer.Option(help="Strength of those without one; 1 is as trained.")
    ] = None,
    off: Annotated[bool, typer.Option("--off", help="Use the model as it is again.")] = False,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Use a model with an adapter from now on, after trying whether it acts."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        if off and names:
            raise InputError("Adapters are named together with --off.", "Give one of the two.")
        if off:
            assistant.adapters.off(model)
        elif names:
            chosen = [
                (name, given if given != 1.0 or scale is None else scale)
                for name, given in map(parted, names)
            ]
            terminal.run(assistant.adapters.use(model, chosen))
        elif scale is not None:
            kept = [(each.file, scale) for each in assistant.adapters.in_use(model)]
            terminal.run(assistant.adapters.use(model, kept))
        show_in_use(terminal, assistant, model)


def show_in_use(
    terminal: Terminal, assistant: Assistant, model: str | None, replaced: Sequence[str] = ()
) -> None:
    """What a model is used with; ``replaced`` are the names of those that made room."""
    used = assistant.adapters.in_use(model)
    if terminal.as_json:
        value: dict[str, object] = {
            "in_use": [jsonform_models.adapter_in_use(each) for each in used]
        }
        terminal.value(value | ({"replaced": list(replaced)} if replaced else {}))
        return
    for each in used:
        terminal.say(each.words)
        terminal.say(each.part, style="dim")
    if not used:
        terminal.say("The model is used as it is, without an adapter.")
