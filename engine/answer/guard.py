"""Found passages as they may be read: without orders, also where one runs over from its neighbour.

A passage is cut from its page without regard to who speaks in it, so that the code an order brings
may stand in the next one. Orders are therefore looked for on the page around a passage.
"""

from collections.abc import Sequence
from dataclasses import replace

from engine.answer import orders
from engine.answer.draft import Pages
from engine.types import Hit, Passage


class Guard:
    """The passages of one question, read without orders and shown as they are."""

    def __init__(self, hits: Sequence[Hit], documents: Pages) -> None:
        self._documents = documents
        self._pages: dict[tuple[str, int], str] = {}
        self._found = {hit.passage.id: hit for hit in hits}
        self.hits = tuple(self._guarded(hit) for hit in hits)
        """With blanks in place of orders; all positions stay as they are."""

    def shown(self, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        """The same hits as they were found."""
        return tuple(self._found.get(hit.passage.id, hit) for hit in hits)

    def _guarded(self, hit: Hit) -> Hit:
        passage = hit.passage
        text = passage.text
        for start, end in self._orders(passage):
            text = orders.blanked(text, max(0, start), min(len(text), end))
        return hit if text == passage.text else replace(hit, passage=replace(passage, text=text))

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
