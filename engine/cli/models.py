"""``alcove models``: the models on this machine, and those that can be fetched."""

import getpass
import shlex
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from engine import settings
from engine.assistant import Assistant
from engine.cli import adapters as cli_adapters
from engine.cli import jsonform_models
from engine.cli import options as cli_options
from engine.cli.session import JsonOption, ProfileOption, session
from engine.cli.terminal import Terminal
from engine.errors import InputError, NotFoundError
from engine.inference import keys
from engine.model_types import AdapterCard, AdapterInUse, ModelCard
from engine.models.fit import FitReport, gigabytes
from engine.models.options import ModelOptions
from engine.progress import CancelToken
from engine.settings import EndpointSettings

app = typer.Typer(help="The models on this machine.", no_args_is_help=True)

app.command("adapters")(cli_adapters.show_adapters)
app.command("use-adapter")(cli_adapters.use_adapter)

NameArgument = Annotated[str, typer.Argument(help="Name of a model of `models list`.")]
NameOrFile = Annotated[str, typer.Argument(help="Name of a model, or a GGUF file.")]


@app.command("list")
def models_list(profile: ProfileOption = None, as_json: JsonOption = False) -> None:
    """Every model with its origin, licence, size and whether it fits."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        show_cards(terminal, assistant.models(), assistant)


@app.command("prepare")
def models_prepare(profile: ProfileOption = None, as_json: JsonOption = False) -> None:
    """Put the starter models in place for this machine; at once when that is done."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        terminal.run(assistant.prepare())
        if as_json:
            show_cards(terminal, assistant.models())


@app.command("show")
def models_show(
    name: NameArgument, profile: ProfileOption = None, as_json: JsonOption = False
) -> None:
    """One model: its card, its files and the adapters beside it."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        card = card_of(assistant, name)
        if as_json:
            terminal.value(jsonform_models.model_card(card))
            return
        show_card(terminal, card, _used(assistant, card))
        if card.words:
            terminal.say(f"    {card.words}")


@app.command("add")
def models_add(
    path: Annotated[Path, typer.Argument(help="GGUF file, or a folder with some.")],
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Register models where they lie; nothing is copied."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        cards = assistant.model_jobs.add(path)
        added = path.expanduser().absolute()
        adapters = [
            card
            for card in assistant.adapters.list()
            if card.models and Path(card.file).is_relative_to(added)
        ]
        if as_json:
            told = [jsonform_models.adapter(card) for card in adapters]
            models = [jsonform_models.model_card(card) for card in cards]
            terminal.value({"models": models, **({"adapters": told} if told else {})})
            return
        show_cards(terminal, cards)
        for card in adapters:
            fits = ", ".join(card.models)
            terminal.say(f"{card.name}  (adapter for {fits})", style="bold")
            terminal.say(f"    Use it with: alcove models use-adapter {shlex.quote(card.name)}")


@app.command("remove")
def models_remove(
    name: NameArgument, profile: ProfileOption = None, as_json: JsonOption = False
) -> None:
    """Forget a model or an adapter. Only files that Alcove downloaded or made are deleted."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        card, deleted = _removed(assistant, name)
        if as_json:
            terminal.value({"name": card.name, "file": card.file, "deleted": deleted})
        else:
            fate = "deleted" if deleted else "left where it is"
            terminal.say(f"{card.name} is forgotten; its file was {fate}.")


