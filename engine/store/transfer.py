"""A library's documents as plain values: out of one vault and into another."""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import apsw
import numpy as np

from engine.errors import InputError
from engine.inference.embedder import Vectors as Matrix
from engine.store import headings, sheet_rows
from engine.store.connect import Vault
from engine.store.document_rows import FileStamp, Inner
from engine.store.quantise import unpacked
from engine.store.rows import rows, value
from engine.store.table_query import quoted
from engine.store.vectors import VectorSet, digest, embedding_text
from engine.types import Column, Heading, Page, ParsedDocument, PassageDraft, Table

Values = dict[str, Any]

_DOCUMENT = (
    "SELECT id, path, type, title, state, code, reason, size_bytes, mtime_ns, sha256, note, "
    "coalesce((SELECT path FROM documents AS outside WHERE outside.id = documents.parent_id), ''), "
    "reader "
    "FROM documents "
)
_TYPES = frozenset({"integer", "real", "date", "text"})


class NoLibraryFileError(InputError):
    """What stands in the file is not what a library file holds."""

    code = "library_file"

    def __init__(self, why: str = "") -> None:
        super().__init__(
            "This library file is damaged, or it is no library file of Alcove.",
            why or "Export the library again, and copy the file once more.",
        )


def files(vault: Vault, library: str) -> list[int]:
    """Numbers of the library's files, by path; not of what is in them."""
    with vault.read() as db:
        found = rows(
            db,
            "SELECT id FROM documents WHERE parent_id IS NULL AND library_id = "
            "(SELECT id FROM libraries WHERE name = ?) ORDER BY path",
            (library,),
        )
    return [id for (id,) in found]


def read(vault: Vault, document_id: int, vectors: VectorSet | None) -> Values | None:
    """A file with all that is in it; None where it is gone meanwhile."""
    with vault.read() as db:
        found = rows(db, _DOCUMENT + "WHERE id = ?", (document_id,))
        if not found:
            return None
        values = _document(db, found[0], vectors)
        values["inner"] = [_document(db, each, vectors) for each in _within(db, document_id)]
    return values


def _within(db: apsw.Connection, document_id: int) -> Iterator[tuple[Any, ...]]:
    """The documents inside a document, outer ones first."""
    for each in rows(db, _DOCUMENT + "WHERE parent_id = ? ORDER BY path", (document_id,)):
        yield each
        yield from _within(db, each[0])


def _document(db: apsw.Connection, found: tuple[Any, ...], vectors: VectorSet | None) -> Values:
    id, path, type, title, state, code, reason, size, mtime, sha256, note, parent, reader = found
    join = f"LEFT JOIN {vectors.table} AS v ON v.passage_id = passages.id" if vectors else ""
    passages = rows(
        db,
        f'SELECT page, start, "end", heading, digest{", v.embedding" if vectors else ", NULL"} '
        f"FROM passages {join} WHERE document_id = ? ORDER BY ordinal",
        (id,),
    )
    return {
        "path": path, "type": type, "title": title, "state": state, "code": code,
        "reason": reason, "size": size, "mtime_ns": mtime, "sha256": sha256.hex(), "note": note,
        "parent": parent, "reader": reader,
        "pages": [
            _page(headings.page(number, text, stored, label))
            for number, text, stored, label in rows(
                db,
                "SELECT number, page_text(id), headings, label FROM pages WHERE document_id = ? "
                "ORDER BY number",
                (id,),
            )
        ],
        "passages": [
            [*place, name.hex()] for *place, name, _ in passages
        ],
        "vectors": [
            base64.b64encode(blob).decode() if blob is not None else "" for *_, blob in passages
        ],
        "tables": list(_tables(db, id)),
    }  # fmt: skip


def _page(page: Page) -> list[Any]:
    """Number, text, headings and label; of a sheet, where its rows stand, behind the headings."""
    named = [[each.start, each.level, each.title] for each in page.headings]
    return [
        page.number, page.text, named + sheet_rows.packed(page.rows, page.merged), page.label,
    ]  # fmt: skip


def _tables(db: apsw.Connection, document_id: int) -> Iterator[Values]:
    found = rows(
        db,
        "SELECT name, sql_name, columns FROM tables WHERE document_id = ? ORDER BY id",
        (document_id,),
    )
    for name, sql_name, columns in found:
        kept = rows(db, f"SELECT * FROM {quoted(sql_name)} ORDER BY _row")
        yield {
            "name": name,
            "columns": [[title, type, unit] for title, _, type, unit in json.loads(columns)],
            "rows": [list(each[4:]) for each in kept],
            "places": [list(each[1:4]) for each in kept],
        }


