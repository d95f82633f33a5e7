"""Work that outlives the process that began it: what is left stands in the vault.

A job names the files that are still to be indexed or forgotten. The transaction that stores or
removes a file takes it out of its job, so that the two never disagree. A job whose process is gone
waits until the next :func:`engine.ingest.ingest.sync` takes it up.
"""

import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import apsw
import psutil

from engine.library_types import Waiting
from engine.store.connect import Vault
from engine.store.roots import inside
from engine.store.rows import rows, value

Kind = Literal["index", "remove", "renew"]

STOPPED = ""
"""Owner of a job that was stopped or that failed, its process being still alive."""


class Jobs:
    """The jobs of a vault."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def begin(self, kind: Kind, paths: Iterable[str] = (), *, urgent: bool = False) -> int:
        """Record work before it begins. Files that another job left are taken over by this one.

        Other work gives way to an ``urgent`` job.
        """
        with self._vault.write() as db:
            db.execute(
                "INSERT INTO jobs(kind, owner, started_at, urgent) VALUES (?, ?, ?, ?)",
                (kind, this_process(), time.time(), urgent),
            )
            job = db.last_insert_rowid()
            db.executemany(
                "INSERT OR REPLACE INTO job_files(path, job_id) VALUES (?, ?)",
                [(path, job) for path in paths],
            )
            _drop_empty(db, kind, but=job)
        return job

    def drop_empty(self, kind: Kind) -> None:
        """Drop jobs whose process ended after their last file and before it could say so."""
        with self._vault.write() as db:
            _drop_empty(db, kind)

    def end(self, job: int) -> None:
        """The work is done; what is still named in it has no file any more."""
        with self._vault.write() as db:
            db.execute("DELETE FROM jobs WHERE id = ?", (job,))

    def stop(self, job: int) -> None:
        """The work ends before it is done; it waits for the next one who takes it up."""
        with self._vault.write() as db:
            db.execute("UPDATE jobs SET owner = ? WHERE id = ?", (STOPPED, job))

    def left(self, kind: Kind) -> list[str]:
        """Files of jobs that nobody works on any more, by path."""
        with self._vault.read() as db:
            return sorted(
                path
                for job in _deserted(db, kind)
                for (path,) in rows(db, "SELECT path FROM job_files WHERE job_id = ?", (job,))
            )

    def forget(self, kind: Kind) -> None:
        """Drop the jobs that nobody works on: their work was done otherwise."""
        with self._vault.write() as db:
            for job in _deserted(db, kind):
                db.execute("DELETE FROM jobs WHERE id = ?", (job,))

    def settle_below(self, path: str) -> None:
        """A file, or everything in a folder, is no longer to be indexed."""
        low, high = inside(Path(path))
        with self._vault.write() as db:
            db.execute(
                "DELETE FROM job_files WHERE path = ? OR (path >= ? AND path < ?)",
                (path, low, high),
            )

    def urgent(self) -> bool:
        """Whether somebody waits for work that is being done, in this process or another."""
        with self._vault.read() as db:
            owners = rows(db, "SELECT owner FROM jobs WHERE urgent")
        return any(alive(owner) for (owner,) in owners)

    def paths(self) -> frozenset[str]:
        """All files that are still to be read, by running or interrupted work."""
        with self._vault.read() as db:
            found = rows(
                db,
                "SELECT path FROM job_files JOIN jobs ON jobs.id = job_id WHERE kind = 'index'",
            )
        return frozenset(path for (path,) in found)

    def at_work(self) -> frozenset[str]:
        """Files that living processes are reading or are about to."""
        with self._vault.read() as db:
            owners = {
                owner
                for (owner,) in rows(db, "SELECT owner FROM jobs WHERE kind = 'index'")
                if alive(owner)
            }
            return frozenset(
                path
                for owner in owners
                for (path,) in rows(
                    db,
                    "SELECT path FROM job_files JOIN jobs ON jobs.id = job_id WHERE owner = ?",
                    (owner,),
                )
            )

    def busy(self, kind: Kind) -> bool:
        """Whether a living process works on such a job."""
        with self._vault.read() as db:
            owners = {
                owner for (owner,) in rows(db, "SELECT owner FROM jobs WHERE kind = ?", (kind,))
            }
        return any(alive(owner) for owner in owners)

    def waiting(self) -> Waiting:
        """What interrupted jobs left to do."""
        with self._vault.read() as db:
            deserted = _deserted(db, "renew")
            filling = value(
                db, "SELECT id FROM vector_sets WHERE state = 'filling' ORDER BY id DESC LIMIT 1"
            )
            renewals = 0
            if deserted and filling is not None:
                renewals = value(
                    db,
                    "SELECT (SELECT count(*) FROM passages) - "
                    f"(SELECT count(*) FROM vectors_{int(filling)})",
                )
        return Waiting(len(self.left("index")), len(self.left("remove")), max(0, renewals))


def settled(db: apsw.Connection, path: str) -> None:
    """Take a file out of its job, inside the transaction that settles it."""
    db.execute("DELETE FROM job_files WHERE path = ?", (path,))


def _drop_empty(db: apsw.Connection, kind: Kind, *, but: int = 0) -> None:
    for job in _deserted(db, kind):
        if job != but and not value(db, "SELECT 1 FROM job_files WHERE job_id = ?", (job,)):
            db.execute("DELETE FROM jobs WHERE id = ?", (job,))


def this_process() -> str:
    """Name of this process that no later one takes over with the number."""
    return f"{os.getpid()} {psutil.Process().create_time():.2f}"


def _deserted(db: apsw.Connection, kind: Kind | None = None) -> list[int]:
    found = rows(db, "SELECT id, owner FROM jobs WHERE ?1 IS NULL OR kind = ?1", (kind,))
    living: dict[str, bool] = {}
    for _, owner in found:
        if owner not in living:
            living[owner] = alive(owner)
    return [job for job, owner in found if not living[owner]]


def alive(owner: str) -> bool:
    """Whether the process of that name still runs; see :func:`this_process`."""
    number, _, created = owner.partition(" ")
    if not number:
        return False
    try:
        process = psutil.Process(int(number))
        return abs(process.create_time() - float(created)) < 1.0
    except psutil.Error:
        return False
