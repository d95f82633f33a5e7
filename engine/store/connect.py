"""The vault: one SQLite file, opened with all that the store needs of a connection."""

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import apsw
import sqlite_vec

from engine.errors import VaultError
from engine.store import migrate, texts, tokenizer
from engine.store.faults import told

BUSY_TIMEOUT_MS = 10_000
"""How long a statement waits for another process before the vault counts as busy."""

IDLE_READERS = 4
"""Connections kept open for the next reader; more are opened when more read at once."""


class Vault:
    """The vault of one profile. Safe from several threads, and beside other processes.

    Any number of threads read, each from a consistent view; one writes at a time. A reader never
    waits for the writer (write-ahead log).
    """

    def __init__(self, path: Path, writer: apsw.Connection, key: bytes | None) -> None:
        self.path = path
        self._key = key
        self._writer = writer
        self._lane = threading.RLock()
        self._idle: list[apsw.Connection] = []
        self._pool = threading.Lock()
        self._views = threading.local()
        self._closed = False

    @property
    def encrypted(self) -> bool:
        """Whether the file is encrypted; then nothing said in it may lie beside it in clear."""
        return self._key is not None

    def derived_key(self, purpose: str) -> bytes | None:
        """A key (32 bytes) for files beside the vault; None where the vault is not encrypted.

        Of the vault's own by HKDF with SHA-256 (RFC 5869), another for each purpose.
        """
        if self._key is None:
            return None
        # Only encrypted vaults need it.
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        return HKDF(SHA256(), 32, None, f"alcove {purpose}".encode()).derive(self._key)

    @classmethod
    def open(cls, path: Path, *, key: bytes | None = None) -> Self:
        """Open the vault, making it or bringing it up to date where needed.

        ``key`` is handed to SQLite as the file's encryption key. Raises NewerVaultError,
        DamagedVaultError, VaultBusyError, DiskFullError, or VaultError where the file cannot be
        opened at all.
        """
        with told(path):
            writer = _connect(path, key)
            try:
                migrate.migrate(writer, path, key)
            except BaseException:
                writer.close()
                raise
        return cls(path, writer, key)

    @contextmanager
    def read(self, *, fresh: bool = False) -> Generator[apsw.Connection, None, None]:
        """A connection that sees one unchanging state of the vault. Do not write with it.

        Inside a :meth:`view` of the same thread, it is the view's. ``fresh`` opens a new one, which
        remembers nothing of the file.
        """
        shared: apsw.Connection | None = getattr(self._views, "own", None)
        with told(self.path):
            if shared is not None and not fresh:
                yield shared
                return
            connection = self._borrow(fresh)
            try:
                connection.execute("BEGIN")
                try:
                    yield connection
                finally:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
            finally:
                self._give_back(connection)

    @contextmanager
    def view(self) -> Generator[None, None, None]:
        """All that this thread reads inside the block is of one state of the vault.

        It also takes less time than as many single readings. What is written meanwhile, by this
        thread as well, is not seen.
        """
        if getattr(self._views, "own", None) is not None:
            yield
            return
        with self.read() as connection:
            self._views.own = connection
            try:
                yield
            finally:
                self._views.own = None

    @contextmanager
    def write(self) -> Generator[apsw.Connection, None, None]:
        """The writing connection in a transaction: all of the block is stored, or nothing.

        A block inside a block of the same thread joins the outer transaction.
        """
        with told(self.path), self._lane:
            if self._closed:
                raise VaultError("The vault is closed.")
            if _in_transaction(self._writer):
                yield self._writer
                return
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                # A full disk may have rolled back by itself.
                if _in_transaction(self._writer):
                    self._writer.execute("ROLLBACK")
                raise

    def size_bytes(self) -> int:
        """Bytes on disk, the write-ahead log included."""
        files = (self.path, self.path.with_name(self.path.name + "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    def compact(self, *, wait: bool = True) -> None:
        """Write the file anew without the room that nothing uses. Waits for the other writers.

        With ``wait`` also for the readers, so that the disk has the room back at once.
        """
        with told(self.path), self._lane:
            if self._closed:
                raise VaultError("The vault is closed.")
            self._writer.execute("VACUUM")
            mode = apsw.SQLITE_CHECKPOINT_TRUNCATE if wait else apsw.SQLITE_CHECKPOINT_PASSIVE
            self._writer.wal_checkpoint(mode=mode)

    def copy(self, path: Path) -> Self:
        """Another vault with all that is in this one, encrypted with the same key where it is."""
        with told(path), self.read() as source:
            target = apsw.Connection(str(path))
            try:
                unlock(target, self._key)
                with target.backup("main", source, "main") as backup:
                    while not backup.done:
                        backup.step(1000)
            finally:
                target.close()
        return type(self).open(path, key=self._key)

    def close(self) -> None:
        """Close all connections; a reader still at work closes its own when it is done."""
        with self._lane:
            if self._closed:
                return
            self._closed = True
            with self._pool:
                idle, self._idle = self._idle, []
            for connection in idle:
                connection.close()
            try:
                with told(self.path):
                    self._writer.execute("PRAGMA optimize")
            except VaultError:
                pass  # it only refreshes statistics, and the next opening will do it
            finally:
                self._writer.close()

    def _borrow(self, fresh: bool) -> apsw.Connection:
        with self._pool:
            if self._closed:
                raise VaultError("The vault is closed.")
            if self._idle and not fresh:
                return self._idle.pop()
        return _connect(self.path, self._key, create=False)

    def _give_back(self, connection: apsw.Connection) -> None:
        with self._pool:
            if not self._closed and len(self._idle) < IDLE_READERS:
                self._idle.append(connection)
                return
        connection.close()


def _connect(path: Path, key: bytes | None, *, create: bool = True) -> apsw.Connection:
    flags = apsw.SQLITE_OPEN_READWRITE | (apsw.SQLITE_OPEN_CREATE if create else 0)
    connection = apsw.Connection(str(path), flags=flags)
    try:
        unlock(connection, key)
        connection.set_busy_timeout(BUSY_TIMEOUT_MS)
        connection.enable_load_extension(True)
        connection.load_extension(sqlite_vec.loadable_path())
        connection.enable_load_extension(False)
        _write_ahead(connection)
        tokenizer.register(connection)
        texts.register(connection)
        connection.pragma("synchronous", "normal")  # a crash of ours loses nothing
        connection.pragma("journal_size_limit", 64 * 1024 * 1024)
        connection.pragma("foreign_keys", True)
        connection.pragma("cache_size", -16_000)  # KiB
        connection.config(apsw.SQLITE_DBCONFIG_DQS_DML, 0)
        connection.config(apsw.SQLITE_DBCONFIG_DQS_DDL, 0)
    except BaseException:
        connection.close()
        raise
    return connection


def _in_transaction(connection: apsw.Connection) -> bool:
    return bool(connection.in_transaction)


def _write_ahead(connection: apsw.Connection) -> None:
    """Switch the log on. SQLite does not wait for its lock, so two first openings would clash."""
    until = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.pragma("journal_mode", "wal")
            return
        except apsw.BusyError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)


def unlock(connection: apsw.Connection, key: bytes | None) -> None:
    """Give a new connection the key of its file."""
    if key is not None:
        connection.pragma("hexkey", key.hex())