# --- from values -------------------------------------------------------------------------------


def held(vault: Vault, path: str) -> bool:
    with vault.read() as db:
        return value(db, "SELECT 1 FROM documents WHERE path = ?", (path,)) is not None


def stamp(values: Mapping[str, Any]) -> FileStamp:
    """Raises NoLibraryFileError, as everything here does for values of the wrong kind."""
    try:
        return FileStamp(
            _text(values["path"]), int(values["size"]), int(values["mtime_ns"]),
            bytes.fromhex(values["sha256"]),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise NoLibraryFileError from error


def parsed(values: Mapping[str, Any]) -> ParsedDocument:
    try:
        pages = tuple(
            _page_of(int(number), _text(text), entries, _text(label))
            for number, text, entries, label in values["pages"]
        )
        tables = tuple(_table(each) for each in values["tables"])
        return ParsedDocument(
            _text(values["type"]), _text(values["title"]), pages, note=_text(values["note"]),
            tables=tables,
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise NoLibraryFileError from error


def _page_of(number: int, text: str, entries: Sequence[Sequence[Any]], label: str) -> Page:
    placed = [[int(at), 0, _text(told)] for at, level, told in entries if level == sheet_rows.LEVEL]
    named = [each for each in entries if each[1] != sheet_rows.LEVEL]
    return Page(
        number,
        text,
        tuple(Heading(int(at), int(level), _text(title)) for at, level, title in named),
        label,
        *sheet_rows.unpacked(placed),
    )


def _table(values: Mapping[str, Any]) -> Table:
    columns = tuple(Column(_text(t), type, _text(unit)) for t, type, unit in values["columns"])
    lines = tuple(tuple(row) for row in values["rows"])
    places = tuple((int(page), int(start), int(end)) for page, start, end in values["places"])
    sound = (
        all(column.type in _TYPES for column in columns)
        and len(lines) == len(places)
        and all(len(row) == len(columns) for row in lines)
        and all(isinstance(cell, str | int | float | None) for row in lines for cell in row)
    )
    if not sound:
        raise ValueError("no table")
    return Table(_text(values["name"]), columns, lines, places)


def passages(
    values: Mapping[str, Any], document: ParsedDocument
) -> tuple[list[PassageDraft], list[bytes], list[str]]:
    """The passages, the names of what was embedded, and the texts to embed where that is needed."""
    texts = {page.number: page.text for page in document.pages}
    try:
        drafts = []
        for page, start, end, heading, _ in values["passages"]:
            text = texts[page]
            if not 0 <= start < end <= len(text):
                raise ValueError("a passage outside its page")
            drafts.append(PassageDraft(page, start, end, _text(heading), text[start:end], 0))
        names = [bytes.fromhex(each[4]) for each in values["passages"]]
    except (KeyError, TypeError, ValueError) as error:
        raise NoLibraryFileError from error
    own = [embedding_text(document.title, each.heading, each.text) for each in drafts]
    return drafts, names, own


def matrix(values: Mapping[str, Any], storage: str, dimension: int) -> Matrix | None:
    """The vectors of a document's passages; None where one of them is not there."""
    try:
        blobs = [base64.b64decode(each, validate=True) for each in values["vectors"]]
    except (KeyError, TypeError, binascii.Error) as error:
        raise NoLibraryFileError from error
    size = dimension * (4 if storage == "float32" else 1)
    if len(blobs) != len(values["passages"]) or any(len(blob) != size for blob in blobs):
        return None
    if not blobs:
        return np.zeros((0, dimension), dtype=np.float32)
    return np.stack([unpacked(blob, storage) for blob in blobs])


def inner(
    values: Mapping[str, Any], vectors: Matrix, drafts: Sequence[PassageDraft],
    names: Sequence[bytes], document: ParsedDocument,
) -> Inner:  # fmt: skip
    failed = values.get("state") != "indexed"
    return Inner(
        path=_text(values["path"]),
        container=_text(values["parent"]),
        parsed=None if failed else document,
        drafts=drafts,
        digests=names,
        matrix=vectors,
        code=_text(values["code"]),
        reason=_text(values["reason"]),
        reader=reader(values),
    )


def reader(values: Mapping[str, Any]) -> int:
    """Version of what read the document; files of before do not tell."""
    found = values.get("reader", 1)
    if not isinstance(found, int):
        raise NoLibraryFileError
    return found


def names_of(texts: Sequence[str]) -> list[bytes]:
    return [digest(text) for text in texts]


def _text(found: object) -> str:
    if not isinstance(found, str):
        raise TypeError("no text")
    return found
