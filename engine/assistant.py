"""The composition root of every face: opens a profile, builds the parts and offers what they do.

Everything here blocks and belongs on a worker lane. Reading methods are quick and safe from any
thread; ``ask`` runs one question at a time.
"""

from collections.abc import Generator, Sequence
from pathlib import Path

from engine import logs, network, settings
from engine.answer.answer import TRUSTED_BYTES
from engine.errors import InputError, ModelError
from engine.inference.adapters import Adapter
from engine.inference.chat_model import ChatModel
from engine.inference.embedder import Embedder
from engine.inference.state_store import StateStore
from engine.ingest import ingest
from engine.ingest.passwords import Passwords
from engine.ingest.sandbox import Sandbox
from engine.library_types import AddReport, Status, Waiting
from engine.model_types import ChatModelInfo, ModelCard
from engine.models.adapter_memory import AdapterMemory
from engine.models.options import ModelOptions
from engine.models.shelf import Shelf
from engine.paths import Profile, open_profile
from engine.progress import CancelToken, Progress, drain
from engine.retrieve.nearest import Nearest
from engine.services import health
from engine.services.adapter_use import AdapterUse, shipped
from engine.services.asking import Asking, check_question
from engine.services.comparison import Comparison
from engine.services.conversations import Conversations
from engine.services.document_pins import DocumentPins
from engine.services.encoders import Encoders
from engine.services.evaluation import Evaluation
from engine.services.feedback import Feedback
from engine.services.keeper import ChatModelKeeper
from engine.services.library_jobs import LibraryJobs
from engine.services.model_jobs import ModelJobs
from engine.services.model_use import ModelUse
from engine.services.reembed_jobs import ReembedJobs
from engine.services.rerankers import Rerankers
from engine.services.source_jobs import SourceJobs
from engine.services.teaching import Teaching
from engine.services.upkeep import Upkeep
from engine.services.vault_lock import key_of
from engine.store import check
from engine.store.chats import Chats
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.glossary import Glossary
from engine.store.jobs import Jobs
from engine.store.pinned import PinnedDocuments
from engine.store.ratings import Ratings
from engine.types import (
    Answer,
    AskEvent,
    ChatMessage,
    Conversation,
    Document,
    Library,
    Mode,
    Page,
    PartHealth,
    Passage,
    SearchResult,
)

DEFAULT_LIBRARY = "Documents"
MODES: tuple[Mode, ...] = ("plain", "rag", "tuned", "both")


