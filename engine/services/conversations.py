"""Conversations: kept in the vault, read by the model, their states saved beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.answer.talk import Pinned, Talk, Turn
from engine.inference.adapters import Adapter
from engine.inference.chat_model import ChatModel
from engine.inference.process import ProcessChatModel
from engine.inference.state_store import StateStore
from engine.model_types import ChatModelInfo, Message
from engine.models.adapter_memory import AdapterMemory
from engine.store.chats import Chats
from engine.store.documents import Documents
from engine.store.pinned import PinnedDocuments
from engine.types import Answer, ChatMessage, Conversation, Passage

TITLE_LENGTH = 60


@dataclass(frozen=True, slots=True)
class _Folded:
    """What was folded before a question came, and for which model."""

    model: str
    n_ctx: int
    dropped: frozenset[int]
    summary: str


class Conversations:
    """The conversations of a vault. Safe from several threads."""

    def __init__(
        self,
        chats: Chats,
        documents: Documents,
        states: StateStore,
        pinned: PinnedDocuments,
        adapters: AdapterMemory,
    ) -> None:
        self._chats = chats
        self._adapters = adapters
        self._pinned = pinned
        self._documents = documents
        self._states = states
        self._foreseen: dict[int, _Folded] = {}

    def all(self) -> list[Conversation]:
        return [self._there(each) for each in self._chats.conversations()]

    def one(self, conversation_id: int) -> Conversation:
        return self._there(self._chats.conversation(conversation_id))

    def create(self, title: str) -> Conversation:
        return self._chats.create(shorten(title))

    def rename(self, conversation_id: int, title: str) -> None:
        self._chats.rename(conversation_id, shorten(title))

    def set_model(self, conversation_id: int, name: str) -> None:
        self._chats.set_model(conversation_id, name)

    def set_adapters(self, conversation_id: int, adapters: Sequence[Adapter] | None) -> None:
        """Hold it with exactly these, or None for those of its model. Raises NotFoundError."""
        named = None if adapters is None else [
            (self._adapters.name(each.path), each.scale) for each in adapters
        ]  # fmt: skip
        self._chats.set_adapters(conversation_id, named)

    def _there(self, found: Conversation) -> Conversation:
        """With the files of its adapters where the profile lies now."""
        if not found.adapters:
            return found
        held = tuple((str(self._adapters.there(name)), scale) for name, scale in found.adapters)
        return replace(found, adapters=held)

    def messages(self, conversation_id: int) -> list[ChatMessage]:
        return self._chats.messages(conversation_id)

    def pin(self, message_id: int, pinned: bool) -> ChatMessage:
        return self._chats.pin(message_id, pinned)

    def delete(self, conversation_id: int, model: ChatModel | None) -> None:
        """Forget a conversation, and what ``model`` and the profile hold of it."""
        self._chats.delete(conversation_id)
        self._foreseen.pop(conversation_id, None)
        key = state_key(conversation_id)
        assert key is not None
        if isinstance(model, ProcessChatModel):
            model.forget_state(key)
        else:
            self._states.forget(key)

    # --- asking in one -------------------------------------------------------------------------

    def open_turn(self, conversation_id: int | None, question: str) -> list[ChatMessage]:
        """Store the question, unless it is the unanswered last turn; return the turns before."""
        if conversation_id is None:
            return []
        stored = self._chats.messages(conversation_id)
        if stored and stored[-1].role == "user" and stored[-1].text == question:
            stored.pop()
        else:
            self._chats.append(conversation_id, "user", question)
        return stored

    def close_turn(self, conversation_id: int | None, answer: Answer) -> None:
        if conversation_id is not None:
            self._chats.append(conversation_id, "assistant", answer.text, answer)

    def talk(
        self, conversation_id: int | None, stored: Sequence[ChatMessage], info: ChatModelInfo
    ) -> Talk:
        """The turns as this model read them: with their passages, without those left out."""
        passages = self._passages(stored)
        turns = tuple(
            Turn(Message(turn.role, turn.text), turn.pinned, tuple(passages.get(place, ())))
            for place, turn in enumerate(stored)
        )
        folded = self._folded(conversation_id, stored, info)
        talk = Talk(turns, documents=self._documents_of(conversation_id))
        # A turn that was pinned since comes back, with its answer.
        dropped = frozenset().union(
            *(group for group in talk.exchanges() if group <= folded.dropped)
        )
        return replace(talk, dropped=dropped, summary=folded.summary if dropped else "")

    def foreseen(self, conversation_id: int, talk: Talk, info: ChatModelInfo) -> None:
        """Remember what was folded in the background, for the next question."""
        self._foreseen[conversation_id] = _Folded(
            info.label, info.n_ctx, talk.dropped, talk.summary
        )

    def _folded(
        self, conversation_id: int | None, stored: Sequence[ChatMessage], info: ChatModelInfo
    ) -> _Folded:
        """What was left out the last time, where that was with the same model."""
        same = _Folded(info.label, info.n_ctx, frozenset(), "")
        for turn in reversed(stored):
            context = turn.answer.context if turn.answer is not None else None
            if turn.answer is None or context is None:
                continue
            if (turn.answer.model, context.n_ctx) == (info.label, info.n_ctx):
                same = replace(same, dropped=frozenset(context.dropped), summary=context.summary)
            break
        ahead = self._foreseen.get(conversation_id) if conversation_id is not None else None
        if ahead is None or (ahead.model, ahead.n_ctx) != (same.model, same.n_ctx):
            return same
        return ahead if ahead.dropped > same.dropped else same

    def documents_key(self, conversation_id: int | None) -> str | None:
        """The name under which the model's state of the pinned documents is saved."""
        pinned = self._pinned.of(conversation_id) if conversation_id is not None else ()
        known = [self._documents.document(path) for path in pinned]
        parts = [f"{each.path} {each.indexed_at}" for each in known if each is not None]
        return "documents " + "\n".join(parts) if parts else None

    def _documents_of(self, conversation_id: int | None) -> tuple[Pinned, ...]:
        """The pinned documents that can still be read."""
        found = []
        for path in self._pinned.of(conversation_id) if conversation_id is not None else ():
            document = self._documents.document(path)
            if document is not None and document.state == "indexed":
                text = "\n\n".join(page.text for page in self._documents.pages(path))
                passages = tuple(self._documents.passages(path))
                found.append(Pinned(path, document.title, text, passages))
        return tuple(found)

    def _passages(self, stored: Sequence[ChatMessage]) -> dict[int, list[Passage]]:
        """Passages that came with the questions, by the place of the question."""
        spans: dict[int, tuple[tuple[int, int, int], ...]] = {}
        for place, turn in enumerate(stored):
            context = turn.answer.context if turn.answer is not None else None
            if context is not None and context.passages and place > 0:
                spans[place - 1] = context.passages
        ids = {id for each in spans.values() for id, _, _ in each}
        known = self._documents.passages_by_id(sorted(ids)) if ids else {}
        return {
            place: [
                _part(known[id], start, end)
                for id, start, end in each
                if id in known and known[id].start <= start < end <= known[id].end
            ]
            for place, each in spans.items()
        }


def _part(passage: Passage, start: int, end: int) -> Passage:
    text = passage.text[start - passage.start : end - passage.start]
    return replace(passage, start=start, end=end, text=text)


def state_key(conversation_id: int | None) -> str | None:
    """The name under which the model's state of a conversation is saved."""
    return f"conversation {conversation_id}" if conversation_id is not None else None


def shorten(title: str) -> str:
    """A question as the title of its conversation: one line, at most 60 characters."""
    line = " ".join(title.split())
    return line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1].rstrip() + "…"
