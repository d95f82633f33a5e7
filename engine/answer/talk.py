"""A conversation up to a question, as the model reads it."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.answer import prompt
from engine.answer.prompt import PromptPassage
from engine.inference import context_use
from engine.model_types import Message
from engine.types import Passage


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn; a question keeps the passages that came with it.

    They stay where they first stood: the prompt of the next question then begins with the whole of
    this one, and only what is new in it is read.
    """

    message: Message
    pinned: bool = False
    passages: tuple[Passage, ...] = ()
    """Exactly as they were read: a trimmed one has the text and span of what was left."""


@dataclass(frozen=True, slots=True)
class Pinned:
    """A document that the user keeps before the model."""

    path: str
    title: str
    text: str
    """Of all its pages."""
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Talk:
    """The turns before a question, and what became of the older ones."""

    turns: tuple[Turn, ...] = ()
    dropped: frozenset[int] = frozenset()
    """Places of turns that are left out."""
    summary: str = ""
    """What stands in their place."""
    documents: tuple[Pinned, ...] = ()
    """Documents that stand whole before everything else."""

    @classmethod
    def of(cls, history: Sequence[Message]) -> "Talk":
        """Bare turns, none of them pinned or left out."""
        return cls(tuple(Turn(message) for message in history))

    @property
    def history(self) -> list[Message]:
        """All turns as they were said."""
        return [turn.message for turn in self.turns]

    @property
    def kept(self) -> tuple[int, ...]:
        return tuple(place for place in range(len(self.turns)) if place not in self.dropped)

    @property
    def passages(self) -> list[Passage]:
        """Passages that stand in the pinned documents and the kept turns, in prompt order."""
        pinned = [passage for document in self.documents for passage in document.passages]
        return pinned + [passage for place in self.kept for passage in self.turns[place].passages]

    def exchanges(self) -> list[frozenset[int]]:
        """What may be left out, oldest first."""
        pinned = {place for place, turn in enumerate(self.turns) if turn.pinned}
        return context_use.exchanges(self.history, pinned)

    def read(self, question: Message) -> list[Message]:
        """The kept turns and the question, roles in turn as templates want them.

        Questions that got no answer are read with the next one. The pinned documents open the
        first, then the summary.
        """
        said = [self._said(self.turns[place]) for place in self.kept]
        messages: list[Message] = []
        for message in [*said, question]:
            if not message.content.strip():
                continue
            if messages and messages[-1].role == message.role:
                before = messages.pop()
                message = Message(message.role, f"{before.content}\n\n{message.content}")
            messages.append(message)
        if self.summary and messages:
            messages[0] = Message(
                messages[0].role, prompt.after_summary(self.summary, messages[0].content)
            )
        if self.documents:
            first = messages[0] if messages else Message("user", "")
            documents = [PromptPassage.read(each.title, each.text) for each in self.documents]
            messages[:1] = [
                Message(first.role, prompt.before_pinned(documents, first.content)),
            ]
        return messages

    @staticmethod
    def _said(turn: Turn) -> Message:
        if not turn.passages:
            return turn.message
        passages = prompt.blocks(turn.passages)
        return Message(turn.message.role, prompt.over(passages, turn.message.content))
