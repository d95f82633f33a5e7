"""Adapters: which there are for a model, which it is used with, and the proof that they act."""

from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path

from engine.errors import InputError, NotFoundError
from engine.evaluate.columns import Column
from engine.formats import task
from engine.inference import adapters
from engine.inference.adapters import Adapter, AttachedAdapter, no_adapters
from engine.inference.chat_model import Adaptable, attached
from engine.model_types import AdapterCard, AdapterInUse
from engine.models import adapter_fits, starter_adapter
from engine.models.adapter_memory import AdapterMemory
from engine.models.shelf import Shelf
from engine.progress import CancelToken, Progress
from engine.services import acting
from engine.services.asking import Asking
from engine.services.conversations import Conversations
from engine.services.keeper import STARTER, ChatModelKeeper
from engine.types import Mode

Chosen = Sequence[tuple[str, float]]
"""Names or files of adapters, each with its strength."""


def shipped() -> dict[str, tuple[Adapter, ...]]:
    """What the starter model is used with until the user says otherwise, by its key."""
    file = starter_adapter.path()
    return {STARTER: (Adapter(file),)} if file is not None else {}


class AdapterUse:
    """The adapters of one profile. ``model`` is a name, by default the model that answers."""

    def __init__(
        self,
        keeper: ChatModelKeeper,
        shelf: Shelf,
        memory: AdapterMemory,
        asking: Asking,
        conversations: Conversations,
    ) -> None:
        self._keeper = keeper
        self._shelf = shelf
        self._memory = memory
        self._asking = asking
        self._conversations = conversations

    def list(self, model: str | None = None) -> tuple[AdapterCard, ...]:
        """All adapters on this machine, or those that fit a model. Raises NotFoundError."""
        found = tuple(self._with_documents(card) for card in self._shelf.adapters())
        if model is None:
            return found
        path = self._keeper.file_of(model)
        if path is None:
            return ()
        fitting = {str(file) for file in self._shelf.adapters_of(path)}
        return tuple(card for card in found if card.file in fitting)

    def in_use(self, model: str | None = None) -> tuple[AdapterInUse, ...]:
        """What the model is used with; with the proof while it is loaded."""
        wanted = self._memory.of(self._keeper.stored_key(model))
        if not wanted:
            return ()
        proven = {(each.path, each.scale): each for each in attached(self._keeper.current)}
        trusted = self.trusts(model)
        alone = acting.acting(wanted, "tuned", trusted=trusted)
        return tuple(
            self._told(
                each,
                proven.get((each.path, each.scale)),
                trusted=trusted,
                rests_for=alone[-1].path if each not in alone else None,
            )
            for each in wanted
        )

    def left_out(self, model: str | None, named: Sequence[Adapter]) -> tuple[str, ...]:
        """Sentences on those of these adapters that take no part in answers from documents."""
        trusted = self.trusts(model)
        left = set(named) - set(acting.acting(named, "both", trusted=trusted))
        found = (self._told(each, None, trusted=trusted) for each in named if each in left)
        return tuple(f"{each.name}: {each.part}" for each in found)

    def use(
        self, model: str | None, chosen: Chosen, *, cancel: CancelToken | None = None
    ) -> Generator[Progress, None, tuple[AdapterInUse, ...]]:
        """Use a model with exactly these adapters, stacked, from now on.

        Loads the model, attaches them and proves that they act before anything is remembered.
        Raises NotFoundError, InputError, and ModelError with the reason where one is refused.
        """
        wanted = self.resolved(model, chosen)
        if not wanted:
            self.off(model)
            return ()
        with self._asking.turn(model or "", cancel):
            open_ = yield from self._keeper.ready(model, cancel=cancel, chosen=True)
            if not isinstance(open_, Adaptable):
                raise no_adapters()
            yield Progress("loading", 0, 0)
            open_.attach(wanted)
        self._memory.put(self._keeper.stored_key(model), wanted)
        return self.in_use(model)

    def hold(self, conversation_id: int, chosen: Chosen | None) -> None:
        """Hold one conversation with exactly these, or None for those of its model.

        They are attached, and proven, when it is next asked. Raises NotFoundError, InputError, and
        ModelError for one that does not belong to its model.
        """
        if chosen is None:
            self._conversations.set_adapters(conversation_id, None)
            return
        model = self._conversations.one(conversation_id).model or None
        self._conversations.set_adapters(conversation_id, self.resolved(model, chosen))

    def remove(self, name: str) -> tuple[AdapterCard, bool]:
        """Forget an adapter, wherever it is used; tells whether its file was deleted.

        Only what Alcove downloaded or made is. Raises NotFoundError, InputError, ModelError.
        """
        cards = self.list()
        file = self._file(name, cards, None)
        card = next((each for each in cards if each.file == str(file)), None)
        if card is None:
            raise NotFoundError(f"{name} is not in the list.", "See `alcove models adapters`.")
        deleted = self._shelf.remove_adapter(file)
        self._memory.forget(file)
        for each in self._conversations.all():
            left = [held for held in each.adapters or () if held[0] != str(file)]
            if each.adapters and len(left) < len(each.adapters):
                kept = [Adapter(Path(path), scale) for path, scale in left]
                self._conversations.set_adapters(each.id, kept or None)
        return card, deleted

    def off(self, model: str | None = None) -> None:
        """Use a model as it is; the next question is answered without adapters."""
        self._memory.put(self._keeper.stored_key(model), ())

    def mode(
        self,
        model: str | None = None,
        *,
        documents: bool = True,
        named: Sequence[Adapter] = (),
    ) -> Mode:
        """How to ask where the user chose no way: with the adapters that are in use, if any.

        Those that are ``named`` for a question are used: alone where none of them takes part in
        answers from documents.
        """
        wanted = named or self._memory.of(self._keeper.stored_key(model))
        if not documents and (named or acting.alone(wanted)):
            return "tuned"
        if documents and acting.acting(wanted, "both", trusted=self.trusts(model)):
            return "both"
        if named:
            return "tuned"
        return "rag" if documents else "plain"

    def name(self, file: Path) -> str:
        """What an adapter is called."""
        return self._shelf.adapter_name(file)

    def asked_alone(self, columns: Sequence[Column]) -> str:
        """The task of the adapter that these ways of asking ask alone; empty where they ask the
        documents, or several adapters, or one that answers in any form. Raises NotFoundError.
        """
        tasks: set[str] = set()
        for column in columns:
            if column.reads_documents:
                return ""
            if column.mode == "tuned":
                model = column.model or None
                used = self.resolved(model, column.adapters) or acting.acting(
                    self._memory.of(self._keeper.stored_key(model)), "tuned", trusted=False
                )
                tasks |= {adapter_fits.task_of(each.path) for each in used}
        only = tasks.pop() if len(tasks) == 1 else ""
        return only if task.is_alone(only) else ""

    def resolved(self, model: str | None, chosen: Chosen) -> tuple[Adapter, ...]:
        """Adapters by name or file. Raises NotFoundError, InputError."""
        path = self._keeper.file_of(model)
        if path is None and chosen:
            raise no_adapters()
        cards = self.list() if chosen else []
        wanted = tuple(Adapter(self._file(name, cards, model), scale) for name, scale in chosen)
        for each in wanted:
            if path is not None and path.exists():
                adapters.checked(each, path)
        return wanted

    def trusts(self, model: str | None = None) -> bool:
        """Whether a model is large enough to word answers from documents by itself."""
        path = self._keeper.file_of(model)
        return path is not None and path.exists() and self._asking.trusts(path.stat().st_size)

    def _with_documents(self, card: AdapterCard) -> AdapterCard:
        words = tuple(
            model
            for model in card.models
            if task.words_documents(card.task, trusted=self.trusts(model))
        )
        return replace(card, documents=words)

    def _file(self, name: str, cards: Sequence[AdapterCard], model: str | None) -> Path:
        as_path = Path(name).expanduser()
        if as_path.is_file():
            return as_path.absolute()
        plain = name.casefold()
        here = {card.file for card in self.list(model)} if model else set()
        same = [
            card
            for card in cards
            if plain in (card.name.casefold(), Path(card.file).name.casefold(),
                         Path(card.file).stem.casefold())
        ]  # fmt: skip
        best = [card for card in same if card.file in here] or same
        if len(best) == 1:
            return Path(best[0].file)
        if best:
            raise InputError(
                f"“{name}” is the name of {len(best)} adapters.",
                "Give the file instead: " + "; ".join(card.file for card in best),
            )
        known = ", ".join(card.name for card in cards)
        raise NotFoundError(
            f"There is no adapter called “{name}”.",
            f"Adapters here: {known}." if known else "No adapter has been trained or added yet.",
        )

    def _told(
        self,
        wanted: Adapter,
        proven: AttachedAdapter | None,
        *,
        trusted: bool,
        rests_for: Path | None = None,
    ) -> AdapterInUse:
        """``rests_for`` is the adapter that answers in its place where no documents are asked."""
        taught = adapter_fits.task_of(wanted.path)
        part = task.told(taught, trusted=trusted)
        if rests_for is not None and task.is_alone(taught):
            part = (
                f"It rests: where you ask without documents, {self._shelf.adapter_name(rests_for)} "
                "answers, which was put in use later."
            )
        return AdapterInUse(
            self._shelf.adapter_name(wanted.path),
            str(wanted.path),
            wanted.scale,
            proven.effect if proven is not None else 0.0,
            proven.note if proven is not None else "",
            taught,
            task.words_documents(taught, trusted=trusted),
            part,
        )
