"""The conversation page: title and chips, the turns, the composer, and the sources beside them."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.chat.answer_view import AnswerView
from desktop.chat.asking import Asking, Question
from desktop.chat.composer import ASK_DOCUMENTS, Composer
from desktop.chat.context_facts import context_of
from desktop.chat.conversation_view import ConversationView
from desktop.chat.head import ConversationHead
from desktop.chat.history import History
from desktop.chat.side import Side
from desktop.chat.source import sources_of
from desktop.errors import Problem
from desktop.facts import Facts
from desktop.tasks import Lanes
from desktop.theme.theme import Theme
from desktop.widgets.column import Aligned, centred
from desktop.widgets.drop import DropTarget
from desktop.widgets.empty import EmptyState
from desktop.widgets.notice import Notice
from desktop.words import count
from engine.types import Answer, ChatMessage, Conversation

if TYPE_CHECKING:
    from engine.assistant import Assistant

NEW = "New conversation"
ASK_MODEL = "Ask the model alone…"
UNANSWERED = Problem(
    "This question was not answered.",
    "Alcove was closed, or the answer failed, before it was written.",
    "unanswered",
)
CHANGE_QUESTION = "bad_input"


class ChatPage(QWidget):
    begun = Signal(object)
    """A first question made a :class:`Conversation`."""
    touched = Signal()
    """A conversation got a turn: the list of them is out of date."""
    add_folder = Signal()
    attach = Signal()
    retry_models = Signal()
    models_wanted = Signal()
    warm_wanted = Signal()
    """What the next question needs has changed."""

    def __init__(
        self, theme: Theme, lanes: Lanes, assistant: "Assistant", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "paper")
        self._theme, self._lanes, self._assistant = theme, lanes, assistant
        self.conversation_id: int | None = None
        self._chosen: AnswerView | None = None
        self._live: AnswerView | None = None
        self._facts: Facts | None = None
        self._messages: list[ChatMessage] = []
        self._models_notice: Notice | None = None

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
        self.history.failed.connect(self._tell)

        self.head = ConversationHead(theme, NEW)
        self.head.library_changed.connect(self._name_target)
        self.head.way_changed.connect(self._way_changed)
        self.head.model_changed.connect(self._model_changed)
        self.head.models_wanted.connect(self.models_wanted)
        self.title, self.ways = self.head.title, self.head.ways
        self.libraries, self.models = self.head.libraries, self.head.models

        self.view = ConversationView(theme)
        self.empty = EmptyState(theme, icon="books")
        self.empty.pressed.connect(self.add_folder)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.view)

        self.composer = Composer(theme)
        self.composer.asked.connect(self.ask)
        self.composer.stopped.connect(self.asking.stop)
        self.composer.attach.connect(self.attach)
        self.asking.running_changed.connect(self.composer.set_answering)
        below = QWidget()
        self._below = QVBoxLayout(below)
        self._below.setContentsMargins(0, 0, 0, 16)
        self._below.setSpacing(8)
        self._below.addWidget(self.composer)

        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        over, under = centred(self.head), centred(below)
        self._aligned = (Aligned(over, self.view), Aligned(under, self.view))
        column.addWidget(over)
        column.addWidget(self._stack, 1)
        column.addWidget(under)
        self.side = Side(theme, lanes, assistant)
        self.side.viewing_changed.connect(self._fit_side)
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        across.addWidget(middle, 1)
        across.addWidget(self.side)
        self.drop = DropTarget(theme, self)
        self._show_empty()
        self._name_target()

    # --- what the rest of the window tells ---------------------------------------------------

    def set_facts(self, facts: Facts) -> None:
        before = self._facts
        self._facts = facts
        if self.head.set_facts(facts):
            self._name_target()
        if before is None or before.status.libraries != facts.status.libraries:
            self._show_empty()
        self._show_meter()

    def set_blocked(self, reason: str) -> None:
        self.composer.set_blocked(reason)

    def show_models_problem(self, problem: Problem | None) -> None:
        """Models could not be made ready: say so over the composer."""
        if self._models_notice is not None:
            self._models_notice.deleteLater()
            self._models_notice = None
        if problem is not None:
            self._models_notice = Notice.of(self._theme, problem, button="Try again")
            self._models_notice.pressed.connect(self.retry_models)
            self._below.insertWidget(0, self._models_notice)

    # --- conversations -------------------------------------------------------------------------

    def new(self) -> None:
        """An empty conversation; it is stored with its first question."""
        self._switch(None, NEW, "")
        self.composer.edit.setFocus()

    def open(self, conversation: Conversation) -> None:
        self._switch(conversation.id, conversation.title, conversation.model)
        self.history.load(conversation.id)
        self.warm_wanted.emit()

    def rename(self, conversation_id: int, title: str) -> None:
        if conversation_id == self.conversation_id:
            self.title.setText(title)

    def _switch(self, conversation_id: int | None, title: str, model: str) -> None:
        self.conversation_id = conversation_id
        self.title.setText(title)
        self.head.show_model(model)
        self._live = None
        self._choose(None)
        self.view.clear()
        self._messages = []
        self._show_meter()
        self._show_empty()

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
        self._show_empty()
        finished = [view for view in self.view.answers if view.answer is not None]
        if finished:
            self._choose(finished[-1])
        self.view.scroll_to_end()

    @Slot(int, list)
    def _remember(self, conversation_id: int, messages: list[ChatMessage]) -> None:
        """What is stored of the turns that are shown: which can be pinned, which are left out."""
        if conversation_id != self.conversation_id:
            return
        self._messages = messages
        finished = [view for view in self.view.answers if view.answer is not None]
        stored = [message for message in messages if message.answer is not None]
        for view, message in zip(finished, stored, strict=False):
            view.stored(message)
        self._show_meter()

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
        self._show_empty()

    # --- asking --------------------------------------------------------------------------------

    @Slot(str)
    def ask(self, text: str) -> None:
        if self.asking.running:
            return
        self.view.add_question(text)
        self._begin(text)

    def _begin(self, text: str) -> None:
        self._live = self._add_answer(text)
        self._choose(None)
        self._show_empty()
        self.asking.start(
            Question(text, self.conversation_id, self.head.library, self.head.mode, self.head.model)
        )
        self._live.wait(self.asking.words)
        self.view.scroll_to_end()

    def _add_answer(self, question: str) -> AnswerView:
        view = self.view.add_answer(question)
        view.cited.connect(self._cited)
        view.sources_wanted.connect(self._sources_wanted)
        view.again.connect(self._again)
        view.pinned.connect(self._pin)
        view.mend.connect(self._mend)
        return view

    @Slot(object)
    def _opened(self, conversation: Conversation) -> None:
        if self._live is not None and self.conversation_id is None:
            self.conversation_id = conversation.id
            self.title.setText(conversation.title)
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
            self._choose(live)
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

    @Slot()
    def _again(self) -> None:
        view = self.sender()
        if isinstance(view, AnswerView) and not self.asking.running:
            self.ask(view.question)

    @Slot(bool)
    def _pin(self, pinned: bool) -> None:
        view = self.sender()
        if isinstance(view, AnswerView) and view.message_id and self.conversation_id is not None:
            self.history.pin(self.conversation_id, view.message_id, pinned)

    @Slot()
    def _mend(self) -> None:
        """The button of an error: ask the same once more, or change the question."""
        view = self.sender()
        if not isinstance(view, AnswerView) or self.asking.running:
            return
        question, problem = view.question, view.problem
        self.view.remove(view)
        if problem is not None and problem.code == CHANGE_QUESTION:
            self.composer.put(question)
        else:
            self._begin(question)

    # --- sources -------------------------------------------------------------------------------

    def _choose(self, view: AnswerView | None) -> None:
        self._chosen = view
        answer = view.answer if view is not None else None
        self.side.show_sources(sources_of(answer) if answer is not None else ())

    @Slot()
    def _sources_wanted(self) -> None:
        view = self.sender()
        if isinstance(view, AnswerView):
            self._choose(view)

    @Slot(int)
    def _cited(self, number: int) -> None:
        view = self.sender()
        if isinstance(view, AnswerView):
            if view is not self._chosen:
                self._choose(view)
            self.side.open_number(number)

    @Slot()
    def _fit_side(self) -> None:
        self.side.fit(self.width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_side()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.escape():
            return
        super().keyPressEvent(event)

    def escape(self) -> bool:
        """Back from the page, else stop the answer. Tells whether there was either."""
        if self.side.viewing:
            self.side.close_page()
            self.composer.edit.setFocus()
            return True
        if self.asking.running:
            self.asking.stop()
            return True
        return False

    # --- chips, meter, empty -------------------------------------------------------------------

    @Slot()
    def _name_target(self) -> None:
        self.drop.name(self.head.only_library or "Documents")

    @Slot()
    def _way_changed(self) -> None:
        alone = self.head.mode == "plain"
        self.composer.edit.setPlaceholderText(ASK_MODEL if alone else ASK_DOCUMENTS)
        self.warm_wanted.emit()

    @Slot()
    def _model_changed(self) -> None:
        if self.conversation_id is not None:
            self.history.set_model(self.conversation_id, self.head.model)
        self.warm_wanted.emit()

    @Slot(object)
    def _tell(self, problem: Problem) -> None:
        """A choice was not taken: say so over the composer."""
        self.show_models_problem(problem)

    def _show_meter(self) -> None:
        info = self._facts.model if self._facts else None
        facts = context_of(self._messages, info.n_ctx if info else 0)
        self.composer.set_context(facts)
        self.view.show_memory(facts)

    def _show_empty(self) -> None:
        turns = bool(self.view.turns)
        self._stack.setCurrentWidget(self.view if turns else self.empty)
        status = self._facts.status if self._facts else None
        if status is None or status.documents:
            documents = count(status.documents, "document") if status else "Your documents"
            ready = "is ready" if status and status.documents == 1 else "are ready"
            self.empty.say(
                "Ask your documents",
                f"{documents} {ready}. Every answer shows where it stands, and what your "
                "documents do not say is told as such. Nothing leaves this machine.",
            )
        else:
            self.empty.say(
                "Ask your own documents",
                "Alcove answers from the files on this machine and shows the page that every "
                "answer stands on. Add a folder to begin; nothing leaves this machine.",
                button="Add a folder",
            )
