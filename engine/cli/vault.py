"""``alcove vault``: encrypt the library, change its passphrase, decrypt it."""

from typing import Annotated

import typer

from engine.cli.session import JsonOption, ProfileOption, asked_passphrase, read_passphrase
from engine.cli.terminal import Terminal
from engine.errors import InputError
from engine.paths import open_profile
from engine.services.vault_lock import VaultLock

app = typer.Typer(help="Encrypt the library on this machine.", no_args_is_help=True)


@app.command("status")
def status(profile: ProfileOption = None, as_json: JsonOption = False) -> None:
    """Whether the library is encrypted, and what opens it."""
    terminal = Terminal(as_json=as_json)
    with terminal.told():
        show(terminal, VaultLock(open_profile(profile)))


@app.command("encrypt")
def encrypt(
    keyring: Annotated[
        bool, typer.Option("--keyring", help="Keep the key in the system's keyring.")
    ] = False,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Encrypt the library with a passphrase, or a key in the system's keyring."""
    terminal = Terminal(as_json=as_json)
    with terminal.told():
        lock = VaultLock(open_profile(profile))
        if lock.state().encrypted:
            raise InputError(
                "The library is encrypted already.", "Use `alcove vault passphrase` or `decrypt`."
            )
        passphrase = "" if keyring else new_passphrase()
        lock.encrypt(passphrase=passphrase, keyring=keyring)
        show(terminal, lock)
        terminal.note(
            "Keep the passphrase safe: without it, nobody can open the library."
            if passphrase
            else "The key is in this system's keyring and nowhere else."
        )


@app.command("passphrase")
def passphrase(profile: ProfileOption = None, as_json: JsonOption = False) -> None:
    """Change the passphrase of an encrypted library, or give one to a library of the keyring."""
    terminal = Terminal(as_json=as_json)
    with terminal.told():
        lock = VaultLock(open_profile(profile))
        state = lock.state()
        if not state.encrypted:
            raise InputError("The library is not encrypted.", "Use: alcove vault encrypt")
        old = read_passphrase() if state.passphrase else ""
        lock.key(old)
        lock.change(old, new_passphrase())
        show(terminal, lock)


@app.command("decrypt")
def decrypt(profile: ProfileOption = None, as_json: JsonOption = False) -> None:
    """Write the library in clear again."""
    terminal = Terminal(as_json=as_json)
    with terminal.told():
        lock = VaultLock(open_profile(profile))
        state = lock.state()
        if not state.encrypted:
            raise InputError("The library is not encrypted.", "Nothing has changed.")
        lock.decrypt(read_passphrase() if state.passphrase else "")
        show(terminal, lock)


def show(terminal: Terminal, lock: VaultLock) -> None:
    state = lock.state()
    if terminal.as_json:
        terminal.value(
            {
                "encrypted": state.encrypted,
                "passphrase": state.passphrase,
                "keyring": state.keyring,
            }
        )
        return
    ways = [
        way
        for way, opens in (("a passphrase", state.passphrase), ("the keyring", state.keyring))
        if opens
    ]
    terminal.say(
        f"The library is encrypted; {' or '.join(ways)} opens it."
        if state.encrypted
        else "The library is not encrypted."
    )


def new_passphrase() -> str:
    """One typed twice, or the next line of standard input. Raises InputError."""
    passphrase = read_passphrase("New passphrase: ")
    again = asked_passphrase("Once more: ")
    if again is not None and again != passphrase:
        raise InputError("The two are not the same.", "Nothing has changed; try again.")
    return passphrase
