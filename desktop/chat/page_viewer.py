"""A source in its page: rendered and marked for PDF, marked text for the rest."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.chat.page_canvas import PageCanvas
from desktop.chat.page_content import PageContent, PageRequest, load_page
from desktop.chat.page_sheet import PageSheet
from desktop.chat.page_text import PageText
from desktop.chat.source import Source
from desktop.errors import Problem
from desktop.names import SOURCE
from desktop.tasks import Lanes, Task
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import ElidedLabel, label
from engine.store.attached import file_of

if TYPE_CHECKING:
    from engine.assistant import Assistant

ZOOMS = (1.0, 1.4, 2.0)
RESIZE_PAUSE_MS = 150
MARGIN = 16
PART = "This sheet is long. Shown are its rows around the passage."


class PageViewer(QWidget):
    closed = Signal()
    shown = Signal()
    """A page stands on the screen, with its mark where it has one."""

    def __init__(
        self, theme: Theme, lanes: Lanes, assistant: "Assistant", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._lanes, self._assistant = lanes, assistant
        self._source: Source | None = None
        self._page = 1
        self._zoom = 0
        self._task: Task | None = None
        self.content: PageContent | None = None

        self.back = Button(theme, icon="arrow-left", kind="icon", tip="Back to the sources (Esc)")
        self.back.clicked.connect(self.closed)
        self.name = ElidedLabel("", "strong", mode=Qt.TextElideMode.ElideMiddle)
        self.outside = Button(
            theme, icon="arrow-square-out", kind="icon", tip="Open the file in its own program"
        )
        self.outside.clicked.connect(self._open_outside)
        self.earlier = Button(theme, icon="caret-left", kind="icon", tip="Previous page")
        self.earlier.clicked.connect(self._go_earlier)
        self.place = label("", "soft")
        self.later = Button(theme, icon="caret-right", kind="icon", tip="Next page")
        self.later.clicked.connect(self._go_later)
        self.to_mark = Button(theme, "Go to the passage", kind="chip")
        self.to_mark.clicked.connect(self._go_to_mark)
        self.smaller = Button(theme, icon="magnifying-glass-minus", kind="icon", tip="Smaller")
        self.smaller.clicked.connect(self._zoom_out)
        self.larger = Button(theme, icon="magnifying-glass-plus", kind="icon", tip="Larger")
        self.larger.clicked.connect(self._zoom_in)
        head = QHBoxLayout()
        head.setContentsMargins(10, 8, 10, 0)
        head.setSpacing(8)
        head.addWidget(self.back)
        head.addWidget(self.name, 1)
        head.addWidget(self.outside)
        tools = QHBoxLayout()
        tools.setContentsMargins(10, 0, 10, 4)
        tools.setSpacing(4)
        for part in (self.earlier, self.place, self.later, self.to_mark):
            tools.addWidget(part)
        tools.addStretch(1)
        tools.addWidget(self.smaller)
        tools.addWidget(self.larger)
        self.remark = label("", "warn", wrap=True)
        self.remark.setContentsMargins(16, 0, 16, 8)

        self.canvas = PageCanvas()
        ground = QWidget()
        ground.setProperty("kind", "scrolled")
        centre = QHBoxLayout(ground)
        centre.setContentsMargins(MARGIN, 0, MARGIN, MARGIN)
        centre.addWidget(self.canvas, 0, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.scroller = QScrollArea()
        self.scroller.setFrameShape(QFrame.Shape.NoFrame)
        self.scroller.setWidgetResizable(True)
        self.scroller.setWidget(ground)
        self.text = PageText(theme)
        self.sheet = PageSheet(theme)
        self.failure = label("", "softbody", wrap=True)
        self.failure.setContentsMargins(16, 16, 16, 16)
        self.failure.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.scroller)
        self.stack.addWidget(self.text)
        self.stack.addWidget(self.sheet)
        self.stack.addWidget(self.failure)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addLayout(tools)
        column.addWidget(self.remark)
        column.addWidget(self.stack, 1)

        self.setFocusProxy(self.scroller)
        self._settle = QTimer(self, singleShot=True, interval=RESIZE_PAUSE_MS)
        self._settle.timeout.connect(self._load)

    def open(self, source: Source) -> None:
        """Show a source in its page, scrolled to the mark."""
        self._source = source
        self._page = source.page
        self._zoom = 0
        self.name.setText(source.name)
        self.outside.setVisible(not source.path.startswith(SOURCE))
        self._load()

    @Slot()
    def _load(self) -> None:
        if self._source is None:
            return
        source = self._source
        width = self._paper_width()
        request = PageRequest(
            source.path,
            self._page,
            source.page,
            source.start,
            source.end,
            round(width * self.devicePixelRatioF()),
            source.rows,
            source.spans if source.cells else (),
        )
        if self._task is not None:
            self._task.cancel()
        assistant = self._assistant
        task = self._lanes.start("read", lambda _cancel: load_page(assistant, request))
        task.succeeded.connect(self._show)
        task.failed.connect(self._fail)
        self._task = task

    def _paper_width(self) -> int:
        bar = self.scroller.verticalScrollBar().sizeHint().width()
        return max(200, round((self.width() - 2 * MARGIN - bar) * ZOOMS[self._zoom]))

    @Slot(object)
    def _show(self, content: PageContent) -> None:
        if self._source is None or content.request.path != self._source.path:
            return
        if content.request.page != self._page:
            return
        self.content = content
        turned = f"{self._page} of {content.pages}"
        self.place.setText(f"{content.label} · {turned}" if content.label else turned)
        several = content.pages > 1
        for part in (self.earlier, self.place, self.later):
            part.setVisible(several)
        self.earlier.setEnabled(self._page > 1)
        self.later.setEnabled(self._page < content.pages)
        self.to_mark.setVisible(self._page != self._source.page)
        cut = PART if content.sheet is not None and content.sheet.cut else ""
        self.remark.setText(" ".join(each for each in (content.remark, cut) if each))
        self.remark.setVisible(bool(self.remark.text()))
        rendered = content.image is not None
        self.smaller.setVisible(rendered)
        self.larger.setVisible(rendered)
        self.smaller.setEnabled(self._zoom > 0)
        self.larger.setEnabled(self._zoom < len(ZOOMS) - 1)
        if content.image is not None:
            self.canvas.show_page(content.image, content.rectangles, self._paper_width())
            self.stack.setCurrentWidget(self.scroller)
            # The scroll area learns of the new size on the next turn of the event loop.
            QTimer.singleShot(0, self, self._scroll_to_mark)
        elif content.sheet is not None:
            self.sheet.show_sheet(content.sheet)
            self.stack.setCurrentWidget(self.sheet)
        else:
            self.text.show_text(content.text, content.marked, content.headings, content.also_marked)
            self.stack.setCurrentWidget(self.text)
        self.shown.emit()

    @Slot(object)
    def _fail(self, problem: Problem) -> None:
        self.failure.setText(f"{problem.message}\n\n{problem.hint}".strip())
        self.remark.hide()
        for part in (self.earlier, self.place, self.later, self.smaller, self.larger, self.to_mark):
            part.hide()
        self.stack.setCurrentWidget(self.failure)

    @Slot()
    def _scroll_to_mark(self) -> None:
        area = self.canvas.marked_area()
        bar = self.scroller.verticalScrollBar()
        if area.isEmpty():
            bar.setValue(0)
            return
        bar.setValue(max(0, area.center().y() - self.scroller.viewport().height() // 2))
        across = self.scroller.horizontalScrollBar()
        across.setValue(max(0, area.center().x() - self.scroller.viewport().width() // 2))

    @Slot()
    def _go_earlier(self) -> None:
        self._go(self._page - 1)

    @Slot()
    def _go_later(self) -> None:
        self._go(self._page + 1)

    @Slot()
    def _go_to_mark(self) -> None:
        if self._source is not None:
            self._go(self._source.page)

    def _go(self, page: int) -> None:
        if self.content is not None and 1 <= page <= self.content.pages:
            self._page = page
            self._load()

    @Slot()
    def _zoom_in(self) -> None:
        self._zoom = min(self._zoom + 1, len(ZOOMS) - 1)
        self._load()

    @Slot()
    def _zoom_out(self) -> None:
        self._zoom = max(self._zoom - 1, 0)
        self._load()

    @Slot()
    def _open_outside(self) -> None:
        if self._source is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(file_of(self._source.path)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.isVisible() and event.oldSize().width() != event.size().width():
            self._settle.start()
