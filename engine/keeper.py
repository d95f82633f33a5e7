"""Keeps the one chat model that is loaded, and changes it for another when another is asked for."""

import logging
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from engine.errors import ModelCrashedError, ModelError, ModelLoadError
from engine.inference import keys
from engine.inference.chat_model import ChatModel
from engine.inference.endpoint import EndpointChatModel
from engine.inference.process import ProcessChatModel
from engine.inference.state_store import StateStore
from engine.models import starter
from engine.models.marks import Mark
from engine.models.shelf import Shelf
from engine.network import POLICY_OFF, NetworkGuard
from engine.paths import Profile
from engine.progress import CancelToken, Progress
from engine.settings import Settings
from engine.types import ChatModelInfo, ModelCard

log = logging.getLogger(__name__)

STARTER = "starter"
ENDPOINT = "endpoint"
CRASHES = frozenset(
    {"model_crashed", "model_unstable", "killed", "hung", "model_fault", "out_of_memory"}
)
"""Codes of errors that a model's process or its memory caused, not what was asked of it."""


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
        self,
        name: str | None = None,
        *,
        cancel: CancelToken | None = None,
        chosen: bool = False,
    ) -> Generator[Progress, None, ChatModel]:
        """The named model, not yet loaded. Raises NotFoundError, InputError, ModelError.

        A model that failed again and again is refused unless the user has ``chosen`` it just now.
        """
        with self._lock:
            key = self._key_of(name or self._settings.model.name)
            if not chosen:
                self._check_mark(key)
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

    # --- failures ------------------------------------------------------------------------------

    def chosen(self, name: str) -> None:
        """The user wants this model, also where it failed before.

        Raises NotFoundError, InputError, ModelError.
        """
        key = self._key_of(name)
        if (path := self._path_of(key)) is not None:
            self._shelf.marks.on_trial(path)

    @contextmanager
    def watching(self, model: ChatModel) -> Iterator[None]:
        """Count it when the model fails while it is asked; tells what to do after several."""
        try:
            yield
        except (ModelCrashedError, ModelLoadError) as error:
            if isinstance(model, ProcessChatModel) and error.code in CRASHES:
                because = error.message.rpartition(" because ")[2].rstrip(".")
                mark = self._shelf.marks.failed(model.path, because)
                log.warning("the model failed %d times in a row", mark.failures)
                if mark.unstable:
                    raise self._unstable(model.path, mark) from error
            raise

    def worked(self, model: ChatModel) -> None:
        """The model answered, so that its next failure is a first one."""
        if isinstance(model, ProcessChatModel):
            self._shelf.marks.clear(model.path)

    def _check_mark(self, key: str) -> None:
        """Raise ModelError for a model that failed again and again, where another is to be had."""
        if not self._shelf.marks.any():
            return
        path = self._path_of(key)
        mark = self._shelf.marks.of(path) if path is not None else None
        if path is None or mark is None or not mark.unstable:
            return
        if self._shelf.instead_of(path) is not None:
            raise self._unstable(path, mark)

    def _unstable(self, path: Path, mark: Mark) -> ModelError:
        name = self._shelf.find(str(path)).card.name
        other = self._shelf.instead_of(path)
        hint = (
            f"Choose another: {other.card.name} fits this machine. To try {name} once more, choose "
            "it by name."
            if other is not None
            else "Download another one, or see `alcove doctor`."
        )
        return ModelError(f"The model {name} {mark.words}.", hint, code="model_unstable")

    def _path_of(self, key: str) -> Path | None:
        """The file behind a key; None for a server or a starter model not prepared yet."""
        if key == ENDPOINT:
            return None
        if key != STARTER:
            return Path(key)
        if isinstance(self._model, ProcessChatModel) and self._key == STARTER:
            return self._model.path
        starters = (item for item in self._shelf.items() if item.starter and item.answers)
        return next((item.path for item in starters), None)

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

    # --- ending --------------------------------------------------------------------------------

    def unload(self, path: Path) -> None:
        """Close the model of this file, where it is the one that is open."""
        with self._lock:
            if self._key == str(path):
                self._close()

    def close(self) -> None:
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._model is not None:
            self._model.close()
        self._model, self._key = None, ""
