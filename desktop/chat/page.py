"""The conversation page: title and chips, the turns, the composer, and the sources beside them."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.chat.answer_view import AnswerView
from desktop.chat.asking import Question
from desktop.chat.composer import ASK_DOCUMENTS, Composer
from desktop.chat.context_facts import context_of
from desktop.chat.conversation_view import ConversationView
from desktop.chat.document_picker import DocumentPicker
from desktop.chat.document_pins import DocumentPins
from desktop.chat.head import ConversationHead
from desktop.chat.side import Side
from desktop.chat.source import source_of, sources_of
from desktop.chat.turns import Turns
from desktop.chat.welcome import welcome
from desktop.errors import Problem
from desktop.facts import Facts
from desktop.tasks import Lanes
from desktop.theme.theme import Theme
from desktop.widgets.column import Aligned, centred
from desktop.widgets.drop import DropTarget
from desktop.widgets.empty import EmptyState
from desktop.widgets.notice import Notice
from desktop.widgets.strengths import Held
from engine.model_types import AdapterInUse
from engine.types import Conversation, Document
from engine.why_types import FoundPassage

if TYPE_CHECKING:
    from engine.assistant import Assistant

NEW = "New conversation"
ASK_MODEL = "Ask the model alone…"


class ChatPage(QWidget):
    begun = Signal(object)
    """A first question made a :class:`Conversation`."""
    touched = Signal()
    """A conversation got a turn: the list of them is out of date."""
    add_folder = Signal()
    attach = Signal()
    retry_models = Signal()
    models_wanted = Signal()
    always_wanted = Signal(str, object)
    """A model is to be used with these adapters from now on, in every conversation."""
    warm_wanted = Signal()
    """What the next question needs has changed."""

    def __init__(
        self, theme: Theme, lanes: Lanes, assistant: "Assistant", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "paper")
        self._theme = theme
        self._chosen: AnswerView | None = None
        self._facts: Facts | None = None
        self._wanted_always: tuple[int | None, str] = (None, "")
        self._models_notice: Notice | None = None
        self.head = ConversationHead(theme, NEW)
        self.title, self.ways = self.head.title, self.head.ways
        self.libraries, self.models = self.head.libraries, self.head.models
        self.view = ConversationView(theme)
        self.turns = Turns(lanes, assistant, self.view, self)
        self.asking, self.history = self.turns.asking, self.turns.history
        self.empty = EmptyState(theme, icon="books")
        self.composer = Composer(theme)
        self.side = Side(theme, lanes, assistant)
        self.pins = DocumentPins(lanes, assistant, self)
        self.picker: DocumentPicker | None = None
        self._build()
        self.drop = DropTarget(theme, self)
        self._wire()
        self._show_empty()
        self._name_target()

    def _build(self) -> None:
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.view)
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
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        across.addWidget(middle, 1)
        across.addWidget(self.side)

    def _wire(self) -> None:
        self.turns.begun.connect(self._begun)
        self.turns.touched.connect(self.touched)
        self.turns.warm_wanted.connect(self.warm_wanted)
        self.turns.remembered.connect(self._show_meter)
        self.turns.filled.connect(self._show_empty)
        self.turns.chosen.connect(self._choose)
        self.turns.cited.connect(self._cited)
        self.turns.passage_wanted.connect(self._show_passage)
        self.turns.repeat_wanted.connect(self._begin)
        self.turns.change_wanted.connect(self.composer.put)
        self.history.failed.connect(self._tell_choice)
        self.head.library_changed.connect(self._name_target)
        self.head.way_changed.connect(self._way_changed)
        self.head.model_changed.connect(self._model_changed)
        self.head.adapters_changed.connect(self._adapters_changed)
        self.head.adapters.always_wanted.connect(self._use_always)
        self.head.models_wanted.connect(self.models_wanted)
        self.empty.pressed.connect(self.add_folder)
        self.composer.asked.connect(self.ask)
        self.composer.stopped.connect(self.asking.stop)
        self.composer.attach.connect(self.attach)
        self.asking.running_changed.connect(self.composer.set_answering)
        self.side.viewing_changed.connect(self._fit_side)
        self.side.panel.pin_wanted.connect(self.pins.pin)
        self.composer.context.unpin_wanted.connect(self.pins.pin)
        self.composer.pick.connect(self.pins.offer)
        self.pins.offered.connect(self._pick_document)
        self.pins.changed.connect(self._show_pins)
        self.pins.wanted.connect(self.warm_wanted)
        self.pins.failed.connect(self.tell)

    # --- what the rest of the window tells ---------------------------------------------------

    @property
    def conversation_id(self) -> int | None:
        return self.turns.conversation_id

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
        self._clear_notice()
        if problem is not None:
            self._say(problem).pressed.connect(self.retry_models)

    @Slot(str, object)
    def _use_always(self, model: str, held: Held) -> None:
        self._wanted_always = (self.conversation_id, model)
        self.always_wanted.emit(model, held)

    def adapters_taken(self, model: str, used: tuple[AdapterInUse, ...]) -> None:
        """A model is used with other adapters; the conversation that wanted it follows it."""
        wanted, self._wanted_always = self._wanted_always, (None, "")
        self.head.take_adapters(model, used)
        if wanted == (self.conversation_id, model) and model == self.head.adapters.model:
            self.head.adapters.follow()

    @Slot(object)
    def tell(self, problem: Problem) -> None:
        """Say over the composer what could not be done."""
        self._clear_notice()
        self._say(problem, button="Close").pressed.connect(self._clear_notice)

    @Slot(object)
    def _tell_choice(self, problem: Problem) -> None:
        """A pin, a thumb or a choice of model was not taken: say so over the composer."""
        self._clear_notice()
        notice = self._say(problem)
        notice.pressed.connect(self._clear_notice)
        notice.pressed.connect(self.history.choose_again)

    def _say(self, problem: Problem, *, button: str = "Try again") -> Notice:
        notice = Notice.of(self._theme, problem, button=button)
        self._below.insertWidget(0, notice)
        self._models_notice = notice
        return notice

    @Slot()
    def _clear_notice(self) -> None:
        if self._models_notice is not None:
            self._models_notice.hide()
            self._models_notice.deleteLater()
            self._models_notice = None

    # --- conversations -------------------------------------------------------------------------

    def new(self) -> None:
        """An empty conversation; it is stored with its first question."""
        self._switch(None, NEW, "", None)
        self.composer.edit.setFocus()

    def open(self, conversation: Conversation) -> None:
        self._switch(conversation.id, conversation.title, conversation.model, conversation.adapters)
        self.warm_wanted.emit()

    def rename(self, conversation_id: int, title: str) -> None:
        if conversation_id == self.conversation_id:
            self.title.setText(title)

    def _switch(
        self, conversation_id: int | None, title: str, model: str, adapters: Held | None
    ) -> None:
        self.title.setText(title)
        self.head.show_model(model, adapters)
        self.turns.switch(conversation_id)
        self.pins.switch(conversation_id)
        self._choose(None)
        self._show_meter()
        self._show_empty()

    @Slot(object)
    def _begun(self, conversation: Conversation) -> None:
        if conversation.id == self.conversation_id:
            self.title.setText(conversation.title)
            self.pins.begun(conversation.id)
        self.begun.emit(conversation)

    # --- asking --------------------------------------------------------------------------------

    @Slot(str)
    def ask(self, text: str) -> None:
        if not self.asking.running:
            self.view.add_question(text)
            self._begin(text)

    @Slot(str)
    def _begin(self, text: str) -> None:
        head = self.head
        asked = Question(
            text,
            self.conversation_id,
            head.library,
            head.mode,
            head.model,
            head.adapters.own,
            self.pins.paths,
        )
        self.turns.begin(asked)

    # --- sources -------------------------------------------------------------------------------

    @Slot(object)
    def _choose(self, view: AnswerView | None) -> None:
        self._chosen = view
        answer = view.answer if view is not None else None
        self.side.show_sources(sources_of(answer) if answer is not None else ())

    @Slot(object, int)
    def _cited(self, view: AnswerView, number: int) -> None:
        if view is not self._chosen:
            self._choose(view)
        self.side.open_number(number)

    @Slot(object)
    def _show_passage(self, passage: FoundPassage) -> None:
        self.side.open(source_of(passage))

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
        alone = self.head.way == "plain"
        self.composer.edit.setPlaceholderText(ASK_MODEL if alone else ASK_DOCUMENTS)
        self.warm_wanted.emit()

    @Slot()
    def _model_changed(self) -> None:
        if self.conversation_id is not None:
            self.history.set_model(self.conversation_id, self.head.model)
        self.warm_wanted.emit()

    @Slot()
    def _adapters_changed(self) -> None:
        if self.conversation_id is not None:
            self.history.set_adapters(self.conversation_id, self.head.adapters.own)
        self.warm_wanted.emit()

    @Slot()
    def _show_meter(self) -> None:
        info = self._facts.model if self._facts else None
        facts = context_of(self.turns.messages, info.n_ctx if info else 0)
        facts = replace(facts, documents=self.pins.documents)
        self.composer.set_context(facts)
        self.view.show_memory(facts)

    @Slot()
    def _show_pins(self) -> None:
        self.side.panel.show_pinned(self.pins.paths)
        self._show_meter()

    @Slot(object)
    def _pick_document(self, documents: list[Document]) -> None:
        self.picker = DocumentPicker(self._theme, documents, self.pins.paths, self)
        self.picker.picked.connect(self.pins.pin)
        self.picker.finished.connect(self._picked)
        self.picker.open()

    @Slot()
    def _picked(self) -> None:
        if self.picker is not None:
            self.picker.deleteLater()
            self.picker = None

    @Slot()
    def _show_empty(self) -> None:
        self._stack.setCurrentWidget(self.view if self.view.turns else self.empty)
        self.empty.say(*welcome(self._facts), button=self._first_step())

    def _first_step(self) -> str:
        known = self._facts is None or self._facts.status.documents
        return "" if known else "Add a folder"
