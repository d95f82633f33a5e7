"""Answers before they are timed and stored: texts with the quotes that support them."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from engine.answer import cite, cited_cells, orders, sentences
from engine.answer.extract import Evidence
from engine.types import Citation, CitedCell, Hit, Page, Sentence

log = logging.getLogger(__name__)


class Pages(Protocol):
    """What answering needs of the store: ``engine.store.documents.Documents``, or a test's."""

    def pages(self, path: str, /) -> list[Page]: ...


@dataclass(frozen=True, slots=True)
class Draft:
    """A text, its sentences and the citations they point to."""

    text: str
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    quotation: bool = False
    """Quoted from the documents, not written by the model."""

    @property
    def supported_share(self) -> float:
        """Share of the sentences that are supported, in [0, 1]; 0 for an empty text."""
        if not self.sentences:
            return 0.0
        return sum(sentence.supported for sentence in self.sentences) / len(self.sentences)

    def supported(self) -> "Draft":
        """The same without the sentences that nothing supports."""
        kept = tuple(sentence for sentence in self.sentences if sentence.supported)
        return replace(self, text=" ".join(each.text for each in kept), sentences=kept)


class Desk:
    """Writes the drafts of one answer and keeps its citations; each is checked on its page."""

    def __init__(self, hits: Sequence[Hit], documents: Pages) -> None:
        self._hits = hits
        self._documents = documents
        self._pages: dict[str, dict[int, Page]] = {}

    def unchecked(self, written: str) -> Draft:
        """The model's text where no documents were asked."""
        written = written.strip()
        parts = [written[start:end] for start, end in sentences.split(written)]
        return Draft(written, tuple(Sentence(part, (), False) for part in parts))

    def checked(self, written: str, about: str) -> Draft:
        """The model's text with every sentence aligned to the passages it stands on."""
        written = cite.without_marks(written)
        passages = [orders.readable(hit.passage.text) for hit in self._hits]
        contexts = [
            orders.readable(f"{hit.passage.title} {hit.passage.heading}") for hit in self._hits
        ]
        citations: list[Citation] = []
        found: list[Sentence] = []
        for start, end in sentences.split(written):
            part = written[start:end]
            support = cite.align(part, passages, about=about, contexts=contexts)
            number = (
                self._cite(citations, support.passage, support.start, support.end, said=part)
                if support is not None
                else 0
            )
            found.append(Sentence(part, (number,) if number else (), number > 0))
        return Draft(written, tuple(found), tuple(citations))

    def quoted(self, evidence: Sequence[Evidence]) -> Draft:
        """Sentences of the documents word for word, in the order given, none of them twice."""
        citations: list[Citation] = []
        found: list[Sentence] = []
        for rank, item in enumerate(evidence):
            if any(
                item.hit == other.hit and item.start < other.end and other.start < item.end
                for other in evidence[:rank]
            ):
                continue
            number = self._cite(citations, item.hit, item.start, item.end)
            quote = item.sentence if item.table else " ".join(item.sentence.split())
            if number and all(quote != sentence.text for sentence in found):
                found.append(Sentence(quote, (number,), True))
        text = " ".join(sentence.text for sentence in found)
        return Draft(text, tuple(found), tuple(citations), quotation=True)

    def read_out(self, evidence: Evidence, start: int, end: int) -> Draft:
        """A short answer (a span of the passage) word for word, its sentence as the quote."""
        citations: list[Citation] = []
        number = self._cite(
            citations, evidence.hit, evidence.start, evidence.end, answer=(start, end)
        )
        if not number:
            return Draft("")
        text = " ".join(self._hits[evidence.hit].passage.text[start:end].split())
        return Draft(text, (Sentence(text, (number,), True),), tuple(citations), quotation=True)

    def _cite(
        self,
        citations: list[Citation],
        hit: int,
        start: int,
        end: int,
        *,
        answer: sentences.Span | None = None,
        said: str = "",
    ) -> int:
        """Number of the citation for a span of a passage; 0 where the page does not hold it.

        ``answer`` is the part of the passage, or ``said`` the sentence, that it is cited for.
        """
        passage = self._hits[hit].passage
        if any(first < end and start < last for first, last in orders.find(passage.text)):
            return 0  # it would quote an order
        citation = Citation(
            path=passage.path,
            page=passage.page,
            start=passage.start + start,
            end=passage.start + end,
            quote=passage.text[start:end],
            passage_id=passage.id,
            document_id=passage.document_id,
            label=passage.label,
            also=self._hits[hit].also,
        )
        page = self._page(passage.path, passage.page)
        told = orders.gives_near(page.text, citation.start, citation.end)
        citation = replace(citation, gives_orders=told)
        for number, known in enumerate(citations, start=1):
            if replace(known, cells=()) == citation:
                cells = self._cells(page, citation, passage.start, answer, said)
                both = sorted({*known.cells, *cells}, key=lambda each: each.start)
                citations[number - 1] = replace(known, cells=tuple(both))
                return number
        if not citation.quote or page.text[citation.start : citation.end] != citation.quote:
            log.warning("A passage no longer matches its page; its citation is left out.")
            return 0
        cells = self._cells(page, citation, passage.start, answer, said)
        citations.append(replace(citation, cells=cells))
        return len(citations)

    def _cells(
        self, page: Page, cited: Citation, at: int, answer: sentences.Span | None, said: str
    ) -> tuple[CitedCell, ...]:
        """``answer`` counts from ``at`` on."""
        placed = (at + answer[0], at + answer[1]) if answer is not None else None
        return cited_cells.of_quote(page, cited.start, cited.end, answer=placed, said=said)

    def _page(self, path: str, number: int) -> Page:
        if path not in self._pages:
            self._pages[path] = {page.number: page for page in self._documents.pages(path)}
        return self._pages[path].get(number, Page(number, ""))
