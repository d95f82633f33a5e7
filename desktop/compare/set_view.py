"""One set of questions to write in and look through, before anything is asked."""

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from desktop.compare.kind_delegate import KindDelegate
from desktop.compare.question_model import Place, QuestionModel
from desktop.compare.words import kinds_line
from desktop.errors import Problem
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import label
from desktop.widgets.notice import Notice
from desktop.words import count
from engine.evaluate.questions import Question
from engine.services.question_sets import ORIGINS, QuestionSet

ROW_PX = 40
WORDS = {
    "library": "These were made from your documents and tried once. Read them before you trust "
    "them, and take out what no one would ask.",
    "thumbs": "What you rated or corrected: your correction, or the answer you liked, counts as "
    "right.",
    "written": "A question a line, with what a right answer holds. Twenty or more tell ways apart.",
    "file": "As the file has them. What you change stays here; the file is left alone.",
}


class SetView(QWidget):
    left = Signal()
    kept = Signal(str, list, str, object)
    """Name, questions, origin, and the number of the set; None for a new one."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._origin, self._frozen = "written", False
        self._set_id: int | None = None
        self.notice: Notice | None = None
        self.back = Button(theme, icon="arrow-left", kind="icon", tip="Back", icon_px=20)
        self.back.clicked.connect(self.left)
        self.title = label("", "title")
        self.words = label("", "softbody", wrap=True)
        self.hash = label("", "mono", select=True)
        self.name = QLineEdit()
        self.name.setAccessibleName("Name of the set")
        self.name.setPlaceholderText("Name of the set")
        self.name.setMaximumWidth(320)
        self.keep = Button(theme, "Keep", kind="main")
        self.keep.clicked.connect(self._keep)
        self.add = Button(theme, "Add a question", icon="plus")
        self.add.clicked.connect(self._add)
        self.drop = Button(theme, "Take out", icon="trash")
        self.drop.clicked.connect(self._drop)
        self.counts = label("", "soft")
        self.questions = QuestionModel(self)
        self.questions.dataChanged.connect(self._count)
        self.questions.rowsInserted.connect(self._count)
        self.questions.rowsRemoved.connect(self._count)
        self.table = QTableView()
        self.table.setAccessibleName("Questions")
        self.table.setModel(self.questions)
        self.table.setItemDelegateForColumn(Place.KIND, KindDelegate(self.table))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setShowGrid(False)
        self.table.setWordWrap(True)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(ROW_PX)
        self.table.horizontalHeader().setHighlightSections(False)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.horizontalHeader().setSectionResizeMode(Place.KIND, QHeaderView.ResizeMode.Fixed)
        self.table.setColumnWidth(Place.KIND, 132)
        self.table.selectionModel().currentRowChanged.connect(self._chosen)
        self._lay_out()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.back)
        head.addWidget(self.title, 1)
        head.addWidget(self.name)
        head.addWidget(self.keep)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.add)
        foot.addWidget(self.drop)
        foot.addStretch(1)
        foot.addWidget(self.hash)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(32, 16, 32, 20)
        self._column.setSpacing(12)
        self._column.addLayout(head)
        self._column.addWidget(self.words)
        self._column.addWidget(self.counts)
        self._column.addWidget(self.table, 1)
        self._column.addLayout(foot)

    # --- showing -------------------------------------------------------------------------------

    def show_new(self, name: str, origin: str, questions: list[Question]) -> None:
        self._show("New questions", name, origin, questions, None, frozen=False)
        if not questions:
            self._add()

    def show_set(self, found: QuestionSet) -> None:
        self._show(
            found.name, found.name, found.origin, list(found.questions), found.id,
            frozen=found.frozen,
        )  # fmt: skip
        self.hash.setText(f"{found.sha256[:16]}")
        self.hash.setToolTip(f"SHA-256 of the questions: {found.sha256}")

    def _show(
        self, title: str, name: str, origin: str, questions: list[Question],
        set_id: int | None, *, frozen: bool,
    ) -> None:  # fmt: skip
        self._clear_notice()
        self._origin, self._set_id, self._frozen = origin, set_id, frozen
        self.title.setText(title)
        self.name.setText(name)
        self.hash.setText("")
        self.questions.put(questions, frozen=frozen)
        self.words.setText(
            f"Asked already, so it stays as it is ({ORIGINS[origin]}). A copy can be changed."
            if frozen
            else WORDS[origin]
        )
        self.name.setVisible(not frozen)
        self.add.setVisible(not frozen)
        self.drop.setVisible(not frozen)
        self.keep.setText("Make a copy" if frozen else "Keep")
        self.keep.setAccessibleName(self.keep.text())
        self._count()
        self._chosen()

    @Slot()
    def _count(self) -> None:
        written = self.questions.written()
        kinds = f": {kinds_line(written)}" if written else ""
        self.counts.setText(f"{count(len(written), 'question')}{kinds}")

    @Slot()
    def _chosen(self, *_: QModelIndex) -> None:
        self.drop.setEnabled(self.table.currentIndex().isValid())

    # --- changing ------------------------------------------------------------------------------

    @Slot()
    def _add(self) -> None:
        row = self.questions.add()
        at = self.questions.index(row, Place.QUESTION)
        self.table.setCurrentIndex(at)
        if self.isVisible():
            self.table.edit(at)

    @Slot()
    def _drop(self) -> None:
        row = self.table.currentIndex().row()
        self.questions.drop(row)
        last = self.questions.rowCount() - 1
        if last >= 0:
            self.table.setCurrentIndex(self.questions.index(min(row, last), Place.QUESTION))
        self._chosen()

    @Slot()
    def _keep(self) -> None:
        if self._frozen:
            self._show(
                "New questions", f"{self.name.text()} (copy)", self._origin,
                list(self.questions.questions), None, frozen=False,
            )  # fmt: skip
            return
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)  # what is being written is taken
        self.kept.emit(self.name.text(), self.questions.written(), self._origin, self._set_id)

    def tell(self, problem: Problem) -> None:
        self._clear_notice()
        self.notice = Notice.of(self._theme, problem)
        self._column.insertWidget(1, self.notice)

    def _clear_notice(self) -> None:
        if self.notice is not None:
            self._column.removeWidget(self.notice)
            self.notice.hide()
            self.notice.deleteLater()
            self.notice = None
