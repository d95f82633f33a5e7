"""The tables that vectors lie in, and moving the vectors of an older vault into them.

The move is part of migration 0014, in its transaction: a vault is moved whole or stays as it was.
"""

import apsw

from engine.store.rows import rows
from engine.store.spans import let_vectors_follow

NUMBER = 14


def make_table(db: apsw.Connection, table: str) -> None:
    """A table for the vectors of one set, inside a running transaction."""
    db.execute(
        f"CREATE TABLE {table}(passage_id INTEGER PRIMARY KEY, library_id INTEGER NOT NULL, "
        "embedding BLOB NOT NULL)"
    )


def move(db: apsw.Connection, sql: str) -> None:
    """Apply the migration."""
    db.execute(sql)
    for (set_id,) in rows(db, "SELECT id FROM vector_sets"):
        table = f"vectors_{int(set_id)}"
        make_table(db, "moved_vectors")
        db.execute(
            "INSERT INTO moved_vectors SELECT passage_id, library_id, embedding "
            f"FROM {table} ORDER BY passage_id"
        )
        db.execute(f"DROP TRIGGER IF EXISTS {table}_delete")
        db.execute(f"DROP TABLE {table}")
        db.execute(f"ALTER TABLE moved_vectors RENAME TO {table}")
        let_vectors_follow(db, set_id)
