import gc

import apsw

from engine.store.rows import row, rows, value


def _alive() -> int:
    gc.collect()
    return sum(isinstance(each, apsw.Cursor) for each in gc.get_objects())


def test_no_cursor_stays_behind() -> None:
    """A connection looks through all that are left each time one is closed."""
    db = apsw.Connection(":memory:")
    db.execute("CREATE TABLE texts(id INTEGER PRIMARY KEY, text)")
    db.create_scalar_function("text_of", lambda id: value(db, "SELECT text FROM texts", ()), 1)
    before = _alive()
    for number in range(20):
        db.execute("INSERT INTO texts(text) VALUES (text_of(?))", (number,))
        assert len(rows(db, "SELECT id FROM texts")) == number + 1
        assert row(db, "SELECT id FROM texts WHERE id = ?", (number + 1,)) == (number + 1,)
    assert _alive() == before
    db.close()
