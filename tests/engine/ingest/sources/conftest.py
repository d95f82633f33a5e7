"""A real PostgreSQL of its own, in a scratch folder, on loopback; run by a user without rights."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PASSWORD = "seven-lamps"


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server."""

    port: int
    sockets: Path

    @property
    def url(self) -> str:
        return f"postgresql://alcove@127.0.0.1:{self.port}/postgres"

    def run(self, statement: str) -> None:
        """Do something to its tables, as another program would."""
        import pg8000.native

        with pg8000.native.Connection(
            "alcove", host="127.0.0.1", port=self.port, database="postgres", password=PASSWORD
        ) as connection:
            connection.run(statement)


def _binaries() -> Path | None:
    found = shutil.which("pg_ctl")
    if found:
        return Path(found).resolve().parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    return installed[-1].parent if installed else None


def _unprivileged() -> str | None:
    """The user to run as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    pytest.skip("PostgreSQL does not run as root, and there is no other user.")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    binaries = _binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    user = _unprivileged()
    home = Path(tempfile.mkdtemp(prefix="alcove-postgres-"))
    secret = home / "password"
    secret.write_text(PASSWORD)
    if user is not None:
        for path in (home, secret):
            shutil.chown(path, user)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def run(*arguments: str) -> None:
        subprocess.run(
            [str(binaries / arguments[0]), *arguments[1:]],
            user=user, cwd=home, check=True, timeout=120, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    data = str(home / "data")
    try:
        run("initdb", "-D", data, "-U", "alcove", "-A", "scram-sha-256", "--no-sync",
            f"--pwfile={secret}", "-E", "UTF8", "--locale=C")  # fmt: skip
        options = f"-c listen_addresses=127.0.0.1 -c port={port} -c fsync=off -k {home}"
        run("pg_ctl", "-D", data, "-w", "-l", str(home / "log"), "-o", options, "start")
        try:
            yield Postgres(port, home)
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)
