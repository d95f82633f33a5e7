"""The texts of pages as they are stored: in compressed blocks, each of which is read by itself.

A page's text stands once in the vault. Its block ``n`` holds :data:`BLOCK` characters from
``n * BLOCK`` on (:data:`OLD_BLOCK` where it was stored by an older version), compressed with zstd
(RFC 8878) and with a dictionary that the vault learns from its own texts
(:mod:`engine.store.dictionary`), so that short texts become as small as long ones.
Passages name a place in a page; the view ``passages`` shows their texts.

SQL reads and writes through functions that every connection has to know:
``packed(text)`` → a block; ``page_text(page)`` and ``span_text(page, start, end)`` → text.
"""

import logging
import weakref
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import apsw
import zstandard

from engine.store.rows import numbers, rows

log = logging.getLogger(__name__)

BLOCK = 16_384
"""Characters of a block: reading a passage unpacks one or two.

Compressed, it fills a page of SQLite's and spills over into others, which are filled to the last
byte; a block that is a little smaller than a page takes a whole one.
"""
OLD_BLOCK = 8192
"""Characters of a block of older vaults, which are told by their numbers."""
LARGE = 1 << 19
"""What the numbers of a page's blocks begin from; those of older vaults begin from 0."""
BLOCK_BITS = 20
"""Low bits of a block's number in ``texts``; the page's number stands above them."""
HEADING_BITS = 24
"""Low bits of a heading's number in ``headings``; the document's number stands above them."""
LEVEL = 12
REMEMBERED = 64
"""Unpacked blocks that a connection keeps."""


class Texts:
    """Packs and unpacks for one connection, on one thread at a time.

    All rows of a statement are taken: one that is left half read inside a function of SQL's keeps
    the connection at the state it saw.
    """

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = weakref.ref(connection)
        self._packers: dict[int, zstandard.ZstdCompressor] = {}
        self._unpackers: dict[int, zstandard.ZstdDecompressor] = {}
        self._blocks: OrderedDict[bytes, str] = OrderedDict()

    def packed(self, text: str) -> bytes:
        db = self._db()
        newest = rows(db, "SELECT id FROM dictionaries ORDER BY number DESC LIMIT 1")
        name = newest[0][0] if newest else 0
        packer = self._packers.get(name)
        if packer is None:
            self._packers.clear()
            packer = self._packers[name] = packer_with(_dictionary(db, name))
        return packer.compress(text.encode())

    def unpacked(self, block: bytes) -> str:
        """Raises apsw.CorruptError for a block that is damaged."""
        # By its bytes: a number may stand for another text later.
        if (known := self._blocks.get(block)) is not None:
            self._blocks.move_to_end(block)
            return known
        try:
            name = zstandard.get_frame_parameters(block).dict_id
            unpacker = self._unpackers.get(name)
            if unpacker is None:
                unpacker = self._unpackers[name] = zstandard.ZstdDecompressor(
                    dict_data=_dictionary(self._db(), name)
                )
            text = unpacker.decompress(block).decode()
        except (zstandard.ZstdError, UnicodeDecodeError) as error:
            raise apsw.CorruptError("a text cannot be unpacked") from error
        self._blocks[block] = text
        if len(self._blocks) > REMEMBERED:
            self._blocks.popitem(last=False)
        return text

    def repacked(self, block: bytes) -> bytes:
        """With the dictionary of today. A block that is damaged stays as it is."""
        try:
            return self.packed(self.unpacked(block))
        except apsw.CorruptError:
            return block

    def page(self, page_id: int) -> str:
        low = page_id << BLOCK_BITS
        found = rows(
            self._db(),
            "SELECT text FROM texts WHERE id >= ? AND id < ? ORDER BY id",
            (low, low + (1 << BLOCK_BITS)),
        )
        return "".join(self.unpacked(block) for (block,) in found)

    def span(self, page_id: int, start: int, end: int) -> str:
        """Empty where the text is damaged, so that a document can be forgotten and read again."""
        low, db = page_id << BLOCK_BITS, self._db()
        for base, length in ((low + LARGE, BLOCK), (low, OLD_BLOCK)):
            first, last = start // length, max(start, end - 1) // length
            found = rows(
                db,
                "SELECT text FROM texts WHERE id BETWEEN ? AND ? ORDER BY id",
                (base + first, base + last),
            )
            if not found:
                continue
            try:
                text = "".join(self.unpacked(block) for (block,) in found)
            except apsw.CorruptError:
                log.warning("a text of the vault is damaged")
                return ""
            return text[start - first * length : end - first * length]
        return ""

    def _db(self) -> apsw.Connection:
        connection = self._connection()
        assert connection is not None
        return connection


def register(connection: apsw.Connection) -> None:
    """Let a connection read and write the texts."""
    texts = Texts(connection)
    functions: tuple[tuple[str, Any, int], ...] = (
        ("packed", texts.packed, 1),
        ("unpacked", texts.unpacked, 1),
        ("repacked", texts.repacked, 1),
        ("page_text", texts.page, 1),
        ("span_text", texts.span, 3),
    )
    for name, function, arguments in functions:
        connection.create_scalar_function(name, function, arguments, flags=apsw.SQLITE_INNOCUOUS)


def spans(db: apsw.Connection, places: Sequence[tuple[int, int, int]]) -> list[str]:
    """What :meth:`Texts.span` gives for each page, start and end, with every block read once.

    Raises apsw.CorruptError where one of them is damaged.
    """
    wanted: list[tuple[int, int, list[int]]] = []
    for page_id, start, end in places:
        low, last = page_id << BLOCK_BITS, max(start, end - 1)
        for base, length in ((low + LARGE, BLOCK), (low, OLD_BLOCK)):
            first = start // length
            blocks = list(range(base + first, base + last // length + 1))
            wanted.append((start - first * length, end - first * length, blocks))
    numbered = sorted({block for _, _, blocks in wanted for block in blocks})
    held: dict[int, str] = dict(
        rows(
            db,
            "SELECT texts.id, unpacked(texts.text) FROM carray(?) AS wanted "
            "CROSS JOIN texts ON texts.id = wanted.value",
            (numbers(numbered),),
        )
    )
    pieces = [
        "".join(held.get(block, "") for block in blocks)[start:end] for start, end, blocks in wanted
    ]
    return [new or old for new, old in zip(pieces[::2], pieces[1::2], strict=True)]


def put(db: apsw.Connection, page_id: int, text: str) -> None:
    """Store a page's text inside a running transaction."""
    low = (page_id << BLOCK_BITS) + LARGE
    db.executemany(
        "INSERT INTO texts(id, text) VALUES (?, packed(?))",
        [
            (low + number, text[start : start + BLOCK])
            for number, start in enumerate(range(0, len(text), BLOCK))
        ],
    )


def packer_with(dictionary: zstandard.ZstdCompressionDict | None) -> zstandard.ZstdCompressor:
    """Every block carries its checksum, so that a damaged one is known."""
    return zstandard.ZstdCompressor(level=LEVEL, dict_data=dictionary, write_checksum=True)


def _dictionary(db: apsw.Connection, name: int) -> zstandard.ZstdCompressionDict | None:
    found = rows(db, "SELECT data FROM dictionaries WHERE id = ?", (name,)) if name else []
    if not found:
        return None
    dictionary = zstandard.ZstdCompressionDict(found[0][0])
    dictionary.precompute_compress(level=LEVEL)
    return dictionary
