"""What a source card tells: number, file, the page as readers call it, and where else it stands."""

from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from desktop.chat.source import Source, sources_of
from desktop.chat.source_card import SourceCard, also_words
from desktop.theme.theme import Theme
from engine.model_types import Usage
from engine.types import Answer, Citation, Sentence, Timings
from tests.desktop.conftest import WAIT_MS, Stage

pytestmark = pytest.mark.window
Open = Callable[..., Stage]


def answer(*citations: Citation, query: str = "") -> Answer:
    return Answer(
        "How many?",
        "Two.",
        abstained=False,
        sentences=(Sentence("Two.", tuple(range(1, len(citations) + 1)), True),),
        citations=citations,
        timings=Timings(0, 0, 0),
        usage=Usage(0, 0),
        query=query,
    )


@pytest.mark.parametrize(
    ("path", "page", "label", "place"),
    [
        ("/a/talk.pptx", 3, "Slide 3", "Slide 3"),
        ("/a/travel.pdf", 2, "", "page 2"),
        ("/a/travel.pdf", 2, "Page iv", "Page iv"),
        ("/a/notes.md", 1, "", ""),
    ],
)
def test_a_place_is_called_what_readers_call_it(
    qtbot: QtBot, theme: Theme, path: str, page: int, label: str, place: str
) -> None:
    (source,) = sources_of(answer(Citation(path, page, 0, 4, "Text", label=label)))
    assert source.place == place
    card = SourceCard(theme, source)
    qtbot.addWidget(card)
    assert card.also.isHidden()
    assert place in card.accessibleName()


def test_copies_are_named(qtbot: QtBot, theme: Theme) -> None:
    cited = Citation("/a/offer.pdf", 1, 0, 4, "Text", also=("/b/mail.eml!/offer.pdf",))
    (source,) = sources_of(answer(cited))
    card = SourceCard(theme, source)
    qtbot.addWidget(card)
    assert card.also.text() == "also in offer.pdf in mail.eml"
    assert not card.also.isHidden()
    two = Source(1, "/a", 1, 0, 4, "Text", also=("/b", "/c"))
    assert also_words(two) == "also in 2 other files"


def test_counted_rows_of_one_table_are_marked_together() -> None:
    cited = (
        Citation("source:B", 1, 0, 4, "Text"),
        Citation("source:B", 2, 5, 9, "Text"),
        Citation("/a.csv", 1, 1, 2, "T"),
    )
    assert [source.rows for source in sources_of(answer(*cited))] == [(), (), ()]
    counted = sources_of(answer(*cited, query="SELECT 1"))
    assert counted[0].rows == ((1, 0, 4), (2, 5, 9))
    assert counted[2].rows == ((1, 1, 2),)


def test_what_lies_in_a_mail_is_shown_and_opens_its_mail(
    qtbot: QtBot, open_window: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"] = "Offer", "ada@example.org"
    mail.set_content("The offer is attached.")
    mail.add_attachment("A slipway costs 900 crowns.", filename="offer.txt")
    path = tmp_path / "mail.eml"
    path.write_bytes(bytes(mail))
    stage = open_window(add=path)
    (inner,) = stage.assistant.inner(str(path))
    side = stage.window.chat.side
    with qtbot.waitSignal(side.viewer.shown, timeout=WAIT_MS):
        side.open(Source(1, inner.path, 1, 2, 9, "slipway"))
    assert side.viewer.name.text() == "offer.txt in mail.eml"
    assert side.viewer.remark.text().startswith("This lies inside mail.eml.")
    assert side.viewer.text.marked_text() == "slipway"
    opened: list[str] = []
    monkeypatch.setattr(
        QDesktopServices, "openUrl", staticmethod(lambda url: opened.append(url.toLocalFile()))
    )
    side.viewer.outside.click()
    assert opened == [str(path)]