@app.command("fit")
def models_fit(
    model: NameOrFile,
    measure: Annotated[
        bool, typer.Option("--measure", help="Measure this machine again first.")
    ] = False,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Whether a model fits here, how fast it will be, and how it would run."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        report = terminal.run(assistant.model_jobs.fit(model, again=measure))
        if as_json:
            terminal.value(jsonform_models.fit(report))
        else:
            show_fit(terminal, report)


@app.command("options")
def models_options(
    name: NameArgument,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Set one; empty for the default."),
    ] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Back to the defaults first.")] = False,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """How a model writes and runs: what is set for it, and what counts where nothing is."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        chosen = ModelOptions() if reset else assistant.model_options(name)
        if changes:
            chosen = cli_options.changed(chosen, changes)
        if changes or reset:
            assistant.set_model_options(name, chosen)
        defaults = assistant.default_options(name)
        if as_json:
            own, others = chosen.values(), defaults.values()
            terminal.value({"name": name, "options": own, "defaults": others})
            return
        for key, value in chosen.over(defaults).values().items():
            mark = "set" if key in chosen.values() else "default"
            terminal.say(f"{key:<15} {_option(value):<10} {mark}")


@app.command("requantize")
def models_requantize(
    model: NameOrFile,
    to: Annotated[str | None, typer.Option(help="Q8_0 or Q4_0; the best of them else.")] = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a model faster here, where that pays; quality is measured before and after."""
    with session(profile, as_json=as_json) as (terminal, assistant), interruptible() as cancel:
        result, card = terminal.run(assistant.model_jobs.requantize(model, to=to, cancel=cancel))
        if as_json:
            terminal.value(jsonform_models.requantized(result, card))
            return
        for name, speed in result.chosen.speeds.items():
            terminal.say(
                f"{name:<8} {speed.prefill_tokens_per_s:>7.0f} tokens/s read "
                f"{speed.decode_tokens_per_s:>6.0f} written, perplexity {speed.perplexity:.2f}, "
                f"{gigabytes(speed.size_bytes)}"
            )
        terminal.say(result.chosen.reason)
        if card is not None:
            terminal.say(f"It is kept as “{card.name}”.", style="bold")


@app.command("catalogue")
def models_catalogue(profile: ProfileOption = None, as_json: JsonOption = False) -> None:
    """Models that can be downloaded. Reading this needs no network."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        offers = assistant.model_jobs.offers()
        if as_json:
            terminal.value({"models": [jsonform_models.offer(offer) for offer in offers]})
            return
        for offer in offers:
            size = f", {gigabytes(offer.size_bytes)}" if offer.size_bytes else ""
            terminal.say(f"{offer.name}  ({offer.role}, {offer.quantization}{size})", style="bold")
            terminal.say(f"    {offer.purpose}")
            terminal.say(f"    {offer.licence}; {offer.context} tokens; {offer.repo}", style="dim")


@app.command("download")
def models_download(
    name: Annotated[str, typer.Argument(help="Name of a model of `models catalogue`.")],
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fetch a model. Opens the network for this download only; interrupted, it goes on later."""
    with session(profile, as_json=as_json) as (terminal, assistant), interruptible() as cancel:
        card = terminal.run(assistant.model_jobs.download(name, cancel=cancel))
        show_cards(terminal, [card])


@app.command("endpoint")
def models_endpoint(
    url: Annotated[str | None, typer.Argument(help="Base address, most end in /v1.")] = None,
    model: Annotated[str | None, typer.Option(help="The server's name for its model.")] = None,
    n_ctx: Annotated[int | None, typer.Option(help="Context that the server gives.")] = None,
    key: Annotated[
        bool, typer.Option("--key", help="Ask for its key and keep it in the keyring.")
    ] = False,
    off: Annotated[bool, typer.Option("--off", help="Offer it no longer.")] = False,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """A model on another machine of your network. Off until you name one here."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        file = assistant.profile.settings
        known = settings.load(file)
        chosen = known.endpoint
        if off:
            chosen = replace(chosen, enabled=False)
        elif url is not None or model is not None or n_ctx is not None:
            chosen = EndpointSettings(
                enabled=True,
                url=url or chosen.url,
                model=model or chosen.model,
                n_ctx=n_ctx or chosen.n_ctx,
            )
        if key:
            if not chosen.url:
                raise InputError("Name the server first.", "alcove models endpoint URL --key")
            keys.store(chosen.url, read_key())
        if chosen != known.endpoint:
            settings.save(file, replace(known, endpoint=chosen))
        if as_json:
            terminal.value(
                {
                    "enabled": chosen.enabled,
                    "url": chosen.url,
                    "model": chosen.model,
                    "n_ctx": chosen.n_ctx,
                    "key": bool(chosen.url and keys.read(chosen.url)),
                }
            )
        elif chosen.enabled:
            terminal.say(f"{chosen.model} at {chosen.url} is offered, with {chosen.n_ctx} tokens.")
        else:
            terminal.say("No server is used.")


# --- helpers -----------------------------------------------------------------------------------


def _option(value: object) -> str:
    return ", ".join(map(repr, value)) or "none" if isinstance(value, tuple) else str(value)


def _removed(assistant: Assistant, name: str) -> tuple[ModelCard | AdapterCard, bool]:
    """Forget the model of that name, or else the adapter."""
    try:
        return assistant.remove_model(name)
    except NotFoundError as no_model:
        try:
            return assistant.adapters.remove(name)
        except NotFoundError:
            raise no_model from None


def card_of(assistant: Assistant, name: str) -> ModelCard:
    """A model of the list by name or file. Raises NotFoundError, InputError."""
    for card in assistant.models():
        if card.name == name:
            return card
    try:
        return assistant.shelf.find(name).card
    except NotFoundError:
        if Path(name).is_file():
            raise NotFoundError(
                f"{name} is not in the list.", "Add it, or judge it: alcove models fit FILE."
            ) from None
        raise


def show_cards(
    terminal: Terminal, cards: list[ModelCard], assistant: Assistant | None = None
) -> None:
    """With the assistant, also what each model is used with."""
    if terminal.as_json:
        terminal.value({"models": [jsonform_models.model_card(card) for card in cards]})
        return
    for card in cards:
        show_card(terminal, card, _used(assistant, card) if assistant is not None else ())


def _used(assistant: Assistant, card: ModelCard) -> tuple[AdapterInUse, ...]:
    return assistant.adapters.in_use(card.name) if card.adapters else ()


def show_card(terminal: Terminal, card: ModelCard, used: tuple[AdapterInUse, ...] = ()) -> None:
    about = ", ".join(part for part in (card.role, card.quantization, card.fit) if part)
    terminal.say(f"{card.name}  ({about})", style="bold")
    terminal.say(f"    {card.file}, {card.size_bytes / 1e6:.0f} MB, {card.context} tokens")
    terminal.say(f"    {card.licence}; {card.origin}")
    for adapter in card.adapters:
        terminal.say(f"    adapter: {adapter}")
    for each in used:
        terminal.say(f"    in use: {each.name}. {each.part}")
    if card.note:
        terminal.say(f"    {card.note}", style="dim")


def show_fit(terminal: Terminal, report: FitReport) -> None:
    terminal.say(report.words, style="bold")
    need = report.need
    copied = f" + {gigabytes(need.copied)} of them again" if need.copied else ""
    terminal.say(
        f"Memory   {gigabytes(need.weights)} weights{copied} + {gigabytes(need.context)} context + "
        f"{gigabytes(need.overhead)} overhead = {gigabytes(need.total)}"
    )
    terminal.say(
        f"Runs as  {report.n_ctx} tokens of context, {report.threads} threads, batches of "
        f"{report.batch}, context as {report.kv_type}, {report.n_gpu_layers} layers on a "
        "graphics card"
    )
    for reason in report.reasons:
        terminal.say(f"  {reason}", style="dim")


def read_key() -> str:
    """A key typed unseen, or the first line of what is piped in; never an argument."""
    if sys.stdin.isatty():
        return getpass.getpass("Key (empty forgets it): ", stream=sys.stderr).strip()
    return sys.stdin.readline().strip()


@contextmanager
def interruptible() -> Iterator[CancelToken]:
    """A token that Ctrl-C sets, so that slow work ends tidily; a second Ctrl-C ends at once."""
    cancel = CancelToken()
    if threading.current_thread() is not threading.main_thread():
        yield cancel
        return
    before = signal.getsignal(signal.SIGINT)

    def stop(*_: object) -> None:
        signal.signal(signal.SIGINT, before)
        cancel.cancel()

    signal.signal(signal.SIGINT, stop)
    try:
        yield cancel
    finally:
        signal.signal(signal.SIGINT, before)
