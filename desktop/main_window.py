"""The window: rail, pages and foot, and the wires between them."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.chat.page import ChatPage
from desktop.compare.page import ComparePage
from desktop.conversations import Conversations
from desktop.errors import Problem
from desktop.facts import FactReader, Facts
from desktop.foot import Foot
from desktop.library.jobs import LibraryJob, LibraryJobs
from desktop.library.page import LibraryPage
from desktop.library.watching import Watching
from desktop.models.page import ModelsPage
from desktop.models.work import Job
from desktop.rail import Place, Rail
from desktop.readiness import Readiness
from desktop.settings.page import SettingsPage
from desktop.settings.vault_change import VaultChange
from desktop.settings.window_state import WindowState
from desktop.tasks import Lanes
from desktop.teach import closing
from desktop.teach.page import TeachPage
from desktop.theme.theme import Choice, Theme
from desktop.warmth import Warmth
from desktop.widgets import ask
from desktop.widgets.notice import Notice
from engine.library_types import Waiting
from engine.progress import Progress
from engine.types import Conversation, Library

if TYPE_CHECKING:
    from engine.assistant import Assistant

FIRST_SIZE = (1280, 800)
SMALLEST = (880, 560)
NARROW_UNDER = 960


class MainWindow(QMainWindow):
    """Owns the lanes and stops them when it closes; the assistant is closed by its opener."""

    def __init__(self, theme: Theme, assistant: "Assistant", state: WindowState) -> None:
        super().__init__()
        self._theme, self._state, self._assistant = theme, state, assistant
        self.setWindowTitle("Alcove")
        self.setMinimumSize(*SMALLEST)
        self.lanes = Lanes(self)
        self.facts = FactReader(self.lanes, assistant, self)
        self.readiness = Readiness(self.lanes, assistant, self)
        self.jobs = LibraryJobs(self.lanes, assistant, self)
        self.watching = Watching(self.lanes, assistant, self.jobs, state, self)
        self.conversations = Conversations(self.lanes, assistant, self)
        self.warmth = Warmth(self.lanes, assistant, self)
        self._notice: Notice | None = None
        self.vault_change: VaultChange | None = None
        """What is to be done with the vault once the window is closed."""

        self.rail = Rail(theme)
        self.chat = ChatPage(theme, self.lanes, assistant)
        self.library = LibraryPage(theme, self.lanes, assistant, self.jobs, self.watching)
        self.models = ModelsPage(theme, self.lanes, assistant)
        self.compare = ComparePage(theme, self.lanes, assistant)
        self.teach = TeachPage(theme, self.lanes, assistant)
        self.settings = SettingsPage(theme, self.lanes, assistant)
        self.pages: dict[Place, QWidget] = {
            "conversations": self.chat,
            "library": self.library,
            "models": self.models,
            "compare": self.compare,
            "teach": self.teach,
            "settings": self.settings,
        }
        self.stack = QStackedWidget()
        for page in self.pages.values():
            self.stack.addWidget(page)
        self.foot = Foot(theme)
        self._build()
        self._wire()
        if state.geometry is None or not self.restoreGeometry(state.geometry):
            self.resize(*FIRST_SIZE)

    def _build(self) -> None:
        across = QHBoxLayout()
        across.setSpacing(0)
        across.addWidget(self.rail)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.stack, 1)
        self._right = right
        across.addLayout(right, 1)
        ground = QWidget()
        ground.setProperty("kind", "paper")
        column = QVBoxLayout(ground)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(across, 1)
        column.addWidget(self.foot)
        self.setCentralWidget(ground)

    def _wire(self) -> None:
        self.rail.went.connect(self.go)
        self.rail.new_wanted.connect(self.new_conversation)
        self.rail.list.chosen.connect(self._open_conversation)
        self.rail.list.renamed.connect(self._rename)
        self.rail.list.delete_wanted.connect(self._delete)
        self.chat.begun.connect(self.conversations.reload)
        self.chat.touched.connect(self.conversations.reload)
        self.chat.touched.connect(self.facts.refresh)
        self.chat.add_folder.connect(self._add_folder)
        self.chat.attach.connect(self._attach)
        self.chat.retry_models.connect(self.readiness.start)
        self.chat.models_wanted.connect(self._go_to_models)
        self.chat.warm_wanted.connect(self._warm)
        self.chat.drop.dropped.connect(self._dropped)
        self.models.changed.connect(self.facts.refresh)
        self.teach.changed.connect(self.facts.refresh)
        self.teach.training.told.connect(self.foot.show_job)
        self.chat.always_wanted.connect(self.models.work.use_adapters)
        self.models.work.succeeded.connect(self._model_work_done)
        self.models.work.failed.connect(self._model_work_failed)
        self.models.work.begun.connect(self._model_work)
        self.models.work.progressed.connect(self._model_work)
        self.models.work.ended.connect(self._model_work_ended)
        self.compare.progressed.connect(self._comparing)
        self.compare.ended.connect(self._compared)
        self.library.changed.connect(self.facts.refresh)
        self.library.changed.connect(self.library.reload)
        self.settings.look_chosen.connect(self._choose_look)
        self.settings.renewal.progressed.connect(self._renewing)
        self.settings.renewal.ended.connect(self._renewed)
        self.settings.vault.change_wanted.connect(self._change_vault)
        self.conversations.loaded.connect(self._list)
        self.conversations.deleted.connect(self._deleted)
        self.conversations.failed.connect(self.show_problem)
        self.facts.changed.connect(self._facts)
        self.facts.failed.connect(self.show_problem)
        self.readiness.waiting.connect(self.chat.set_blocked)
        self.readiness.progressed.connect(self._preparing)
        self.readiness.ready.connect(self._ready)
        self.readiness.failed.connect(self._not_ready)
        self.jobs.begun.connect(self._job_begun)
        self.jobs.progressed.connect(self._job_progress)
        self.jobs.ended.connect(self._job_ended)
        for keys, slot in (
            (QKeySequence(QKeySequence.StandardKey.New), self.new_conversation),
            (QKeySequence("Ctrl+K"), self.rail.begin_search),
            (QKeySequence(QKeySequence.StandardKey.Find), self.rail.begin_search),
            (QKeySequence(QKeySequence.StandardKey.Quit), self.close),
        ):
            QShortcut(keys, self).activated.connect(slot)

    def begin(self) -> None:
        """Start reading and preparing, once the window is shown."""
        self.readiness.start()
        self.facts.start()
        self.conversations.reload()
        self.teach.reload()  # a training may go on
        self.chat.composer.edit.setFocus()

    # --- going places --------------------------------------------------------------------------

    @Slot(str)
    def go(self, place: Place) -> None:
        self.rail.show_place(place)
        self.stack.setCurrentWidget(self.pages[place])
        self.pages[place].setFocus()
        if place == "models":
            self.models.reload()
        elif place == "library":
            self.library.reload()
        elif place == "compare":
            self.compare.reload()
        elif place == "teach":
            self.teach.reload()
        elif place == "settings":
            self.settings.reload()

    @Slot()
    def new_conversation(self) -> None:
        self.go("conversations")
        self.rail.list.select(None)
        self.chat.new()

    @Slot(object)
    def _open_conversation(self, conversation: Conversation) -> None:
        self.go("conversations")
        self.rail.list.select(conversation.id)
        if conversation.id != self.chat.conversation_id:
            self.chat.open(conversation)

    @Slot()
    def _add_folder(self) -> None:
        self.go("library")
        self.library.choose_folder()

    @Slot()
    def _attach(self) -> None:
        self.library.choose_files()

    @Slot(list)
    def _dropped(self, paths: list[Path]) -> None:
        self.library.show_all()
        self.go("library")
        self.library.add(paths)

    # --- conversations -------------------------------------------------------------------------

    @Slot(object)
    def _list(self, conversations: list[Conversation]) -> None:
        self.rail.list.conversations.put(conversations)
        self.rail.list.select(self.chat.conversation_id)

    @Slot(int, str)
    def _rename(self, conversation_id: int, title: str) -> None:
        self.conversations.rename(conversation_id, title)
        self.chat.rename(conversation_id, title)

    @Slot(object)
    def _delete(self, conversation: Conversation) -> None:
        if self._sure(conversation.title):
            if self.chat.asking.conversation_id == conversation.id:
                self.chat.asking.stop()
            self.conversations.delete(conversation.id)

    def _sure(self, title: str) -> bool:
        return ask.sure(
            self._theme,
            self,
            "Delete the conversation",
            f"Delete “{title}”?",
            "Its questions and answers go; your documents stay.",
            yes="Delete",
            no="Keep",
        )

    @Slot(object)
    def _deleted(self, conversation_id: int) -> None:
        if conversation_id == self.chat.conversation_id:
            self.chat.new()

    # --- what the engine tells -----------------------------------------------------------------

    @Slot(object)
    def _facts(self, facts: Facts) -> None:
        self._clear_problem()
        self.chat.set_facts(facts)
        self.library.set_facts(facts)
        self.models.set_facts(facts)
        self.settings.set_facts(facts)
        self.foot.set_facts(facts)

    @Slot(object)
    def _preparing(self, progress: Progress) -> None:
        self.foot.show_job(progress.stage.capitalize(), progress)

    @Slot()
    def _ready(self) -> None:
        self.chat.show_models_problem(None)
        self.foot.show_job("", None)
        self.facts.refresh()
        self._warm()
        self._catch_up()

    def _catch_up(self) -> None:
        """Go on with what was interrupted, and begin to watch."""
        assistant = self._assistant
        task = self.lanes.start(
            "read", lambda _cancel: (assistant.waiting(), tuple(assistant.libraries()))
        )
        task.succeeded.connect(self._caught_up)

    @Slot(object)
    def _caught_up(self, found: tuple[Waiting, tuple[Library, ...]]) -> None:
        waiting, libraries = found
        self.watching.set_libraries(libraries)
        if waiting:
            self.jobs.resume(waiting)
        self.watching.start()
        self.settings.renewal.take_up()

    @Slot()
    def _warm(self) -> None:
        if self.readiness.is_ready:
            chat = self.chat
            self.warmth.start(chat.head.mode, chat.conversation_id, chat.head.model)

    @Slot()
    def _go_to_models(self) -> None:
        self.go("models")

    @Slot(object)
    def _not_ready(self, problem: Problem) -> None:
        self.foot.show_job("", None)
        self.chat.show_models_problem(problem)

    @Slot(object)
    def _job_begun(self, job: LibraryJob) -> None:
        self._job_words = job.words
        self.foot.show_job(job.words, None)

    @Slot(object)
    def _job_progress(self, progress: Progress) -> None:
        self.foot.show_job(self._job_words, progress)

    @Slot()
    def _job_ended(self) -> None:
        self.foot.show_job("", None)

    @Slot(object)
    def _renewing(self, progress: Progress) -> None:
        if not self.jobs.running:
            self.foot.show_job("Reading documents anew", progress)

    @Slot()
    def _renewed(self) -> None:
        if not self.jobs.running:
            self.foot.show_job("", None)
        self.facts.refresh()

    @Slot(object)
    def _comparing(self, progress: Progress) -> None:
        if not self.jobs.running:
            self.foot.show_job("Comparing", progress)

    @Slot()
    def _compared(self) -> None:
        if not self.jobs.running:
            self.foot.show_job("", None)
        self.facts.refresh()

    @Slot(object)
    @Slot(object, object)
    def _model_work(self, job: Job, progress: Progress | None = None) -> None:
        if job.words:
            self.foot.show_job(job.words, progress)

    @Slot(object, object)
    def _model_work_done(self, job: Job, result: object) -> None:
        if job.kind == "adapters" and isinstance(result, tuple):
            self.chat.adapters_taken(job.name, result)

    @Slot(object, object)
    def _model_work_failed(self, job: Job, problem: Problem) -> None:
        if job.kind == "adapters" and self.stack.currentWidget() is self.chat:
            self.chat.tell(problem)

    @Slot(object)
    def _model_work_ended(self, job: Job) -> None:
        if job.words:
            self.foot.show_job("", None)

    @Slot(object)
    def show_problem(self, problem: Problem) -> None:
        """A problem that belongs to no page, over all of them, until things work again."""
        self._clear_problem()
        self._notice = Notice.of(self._theme, problem, button="Try again")
        self._notice.pressed.connect(self.facts.refresh)
        self._notice.pressed.connect(self.conversations.reload)
        self._right.insertWidget(0, self._notice)

    def _clear_problem(self) -> None:
        if self._notice is not None:
            self._notice.hide()
            self._notice.deleteLater()
            self._notice = None

    @Slot(str)
    def _choose_look(self, choice: Choice) -> None:
        self._theme.choose(choice)
        self._state.theme = choice

    @Slot(object)
    def _change_vault(self, change: VaultChange) -> None:
        self.vault_change = change
        self.close()

    # --- the window itself ---------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            if self.rail.end_search():
                return
            if self.stack.currentWidget() is self.chat:
                self.chat.escape()
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.rail.narrow(event.size().width() < NARROW_UNDER)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.teach.training.running:
            choice = closing.ask(self._theme, self, self.teach.training.name)
            if choice == "stay":
                self.vault_change = None
                event.ignore()
                return
            if choice == "stop":
                self.teach.training.stop()
        self._state.geometry = self.saveGeometry()
        self.facts.stop()
        self.watching.stop()
        self.hide()  # the threads may take a moment to stop
        self.lanes.close()
        super().closeEvent(event)
