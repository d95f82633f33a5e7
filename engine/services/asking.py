"""The flow of one question in a conversation, and what is made ready before it comes."""

import logging
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.answer.abstain import JUDGE, SHORT, Judge
from engine.answer.answer import TRUSTED_BYTES, Answerer, stopped
from engine.answer.counting.counting import Counter
from engine.errors import CancelledError, InputError, ModelError, NotFoundError
from engine.formats.adapter import GROUNDED
from engine.formats.taught_form import TaughtForm
from engine.inference.adapters import Adapter
from engine.inference.chat_model import ChatModel, Sampling, attached
from engine.inference.embedder import Embedder
from engine.inference.process import ProcessChatModel
from engine.inference.reranker import Reranker
from engine.models import adapter_fits
from engine.models.adapter_memory import AdapterMemory
from engine.models.options import ModelOptions
from engine.progress import CancelToken, Progress, drain
from engine.retrieve.nearest import Nearest
from engine.retrieve.remembered import Remembered
from engine.retrieve.retrieve import Retriever
from engine.services import acting
from engine.services.conversations import Conversations, state_key
from engine.services.keeper import ChatModelKeeper
from engine.services.rerankers import Rerankers
from engine.settings import Settings
from engine.store.calibrations import Calibrations
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.glossary import Glossary
from engine.store.tables import Tables
from engine.types import Answer, AskEvent, Mode, SearchResult

log = logging.getLogger(__name__)

POLL_S = 0.02
THINKING_TOKENS = 1024
"""Room to think that a thinking model gets beside that of its answer, as far as half the context
allows."""

ReadyEmbedder = Callable[[CancelToken | None], Generator[Progress, None, Embedder]]


@dataclass(frozen=True, slots=True)
class _Warming:
    """What goes on in the background, and how it is stopped."""

    model: str
    all: CancelToken
    reading: CancelToken = field(default_factory=CancelToken)
    """Of what a question does not need: it stops at once, while loading goes on for it."""


