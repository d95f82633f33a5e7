"""Questions that retrieval cannot answer: how many, how much in all, which is the latest.

Where the words of a question are all accounted for by one table and a way of counting, the answer
is one read-only query, shown with the rows that it counted. Everything else goes the usual way.
"""

import logging
import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import PurePath
from typing import Protocol

import numpy as np

from engine.answer import cited_cells, orders
from engine.answer.counting import say as counting_say
from engine.answer.counting import words as said
from engine.answer.counting.plan import Plan, plan
from engine.answer.counting.table import TableIndex
from engine.answer.draft import Draft, Pages
from engine.inference.embedder import Vectors
from engine.store.table_query import StoredTable
from engine.store.tables import Counted, Tables
from engine.types import Citation, Sentence

log = logging.getLogger(__name__)

SHEETS = frozenset({".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".ods", ".parquet"})
LEAST_ROWS = 8
"""Rows from which a table inside a text is counted in; a shorter one is read as text."""
LEAST_SHEET_ROWS = 2
MOST_TABLES = 200
"""Tables looked at for one question."""
KEPT = 64
"""Tables whose titles and values are remembered."""
NEAR = 0.45
"""Cosine from which a word counts as meant by a title."""

_COUNTS = re.compile(
    "|".join(
        pattern.pattern
        for pattern in (said.COUNT, said.AVERAGE, said.SUM, said.SUPERLATIVE, said.LIST, said.PER)
    ),
    re.I,
)


class Similar(Protocol):
    """What counting needs of an embedder."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors: ...


class Counter:
    """Answers from the tables of a vault. One request at a time."""

    def __init__(self, tables: Tables, *, today: date | None = None) -> None:
        self._tables = tables
        self._today = today
        self._indexes: OrderedDict[int, TableIndex] = OrderedDict()

    def answer(
        self, question: str, documents: Pages, *, library: str | None, similar: Similar | None
    ) -> tuple[Draft, str] | None:
        """What was counted, and the query; None where the question is not for counting.

        Raises QuerySlowError.
        """
        chosen = self.plan(question, library=library, similar=similar)
        if chosen is None:
            return None
        counted = self._tables.ask(chosen.query)
        return _draft(chosen, counted, documents), counted.query

    def plan(
        self, question: str, *, library: str | None = None, similar: Similar | None = None
    ) -> Plan | None:
        """The query for a question, of the table that explains it best."""
        if not _COUNTS.search(question):
            return None
        today = self._today or date.today()
        plans = [
            made
            for table in self._tables.all(library)[-MOST_TABLES:]
            if _is_counted(table) and (made := plan(question, self._index(table), today))
        ]
        plans = [made for made in plans if self._is_sure(made, similar)]
        if not plans:
            return None
        plans.sort(key=_worth, reverse=True)
        best = plans[0]
        rivals = [made for made in plans[1:] if _worth(made) == _worth(best)]
        if rivals:
            names = ", ".join(f"“{_told(made.query.table)}”" for made in rivals[:3])
            note = f"Counted in “{_told(best.query.table)}”; {names} would fit as well."
            best = _noted(best, note)
        return best

    def _index(self, table: StoredTable) -> TableIndex:
        found = self._indexes.pop(table.id, None) or TableIndex(table, self._tables)
        self._indexes[table.id] = found
        if len(self._indexes) > KEPT:
            self._indexes.popitem(last=False)
        return found

    def _is_sure(self, made: Plan, similar: Similar | None) -> bool:
        """Whether the plan accounts for the question."""
        if made.anchors == 0 or (made.aim == "extreme" and not made.sure):
            return False
        open_words = list(made.unexplained)
        if not open_words:
            return True
        if any(word.text[0].isdigit() for word in open_words) or len(open_words) > 2:
            return False
        return similar is not None and self._alike(open_words, made.query.table, similar)

    def _alike(self, words: Sequence[said.Word], table: StoredTable, similar: Similar) -> bool:
        """Whether each word means about the same as a title or the table's name."""
        titles = [column.title for column in table.columns]
        titles += [table.name, table.title]
        vectors = similar.embed_passages([*titles, *(word.text for word in words)])
        near = vectors[len(titles) :] @ vectors[: len(titles)].T
        return bool(np.all(near.max(axis=1) >= NEAR))


def _is_counted(table: StoredTable) -> bool:
    sheet = table.path.startswith("source:") or PurePath(table.path).suffix.lower() in SHEETS
    return table.rows >= (LEAST_SHEET_ROWS if sheet else LEAST_ROWS)


def _worth(made: Plan) -> tuple[int, int, int, int, int]:
    where = len(made.query.where)
    return (-len(made.unexplained), made.anchors, made.titles, where, int(made.named))


def _told(table: StoredTable) -> str:
    return f"{table.title} › {table.name}" if table.name != table.title else table.name


def _noted(made: Plan, note: str) -> Plan:
    return replace(made, notes=(*made.notes, note))


def _draft(made: Plan, counted: Counted, documents: Pages) -> Draft:
    """The sentences, with the counted rows as citations."""
    table = made.query.table
    pages = {page.number: page for page in documents.pages(table.path)}
    citations = []
    for page, start, end in counted.places:
        quote = pages[page].text[start:end] if page in pages else ""
        if not quote:
            log.warning("A row no longer stands on its page; its citation is left out.")
            continue
        told = orders.gives_near(pages[page].text, start, end)
        citations.append(
            Citation(
                table.path, page, start, end, quote,
                document_id=table.document_id, label=pages[page].label, gives_orders=told,
                cells=cited_cells.of_row(pages[page], start, end, made.query),
            )
        )  # fmt: skip
    numbers = tuple(range(1, len(citations) + 1))
    said_of_it = counting_say.sentences(made, counted)
    sentences = tuple(
        Sentence(text, numbers if place == 0 else (), True) for place, text in enumerate(said_of_it)
    )
    return Draft(" ".join(said_of_it), sentences, tuple(citations))
