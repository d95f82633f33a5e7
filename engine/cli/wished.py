"""The options that ``ask`` and ``chat`` have in common, as one value for their commands."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Annotated, Any, get_type_hints

import typer

from engine.assistant import MODES, Assistant
from engine.cli import adapters, options
from engine.cli.adapters import AdapterOption, ModeOption
from engine.cli.options import (
    Grammar,
    JsonSchema,
    MaxTokens,
    MinP,
    Seed,
    Stop,
    Temperature,
    TopK,
    TopP,
    Writing,
)
from engine.types import Mode

LibraryOption = Annotated[
    str | None, typer.Option("--library", help="Only this library; all of them otherwise.")
]


@dataclass(frozen=True, slots=True)
class Wished:
    """What the command line says about the answers that are wanted. The fields are its options."""

    library: LibraryOption = None
    model: Annotated[str | None, typer.Option(help="Name of a model of `models list`.")] = None
    adapter: AdapterOption = None
    mode: ModeOption = None
    temperature: Temperature = None
    top_p: TopP = None
    min_p: MinP = None
    top_k: TopK = None
    seed: Seed = None
    max_tokens: MaxTokens = None
    stop: Stop = None
    json_schema: JsonSchema = None
    grammar: Grammar = None

    def check(self) -> None:
        """Raises typer.BadParameter for a mode that there is not."""
        if self.mode is not None and self.mode not in MODES:
            raise typer.BadParameter(
                f"“{self.mode}” is none of {', '.join(MODES)}.", param_hint="--mode"
            )

    def resolved(self, assistant: Assistant) -> tuple[Mode, Writing]:
        """The mode and the way of writing. Raises SettingsError, InputError, NotFoundError."""
        how = options.writing(
            temperature=self.temperature,
            top_p=self.top_p,
            min_p=self.min_p,
            top_k=self.top_k,
            seed=self.seed,
            max_tokens=self.max_tokens,
            stop=self.stop,
            json_schema=self.json_schema,
            grammar=self.grammar,
        )
        how = adapters.with_adapters(how, assistant, self.model, self.adapter)
        return adapters.way(assistant, self.mode, self.model, how), how


def takes_wished(command: Callable[..., None]) -> Callable[..., None]:
    """A command with a parameter ``wished: Wished`` as one that has Wished's options in its place.

    Typer reads the options from the signature, which knows no groups of them.
    """
    names = [each.name for each in fields(Wished)]
    hints = get_type_hints(Wished, include_extras=True)
    own = inspect.signature(command, eval_str=True)
    parameters = []
    for name, parameter in own.parameters.items():
        if name == "wished":
            parameters += [
                inspect.Parameter(
                    each, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=hints[each]
                )
                for each in names
            ]
        else:
            parameters.append(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY))

    @functools.wraps(command)
    def run(**given: Any) -> None:
        wished = Wished(**{name: given.pop(name, None) for name in names})
        wished.check()
        command(wished=wished, **given)

    run.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    # Typer would read the options of what is wrapped.
    del run.__wrapped__
    return run
