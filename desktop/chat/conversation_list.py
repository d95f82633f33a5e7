"""The conversations under Today, Yesterday and Earlier; rename and delete by context menu."""

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QFont, QKeySequence, QPainter, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desktop.theme.theme import Theme
from desktop.words import group
from engine.types import Conversation

Index = QModelIndex | QPersistentModelIndex
NO_INDEX = QModelIndex()
CONVERSATION_ROLE = Qt.ItemDataRole.UserRole + 1
ROW_PX = 33
HEAD_PX = 34
UNTITLED = "Untitled"


class ConversationModel(QAbstractListModel):
    """Rows are group heads (text) and conversations, newest first."""

    renamed = Signal(int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[Conversation] = []
        self._filter = ""
        self._rows: list[str | Conversation] = []

    def put(self, conversations: list[Conversation]) -> None:
        self._all = sorted(conversations, key=lambda one: one.changed_at, reverse=True)
        self._arrange()

    def filter(self, text: str) -> None:
        self._filter = text.strip().casefold()
        self._arrange()

    def _arrange(self) -> None:
        rows: list[str | Conversation] = []
        head = ""
        for one in self._all:
            if self._filter not in one.title.casefold():
                continue
            if group(one.changed_at) != head:
                head = group(one.changed_at)
                rows.append(head)
            rows.append(one)
        if rows == self._rows:
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def index_of(self, conversation_id: int | None) -> QModelIndex:
        for at, row in enumerate(self._rows):
            if isinstance(row, Conversation) and row.id == conversation_id:
                return self.index(at)
        return QModelIndex()

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if isinstance(self._rows[index.row()], str):
            return Qt.ItemFlag.NoItemFlags
        flag = Qt.ItemFlag
        return flag.ItemIsEnabled | flag.ItemIsSelectable | flag.ItemIsEditable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self._rows[index.row()]
        if role == CONVERSATION_ROLE:
            return None if isinstance(row, str) else row
        title = row.upper() if isinstance(row, str) else row.title or UNTITLED
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return title
        if role == Qt.ItemDataRole.ToolTipRole and not isinstance(row, str):
            return title
        return None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row = self._rows[index.row()]
        title = str(value).strip()
        if isinstance(row, str) or role != Qt.ItemDataRole.EditRole or not title:
            return False
        self.renamed.emit(row.id, title)
        return True


class ConversationDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._list = parent

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        head = index.data(CONVERSATION_ROLE) is None
        return QSize(option.rect.width(), HEAD_PX if head else ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens = self._theme.tokens
        rect = QRect(option.rect)
        font = QFont(option.font)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if index.data(CONVERSATION_ROLE) is None:
            font.setPixelSize(12)
            font.setWeight(QFont.Weight.DemiBold)
            painter.setFont(font)
            painter.setPen(QColor(tokens.soft))
            bottom = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft
            painter.drawText(rect.adjusted(12, 0, -12, -6), bottom, str(index.data()))
            painter.restore()
            return
        selected = option.state & QStyle.StateFlag.State_Selected
        over = option.state & QStyle.StateFlag.State_MouseOver
        if selected or over:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.paper if selected else tokens.hover))
            painter.drawRoundedRect(rect, 8, 8)
        if option.state & QStyle.StateFlag.State_HasFocus and self._list.hasFocus():
            painter.setPen(QColor(tokens.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(0, 0, -1, -1), 8, 8)
        painter.setFont(font)
        painter.setPen(QColor(tokens.ink))
        inner = rect.adjusted(15, 0, -12, 0)
        elide = Qt.TextElideMode.ElideRight
        shown = painter.fontMetrics().elidedText(str(index.data()), elide, inner.width())
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        painter.restore()

    def createEditor(
        self, parent: QWidget, _option: QStyleOptionViewItem, _index: Index
    ) -> QWidget:
        editor = QLineEdit(parent)
        editor.setAccessibleName("Title of the conversation")
        return editor

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, _index: Index
    ) -> None:
        editor.setGeometry(option.rect)


class ConversationList(QListView):
    chosen = Signal(object)
    renamed = Signal(int, str)
    delete_wanted = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.conversations = ConversationModel(self)
        self.conversations.renamed.connect(self.renamed)
        self.setModel(self.conversations)
        self.setItemDelegate(ConversationDelegate(theme, self))
        self.setAccessibleName("Conversations")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setEditTriggers(QListView.EditTrigger.EditKeyPressed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        self.clicked.connect(self._choose)
        self.activated.connect(self._choose)
        delete = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self._delete)
        theme.changed.connect(self.viewport().update)

    def select(self, conversation_id: int | None) -> None:
        self.setCurrentIndex(self.conversations.index_of(conversation_id))

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        conversation = index.data(CONVERSATION_ROLE)
        if conversation is not None:
            self.chosen.emit(conversation)

    @Slot(QPoint)
    def _menu(self, at: QPoint) -> None:
        index = self.indexAt(at)
        if index.data(CONVERSATION_ROLE) is None:
            return
        self.setCurrentIndex(index)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Rename").triggered.connect(self._rename)
        menu.addAction("Delete").triggered.connect(self._delete)
        menu.popup(self.viewport().mapToGlobal(at))

    @Slot()
    def _rename(self) -> None:
        self.edit(self.currentIndex())

    @Slot()
    def _delete(self) -> None:
        conversation = self.currentIndex().data(CONVERSATION_ROLE)
        if conversation is not None:
            self.delete_wanted.emit(conversation)
