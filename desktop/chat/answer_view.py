"""One answer in a conversation: growing, finished, stopped or failed, and what can be done now."""

from typing import Literal

from PySide6.QtCore import QUrl, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.chat.answer_actions import AnswerActions
from desktop.chat.answer_html import OPEN_CIRCLE, answer_html, quotation_html, quoted_text
from desktop.chat.correction import Correction
from desktop.chat.query_fold import QueryFold
from desktop.chat.thinking import ThinkingFold
from desktop.chat.why_panel import WhyPanel
from desktop.errors import Problem
from desktop.theme.theme import Theme
from desktop.widgets.labels import label
from desktop.widgets.notice import Notice
from desktop.widgets.rich_text import RichText
from engine.answer import orders
from engine.types import Answer, ChatMessage

State = Literal["waiting", "growing", "done", "failed"]


class AnswerView(QWidget):
    cited = Signal(int)
    """A citation's number was pressed."""
    sources_wanted = Signal()
    again = Signal()
    """The same question once more."""
    pinned = Signal(bool)
    """Keep this turn in the model's memory, or let it go."""
    rated = Signal(object)
    """A thumb up, a thumb down, or None."""
    corrected = Signal(str)
    """What it should have said; empty takes it back."""
    passage_wanted = Signal(object)
    """A found passage whose page is to be shown."""
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
        self.action_row = actions = AnswerActions(theme)
        actions.copy.clicked.connect(self._copy)
        actions.repeat.clicked.connect(self.again)
        actions.sources.clicked.connect(self.sources_wanted)
        actions.pinned.connect(self.pinned)
        actions.rated.connect(self._rate)
        actions.correct.clicked.connect(self._correct)
        self.why = WhyPanel(theme)
        self.why.passage_wanted.connect(self.passage_wanted)
        actions.why.toggled.connect(self.why.unfold)
        self.correction = Correction(theme)
        self.correction.corrected.connect(self.corrected)
        self.notice: Notice | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(4, 0, 4, 0)
        self._column.setSpacing(4)
        self._column.addWidget(self.thinking)
        self._column.addWidget(self.body)
        self._column.addWidget(self.query)
        self._column.addWidget(self.remark)
        self._column.addWidget(self.correction)
        self._column.addWidget(actions)
        self._column.addWidget(self.why)
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
        self.action_row.finish(answer)
        self.why.put(answer.why)
        self.thinking.put(answer.thinking)
        self.query.put(answer.query)
        self._draw()

    def stored(self, message: ChatMessage) -> None:
        """The turn as it was kept: it can be rated, corrected and pinned now."""
        self.message_id = message.id
        self.action_row.stored(message)
        self.correction.put(message.correction)

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
            marking = answer.mode not in ("plain", "tuned") and not answer.abstained
            html = answer_html(
                self._text, tokens, sentences=answer.sentences, mark_unsupported=marking
            )
        self.body.setHtml(html)
        self.body.setVisible(bool(self._text.strip()))
        waiting = self.state == "waiting"
        self.remark.setVisible(bool(self.remark.text()) and (waiting or self.state == "done"))
        self.action_row.setVisible(self.state == "done")

    @Slot(object)
    def _rate(self, up: bool | None) -> None:
        self.rated.emit(up)
        if up is False and not self.correction.kept:
            self._correct()  # what was wrong is known now, and can be said at once

    @Slot()
    def _correct(self) -> None:
        if self.correction.is_writing:
            self.correction.leave()
        else:
            self.correction.write("" if self._abstained else self.plain_text)

    @property
    def _abstained(self) -> bool:
        return self.answer is not None and self.answer.abstained

    @property
    def plain_text(self) -> str:
        """What it says, as text to copy or to correct."""
        answer = self.answer
        if answer is not None and answer.quotation and not answer.abstained:
            return quoted_text(answer)
        return self._text

    @Slot(QUrl)
    def _follow(self, url: QUrl) -> None:
        if url.scheme() == "cite" and url.path().isdecimal():
            self.cited.emit(int(url.path()))

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.plain_text)
        self.action_row.copy.setText("Copied")


def remark(answer: Answer) -> str:
    """What has to be said under an answer, in one line."""
    said: list[str] = []
    unsupported = [one for one in answer.sentences if not one.supported]
    if answer.stopped:
        said.append("Stopped.")
    if answer.note:
        said.append(answer.note)
    if answer.quotation and not answer.abstained:
        said.append("Quoted word for word from your documents.")
    if orders.told_of(answer):
        said.append(orders.TOLD)
    if answer.mode in ("plain", "tuned"):
        said.append("Answered without your documents; nothing here was checked.")
    elif unsupported and not answer.abstained:
        said.append(f"{OPEN_CIRCLE} marks what was not found in your documents.")
    return " ".join(said)