class Asking:
    """Asks one question at a time. Safe from several threads."""

    def __init__(
        self,
        vault: Vault,
        conversations: Conversations,
        keeper: ChatModelKeeper,
        settings: Settings,
        ready_embedder: ReadyEmbedder,
        *,
        adapters: AdapterMemory,
        nearest: Nearest | None = None,
        rerankers: Rerankers | None = None,
        trusted_bytes: int = TRUSTED_BYTES,
    ) -> None:
        """``adapters`` remembers with which adapters each model is used, ``nearest`` keeps the
        index of a large vault, ``rerankers`` know the one in use.
        """
        self._nearest = nearest
        self._rerankers = rerankers
        self._vault = vault
        self._documents = Documents(vault)
        self._conversations = conversations
        self._keeper = keeper
        self._settings = settings
        self._ready_embedder = ready_embedder
        self._adapters = adapters
        self._trusted_bytes = trusted_bytes
        self._counter = Counter(Tables(vault))
        self._glossary = Glossary(vault)
        self._calibrations = Calibrations(vault)
        self._lane = threading.Lock()
        self._warming: _Warming | None = None
        self.tokens_per_s: float | None = None
        """Writing speed measured in the last answer that a model wrote."""

    def over(self, vault: Vault, ready_embedder: ReadyEmbedder) -> "Asking":
        """The same over another vault; of both together one question at a time."""
        other = Asking(
            vault,
            self._conversations,
            self._keeper,
            self._settings,
            ready_embedder,
            adapters=self._adapters,
            rerankers=self._rerankers,
            trusted_bytes=self._trusted_bytes,
        )
        other._lane = self._lane
        return other

    def search(self, question: str, *, library: str | None = None, top: int = 10) -> SearchResult:
        """Passages for a question, best first. Raises InputError, NotFoundError."""
        retriever = self._retriever(drain(self._ready_embedder(None)))
        return retriever.search(question, library=library, top=top)

    def search_with(
        self, question: str, reranker: Reranker | None, library: str | None
    ) -> SearchResult:
        """As :meth:`search`, with this reranker or none, whichever is in use."""
        embedder = drain(self._ready_embedder(None))
        retriever = Retriever(self._vault, embedder, self._nearest, reranker)
        return retriever.search(question, library=library)

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
        remembered: Remembered | None = None,
        cancel: CancelToken | None = None,
    ) -> Generator[AskEvent | Progress, None, Answer]:
        """See :meth:`engine.assistant.Assistant.ask`; ``remembered`` is not searched again."""
        check_question(question, "The question is empty.")
        self.check_library(library)
        name = self._model_of(model, conversation_id)
        wanted = self._wanted(name, mode, adapters, conversation_id)
        embedder = yield from self._ready_embedder(cancel)
        with self.turn(name, cancel):
            chat_model = yield from self._keeper.ready(name, cancel=cancel, chosen=bool(model))
            stored = self._conversations.open_turn(conversation_id, question)
            with self._keeper.watching(chat_model):
                if not _loaded(chat_model, cancel):
                    answer = stopped(question, mode)
                else:
                    if isinstance(chat_model, ProcessChatModel):
                        chat_model.use_state(
                            state_key(conversation_id),
                            documents=self._conversations.documents_key(conversation_id),
                        )
                    trusted = self.trusts(chat_model.info.size_bytes)
                    acting.adapt(
                        chat_model,
                        acting.acting(wanted, mode, trusted=trusted, exactly=bool(adapters)),
                    )
                    talk = self._conversations.talk(conversation_id, stored, chat_model.info)
                    form = acting.form(chat_model, mode)
                    answer = yield from self._answerer(
                        embedder, chat_model, library, remembered, form
                    ).ask(
                        question,
                        talk=talk,
                        library=library,
                        mode=mode,
                        cancel=cancel,
                        sampling=replace(
                            self._sampling(mode, options or ModelOptions(), form),
                            json_schema=json_schema,
                            grammar=grammar,
                        ),
                    )
            taught = (each.task for each in attached(chat_model) if each.task)
            answer = replace(answer, tasks=tuple(taught))
            if not answer.stopped:
                self._keeper.worked(chat_model)
            self.tokens_per_s = answer.timings.tokens_per_s or self.tokens_per_s
            self._conversations.close_turn(conversation_id, answer)
        return answer

    def warm(
        self,
        *,
        mode: Mode = "rag",
        conversation_id: int | None = None,
        model: str | None = None,
        cancel: CancelToken | None = None,
    ) -> Generator[Progress, None, None]:
        """See :meth:`engine.assistant.Assistant.warm`."""
        cancel = cancel or CancelToken()
        try:
            name = self._model_of(model, conversation_id)
            embedder = yield from self._ready_embedder(cancel)
            if mode in ("rag", "both"):
                embedder.embed_query("ready")
            if cancel.cancelled or not self._lane.acquire(blocking=False):
                return
            self._warming = warming = _Warming(name, cancel)
            try:
                chat_model = yield from self._keeper.ready(name, cancel=cancel)
                if isinstance(chat_model, ProcessChatModel):
                    self._warm(chat_model, embedder, mode, conversation_id, warming)
            finally:
                self._warming = None
                self._lane.release()
        except CancelledError:
            log.info("getting ready gave way to a question")
        except (ModelError, InputError, NotFoundError) as error:
            log.info("getting ready ended: %s", error.code)  # the next question will tell it

    def _warm(
        self,
        chat_model: ProcessChatModel,
        embedder: Embedder,
        mode: Mode,
        conversation_id: int | None,
        warming: _Warming,
    ) -> None:
        chat_model.preload(cancel=warming.all)
        wanted = self._wanted(warming.model, mode, None, conversation_id)
        trusted = self.trusts(chat_model.info.size_bytes)
        acting.adapt(chat_model, acting.acting(wanted, mode, trusted=trusted))
        form = acting.form(chat_model, mode)
        answerer = self._answerer(embedder, chat_model, form=form)
        longest = self._sampling(mode, ModelOptions(), form).max_tokens
        stored = (
            self._conversations.messages(conversation_id) if conversation_id is not None else []
        )
        talk = self._conversations.talk(conversation_id, stored, chat_model.info)
        own = conversation_id is not None and answerer.reads_talk(mode)
        if own and conversation_id is not None:
            chat_model.use_state(
                state_key(conversation_id),
                documents=self._conversations.documents_key(conversation_id),
            )
            before, talk = (
                talk,
                answerer.foresee(talk, mode=mode, cancel=warming.reading, max_tokens=longest),
            )
            warming.reading.check()  # a summary that was stopped is none
            if talk != before:
                self._conversations.foreseen(conversation_id, talk, chat_model.info)
        chat_model.warm(
            answerer.beginning(talk, mode, max_tokens=longest),
            cancel=warming.reading,
            own=own,
        )

    def _wanted(
        self,
        name: str,
        mode: Mode,
        named: Sequence[Adapter] | None,
        conversation_id: int | None,
    ) -> tuple[Adapter, ...]:
        """The adapters to ask with: those named, else of the conversation, else of the model.

        Raises InputError where the mode wants some or none.
        """
        if mode in ("plain", "rag"):
            if named:
                raise InputError(
                    "This way of asking uses the model without an adapter.",
                    "Ask with the adapter alone (--mode tuned) or with your documents as well "
                    "(--mode both).",
                )
            return ()
        wanted = tuple(named or ())
        if not wanted:
            held = None
            if conversation_id is not None:
                held = self._conversations.one(conversation_id).adapters
            wanted = (
                tuple(Adapter(Path(file), scale) for file, scale in held)
                if held is not None
                else self._adapters.of(self._keeper.stored_key(name))
            )
        if not wanted:
            raise InputError(
                "No adapter is in use for this model, so there is nothing tuned to ask.",
                "Choose an adapter on the Models page or with `alcove models use-adapter`, or ask "
                "without one.",
                code="no_adapter",
            )
        return wanted

    def _sampling(self, mode: Mode, options: ModelOptions, form: TaughtForm | None) -> Sampling:
        """How the open model writes in this mode."""
        chosen = self._keeper.chosen.for_question(
            options,
            from_documents=mode in ("rag", "both"),
            taught=form is not None and form.alone,
        )
        sampling = chosen.sampling(max_tokens=self._settings.answer.max_tokens)
        if self._keeper.chosen.thinks:
            sampling = replace(sampling, max_tokens=sampling.max_tokens + THINKING_TOKENS)
        return sampling

    def trusts(self, size_bytes: int) -> bool:
        """Whether a model of this size words answers from documents by itself."""
        return size_bytes >= self._trusted_bytes

    @staticmethod
    def answers_shortly(adapters: Sequence[Adapter], *, trusted: bool) -> bool:
        """Whether a model with these writes short answers, of which a judge of its own decides."""
        tasks = (adapter_fits.task_of(each.path) for each in adapters)
        return not trusted and any(each == GROUNDED for each in tasks)

    # --- who answers, and how sure it must be ---------------------------------------------------

    def names(
        self, model: str | None, cancel: CancelToken | None = None
    ) -> Generator[Progress, None, tuple[str, str]]:
        """Names of the chat model and of the sentence encoder, both made ready."""
        embedder = yield from self._ready_embedder(cancel)
        with self.turn(model or "", cancel):
            chat_model = yield from self._keeper.ready(
                model, cancel=cancel, chosen=model is not None
            )
            if not _loaded(chat_model, cancel):
                raise CancelledError
            return chat_model.info.name, encoder_name(embedder)

    def judge(self, library: str | None, model: str, encoder: str, *, short: bool = False) -> Judge:
        """Fitted on this library, or on all of them, or else as it is for everyone.

        ``short`` asks for that of short answers that a small model writes with an adapter.
        """
        model = calibrated_name(model, short=short)
        fitted = self._calibrations.find(library, model, encoder)
        if fitted is None and library is not None:
            fitted = self._calibrations.find(None, model, encoder)
        if fitted is not None:
            return Judge.from_row(fitted)
        return SHORT if short else JUDGE

    def _retriever(self, embedder: Embedder) -> Retriever:
        reranker = self._rerankers.serving() if self._rerankers is not None else None
        return Retriever(self._vault, embedder, self._nearest, reranker)

    def _answerer(
        self,
        embedder: Embedder,
        chat_model: ChatModel,
        library: str | None = None,
        remembered: Remembered | None = None,
        form: TaughtForm | None = None,
    ) -> Answerer:
        retriever = self._retriever(embedder)
        names = chat_model.info.name, encoder_name(embedder)
        return Answerer(
            remembered.over(retriever) if remembered is not None else retriever,
            chat_model,
            self._documents,
            counter=self._counter,
            embedder=embedder,
            glossary=self._glossary,
            trusted_bytes=self._trusted_bytes,
            judge=self.judge(library, *names),
            short_judge=self.judge(library, *names, short=True),
            form=form,
        )

    def _model_of(self, model: str | None, conversation_id: int | None) -> str:
        """The name of the model to ask; empty for the default."""
        if model or conversation_id is None:
            return model or ""
        return self._conversations.one(conversation_id).model

    @contextmanager
    def turn(self, model: str, cancel: CancelToken | None) -> Iterator[None]:
        """Wait for the question before; what goes on in the background gives way."""
        while not self._lane.acquire(timeout=POLL_S):
            warming = self._warming
            if warming is not None:
                warming.reading.cancel()
                if warming.model != model or (cancel is not None and cancel.cancelled):
                    warming.all.cancel()
            if cancel is not None and warming is None:
                cancel.check()
        try:
            yield
        finally:
            self._lane.release()

    def check_library(self, library: str | None) -> None:
        if library is None:
            return
        names = [found.name for found in self._documents.libraries()]
        if library not in names:
            known = ", ".join(names) or "none yet"
            raise NotFoundError(
                f"There is no library called “{library}”.", f"Libraries here: {known}."
            )


def calibrated_name(model: str, *, short: bool) -> str:
    """The name under which it is kept how sure an answer of a model must be."""
    return f"{model} + {GROUNDED}" if short else model


def encoder_name(embedder: Embedder) -> str:
    """A name that changes with the sentence encoder's file."""
    identity = embedder.identity
    return f"{identity.model_id} {identity.file_sha256[:12]}"


def check_question(text: str, message: str) -> None:
    if not text.strip():
        raise InputError(message, "Write a few words about what you want to know.")


def _loaded(chat_model: ChatModel, cancel: CancelToken | None) -> bool:
    """Load the model; False where it was stopped meanwhile."""
    if not isinstance(chat_model, ProcessChatModel):
        return True
    try:
        chat_model.preload(cancel=cancel)
    except CancelledError:
        return False
    return True
