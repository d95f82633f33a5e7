"""One answer in a conversation: growing, finished, stopped or failed, and what can be done now."""

from typing import Literal

from PySide6.QtCore import QUrl, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.chat.answer_html import OPEN_CIRCLE, answer_html, quotation_html, quoted_text
from desktop.chat.context_facts import small_print
from desktop.chat.query_fold import QueryFold
from desktop.chat.thinking import ThinkingFold
from desktop.errors import Problem
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.flow import FlowLayout
from desktop.widgets.labels import label
from desktop.widgets.notice import Notice
from desktop.widgets.rich_text import RichText
from desktop.words import count
from engine.answer import orders
from engine.types import Answer, ChatMessage

PIN, PINNED = "Pin", "Pinned"
PIN_TIP = "Keep this question and its answer in the model's memory"
State = Literal["waiting", "growing", "done", "failed"]


class AnswerView(QWidget):
    cited = Signal(int)
    """A citation's number was pressed."""
    sources_wanted = Signal()
    again = Signal()
    """The same question once more."""
    pinned = Signal(bool)
    """Keep this turn in the model's memory, or let it go."""
    mend = Signal()
    """The button of the error was pressed."""

    def __init__(self, theme: Theme, question: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.question = question
        self.answer: Answer | None = None
        self.problem: Problem | None = None
        self.state: State = "waiting"
        self._text = ""
        self.message_id: int | None = None
        """Of the stored turn; None until it is known."""
        self.thinking = ThinkingFold(theme)
        self.body = RichText()
        self.body.setAccessibleName("Answer")
        self.body.anchorClicked.connect(self._follow)
        self.query = QueryFold(theme)
        self.remark = label("", "soft", wrap=True)
        self.copy = Button(theme, "Copy", icon="copy", kind="chip", tip="Copy the answer")
        self.copy.clicked.connect(self._copy)
        self.repeat = Button(theme, "Again", icon="arrow-clockwise", kind="chip", tip="Ask again")
        self.repeat.clicked.connect(self.again)
        self.sources = Button(theme, " ", icon="quotes", kind="chip", tip="Show what this rests on")
        self.sources.clicked.connect(self.sources_wanted)
        self.keep = Button(theme, PIN, icon="push-pin", kind="chip", tip=PIN_TIP)
        self.keep.setCheckable(True)
        self.keep.clicked.connect(self._pin)
        self.print = label("", "soft")
        self.print.setToolTip(
            "How fast the model wrote, and how long you waited for its first word"
        )
        self._actions = QWidget()
        row = FlowLayout(self._actions, spacing=12)
        row.setContentsMargins(0, 12, 0, 0)
        for part in (self.copy, self.repeat, self.sources, self.keep, self.print):
            row.addWidget(part)
        self.notice: Notice | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(4, 0, 4, 0)
        self._column.setSpacing(4)
        self._column.addWidget(self.thinking)
        self._column.addWidget(self.body)
        self._column.addWidget(self.query)
        self._column.addWidget(self.remark)
        self._column.addWidget(self._actions)
        theme.changed.connect(self._draw)
        self.wait("Looking through your documents…")

    def wait(self, words: str) -> None:
        """Say what is being done before the first word comes."""
        self.remark.setText(words)
        self._draw()

    def grow(self, piece: str) -> None:
        self._text += piece
        self.state = "growing"
        self._draw()

    @property
    def text(self) -> str:
        return self._text

    def finish(self, answer: Answer) -> None:
        self.answer = answer
        self._text = answer.text
        self.state = "done"
        self.remark.setText(remark(answer))
        self.print.setText(small_print(answer))
        self.print.setVisible(bool(self.print.text()))
        self.thinking.put(answer.thinking)
        self.query.put(answer.query)
        self._draw()
        self._show_pin()

    def stored(self, message: ChatMessage) -> None:
        """The turn as it was kept: it can be pinned now."""
        self.message_id = message.id
        self.keep.setChecked(message.pinned)
        self._show_pin()

    def fail(self, problem: Problem, *, button: str) -> None:
        """Show what went wrong where the answer would be; what was written stays readable."""
        self.problem = problem
        self.state = "failed"
        self.remark.setText("")
        self.notice = Notice.of(self._theme, problem, button=button)
        self.notice.pressed.connect(self.mend)
        self._column.insertWidget(3, self.notice)
        self._draw()

    @Slot()
    def _draw(self) -> None:
        answer = self.answer
        tokens = self._theme.tokens
        if answer is None:
            html = answer_html(self._text, tokens)
        elif answer.quotation and answer.sentences and not answer.abstained:
            html = quotation_html(answer, tokens)
        else:
            marking = answer.mode != "plain" and not answer.abstained
            html = answer_html(
                self._text, tokens, sentences=answer.sentences, mark_unsupported=marking
            )
        self.body.setHtml(html)
        self.body.setVisible(bool(self._text.strip()))
        waiting = self.state == "waiting"
        self.remark.setVisible(bool(self.remark.text()) and (waiting or self.state == "done"))
        self._actions.setVisible(self.state == "done")
        if answer is not None:
            cited, near = len(answer.citations), len(answer.nearest)
            self.sources.setText(
                count(cited, "source") if cited else f"{count(near, 'passage')} nearest to it"
            )
            self.sources.setVisible(bool(cited or near))

    def _show_pin(self) -> None:
        self.keep.setVisible(self.message_id is not None)
        self.keep.setText(f" {PINNED if self.keep.isChecked() else PIN}")
        self.keep.setAccessibleName(self.keep.text().strip())

    @Slot()
    def _pin(self) -> None:
        self._show_pin()
        self.pinned.emit(self.keep.isChecked())

    @Slot(QUrl)
    def _follow(self, url: QUrl) -> None:
        if url.scheme() == "cite" and url.path().isdecimal():
            self.cited.emit(int(url.path()))

    @Slot()
    def _copy(self) -> None:
        answer, text = self.answer, self._text
        if answer is not None and answer.quotation and not answer.abstained:
            text = quoted_text(answer)
        QGuiApplication.clipboard().setText(text)
        self.copy.setText("Copied")


def remark(answer: Answer) -> str:
    """What has to be said under an answer, in one line."""
    said: list[str] = []
    unsupported = [one for one in answer.sentences if not one.supported]
    if answer.stopped:
        said.append("Stopped.")
    if answer.quotation and not answer.abstained:
        said.append("Quoted word for word from your documents.")
    if orders.told_of(answer):
        said.append(orders.TOLD)
    if answer.mode == "plain":
        said.append("Answered without your documents; nothing here was checked.")
    elif unsupported and not answer.abstained:
        said.append(f"{OPEN_CIRCLE} marks what was not found in your documents.")
    return " ".join(said)
