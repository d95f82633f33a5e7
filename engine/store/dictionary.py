"""What the texts of a vault have in common, learnt from them so that they are stored smaller.

A vault learns when it holds some text, and again when it holds much more; then all of its texts are
packed anew. Where learning does not help, it is not tried again before the next step.
"""

import apsw
import zstandard

from engine.store.rows import Row, row, rows, value
from engine.store.texts import packer_with

STEPS = ((200_000, 16_384), (2_000_000, 65_536), (12_000_000, 114_688))
"""Bytes of packed texts from which on a dictionary of so many bytes is learnt."""
SAMPLE_BYTES = 8_000_000
PIECE = 2048
"""Characters of a piece that is learnt from."""
WORTH = 0.97
"""Texts are packed anew where they become smaller than this share of what they were."""
COMPARED = 300
"""Texts that are packed for trial."""
AT_ONCE = 256
NONE = 0
"""Number of the dictionary of a vault that has tried to learn and could not."""


def due(db: apsw.Connection) -> bool:
    """Whether it is time to learn."""
    held = _newest(db)
    learnt_from = held[2] if held else 0
    if learnt_from >= STEPS[-1][0]:
        return False
    size = _size(db)
    return any(learnt_from < least <= size for least, _ in STEPS)


def learn(db: apsw.Connection, *, anew: bool = False) -> bool:
    """Learn where it is time, or in any case, inside a running transaction.

    Whether the texts were packed anew.
    """
    if not anew and not due(db):
        return False
    held, size = _newest(db), _size(db)
    wanted = [length for least, length in STEPS if least <= size]
    if not wanted:
        return False
    number = (held[1] if held else 0) + 1
    made = _learnt(db, wanted[-1])
    if made is None:
        # Marks that it was tried; texts are packed as before.
        if held:
            db.execute("UPDATE dictionaries SET learnt_from = ? WHERE id = ?", (size, held[0]))
        else:
            db.execute("INSERT INTO dictionaries VALUES (?, 1, ?, x'')", (NONE, size))
        return False
    db.execute(
        "INSERT OR REPLACE INTO dictionaries(id, number, learnt_from, data) VALUES (?, ?, ?, ?)",
        (made.dict_id(), number, size, made.as_bytes()),
    )
    _pack_anew(db)
    db.execute("DELETE FROM dictionaries WHERE id <> ?", (made.dict_id(),))
    return True


def _newest(db: apsw.Connection) -> Row | None:
    return row(db, "SELECT id, number, learnt_from FROM dictionaries ORDER BY number DESC LIMIT 1")


def _size(db: apsw.Connection) -> int:
    return int(value(db, "SELECT coalesce(sum(length(text)), 0) FROM texts"))


def _learnt(db: apsw.Connection, length: int) -> zstandard.ZstdCompressionDict | None:
    """A dictionary that makes the texts smaller than they are; None where none does."""
    ids = [id for (id,) in rows(db, "SELECT id FROM texts")]
    pieces: list[bytes | bytearray | memoryview[int]] = []
    taken = 0
    step = max(1, len(ids) * 4096 // SAMPLE_BYTES)
    for id in ids[::step]:
        text = _text(db, id)
        pieces += [text[at : at + PIECE].encode() for at in range(0, len(text), PIECE)]
        taken += len(text)
        if taken > SAMPLE_BYTES:
            break
    try:
        made = zstandard.train_dictionary(length, pieces)
    except zstandard.ZstdError:  # too few or too much alike
        return None
    packer, now, then = packer_with(made), 0, 0
    for id in ids[:: max(1, len(ids) // COMPARED)]:
        if text := _text(db, id):
            now += int(value(db, "SELECT length(text) FROM texts WHERE id = ?", (id,)))
            then += len(packer.compress(text.encode()))
    return made if then < WORTH * now else None


def _text(db: apsw.Connection, id: int) -> str:
    """Empty for a text that is damaged."""
    try:
        return str(value(db, "SELECT unpacked(text) FROM texts WHERE id = ?", (id,)))
    except apsw.CorruptError:
        return ""


def _pack_anew(db: apsw.Connection) -> None:
    last = -1
    while found := rows(
        db, "SELECT id FROM texts WHERE id > ? ORDER BY id LIMIT ?", (last, AT_ONCE)
    ):
        last = found[-1][0]
        db.executemany("UPDATE texts SET text = repacked(text) WHERE id = ?", found)
