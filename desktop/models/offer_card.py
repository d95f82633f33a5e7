"""One model of the catalogue: what it is for, whether it will fit, and Get it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.errors import Problem
from desktop.models.card_text import FITS
from desktop.models.transfer import Transfer
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import ElidedLabel, IconLabel, label
from desktop.widgets.notice import Notice
from desktop.words import rate, size
from engine.models.catalogue import Offer
from engine.models.offer_fit import OfferFit
from engine.progress import Progress


class OfferCard(QFrame):
    wanted = Signal()

    def __init__(
        self, theme: Theme, offer: Offer, judged: OfferFit, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.offer, self.judged = offer, judged
        self.problem: Notice | None = None
        self.setProperty("kind", "card")
        self.setAccessibleName(f"{offer.name}: {offer.purpose} {judged.words}")
        fit, icon, colour = FITS[judged.fit]
        names = QVBoxLayout()
        names.setSpacing(2)
        names.addWidget(ElidedLabel(offer.name, "strong"))
        names.addWidget(label(offer.purpose, "softbody", wrap=True))
        self.get = Button(theme, "Get it", icon="download-simple", kind="plain")
        self.get.setAccessibleName(f"Get {offer.name}")
        self.get.clicked.connect(self.wanted)
        self.here = label("On this machine", "number")
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addLayout(names, 1)
        up = Qt.AlignmentFlag.AlignTop
        head.addWidget(self.here, 0, up)
        head.addWidget(self.get, 0, up)
        verdict = QHBoxLayout()
        verdict.setSpacing(6)
        verdict.addWidget(IconLabel(theme, icon, colour=colour), 0, up)
        verdict.addWidget(label(judged_words(judged), "soft", wrap=True), 1)
        self.transfer = Transfer(theme)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(20, 14, 16, 14)
        self._column.setSpacing(8)
        self._column.addLayout(head)
        self._column.addWidget(label(offer_line(offer, judged), "soft", wrap=True))
        self._column.addLayout(verdict)
        self._column.addWidget(self.transfer)
        self.fit = fit
        self.show_state(here=False, have=0, running=False)

    def show_state(
        self, *, here: bool, have: int, running: bool, progress: Progress | None = None
    ) -> None:
        """Here, coming, waiting to go on, or to be had."""
        if running:
            self.show_problem(None)
            self.transfer.run(progress)
        elif have:
            self.transfer.pause(have, self.judged.size_bytes if self.judged.exact else 0)
        self.transfer.setVisible(not here and (running or bool(have)))
        self.here.setVisible(here)
        self.get.setVisible(not here and not running and not have)

    def show_problem(self, problem: Problem | None) -> None:
        if self.problem is not None:
            self.problem.hide()
            self.problem.deleteLater()
            self.problem = None
        if problem is not None:
            self.problem = Notice.of(self._theme, problem, button="Try again")
            self.problem.pressed.connect(self.wanted)
            self._column.addWidget(self.problem)


def offer_line(offer: Offer, judged: OfferFit) -> str:
    """``2.5 GB · Q4_K_M · reads 40,960 tokens · Apache-2.0``."""
    shown = size(judged.size_bytes)
    parts = (
        shown if judged.exact else f"about {shown}",
        offer.quantization,
        f"reads {offer.context:,} tokens",
        offer.licence,
    )
    return "  ·  ".join(parts)


def judged_words(judged: OfferFit) -> str:
    speed = judged.decode_tokens_per_s
    return f"{judged.words} Expect it to write about {rate(speed)}." if speed else judged.words
