"""Which conversation the model holds in its context, and when its state is saved and brought back.

A state is saved when another conversation comes, when the model is unloaded or closed, and when
asked for; it is brought back before the first answer that finds nothing of it in the process.
Everything here is called with the lock of the requests held.
"""

import hashlib
import json
import logging
from pathlib import Path
from typing import Any

from engine.errors import CancelledError, ModelError
from engine.inference.child import Child
from engine.inference.requests import ModelRefusedError, Requests
from engine.inference.state_store import StateStore
from engine.inference.supervisor import Supervisor

log = logging.getLogger(__name__)

MIN_TOKENS = 192
"""Below this, reading anew is about as fast as reading the file."""


class ConversationState:
    """The state of one conversation at a time, in the process and in the store."""

    def __init__(
        self, path: Path, supervisor: Supervisor, requests: Requests, store: StateStore | None
    ) -> None:
        self._path = path
        self._supervisor = supervisor
        self._requests = requests
        self._store = store
        self.key: str | None = None
        self.documents: str | None = None
        """Name of the documents at the beginning of its prompt, shared with other conversations."""
        self._pid: int | None = None
        """The process that holds the conversation; None where none does."""
        self._dirty = False
        """Whether the context holds more of it than the file does."""

    def switch(self, key: str | None) -> None:
        """Another conversation comes, or the same one in another process or with other adapters."""
        self.documents = self.documents if key == self.key else None
        self.key, self._pid, self._dirty = key, None, False

    def answered(self, child: Child) -> None:
        """A process has begun an answer of the conversation."""
        self._pid, self._dirty = child.pid, True

    def disturbed(self) -> None:
        """Another prompt takes the place of the conversation, which is saved first."""
        self.keep()
        self._pid = None

    def bring(self, child: Child) -> None:
        """Restore the conversation before an answer, where the process does not hold it."""
        if self.key is None or self._pid == child.pid:
            return
        if not self.restore(child, self.key) and self.documents is not None:
            self.restore(child, self.documents)

    def restore(self, child: Child, key: str) -> int:
        """Take a saved state into the context; returns its tokens, 0 where there is none."""
        store = self._store
        if store is None or not store.has(key):
            return 0
        try:
            done = self._requests.ask(
                child,
                "restore",
                path=str(store.path_of(key)),
                identity=self._identity(),
                key=_hex(store.key),
            )
        except (ModelRefusedError, OSError) as error:
            log.info("a saved state is dropped: %s", error)
            store.forget(key)
            return 0
        store.used(key)
        return int(done["tokens"])

    def keep(self) -> None:
        """Save the conversation before it goes, if it has grown; a failure costs only time."""
        child = self._supervisor.running
        if self.key is None or not self._dirty or child is None or child.pid != self._pid:
            return
        self._dirty = False
        try:
            self.save(self.key)
            if self._store and self.documents and not self._store.has(self.documents):
                self.save(self.documents)
        except (ModelError, CancelledError) as error:
            log.info("the state of the conversation was not saved: %s", error)

    def save(self, key: str) -> int:
        """Save the context under a key; returns its tokens, 0 where it was not saved."""
        store, child = self._store, self._supervisor.running
        if store is None or child is None:
            return 0
        try:
            done = self._requests.ask(
                child,
                "save",
                path=str(store.path_of(key)),
                identity=self._identity(),
                key=_hex(store.key),
                least=MIN_TOKENS,
                most_bytes=store.cap_bytes // 2,
            )
        except (ModelRefusedError, OSError) as error:
            log.warning("the state of a conversation was not saved: %s", error)
            return 0
        store.trim()
        return int(done["tokens"])

    def _identity(self) -> str:
        return identity(self._path, self._supervisor.facts, self._supervisor.adapters)


def _hex(key: bytes | None) -> str:
    """A key as a frame takes it; it goes over the pipe only."""
    return key.hex() if key is not None else ""


def identity(path: Path, facts: dict[str, Any], adapters: tuple[tuple[str, float], ...]) -> str:
    """What a state depends on: the model file, how it is loaded, template, adapters, llama.cpp."""
    status = path.stat()
    parts = {
        "file": [path.name, status.st_size, status.st_mtime_ns],
        "n_ctx": facts["n_ctx"],
        "build": facts.get("build", ""),
        "template": hashlib.sha256(facts["template"].encode("utf-8", "replace")).hexdigest(),
        "adapters": [[Path(name).name, *_changed(Path(name)), scale] for name, scale in adapters],
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _changed(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns
