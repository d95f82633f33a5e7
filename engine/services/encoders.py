"""The sentence encoder that serves a profile: the starter's, or the one it was changed to."""

import json
import threading
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

from engine.errors import InputError, NotFoundError
from engine.inference.embedder import Embedder
from engine.model_types import ModelCard
from engine.models import encoder_shelf, starter
from engine.models.encoder_shelf import FoundEncoder
from engine.paths import Profile
from engine.progress import CancelToken, Progress
from engine.store.connect import Vault
from engine.store.facts import EMBEDDER, REEMBED, Facts

STARTER = "starter"


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

    def found(self) -> list[FoundEncoder]:
        """The encoders that were fetched, beside the starter's."""
        return encoder_shelf.found(self._profile.models)

    def cards(self) -> list[ModelCard]:
        """The same as the list of models tells them, and which of them serves."""
        serving = self._facts.get(EMBEDDER)
        cards = []
        for each in self.found():
            card = encoder_shelf.card(each)
            serves = str(each.folder) == serving
            cards.append(
                replace(card, note="It reads your documents for search.") if serves else card
            )
        return cards

    def remove(self, name: str) -> tuple[ModelCard, bool] | None:
        """Delete a fetched encoder; None where there is none of that name.

        Raises InputError for the one that serves, or that a change under way leads to; ModelError.
        """
        for each in self.found():
            if name.casefold() not in (each.name.casefold(), str(each.folder).casefold()):
                continue
            folder = str(each.folder)
            if folder == self._facts.get(EMBEDDER) or folder == self._wanted():
                raise InputError(
                    f"{each.name} reads your documents for search and cannot be removed.",
                    "Choose another encoder first: in Settings under Search, or with "
                    "alcove reembed --encoder starter.",
                )
            card = encoder_shelf.card(each)
            encoder_shelf.remove(each)
            return card, True
        return None

    def _wanted(self) -> str:
        """Folder of the encoder that a change under way leads to."""
        text = self._facts.get(REEMBED)
        return str(json.loads(text)["embedder"]) if text else ""

    def folder(self, name: str) -> str:
        """The folder of an encoder by its name, or a folder as it is; empty for the starter's.

        Raises NotFoundError.
        """
        if not name or name.casefold() == STARTER:
            return ""
        found = self.found()
        for each in found:
            if name.casefold() in (each.name.casefold(), each.folder.name):
                return str(each.folder)
        path = Path(name).expanduser()
        if path.is_dir():
            return str(path.absolute())
        raise NotFoundError(
            f"There is no encoder called “{name}”.",
            f"Encoders here: {', '.join([STARTER, *(each.name for each in found)])}. Others come "
            "with alcove models download NAME, or give a folder with model.onnx.",
        )

    def open(self, name: str) -> Embedder:
        """The encoder in a folder; for an empty name the starter's, which must be ready."""
        if not name and self._given is not None:
            return self._given
        # A quarter of a second to import, which status, show and remove do not need.
        from engine.inference.fastembed_embedder import FastembedEmbedder

        return FastembedEmbedder(Path(name) if name else starter.embedder_folder(self._profile))
