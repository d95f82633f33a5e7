"""The folder of saved states: one file a conversation, the least recently used dropped first."""

import hashlib
import logging
import os
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from engine.inference.state_file import PARTIAL_SUFFIX, SUFFIX, is_sealed

log = logging.getLogger(__name__)

DEFAULT_CAP_BYTES = 1 << 30
STALE_PARTIAL_S = 60.0


@dataclass(frozen=True, slots=True)
class StateStore:
    """Where states lie and how much room they may take.

    They hold what was said and read, in another form: where the vault is encrypted, so are they.
    """

    folder: Path
    cap_bytes: int = DEFAULT_CAP_BYTES
    """All files together; the state of one conversation takes 20 kB to 500 kB a token."""
    key: bytes | None = field(default=None, repr=False)
    """Derived from the vault's; None leaves the files plain."""

    def path_of(self, key: str) -> Path:
        """The file of a conversation or pinned document, whether or not it is there."""
        digest = hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=16).hexdigest()
        return self.folder / f"{digest}{SUFFIX}"

    def has(self, key: str) -> bool:
        return self.path_of(key).is_file()

    def used(self, key: str) -> None:
        """Remember that a state was used just now."""
        with suppress(OSError):  # dropped meanwhile
            os.utime(self.path_of(key))

    def forget(self, key: str) -> None:
        """Drop a state, for example with its conversation."""
        with suppress(OSError):
            self.path_of(key).unlink(missing_ok=True)

    def clear(self) -> None:
        for path, _, _ in self._files():
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def drop_plain(self) -> None:
        """Drop what was saved before the vault was encrypted."""
        for path, _, _ in self._files():
            with suppress(OSError):
                if not is_sealed(path):
                    path.unlink(missing_ok=True)

    def size_bytes(self) -> int:
        return sum(size for _, size, _ in self._files())

    def trim(self) -> int:
        """Drop what is over the cap, least recently used first, and what was left half-written.

        Returns how many states were dropped.
        """
        self._sweep()
        files = sorted(self._files(), key=lambda file: file[2], reverse=True)
        room, dropped = self.cap_bytes, 0
        for path, size, _ in files:
            room -= size
            if room < 0:
                with suppress(OSError):
                    path.unlink(missing_ok=True)
                dropped += 1
        if dropped:
            log.info("%d saved states dropped to stay below %d bytes", dropped, self.cap_bytes)
        return dropped

    def _files(self) -> list[tuple[Path, int, float]]:
        """Path, size in bytes and time of last use of each state."""
        found = []
        with suppress(OSError):
            for path in self.folder.glob(f"*{SUFFIX}"):
                with suppress(OSError):
                    status = path.stat()
                    found.append((path, status.st_size, status.st_mtime))
        return found

    def _sweep(self) -> None:
        """Remove what a killed process left half-written."""
        with suppress(OSError):
            for path in self.folder.glob(f"*{PARTIAL_SUFFIX}"):
                with suppress(OSError):
                    if time.time() - path.stat().st_mtime > STALE_PARTIAL_S:
                        path.unlink(missing_ok=True)
