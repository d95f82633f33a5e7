"""Writes a vault of today as an older version of the program would have left it."""

import json
from pathlib import Path

import apsw
import numpy as np
import sqlite_vec

from engine.store import migrate, texts, tokenizer
from engine.store.headings import unpacked

LATEST = 9
"""The last version in which passages held their texts."""

LOOSE = 12
"""The last version in which vectors lay in pieces and roots stood twice."""

_VIRTUAL = ("words", "vocabulary", "vectors_", "sqlite_")


def to_version(path: Path, version: int = LATEST) -> None:
    """Put a vault of ``version`` in place of the vault, with all that it holds and could hold."""
    old = _opened(path, version)
    with old:
        for (table,) in old.execute(
            "SELECT name FROM main.sqlite_schema WHERE type = 'table'"
        ).fetchall():
            if not table.startswith(_VIRTUAL) and table not in ("pages", "passages"):
                _copy(old, table)
        _pages(old, path)
        for set_id, dimension in old.execute("SELECT id, dimension FROM vector_sets").fetchall():
            _vectors(old, set_id, dimension, "passages")
        old.execute(
            "UPDATE main.sqlite_sequence SET seq = (SELECT seq FROM new.sqlite_sequence AS held "
            "WHERE replace(held.name, 'spans', 'passages') = sqlite_sequence.name)"
        )
    _closed(old, path, version)


def to_loose(path: Path) -> None:
    """Put a vault of version ``LOOSE`` in place of the vault, with all that it holds."""
    old = _opened(path, LOOSE)
    with old:
        tables = [
            table
            for (table,) in old.execute(
                "SELECT name FROM main.sqlite_schema WHERE type = 'table' ORDER BY rowid"
            ).fetchall()
            if not table.startswith(_VIRTUAL) and table not in ("spans", "tallies")
        ]
        for table in (*tables, "spans"):  # the words are read from the others
            if table == "spans":
                old.execute(
                    "UPDATE main.headings SET text = (SELECT title FROM main.documents "
                    "WHERE documents.id = headings.id >> 24) || CAST(text AS TEXT) "
                    "WHERE typeof(text) = 'blob'"
                )
            _copy(old, table)
        for set_id, dimension in old.execute("SELECT id, dimension FROM vector_sets").fetchall():
            _vectors(old, set_id, dimension, "spans")
        old.execute(
            "UPDATE main.sqlite_sequence SET seq = (SELECT seq FROM new.sqlite_sequence AS held "
            "WHERE held.name = sqlite_sequence.name)"
        )
    _closed(old, path, LOOSE)


def _opened(path: Path, version: int) -> apsw.Connection:
    """A new vault of that version, beside the one that is to be copied, which it calls ``new``."""
    old = apsw.Connection(str(path.with_name("older.db")))
    old.enable_load_extension(True)
    old.load_extension(sqlite_vec.loadable_path())
    tokenizer.register(old)
    texts.register(old)
    old.pragma("journal_mode", "wal")
    for step in migrate.migrations()[:version]:
        old.execute(step.sql)
    old.execute("ATTACH ? AS new", (str(path),))
    return old


def _closed(old: apsw.Connection, path: Path, version: int) -> None:
    """End it and lay it where the vault was."""
    old.pragma("application_id", migrate.APPLICATION_ID)
    old.pragma("user_version", version)
    old.execute("DETACH new")
    old.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    old.close()
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    path.with_name("older.db").replace(path)


def _copy(old: apsw.Connection, table: str) -> None:
    held = [row[1] for row in old.execute(f"PRAGMA new.table_info({table})")]
    wanted = [row[1] for row in old.execute(f"PRAGMA main.table_info({table})")]
    names = ", ".join(f'"{name}"' for name in wanted if name in held)
    old.execute(f"INSERT INTO main.{table}({names}) SELECT {names} FROM new.{table}")


def _pages(old: apsw.Connection, path: Path) -> None:
    """Pages and passages, whose texts are read through a connection that knows how."""
    new = apsw.Connection(str(path))
    texts.register(new)
    for id, document, number, text, headings, label in new.execute(
        "SELECT id, document_id, number, page_text(id), headings, label FROM pages"
    ).fetchall():
        told = [[each.start, each.level, each.title] for each in unpacked(headings, text)]
        old.execute(
            "INSERT INTO pages(id, document_id, number, text, headings, label) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (id, document, number, text, json.dumps(told), label),
        )
    names = 'id, document_id, ordinal, page, start, "end", title, heading, text, digest, label'
    old.executemany(
        f"INSERT INTO passages({names}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        new.execute(f"SELECT {names} FROM passages").fetchall(),
    )
    new.close()


def _vectors(old: apsw.Connection, set_id: int, dimension: int, follow: str) -> None:
    """Vectors in a table of sqlite-vec's, which go with the rows of the table ``follow``."""
    table = f"vectors_{set_id}"
    old.execute(
        f"CREATE VIRTUAL TABLE {table} USING vec0(passage_id INTEGER PRIMARY KEY, "
        f"library_id INTEGER, embedding INT8[{dimension}] DISTANCE_METRIC=cosine, "
        f"signs BIT[{-(-dimension // 8) * 8}], chunk_size=64)"
    )
    for id, library_id, blob in old.execute(f"SELECT * FROM new.{table}").fetchall():
        signs = np.packbits(np.frombuffer(blob, dtype=np.int8) > 0).tobytes()
        old.execute(
            f"INSERT INTO main.{table} VALUES (?, ?, vec_int8(?), vec_bit(?))",
            (id, library_id, blob, signs),
        )
    old.execute(
        f"CREATE TRIGGER {table}_delete AFTER DELETE ON {follow} BEGIN "
        f"DELETE FROM {table} WHERE passage_id = old.id; END"
    )
