"""The sentence encoder that serves a profile: the starter's, or the one it was changed to."""

import threading
from collections.abc import Generator
from pathlib import Path

from engine.inference.embedder import Embedder
from engine.models import starter
from engine.paths import Profile
from engine.progress import CancelToken, Progress
from engine.store.connect import Vault
from engine.store.facts import EMBEDDER, Facts


class Encoders:
    """Opens encoders, and holds the one that serves."""

    def __init__(self, profile: Profile, vault: Vault, given: Embedder | None = None) -> None:
        """``given`` takes the starter's place, in tests."""
        self._profile = profile
        self._facts = Facts(vault)
        self._given = self._serving = given
        self._name = ""
        self._building = threading.Lock()

    def ready(self, cancel: CancelToken | None = None) -> Generator[Progress, None, Embedder]:
        """The encoder that serves, made ready first where it has to be."""
        with self._building:
            name = self._facts.get(EMBEDDER)
            if self._serving is None or name != self._name:
                if not name:
                    yield from starter.prepare_embedder(self._profile, cancel=cancel)
                self._serving, self._name = self.open(name), name
            return self._serving

    def open(self, name: str) -> Embedder:
        """The encoder in a folder; for an empty name the starter's, which must be ready."""
        if not name and self._given is not None:
            return self._given
        # A quarter of a second to import, which status, show and remove do not need.
        from engine.inference.fastembed_embedder import FastembedEmbedder

        return FastembedEmbedder(Path(name) if name else starter.embedder_folder(self._profile))