class Assistant:
    """One open profile. Tests hand in their own embedder and chat model."""

    def __init__(
        self,
        profile: Profile,
        vault: Vault,
        *,
        embedder: Embedder | None = None,
        chat_model: ChatModel | None = None,
        trusted_bytes: int = TRUSTED_BYTES,
    ) -> None:
        self.profile = profile
        self._guard = network.install()
        self._log_handler = logs.start(profile.logs)
        self._settings = settings.load(profile.settings)
        self._vault = vault
        self._documents = Documents(vault)
        self._passwords = Passwords()
        self.encoders = Encoders(profile, vault, embedder)
        self.shelf = Shelf(profile)
        states = StateStore(profile.states, key=vault.derived_key("saved states"))
        if vault.encrypted:
            states.drop_plain()
        self._keeper = ChatModelKeeper(
            profile, self._settings, self.shelf, self._guard, states=states, chat_model=chat_model
        )
        self.model_jobs = ModelJobs(profile, self._settings, self.shelf, self._guard)
        memory = AdapterMemory(profile, shipped() if chat_model is None else None)
        self._conversations = Conversations(
            Chats(vault), self._documents, states, PinnedDocuments(vault), memory
        )
        self.document_pins = DocumentPins(PinnedDocuments(vault), self._documents)
        self._nearest = Nearest(vault)
        self.rerankers = Rerankers(profile, vault)
        self._asking = Asking(
            vault, self._conversations, self._keeper, self._settings, self._ready_embedder,
            adapters=memory, nearest=self._nearest, rerankers=self.rerankers,
            trusted_bytes=trusted_bytes,
        )  # fmt: skip
        self.model_use = ModelUse(self._keeper, self.shelf, self._asking)
        self.feedback = Feedback(Ratings(vault))
        self.adapters = AdapterUse(
            self._keeper, self.shelf, memory, self._asking, self._conversations
        )
        self.teaching = Teaching(
            profile, self._settings, vault, self, asking=self._asking, keeper=self._keeper,
            shelf=self.shelf, feedback=self.feedback, adapters=self.adapters, memory=memory,
            ready_embedder=self._ready_embedder, nearest=self._nearest,
        )  # fmt: skip
        self.comparison = Comparison(
            vault, self, self._asking, self._keeper, self.adapters,
            lambda other: Encoders(profile, other, embedder),
        )  # fmt: skip
        self.evaluation = Evaluation(
            vault, self, self._asking, self._keeper, self.comparison, self.rerankers
        )
        self.upkeep = Upkeep(vault, self._ready_embedder, self._passwords)
        self.glossary = Glossary(vault)
        self.sources = SourceJobs(vault, self._guard, self._ready_embedder)
        self.reembed = ReembedJobs(vault, self._ready_embedder, self.encoders.open)
        self.library_jobs = LibraryJobs(vault, self.sources, self._ready_embedder)

    @classmethod
    def open(
        cls, profile: Path | None = None, *, key: bytes | None = None, passphrase: str = ""
    ) -> "Assistant":
        """Open a profile and its vault; models are prepared when they are first needed.

        Raises VaultLockedError where it is encrypted and the passphrase is missing or wrong.
        """
        opened = open_profile(profile)
        key = key or key_of(opened, passphrase)
        vault = Vault.open(opened.vault, key=key)
        try:
            return cls(opened, vault)
        except BaseException:
            vault.close()
            raise

    @classmethod
    def rescue(
        cls, profile: Path | None = None, *, key: bytes | None = None, passphrase: str = ""
    ) -> PartHealth | None:
        """Make a damaged vault openable again, keeping the damaged file; None where it is sound."""
        opened = open_profile(profile)
        return health.rescued(opened.vault, key or key_of(opened, passphrase))

    def close(self) -> None:
        """End the model process and the work in the background, and close the vault."""
        self._nearest.close()
        self._keeper.close()
        self._vault.close()
        logs.stop(self._log_handler)

    # --- models --------------------------------------------------------------------------------

    def prepare(
        self, *, model: str | None = None, cancel: CancelToken | None = None
    ) -> Generator[Progress, None, None]:
        """Put the starter models in place for this machine; at once when that is done."""
        yield from self._ready_embedder(cancel)
        yield from self._ready_model(cancel, model)

    def _ready_embedder(
        self, cancel: CancelToken | None = None
    ) -> Generator[Progress, None, Embedder]:
        return (yield from self.encoders.ready(cancel))

    def _ready_model(
        self, cancel: CancelToken | None = None, name: str | None = None
    ) -> Generator[Progress, None, ChatModel]:
        """The named chat model, or the default; another one that is loaded is ended first."""
        return (yield from self._keeper.ready(name, cancel=cancel))

    def models(self) -> list[ModelCard]:
        """Every model on this machine, and the server of the user where one is set."""
        return [*self._keeper.endpoint_cards(), *self.shelf.cards(), *self.encoders.cards()]

    def remove_model(self, name: str) -> tuple[ModelCard, bool]:
        """Forget a model; tells whether its files, being Alcove's own, were deleted."""
        if (encoder := self.encoders.remove(name)) is not None:
            return encoder
        self._keeper.unload(self.shelf.find(name).path)
        item, deleted = self.shelf.remove(name)
        return item.card, deleted

    def model_options(self, name: str | None = None) -> ModelOptions:
        """What the user set for a model, by default the one that answers; the rest is None.

        Raises NotFoundError, InputError, and SettingsError for a file that cannot be read.
        """
        return self._keeper.choice(name).own

    def default_options(self, name: str | None = None) -> ModelOptions:
        """Every option as it is where nothing is set; answers from documents take temperature 0
        instead, unless the model thinks.
        """
        return self._keeper.choice(name).defaults

    def set_model_options(self, name: str | None, options: ModelOptions) -> None:
        """Set exactly these; a changed context or thread count loads the model again when it is
        next asked.
        """
        self._keeper.set_options(name, options)

    def model_info(self) -> ChatModelInfo | None:
        """The running chat model, or None while its process is not up."""
        return self._keeper.info()

    @property
    def model_pid(self) -> int | None:
        return self._keeper.pid

    @property
    def tokens_per_s(self) -> float | None:
        """Writing speed measured in the last answer, in tokens per second."""
        return self._asking.tokens_per_s

    # --- documents -----------------------------------------------------------------------------

    def add(
        self,
        paths: Sequence[Path],
        *,
        library: str = DEFAULT_LIBRARY,
        cancel: CancelToken | None = None,
    ) -> Generator[Progress, None, AddReport]:
        """Index files and folders; see :func:`engine.ingest.ingest.add`."""
        embedder = yield from self._ready_embedder(cancel)
        return (
            yield from ingest.add(
                self._vault,
                embedder,
                paths,
                library=library,
                passwords=self._passwords,
                cancel=cancel,
            )
        )

    def unlock(
        self,
        path: str,
        password: str,
        *,
        remember: bool = False,
        cancel: CancelToken | None = None,
    ) -> Generator[Progress, None, AddReport]:
        """Open a locked file, or what is locked in it; see :func:`engine.ingest.ingest.unlock`."""
        embedder = yield from self._ready_embedder(cancel)
        return (
            yield from ingest.unlock(
                self._vault, embedder, path, password,
                passwords=self._passwords, remember=remember, cancel=cancel,
            )
        )  # fmt: skip

    def sync(
        self, *, library: str | None = None, cancel: CancelToken | None = None
    ) -> Generator[Progress, None, AddReport]:
        """Look again at everything that was added: new, changed and removed files."""
        embedder = yield from self._ready_embedder(cancel)
        return (
            yield from ingest.sync(
                self._vault, embedder, library=library, passwords=self._passwords, cancel=cancel
            )
        )

    def waiting(self) -> Waiting:
        """What an interrupted piece of work left; :meth:`sync` takes it up. False for nothing."""
        return Jobs(self._vault).waiting()

    def waiting_files(self) -> list[str]:
        """The files that interrupted work left to be read, by path."""
        return Jobs(self._vault).left("index")

    def remove(self, paths: Sequence[Path]) -> int:
        """Forget documents (never their files); returns how many."""
        return ingest.remove(self._vault, paths)

    def libraries(self) -> list[Library]:
        return self._documents.libraries()

    def documents(self, library: str | None = None) -> list[Document]:
        return self._documents.documents(library)

    def document(self, path: str) -> Document | None:
        return self._documents.document(path)

    def pages(self, path: str) -> list[Page]:
        return self._documents.pages(path)

    def inner(self, path: str) -> list[Document]:
        """The documents inside a file: attachments, members of an archive."""
        return self._documents.inner(path)

    def passages(self, path: str) -> list[Passage]:
        return self._documents.passages(path)

    # --- asking --------------------------------------------------------------------------------

    def search(self, query: str, *, library: str | None = None, top: int = 10) -> SearchResult:
        """Passages for a query, best first. Raises InputError, NotFoundError."""
        check_question(query, "The search is empty.")
        self._asking.check_library(library)
        if top < 1:
            raise InputError("Fewer than one hit cannot be shown.", "Use --top 1 or more.")
        return self._asking.search(query, library=library, top=top)

    def ask(
        self,
        question: str,
        *,
        conversation_id: int | None = None,
        library: str | None = None,
        mode: Mode = "rag",
        model: str | None = None,
        adapters: Sequence[Adapter] | None = None,
        options: ModelOptions | None = None,
        json_schema: str = "",
        grammar: str = "",
        cancel: CancelToken | None = None,
    ) -> Generator[AskEvent | Progress, None, Answer]:
        """Answer a question; with a conversation, both turns are kept in it.

        ``model`` names one of :meth:`models`; without it, the conversation's own answers, or the
        default. Only one is loaded at a time. The modes ``tuned`` and ``both`` ask it with these
        ``adapters``, by default those in use (:attr:`adapters`). ``options`` count for this
        question, before those set for the model; its ``n_ctx`` and ``threads`` do not. The answer
        keeps to a JSON schema or a GBNF grammar where one is given. The question is stored before
        the model runs, so that a crash loses nothing. Raises InputError, NotFoundError, ModelError.
        """
        return self._asking.ask(
            question,
            conversation_id=conversation_id,
            library=library,
            mode=mode,
            model=model,
            adapters=adapters,
            options=options,
            json_schema=json_schema,
            grammar=grammar,
            cancel=cancel,
        )

    def warm(
        self,
        *,
        mode: Mode = "rag",
        conversation_id: int | None = None,
        model: str | None = None,
        cancel: CancelToken | None = None,
    ) -> Generator[Progress, None, None]:
        """Make ready for the next question, in the background: after the start, when a
        conversation is opened, after each of its answers.

        Loads the model, folds older turns where the next question would need it and reads the part
        of the prompt that is known. Gives way to a question at once and raises nothing: what is
        wrong is told by the question. Does nothing while one is being answered.
        """
        self._nearest.wake()
        return self._asking.warm(
            mode=mode, conversation_id=conversation_id, model=model, cancel=cancel
        )

    # --- conversations -------------------------------------------------------------------------

    def conversations(self) -> list[Conversation]:
        return self._conversations.all()

    def conversation(self, conversation_id: int) -> Conversation:
        return self._conversations.one(conversation_id)

    def create_conversation(self, title: str = "") -> Conversation:
        return self._conversations.create(title)

    def rename_conversation(self, conversation_id: int, title: str) -> None:
        self._conversations.rename(conversation_id, title)

    def set_conversation_model(self, conversation_id: int, name: str) -> None:
        """Hold a conversation with this model from now on; empty takes the default.

        Raises NotFoundError, and ModelError for a model that cannot answer.
        """
        if name:
            self._keeper.try_again(name)
        self._conversations.set_model(conversation_id, name)

    def delete_conversation(self, conversation_id: int) -> None:
        self._conversations.delete(conversation_id, self._keeper.current)

    def messages(self, conversation_id: int) -> list[ChatMessage]:
        return self._conversations.messages(conversation_id)

    def pin(self, message_id: int, pinned: bool = True) -> ChatMessage:
        """Keep a turn before the model however long the conversation grows, or let it go."""
        return self._conversations.pin(message_id, pinned)

    # --- health --------------------------------------------------------------------------------

    def status(self) -> Status:
        libraries, index = self.libraries(), self._nearest.state()
        return Status(
            profile=str(self.profile.root),
            libraries=tuple(libraries),
            documents=sum(library.documents for library in libraries),
            failed=sum(library.failed for library in libraries),
            passages=sum(library.passages for library in libraries),
            vault_bytes=self._vault.size_bytes(),
            models=tuple(self.models()),
            network_policy=self._keeper.network_policy(),
            connections=self._guard.connections,
            refused=self._guard.refused,
            waiting=self.waiting(),
            index_bytes=index.size_bytes,
            index_needed_bytes=index.needed_bytes,
        )

    def doctor(self, *, deep: bool = False, repair: bool = False) -> list[PartHealth]:
        """Check every part, after mending what can be mended when asked to."""
        parts = [health.network(self._guard), health.sandbox(Sandbox())]
        try:
            embedder = drain(self._ready_embedder())
            parts.append(health.embedder(embedder))
            if repair:
                check.repair(self._vault, embedder)
        except ModelError as error:
            parts.append(PartHealth("embedder", False, error.message, error.hint))
        try:
            model = drain(self._ready_model())
            parts += [health.chat_model(model), health.gpu(model.info)]
        except ModelError as error:
            parts.append(PartHealth("chat model", False, error.message, error.hint))
        parts.append(health.search_index(self._nearest.state()))
        parts += health.reranker(self.rerankers.state())
        return [*parts, *check.check(self._vault, deep=deep)]
