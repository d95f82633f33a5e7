"""Keeps the one chat model that is loaded, and changes it for another when another is asked for."""

import threading
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from engine import settings as stored
from engine.inference import keys
from engine.inference.chat_model import ChatModel
from engine.inference.endpoint import EndpointChatModel
from engine.inference.process import ProcessChatModel
from engine.inference.state_store import StateStore
from engine.models import starter
from engine.models.shelf import Shelf
from engine.network import POLICY_OFF, NetworkGuard
from engine.paths import Profile
from engine.progress import CancelToken, Progress
from engine.settings import Settings
from engine.types import ChatModelInfo, LoadedModel, ModelCard

STARTER = "starter"
ENDPOINT = "endpoint"


class ChatModelKeeper:
    """Builds chat models by name; at most one of them is open. Safe from several threads."""

    def __init__(
        self,
        profile: Profile,
        settings: Settings,
        shelf: Shelf,
        guard: NetworkGuard,
        *,
        states: StateStore | None = None,
        chat_model: ChatModel | None = None,
    ) -> None:
        """``states`` keeps what conversations left in the context of models on this machine.

        ``chat_model`` takes the starter model's place, for tests.
        """
        self._states = states
        self._profile = profile
        self._settings = settings
        self._shelf = shelf
        self._guard = guard
        self._lock = threading.Lock()
        self._model = chat_model
        self._key = STARTER if chat_model is not None else ""
        """What is open: ``"starter"``, ``"endpoint"`` or the file's path; empty for nothing."""

    def ready(
        self, name: str | None = None, *, cancel: CancelToken | None = None
    ) -> Generator[Progress, None, ChatModel]:
        """The named model, not yet loaded. Raises NotFoundError, InputError, ModelError."""
        with self._lock:
            key = self._key_of(name or self._settings.model.name)
            if self._model is not None and key == self._key:
                return self._model
            if key == STARTER:
                path = yield from starter.prepare_chat(self._profile, cancel=cancel)
                model = self._process(path)
            elif key == ENDPOINT:
                model = self._endpoint()
            else:
                model = self._process(Path(key), name or self._settings.model.name)
            self._close()
            self._model, self._key = model, key
            return model

    def _key_of(self, name: str) -> str:
        if not name:
            return STARTER
        if name in {card.name for card in self.endpoint_cards()}:
            return ENDPOINT
        item = self._shelf.find_chat(name)
        return STARTER if item.starter else str(item.path)

    def _process(self, path: Path, name: str = "") -> ChatModel:
        return ProcessChatModel(
            path,
            n_ctx=self._settings.model.n_ctx,
            threads=self._settings.model.threads or None,
            name=name,
            log_folder=self._profile.logs,
            states=self._states,
        )

    def _endpoint(self) -> ChatModel:
        chosen = self._settings.endpoint
        return EndpointChatModel(
            chosen.url,
            chosen.model,
            guard=self._guard,
            n_ctx=chosen.n_ctx,
            key=keys.read(chosen.url),
        )

    # --- what it tells -------------------------------------------------------------------------

    def endpoint_cards(self) -> list[ModelCard]:
        """The card of the server's model, where the user has set and enabled one."""
        chosen = self._settings.endpoint
        if not chosen.enabled:
            return []
        host = urlsplit(chosen.url).netloc
        return [
            ModelCard(
                name=f"{chosen.model} at {host}",
                role="chat",
                file=chosen.url,
                size_bytes=0,
                quantization="",
                context=chosen.n_ctx,
                licence="as its server says",
                origin=f"a server that you named: {host}",
                fit="fits",
                note="Questions and passages go to that server when it is asked. Lengths are "
                "estimated, because it does not count tokens for us.",
                source=ENDPOINT,
                words="It runs on another machine and needs no memory here.",
            )
        ]

    def network_policy(self) -> str:
        """What the door is open for; names the server even while nothing is asked of it."""
        policy = self._guard.policy
        if policy == POLICY_OFF and self._settings.endpoint.enabled:
            return f"LAN endpoint {urlsplit(self._settings.endpoint.url).netloc} when asked"
        return policy

    def info(self) -> ChatModelInfo | None:
        """The running model, or None while its process is not up."""
        model = self._model
        if isinstance(model, ProcessChatModel) and model.pid is None:
            return None
        return model.info if model is not None else None

    @property
    def current(self) -> ChatModel | None:
        """The model that is open, if any."""
        return self._model

    @property
    def pid(self) -> int | None:
        model = self._model
        return model.pid if isinstance(model, ProcessChatModel) else None

    def loaded(self) -> LoadedModel | None:
        """What is in memory, or was until its process failed too often; else None."""
        model = self._model
        if not isinstance(model, ProcessChatModel):
            return None
        pid, unstable = model.pid, model.unstable
        if pid is None and not unstable:
            return None
        return LoadedModel(
            file=str(model.path),
            memory_bytes=_memory_bytes(pid),
            unstable=unstable,
            adapters=tuple(adapter.name for adapter in model.adapters),
        )

    # --- the default ---------------------------------------------------------------------------

    @property
    def default(self) -> str:
        """Name of the model that answers where none is named; empty for the starter's."""
        return self._settings.model.name

    def set_default(self, name: str) -> None:
        """Keep it in the settings. Raises NotFoundError, InputError, ModelError, SettingsError."""
        with self._lock:
            wanted = "" if self._key_of(name) == STARTER else name
            known = stored.load(self._profile.settings)
            stored.save(
                self._profile.settings, replace(known, model=replace(known.model, name=wanted))
            )
            chosen = replace(self._settings.model, name=wanted)
            self._settings = replace(self._settings, model=chosen)

    # --- ending --------------------------------------------------------------------------------

    def rest(self) -> None:
        """End the model's process to free its memory; the next question starts it again."""
        model = self._model
        if isinstance(model, ProcessChatModel):
            model.unload()

    def unload(self, path: Path) -> None:
        """Close the model of this file, where it is the one that is open."""
        with self._lock:
            model = self._model
            if isinstance(model, ProcessChatModel) and model.path == path:
                self._close()

    def close(self) -> None:
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._model is not None:
            self._model.close()
        self._model, self._key = None, ""


def _memory_bytes(pid: int | None) -> int:
    """Resident memory of a process; 0 where it has just ended."""
    try:
        return psutil.Process(pid).memory_info().rss if pid is not None else 0
    except psutil.Error:
        return 0
