"""Keeps the one chat model that is loaded, and changes it for another when another is asked for."""

import logging
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from engine import settings as stored
from engine.errors import ModelCrashedError, ModelError, ModelLoadError
from engine.inference import keys
from engine.inference.chat_model import ChatModel
from engine.inference.endpoint import EndpointChatModel
from engine.inference.process import ProcessChatModel
from engine.inference.state_store import StateStore
from engine.model_types import ChatModelInfo, LoadedModel, ModelCard
from engine.models import options, packages, starter
from engine.models.calibration import Calibration
from engine.models.marks import Mark
from engine.models.option_store import OptionStore
from engine.models.options import Chosen, ModelOptions
from engine.models.shelf import Item, Shelf
from engine.network import POLICY_OFF, NetworkGuard
from engine.paths import Profile
from engine.progress import CancelToken, Progress
from engine.settings import Settings

log = logging.getLogger(__name__)

STARTER = "starter"
ENDPOINT = "endpoint"
CRASHES = frozenset(
    {"model_crashed", "model_unstable", "killed", "hung", "model_fault", "out_of_memory"}
)
"""Codes of errors that a model's process or its memory caused, not what was asked of it."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A model that is asked for."""

    key: str
    """``"starter"``, ``"endpoint"`` or the file's path."""
    item: Item | None = None


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
        self._run: tuple[int | None, int | None] | None = None
        """Context and threads that it was opened with; None where it was handed in."""
        self._options = OptionStore(profile)
        self.chosen = Chosen()
        """The options of the model that is open."""

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
            wanted = self._wanted(name)
            options, key = self._chosen(wanted), wanted.key
            if not chosen:
                self._check_mark(key)
            run = (options.all.n_ctx, options.all.threads)
            if self._model is not None and key == self._key and self._run in (None, run):
                self.chosen = options
                return self._model
            if key == STARTER:
                path = yield from starter.prepare_chat(self._profile, cancel=cancel)
                model = self._process(path, options.all)
            elif key == ENDPOINT:
                model = self._endpoint(options.all)
            else:
                model = self._process(Path(key), options.all, name or self._settings.model.name)
            self._close()
            self._model, self._key, self._run, self.chosen = model, key, run, options
            return model

    def _wanted(self, name: str | None) -> _Wanted:
        name = name or self._settings.model.name
        if not name:
            return _Wanted(STARTER)
        if name in {card.name for card in self.endpoint_cards()}:
            return _Wanted(ENDPOINT)
        item = self._shelf.find_chat(name)
        return _Wanted(STARTER) if item.starter else _Wanted(str(item.path), item)

    def _process(self, path: Path, run: ModelOptions, name: str = "") -> ChatModel:
        measured = Calibration.read()
        return ProcessChatModel(
            path,
            batch=measured.batch if measured is not None else 0,
            n_ctx=run.n_ctx,
            threads=run.threads or None,
            name=name,
            log_folder=self._profile.logs,
            states=self._states,
        )

    def _endpoint(self, run: ModelOptions) -> ChatModel:
        chosen = self._settings.endpoint
        return EndpointChatModel(
            chosen.url,
            chosen.model,
            guard=self._guard,
            n_ctx=run.n_ctx or chosen.n_ctx,
            key=keys.read(chosen.url),
        )

    # --- failures ------------------------------------------------------------------------------

    def try_again(self, name: str) -> None:
        """The user wants this model, also where it failed before.

        Raises NotFoundError, InputError, ModelError.
        """
        key = self._wanted(name).key
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
        items = {item.path: item.card.name for item in self._shelf.items()}
        name = items.get(path, path.stem)
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

    # --- options -------------------------------------------------------------------------------

    def choice(self, name: str | None) -> Chosen:
        """The options of a model. Raises NotFoundError, InputError, SettingsError."""
        return self._chosen(self._wanted(name))

    def set_options(self, name: str | None, chosen: ModelOptions) -> None:
        """Set exactly these; a changed context or number of threads counts from the next question.

        Raises NotFoundError, InputError, SettingsError.
        """
        self._options.write(self._stored(self._wanted(name)), chosen)

    def _chosen(self, wanted: _Wanted) -> Chosen:
        model, item = self._settings.model, wanted.item
        header = item.header if item is not None else None
        if wanted.key == STARTER:
            names: tuple[str, ...] = (packages.CHAT.name,)
            n_ctx = model.n_ctx
        elif wanted.key == ENDPOINT:
            names, n_ctx = (self._settings.endpoint.model,), self._settings.endpoint.n_ctx
        else:
            names = (item.card.name, item.path.stem) if item is not None else ()
            n_ctx = min(model.n_ctx, header.n_ctx_train or model.n_ctx) if header else model.n_ctx
        found = options.recommended(header, *names)
        family = options.family_of(*names, header.name if header is not None else "")
        defaults = found.over(
            ModelOptions(
                temperature=0.0,
                top_p=1.0,
                min_p=0.0,
                top_k=0,
                repeat_penalty=1.0,
                seed=0,
                max_tokens=self._settings.answer.max_tokens,
                stop=(),
            )
        )
        defaults = replace(defaults, n_ctx=max(512, n_ctx), threads=model.threads)
        own = self._options.read(self._stored(wanted))
        return Chosen(own, defaults, thinks=family is not None and family.thinks)

    def stored_key(self, name: str | None) -> str:
        """The key under which things are kept for a model. Raises NotFoundError, InputError."""
        return self._stored(self._wanted(name))

    def file_of(self, name: str | None) -> Path | None:
        """The model's file; None for a server, and for a starter model not prepared yet."""
        return self._path_of(self._wanted(name).key)

    def _stored(self, wanted: _Wanted) -> str:
        """The key of a model's options, which stays right when the profile is moved as a whole."""
        if wanted.key == ENDPOINT:
            return self.endpoint_cards()[0].name
        path = Path(wanted.key)
        if path.is_relative_to(self._profile.models):
            return path.relative_to(self._profile.models).as_posix()
        return wanted.key

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
        """The running model, or None while it is not loaded; never waits for it to be."""
        model = self._model
        if isinstance(model, ProcessChatModel) and not model.loaded:
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
        """What is in memory; None while nothing is loaded."""
        model = self._model
        if not isinstance(model, ProcessChatModel) or not model.loaded:
            return None
        return LoadedModel(
            file=str(model.path),
            memory_bytes=_memory_bytes(model.pid),
            adapters=tuple(adapter.name for adapter in model.adapters),
        )

    # --- the default ---------------------------------------------------------------------------

    @property
    def default(self) -> str:
        """Name of the model that answers where none is named; empty for the starter's."""
        return self._settings.model.name

    def set_default(self, name: str) -> None:
        """Keep it in the settings. Raises NotFoundError, InputError, ModelError, SettingsError."""
        wanted = "" if self._wanted(name).key == STARTER else name
        known = stored.load(self._profile.settings)
        stored.save(self._profile.settings, replace(known, model=replace(known.model, name=wanted)))
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
        self._model, self._key, self._run = None, "", None


def _memory_bytes(pid: int | None) -> int:
    """Resident memory of a process; 0 where it has just ended."""
    try:
        return psutil.Process(pid).memory_info().rss if pid is not None else 0
    except psutil.Error:
        return 0
