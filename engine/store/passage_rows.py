"""Many passages at a time, as a search wants them: each block of text is read once."""

from collections.abc import Sequence

import apsw

from engine.store import texts
from engine.store.rows import numbers, rows
from engine.types import Passage

ONE_BY_ONE = (
    "SELECT passages.id, passages.document_id, documents.path, passages.title, passages.page, "
    'passages.start, passages."end", passages.heading, passages.text, '
    "passages.label FROM passages "
    "JOIN documents ON documents.id = passages.document_id "
)
"""Passages as the view tells them, which reads the text of each by itself."""

_TOGETHER = (
    "SELECT spans.id, spans.document_id, documents.path, documents.title, spans.page, "
    'spans.start, spans."end", '
    "coalesce(iif(typeof(headings.text) = 'blob', "
    "documents.title || CAST(headings.text AS TEXT), headings.text), ''), "
    "pages.label, pages.id FROM carray(?) AS wanted "
    "CROSS JOIN spans ON spans.id = wanted.value "
    "CROSS JOIN documents ON documents.id = spans.document_id "
    "CROSS JOIN pages ON pages.document_id = spans.document_id AND pages.number = spans.page "
    "LEFT JOIN headings ON headings.id = (spans.document_id << 24) + spans.heading"
)


def by_id(db: apsw.Connection, ids: Sequence[int]) -> list[Passage]:
    """Those of the passages that exist; the text is empty where it is damaged."""
    found = rows(db, _TOGETHER, (numbers(ids),))
    try:
        read = texts.spans(db, [(row[9], row[5], row[6]) for row in found])
    except apsw.CorruptError:
        # One by one, so that the others are told.
        found = rows(
            db,
            ONE_BY_ONE + "WHERE passages.id IN (SELECT value FROM carray(?))",
            (numbers(ids),),
        )
        return [Passage(*each) for each in found]
    return [Passage(*(*row[:8], text, row[8])) for row, text in zip(found, read, strict=True)]
