"""Found passages as they may be read: without orders, also where one runs over from its neighbour.

A passage is cut from its page without regard to who speaks in it, so that the code an order brings
may stand in the next one. Orders are therefore looked for on the page around a passage.
"""

from collections.abc import Sequence
from dataclasses import replace

from engine.answer import orders
from engine.answer.draft import Pages
from engine.answer.talk import Pinned, Talk
from engine.types import Hit, Passage


class Guard:
    """The passages before one question, read without orders and shown as they are."""

    def __init__(self, documents: Pages) -> None:
        self._documents = documents
        self._pages: dict[tuple[str, int], str] = {}
        self._guarded: dict[tuple[int, int, int], Passage] = {}
        """What was changed, as it stands in the documents."""

    def read(self, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        """The hits with blanks in place of orders; all positions stay as they are."""
        return tuple(replace(hit, passage=self._passage(hit.passage)) for hit in hits)

    def shown(self, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        """The same hits as they were found."""
        return tuple(
            replace(hit, passage=self._guarded.get(_key(hit.passage), hit.passage)) for hit in hits
        )

    def talk(self, talk: Talk) -> Talk:
        """A conversation whose passages are read without orders, as those found now are."""
        turns = tuple(
            replace(turn, passages=tuple(map(self._passage, turn.passages))) for turn in talk.turns
        )
        documents = tuple(self._pinned(each) for each in talk.documents)
        return replace(talk, turns=turns, documents=documents)

    def _pinned(self, document: Pinned) -> Pinned:
        if not orders.gives(document.text):
            return document
        return replace(document, passages=tuple(map(self._passage, document.passages)))

    def _passage(self, passage: Passage) -> Passage:
        text = passage.text
        for start, end in self._orders(passage):
            text = orders.blanked(text, max(0, start), min(len(text), end))
        if text == passage.text:
            return passage
        self._guarded[_key(passage)] = passage
        return replace(passage, text=text)

    def _orders(self, passage: Passage) -> list[tuple[int, int]]:
        """Spans in the passage's text; what stands outside of it is cut off later."""
        begin = max(0, passage.start - orders.LONGEST)
        around = self._page(passage)[begin : passage.end + orders.LONGEST]
        shift = begin - passage.start
        if around[-shift : -shift + len(passage.text)] != passage.text:
            return list(orders.find(passage.text))  # the page was read anew since
        spans = [(start + shift, end + shift) for start, end in orders.find(around)]
        return [span for span in spans if span[1] > 0 and span[0] < len(passage.text)]

    def _page(self, passage: Passage) -> str:
        key = passage.path, passage.page
        if key not in self._pages:
            for page in self._documents.pages(passage.path):
                self._pages[passage.path, page.number] = page.text
        return self._pages.setdefault(key, "")


def _key(passage: Passage) -> tuple[int, int, int]:
    return passage.id, passage.start, passage.end
