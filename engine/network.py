"""The only door to the network, and it is shut.

A Python audit hook sees every connection that Python code of this process tries to make and
refuses it unless the policy allows the address. Loopback and local sockets stay open: they do not
leave the machine. Every process of ours calls :func:`install` first. Source: PEP 578 and the table
of audit events in the Python documentation.
"""

import ipaddress
import logging
import os
import socket
import sys
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


class NetworkGuard:
    """Decides on and counts the connections of one process."""

    def __init__(self) -> None:
        self.policy = POLICY_OFF
        self.connections = 0
        """Connections made to other machines: 0 while the policy is off."""
        self.refused = 0

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """The hook itself. Raises NetworkRefusedError where the address is another machine."""
        if event not in CONNECTING_EVENTS:
            return
        host = _host_of(event, arguments)
        if host is None or is_this_machine(host):
            return
        self.refused += 1
        raise NetworkRefusedError(
            f"A connection to {host} was refused: the network is off.",
            "Alcove works without a network; nothing you asked for needs one.",
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
