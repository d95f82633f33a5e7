"""The one question that is being answered: its conversation, its text so far, how it ended."""

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from desktop.errors import Problem
from desktop.tasks import Lanes, Task
from desktop.words import count
from engine.progress import CancelToken, Progress
from engine.types import Answer, AnswerDelta, Conversation, Mode, Retrieved

if TYPE_CHECKING:
    from engine.assistant import Assistant


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    conversation_id: int | None
    """None begins a new conversation."""
    library: str | None
    mode: Mode
    model: str = ""
    """Of a new conversation; an old one keeps its own."""
    adapters: tuple[tuple[str, float], ...] | None = None
    """As ``model``; None takes those of the model."""
    documents: tuple[str, ...] = ()
    """Paths that were pinned before a conversation's first question."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Event: the conversation that a first question began."""

    conversation: Conversation


class Asking(QObject):
    """Asks on the model lane, one question at a time, and outlives a change of conversation."""

    opened = Signal(object)
    grew = Signal(str)
    """A further piece of the answer's text."""
    stage = Signal(str)
    """What is being done before the first word."""
    answered = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    """Stopped before anything was written."""
    running_changed = Signal(bool)

    def __init__(self, lanes: Lanes, assistant: "Assistant", parent: QObject) -> None:
        super().__init__(parent)
        self._lanes, self._assistant = lanes, assistant
        self._task: Task | None = None
        self.question = Question("", None, None, "rag")
        self.conversation_id: int | None = None
        self.text = ""
        self.words = ""

    @property
    def running(self) -> bool:
        return self._task is not None

    def start(self, question: Question) -> None:
        assert self._task is None
        self.question = question
        self.conversation_id = question.conversation_id
        self.text = ""
        self.words = (
            "Looking through your documents…" if question.mode in ("rag", "both") else "Thinking…"
        )
        assistant = self._assistant
        task = self._lanes.start("model", lambda cancel: ask(assistant, question, cancel))
        task.progressed.connect(self._progress)
        task.produced.connect(self._take)
        task.succeeded.connect(self._succeed)
        task.failed.connect(self._fail)
        task.cancelled.connect(self._cancel)
        self._task = task
        self.running_changed.emit(True)

    @Slot()
    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    @Slot(object)
    def _progress(self, progress: Progress) -> None:
        self._say(f"{progress.stage.capitalize()}…")

    @Slot(list)
    def _take(self, events: list[Any]) -> None:
        pieces: list[str] = []
        for event in events:
            if isinstance(event, AnswerDelta):
                pieces.append(event.text)
            elif isinstance(event, Retrieved) and event.hits:
                self._say(f"Reading {count(len(event.hits), 'passage')}…")
            elif isinstance(event, Opened):
                self.conversation_id = event.conversation.id
                self.opened.emit(event.conversation)
        if pieces:
            piece = "".join(pieces)
            self.text += piece
            self.grew.emit(piece)

    def _say(self, words: str) -> None:
        self.words = words
        self.stage.emit(words)

    @Slot(object)
    def _succeed(self, answer: Answer) -> None:
        self._end()
        self.answered.emit(answer)

    @Slot(object)
    def _fail(self, problem: Problem) -> None:
        self._end()
        self.failed.emit(problem)

    @Slot()
    def _cancel(self) -> None:
        self._end()
        self.cancelled.emit()

    def _end(self) -> None:
        self._task = None
        self.running_changed.emit(False)


def ask(
    assistant: "Assistant", question: Question, cancel: CancelToken
) -> Generator[object, None, Answer]:
    """Runs on the model lane: begin the conversation where needed, then answer in it."""
    conversation_id = question.conversation_id
    if conversation_id is None:
        made = assistant.create_conversation(question.text)
        if question.model:
            assistant.set_conversation_model(made.id, question.model)
        if question.adapters is not None:
            assistant.adapters.hold(made.id, question.adapters)
        for path in question.documents:
            assistant.document_pins.pin(made.id, path)
        made = replace(made, model=question.model, adapters=question.adapters)
        yield Opened(made)
        conversation_id = made.id
    return (
        yield from assistant.ask(
            question.text,
            conversation_id=conversation_id,
            library=question.library,
            mode=question.mode,
            cancel=cancel,
        )
    )
