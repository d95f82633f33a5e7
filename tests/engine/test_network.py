import socket
import subprocess
import sys

import pytest

from engine import network
from engine.errors import NetworkRefusedError


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1", "", "::1%lo"])
def test_this_machine(host: str) -> None:
    assert network.is_this_machine(host)


@pytest.mark.parametrize(
    "host", ["example.org", "10.0.0.1", "192.168.1.2", "2001:db8::1", "0.0.0.0"]
)
def test_other_machines(host: str) -> None:
    assert not network.is_this_machine(host)


def test_guard_refuses_and_counts_other_machines() -> None:
    guard = network.NetworkGuard()
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        with pytest.raises(NetworkRefusedError, match=r"192\.0\.2\.1"):
            guard.audit("socket.connect", (sock, ("192.0.2.1", 443)))
        guard.audit("socket.connect", (sock, ("127.0.0.1", 443)))
        with pytest.raises(NetworkRefusedError):
            guard.audit("socket.getaddrinfo", (b"example.org", 443, 0, 0, 0))
    assert (guard.connections, guard.refused) == (0, 2)


def test_local_sockets_stay_open() -> None:
    guard = network.NetworkGuard()
    with socket.socket(socket.AF_UNIX) as sock:
        guard.audit("socket.connect", (sock, "/run/anything"))
    assert guard.refused == 0


def test_installed_hook_stops_real_calls_in_a_process() -> None:
    program = (
        "from engine import network\n"
        "guard = network.install()\n"
        "assert network.install() is guard\n"
        "import socket, urllib.request\n"
        "for call in (lambda: socket.create_connection(('192.0.2.1', 80), 1),\n"
        "             lambda: socket.getaddrinfo('example.org', 80),\n"
        "             lambda: urllib.request.urlopen('http://example.org')):\n"
        "    try:\n"
        "        call()\n"
        "    except Exception as error:\n"
        "        print(type(error).__name__)\n"
        "print(guard.refused)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert run.stdout.split() == ["NetworkRefusedError"] * 3 + ["3"]


def test_a_permit_opens_the_door_to_its_hosts_only() -> None:
    guard = network.NetworkGuard()
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        with guard.permit("this download", ["hub.example", ".cdn.example"]):
            assert guard.policy == "this download"
            guard.audit("socket.getaddrinfo", (b"hub.example", 443, 0, 0, 0))
            guard.audit("socket.getaddrinfo", ("eu.CDN.example", 443, 0, 0, 0))
            for host in ("cdn.example", "evilcdn.example", "hub.example.evil", "192.0.2.1"):
                with pytest.raises(NetworkRefusedError, match="this download only"):
                    guard.audit("socket.getaddrinfo", (host, 443, 0, 0, 0))
            with pytest.raises(NetworkRefusedError):
                guard.audit("socket.connect", (sock, ("192.0.2.1", 443)))
        assert guard.policy == "off"
        with pytest.raises(NetworkRefusedError, match="the network is off"):
            guard.audit("socket.getaddrinfo", ("hub.example", 443, 0, 0, 0))
    assert guard.connections == 0
    assert guard.purposes == ["this download"]


def test_only_addresses_that_the_permit_looked_up_are_connected_and_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def lookup(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.5", port))]

    guard = network.NetworkGuard()
    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    with (
        socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock,
        guard.permit("LAN endpoint", ["box.lan"]) as permit,
    ):
        with pytest.raises(NetworkRefusedError):
            guard.audit("socket.connect", (sock, ("192.0.2.5", 80)))
        assert permit.addresses("box.lan", 80) == ["192.0.2.5"]
        guard.audit("socket.connect", (sock, ("192.0.2.5", 80)))
        with pytest.raises(NetworkRefusedError):
            permit.addresses("other.lan", 80)
        with pytest.raises(NetworkRefusedError):
            guard.audit("socket.connect", (sock, ("192.0.2.6", 80)))
    assert (guard.connections, guard.refused) == (1, 3)


def test_permits_stand_side_by_side() -> None:
    guard = network.NetworkGuard()
    one, two = guard.grant("one", ["a.example"]), guard.grant("two", ["b.example"])
    assert guard.policy == "one, two"
    guard.withdraw(one)
    assert guard.policy == "two"
    guard.withdraw(two)
    assert guard.policy == "off"
