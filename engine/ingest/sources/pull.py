"""Bringing a source's rows into the vault: only what changed is embedded, what is gone goes.

Every sheet of a source is a document: pages of 50 rows, a passage for every row, and the table
itself to count in. A sheet is stored in one transaction, so that a search never sees half of it.
A pull that fails leaves what is held as it is.
"""

import hashlib
import json
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.errors import EngineError, InputError
from engine.inference.embedder import Embedder
from engine.ingest.cells import typed
from engine.ingest.chunk import cut
from engine.ingest.sources import database, files
from engine.ingest.sources.sheet import Sheet
from engine.ingest.sources.template import Template, shown
from engine.network import NetworkGuard
from engine.progress import CancelToken, Progress
from engine.store.check import refill
from engine.store.connect import Vault
from engine.store.documents import Documents, FileStamp
from engine.store.sources import Source, Sources
from engine.store.vectors import Vectors, digest, embedding_text
from engine.types import Page, ParsedDocument, PassageDraft, Table

PAGE_ROWS = 50
SLICE = 64


@dataclass(frozen=True, slots=True)
class PullReport:
    """What a pull changed; rows counted over all parts of the source."""

    source: str
    rows: int
    added: int
    changed: int
    removed: int
    embedded: int
    """Passages that the embedder read; rows that stayed as they were need none."""
    seconds: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Part:
    """A sheet made ready to be stored."""

    part: str
    path: str
    parsed: ParsedDocument
    drafts: list[PassageDraft]
    hashes: dict[str, bytes]
    sha256: bytes


