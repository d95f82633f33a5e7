"""The only door to the network, and it is shut unless the user opens it for a named purpose.

A Python audit hook sees every connection that Python code of this process tries to make and
refuses it unless a permit allows the address. Loopback and local sockets stay open: they do not
leave the machine. Every process of ours calls :func:`install` first. Source: PEP 578 and the table
of audit events in the Python documentation.

A permit names hosts, and the connections under it are counted. An address counts as such a host
only when the permit itself looked it up (:meth:`Permit.addresses`), so that no other code passes
through the opened door by chance.
"""

import ipaddress
import logging
import os
import socket
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from engine.errors import NetworkRefusedError

log = logging.getLogger(__name__)

POLICY_OFF = "off"

QUIET_LIBRARIES = {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "DO_NOT_TRACK": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "UNSLOTH_DISABLE_STATISTICS": "1",
}
"""Environment that makes libraries stop asking; the hook refuses those that ask anyway."""

CONNECTING_EVENTS = frozenset(
    {"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo"}
)


class Permit:
    """Named hosts that one piece of work may reach while it runs."""

    def __init__(self, guard: "NetworkGuard", purpose: str, hosts: Iterable[str]) -> None:
        self.purpose = purpose
        """In the user's words; shown as the policy while the permit is held."""
        self.hosts = tuple(dict.fromkeys(host.lower() for host in hosts))
        """Exact names, and ``.example.org`` for all names below one."""
        self._guard = guard
        self._addresses: set[str] = set()

    def allows(self, host: str) -> bool:
        """Whether a host name or an address that was looked up belongs to this permit."""
        name = host.lower()
        return name in self._addresses or any(
            name == known or (known.startswith(".") and name.endswith(known))
            for known in self.hosts
        )

    def allow(self, host: str) -> None:
        """Add a host, such as the proxy that the environment names."""
        self.hosts = tuple(dict.fromkeys((*self.hosts, host.lower())))

    def addresses(self, host: str, port: int) -> list[str]:
        """Look a host up and allow what it resolves to.

        Raises NetworkRefusedError for a host that is not named, OSError where it is unknown.
        """
        if not is_this_machine(host) and not self.allows(host):
            self._guard.refuse(host)
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        self._addresses.update(addresses)
        return addresses


class NetworkGuard:
    """Decides on and counts the connections of one process."""

    def __init__(self) -> None:
        self._permits: list[Permit] = []
        self._lock = threading.Lock()
        self.connections = 0
        """Connections made to other machines: 0 while no permit was ever given."""
        self.refused = 0
        self.purposes: list[str] = []
        """What the door was opened for since the process started, each once."""

    @property
    def policy(self) -> str:
        """``"off"``, or what the door is open for right now."""
        return ", ".join(dict.fromkeys(held.purpose for held in self._permits)) or POLICY_OFF

    @contextmanager
    def permit(self, purpose: str, hosts: Iterable[str]) -> Iterator[Permit]:
        """Open the door to these hosts for as long as the block runs."""
        given = self.grant(purpose, hosts)
        try:
            yield given
        finally:
            self.withdraw(given)

    def grant(self, purpose: str, hosts: Iterable[str]) -> Permit:
        """Open the door to these hosts until :meth:`withdraw`."""
        given = Permit(self, purpose, hosts)
        with self._lock:
            self._permits = [*self._permits, given]
            if purpose not in self.purposes:
                self.purposes.append(purpose)
        return given

    def withdraw(self, given: Permit) -> None:
        with self._lock:
            self._permits = [held for held in self._permits if held is not given]

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """The hook itself. Raises NetworkRefusedError where the address is another machine."""
        if event not in CONNECTING_EVENTS:
            return
        host = _host_of(event, arguments)
        if host is None or is_this_machine(host):
            return
        if any(held.allows(host) for held in self._permits):
            if event == "socket.connect":
                with self._lock:
                    self.connections += 1
            return
        self.refuse(host)

    def refuse(self, host: str) -> None:
        """Count and raise."""
        self.refused += 1
        policy = self.policy
        if policy == POLICY_OFF:
            raise NetworkRefusedError(
                f"A connection to {host} was refused: the network is off.",
                "Alcove works without a network; nothing you asked for needs one.",
            )
        raise NetworkRefusedError(
            f"A connection to {host} was refused: the network is open for {policy} only.",
            "Where that host belongs to your mirror or server, name it in settings.toml.",
        )


def _host_of(event: str, arguments: tuple[Any, ...]) -> str | None:
    """Host that the call names; None for local sockets and for sends without an address."""
    if event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        sock, address = arguments[0], arguments[1]
        if sock.family not in (socket.AF_INET, socket.AF_INET6) or address is None:
            return None
        host = address[0]
    if host is None:
        return None
    return host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)


def is_this_machine(host: str) -> bool:
    """Whether a host name or address stays on this machine."""
    if host in ("", "localhost"):
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback


def install() -> NetworkGuard:
    """Shut the door for the rest of this process's life and return the guard that counts.

    An audit hook cannot be taken back, so a second call returns the guard of the first.
    """
    os.environ.update(QUIET_LIBRARIES)
    existing = getattr(sys, "_alcove_network_guard", None)
    if isinstance(existing, NetworkGuard):
        return existing
    guard = NetworkGuard()
    # Kept on `sys` because the hook, too, belongs to the interpreter and not to any of our objects.
    sys._alcove_network_guard = guard  # type: ignore[attr-defined]
    sys.addaudithook(guard.audit)
    return guard
