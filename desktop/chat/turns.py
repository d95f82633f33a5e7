"""The turns of the conversation that is shown: loaded from the vault, asked, answered, kept."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from desktop.chat.answer_view import AnswerView
from desktop.chat.asking import Asking, Question
from desktop.chat.conversation_view import ConversationView
from desktop.chat.history import History
from desktop.errors import Problem
from desktop.tasks import Lanes
from engine.types import Answer, ChatMessage, Conversation

if TYPE_CHECKING:
    from engine.assistant import Assistant

UNANSWERED = Problem(
    "This question was not answered.",
    "Alcove was closed, or the answer failed, before it was written.",
    "unanswered",
)
CHANGE_QUESTION = "bad_input"


class Turns(QObject):
    begun = Signal(object)
    """A first question made a :class:`Conversation`."""
    touched = Signal()
    """The conversation got a turn."""
    warm_wanted = Signal()
    remembered = Signal()
    """What is stored of the turns was read again."""
    filled = Signal()
    """There is something, or nothing any more, to show."""
    chosen = Signal(object)
    """The :class:`AnswerView` whose sources are wanted, or None."""
    cited = Signal(object, int)
    passage_wanted = Signal(object)
    """A found passage whose page is to be shown."""
    repeat_wanted = Signal(str)
    """A question is to be asked as it was, by whoever knows how."""
    change_wanted = Signal(str)
    """A question is to be changed first."""

    def __init__(
        self, lanes: Lanes, assistant: "Assistant", view: ConversationView, parent: QObject
    ) -> None:
        super().__init__(parent)
        self.view = view
        self.conversation_id: int | None = None
        self.messages: list[ChatMessage] = []
        self._live: AnswerView | None = None
        self.asking = Asking(lanes, assistant, self)
        self.asking.opened.connect(self._opened)
        self.asking.grew.connect(self._grew)
        self.asking.stage.connect(self._stage)
        self.asking.answered.connect(self._answered)
        self.asking.failed.connect(self._failed)
        self.asking.cancelled.connect(self._cancelled)
        self.history = History(lanes, assistant, self)
        self.history.loaded.connect(self._loaded)
        self.history.changed.connect(self._remember)
        self.history.unreadable.connect(self._load_failed)

    # --- which conversation --------------------------------------------------------------------

    def switch(self, conversation_id: int | None) -> None:
        """Show another conversation, or none yet; what is being written goes on unseen."""
        self.conversation_id = conversation_id
        self._live = None
        self.view.clear()
        self.messages = []
        if conversation_id is not None:
            self.history.load(conversation_id)

    @Slot(int, list)
    def _loaded(self, conversation_id: int, messages: list[ChatMessage]) -> None:
        if conversation_id != self.conversation_id:
            return
        self.view.clear()
        question = ""
        for at, message in enumerate(messages):
            if message.role == "user":
                question = message.text
                self.view.add_question(question)
                if at + 1 == len(messages):
                    self._unanswered(question)
            elif message.answer is not None:
                self._add_answer(question).finish(message.answer)
        self._remember(conversation_id, messages)
        self.filled.emit()
        finished = [view for view in self.view.answers if view.answer is not None]
        if finished:
            self.chosen.emit(finished[-1])
        self.view.scroll_to_end()

    @Slot(int, list)
    def _remember(self, conversation_id: int, messages: list[ChatMessage]) -> None:
        """What is stored of the turns that are shown: which can be pinned, which are left out."""
        if conversation_id != self.conversation_id:
            return
        self.messages = messages
        finished = [view for view in self.view.answers if view.answer is not None]
        stored = [message for message in messages if message.answer is not None]
        for view, message in zip(finished, stored, strict=False):
            view.stored(message)
        self.remembered.emit()

    def _unanswered(self, question: str) -> None:
        if self.asking.running and self.asking.conversation_id == self.conversation_id:
            self._live = self._add_answer(question)
            self._live.wait(self.asking.words)
            if self.asking.text:
                self._live.grow(self.asking.text)
        else:
            self._add_answer(question).fail(UNANSWERED, button="Ask again")

    @Slot(object)
    def _load_failed(self, problem: Problem) -> None:
        self._add_answer("").fail(problem, button="")
        self.filled.emit()

    # --- asking --------------------------------------------------------------------------------

    def begin(self, question: Question) -> None:
        """Ask; the question stands in the view already."""
        self._live = self._add_answer(question.text)
        self.chosen.emit(None)
        self.filled.emit()
        self.asking.start(question)
        self._live.wait(self.asking.words)
        self.view.scroll_to_end()

    def _add_answer(self, question: str) -> AnswerView:
        view = self.view.add_answer(question)
        view.cited.connect(self._cited)
        view.sources_wanted.connect(self._sources_wanted)
        view.again.connect(self._again)
        view.pinned.connect(self._pin)
        view.rated.connect(self._rate)
        view.corrected.connect(self._correct)
        view.passage_wanted.connect(self.passage_wanted)
        view.mend.connect(self._mend)
        return view

    @Slot(object)
    def _opened(self, conversation: Conversation) -> None:
        if self._live is not None and self.conversation_id is None:
            self.conversation_id = conversation.id
        self.begun.emit(conversation)

    @Slot(str)
    def _grew(self, piece: str) -> None:
        if self._live is not None:
            self._live.grow(piece)

    @Slot(str)
    def _stage(self, words: str) -> None:
        if self._live is not None and not self._live.text:
            self._live.wait(words)

    @Slot(object)
    def _answered(self, answer: Answer) -> None:
        live, self._live = self._live, None
        if live is not None:
            live.finish(answer)
            self.chosen.emit(live)
            if self.conversation_id is not None:
                self.history.refresh(self.conversation_id)
        self.touched.emit()
        self.warm_wanted.emit()

    @Slot(object)
    def _failed(self, problem: Problem) -> None:
        live, self._live = self._live, None
        if live is not None:
            change = problem.code == CHANGE_QUESTION
            live.fail(problem, button="Change the question" if change else "Ask again")
            self.view.scroll_to_end()
        self.touched.emit()

    @Slot()
    def _cancelled(self) -> None:
        live, self._live = self._live, None
        if live is not None:
            stopped = Problem("Stopped before anything was written.", "", "cancelled")
            live.fail(stopped, button="Ask again")
        self.touched.emit()

    # --- what the buttons of an answer want ----------------------------------------------------

    @Slot()
    def _again(self) -> None:
        view = self.sender()
        if isinstance(view, AnswerView) and not self.asking.running:
            self.view.add_question(view.question)
            self.repeat_wanted.emit(view.question)

    @Slot(bool)
    def _pin(self, pinned: bool) -> None:
        view = self.sender()
        if isinstance(view, AnswerView) and view.message_id and self.conversation_id is not None:
            self.history.pin(self.conversation_id, view.message_id, pinned)

    @Slot(object)
    def _rate(self, up: bool | None) -> None:
        view = self.sender()
        if isinstance(view, AnswerView) and view.message_id and self.conversation_id is not None:
            self.history.rate(self.conversation_id, view.message_id, up)

    @Slot(str)
    def _correct(self, text: str) -> None:
        view = self.sender()
        if isinstance(view, AnswerView) and view.message_id and self.conversation_id is not None:
            self.history.correct(self.conversation_id, view.message_id, text)

    @Slot()
    def _mend(self) -> None:
        """The button of an error: ask the same once more, or change the question."""
        view = self.sender()
        if not isinstance(view, AnswerView) or self.asking.running:
            return
        question, problem = view.question, view.problem
        self.view.remove(view)
        if problem is not None and problem.code == CHANGE_QUESTION:
            self.change_wanted.emit(question)
        else:
            self.repeat_wanted.emit(question)

    @Slot()
    def _sources_wanted(self) -> None:
        self.chosen.emit(self.sender())

    @Slot(int)
    def _cited(self, number: int) -> None:
        self.cited.emit(self.sender(), number)