class Puller:
    """Pulls sources into one vault."""

    def __init__(self, vault: Vault, embedder: Embedder, guard: NetworkGuard) -> None:
        self._vault = vault
        self._embedder = embedder
        self._guard = guard
        self._sources = Sources(vault)
        self._documents = Documents(vault)
        self._vectors = Vectors(vault)

    def pull(
        self, source: Source, *, password: str = "", cancel: CancelToken | None = None
    ) -> Generator[Progress, None, PullReport]:
        """Read the source and store what changed. Raises SourceError, InputError, NotFoundError.

        A failure is noted with the source before it is raised.
        """
        cancel = cancel or CancelToken()
        try:
            return (yield from self._pull(source, password, cancel))
        except EngineError as error:
            if error.code != "cancelled":
                self._sources.failed(source, error)
            raise

    def _pull(
        self, source: Source, password: str, cancel: CancelToken
    ) -> Generator[Progress, None, PullReport]:
        started = time.monotonic()
        if source.is_database:
            sheets = yield from database.read(source, password, self._guard, cancel)
        else:
            sheets = yield from files.read(source, cancel)
        serving = self._vectors.serving()
        if serving is not None and serving.identity != self._embedder.identity:
            yield from refill(self._vault, self._embedder, cancel=cancel)
        added = changed = removed = embedded = 0
        kept: set[str] = set()
        for sheet in sheets:
            if not sheet.rows:
                continue
            part = self._part(source, sheet)
            kept.add(part.path)
            before = self._sources.hashes(source, sheet.part)
            added += len(part.hashes.keys() - before.keys())
            removed += len(before.keys() - part.hashes.keys())
            changed += sum(
                before[key] != found for key, found in part.hashes.items() if key in before
            )
            embedded += yield from self._store(source, part, cancel)
        for path in self._documents.known_files(source.path).keys() - kept:
            part_name = path.removeprefix(source.path).removeprefix("/")
            removed += len(self._sources.hashes(source, part_name))
            with self._vault.write():
                self._documents.remove([path])
                self._sources.keep_hashes(source, part_name, {})
        rows = sum(len(sheet.rows) for sheet in sheets)
        note = " ".join(dict.fromkeys(sheet.note for sheet in sheets if sheet.note))
        self._sources.pulled(source, rows, note)
        seconds = time.monotonic() - started
        return PullReport(source.name, rows, added, changed, removed, embedded, seconds, note)

    # --- one sheet -----------------------------------------------------------------------------

    def _part(self, source: Source, sheet: Sheet) -> _Part:
        template = Template(source.template, sheet.titles)
        texts = [template.text(row) or "(empty)" for row in sheet.rows]
        title = f"{source.name} › {sheet.part}" if sheet.part else source.name
        pages: list[Page] = []
        places: list[tuple[int, int, int]] = []
        for first in range(0, len(texts), PAGE_ROWS):
            lines = texts[first : first + PAGE_ROWS]
            number, at = len(pages) + 1, 0
            for line in lines:
                places.append((number, at, at + len(line)))
                at += len(line) + 1
            label = f"Rows {first + 1}–{first + len(lines)}"
            pages.append(Page(number, "\n".join(lines), label=label))
        columns, rows = typed(sheet.titles, sheet.rows)
        table = Table(sheet.part.rpartition("/")[2] or source.name, columns, rows, tuple(places))
        parsed = ParsedDocument("table", title, tuple(pages), note=sheet.note, tables=(table,))
        whole = hashlib.sha256(json.dumps([title, sheet.titles, texts, rows]).encode()).digest()
        return _Part(
            part=sheet.part,
            path=f"{source.path}/{sheet.part}" if sheet.part else source.path,
            parsed=parsed,
            drafts=self._drafts(title, texts, places),
            hashes=_hashes(source, sheet, texts),
            sha256=whole,
        )

    def _drafts(
        self, title: str, texts: Sequence[str], places: Sequence[tuple[int, int, int]]
    ) -> list[PassageDraft]:
        """A passage for every row; of a row that is too long for the embedder, several."""
        room = self._embedder.identity.max_tokens // 2
        drafts: list[PassageDraft] = []
        for text, (page, start, end) in zip(texts, places, strict=True):
            tokens = len(self._embedder.token_spans(text))
            if tokens <= room:
                drafts.append(PassageDraft(page, start, end, "", text, tokens))
                continue
            alone = ParsedDocument("table", title, (Page(page, text),))
            drafts += [
                PassageDraft(
                    page, start + piece.start, start + piece.end, "", piece.text, piece.tokens
                )
                for piece in cut(alone, self._embedder)
            ]
        return drafts

    def _store(
        self, source: Source, part: _Part, cancel: CancelToken
    ) -> Generator[Progress, None, int]:
        """Embed what is new and replace the document; the number of passages embedded."""
        known = self._documents.known_files(part.path).get(part.path)
        same_library = known is not None and known.library.casefold() == source.library.casefold()
        if known is not None and known.stamp.sha256 == part.sha256 and same_library:
            return 0
        vectors = self._vectors.ensure(self._embedder.identity)
        texts = {}
        names = []
        for draft in part.drafts:
            text = embedding_text(part.parsed.title, "", draft.text)
            names.append(digest(text))
            texts[names[-1]] = text
        held = self._vectors.known(vectors, texts)
        new = sorted(texts.keys() - held.keys(), key=lambda name: (len(texts[name]), name))
        for start in range(0, len(new), SLICE):
            cancel.check()
            yield Progress("indexing", start, len(new), part.parsed.title)
            batch = new[start : start + SLICE]
            matrix = self._embedder.embed_passages([texts[name] for name in batch])
            held.update(zip(batch, matrix, strict=True))
        cancel.check()
        size = sum(len(page.text.encode()) for page in part.parsed.pages)
        stamp = FileStamp(part.path, size, time.time_ns(), part.sha256)
        matrix = np.stack([held[name] for name in names])
        with self._vault.write():
            self._documents.put(stamp, source.library, part.parsed, part.drafts, matrix, vectors)
            self._sources.keep_hashes(source, part.part, part.hashes)
        return len(new)


def remove(vault: Vault, source: Source) -> int:
    """Forget a source and its rows; the number of rows."""
    documents = Documents(vault)
    with vault.write():
        documents.remove(list(documents.known_files(source.path)))
        Sources(vault).remove(source)
    return source.rows


def _hashes(source: Source, sheet: Sheet, texts: Sequence[str]) -> dict[str, bytes]:
    """Key → hash of every row. Raises InputError where the key column does not tell rows apart."""
    place = None
    if source.key_column:
        titles = [title.casefold() for title in sheet.titles]
        if source.key_column.casefold() not in titles:
            raise InputError(
                f"There is no column “{source.key_column}” to tell rows apart.",
                f"Columns: {', '.join(sheet.titles)}.",
            )
        place = titles.index(source.key_column.casefold())
    hashes: dict[str, bytes] = {}
    for row, text in zip(sheet.rows, texts, strict=True):
        found = hashlib.blake2b(json.dumps([text, row]).encode(), digest_size=16).digest()
        if place is None:
            key = found.hex()
            again = 1
            while key in hashes:
                again += 1
                key = f"{found.hex()} {again}"
        else:
            key = shown(row[place])
            if key in hashes:
                raise InputError(
                    f"Several rows have “{key}” in the column “{source.key_column}”.",
                    "Choose a column whose values are all different, or leave --key out.",
                )
        hashes[key] = found
    return hashes
