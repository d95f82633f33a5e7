"""What is read out of the evidence word for word, where no model words an answer."""

from collections.abc import Sequence
from dataclasses import replace

from engine.answer import extract, form, spans, table_lookup, tables
from engine.answer.draft import Desk, Draft, Pages
from engine.answer.extract import Evidence, Rarity
from engine.answer.found import Found, together
from engine.answer.reader import Reader
from engine.answer.written import Written
from engine.types import Hit

SURE = 0.16
"""Least probability of a short answer; below it the whole sentence is quoted."""


class Quoting:
    """Reads short answers out of sentences, and quotes them whole where none is sure."""

    def __init__(self, documents: Pages) -> None:
        """``documents`` hold the pages that are quoted."""
        self._documents = documents
        self._reader = Reader()

    def found(
        self, about: str, hits: Sequence[Hit], evidence: list[Evidence], rarity: Rarity
    ) -> Found:
        """The evidence with what short answers may be read out of it."""
        stretches = [item for item in evidence if not item.table]
        readings = self._reader.read(about, stretches, rarity)
        best = extract.judged(evidence)[:1]
        table = best[0] if best and best[0].table else None
        return Found(about, tuple(hits), stretches, readings, rarity, table)

    def quoted(self, question: str, found: Found) -> Draft:
        """A short answer from the documents where one is asked for, or else whole sentences."""
        desk = Desk(found.hits, self._documents)
        best = extract.judged(found.evidence)
        if found.table is not None:
            return self._looked_up(desk, found.table, found)
        if form.wants_sentences(question) or not found.readings:
            return desk.quoted(
                [extract.with_list(item, found.text(item)) for item in together(best)]
            )
        if tables.is_row(best[0].sentence):
            cell = tables.cell(found.about, found.text(best[0]), best[0].start, best[0].end)
            return desk.read_out(best[0], *cell) if cell else desk.quoted(best[:1])
        reading = self._reader.best(found.about, found.readings) or found.readings[0]
        evidence = found.evidence[reading.evidence]
        kind = spans.kind(spans.tokens(reading.text))
        unsure = reading.probability < SURE or not form.fits(found.about, kind)
        if unsure or tables.is_row(evidence.sentence):
            return desk.quoted([evidence])
        end = spans.with_unit(found.text(evidence), reading.end)
        return desk.read_out(evidence, reading.start, end)

    def said(self, written: Written, found: Found) -> Draft:
        """A short answer with its sentence as the quote.

        Words that stand in none of the sentences are not shown; the best sentence is.
        """
        desk = Desk(found.hits, self._documents)
        if written.place is None:
            return desk.quoted(extract.judged(found.evidence)[:1])
        item, start, end = written.place
        return desk.read_out(item, start, spans.with_unit(found.text(item), end))

    def _looked_up(self, desk: Desk, table: Evidence, found: Found) -> Draft:
        """The cell or row that is asked for, or else the table as it stands."""
        passage = found.text(table)
        looked = table_lookup.look_up(found.about, passage, table.start, table.end)
        if looked is None:
            return desk.quoted([table])
        start, end = looked.quote
        row = replace(table, start=start, end=end, sentence=passage[start:end])
        return desk.read_out(row, *looked.answer)
