"""Reading rows: what a statement returns is typed by who wrote the statement."""

from collections.abc import Mapping, Sequence
from typing import Any

import apsw
import numpy as np
from numpy.typing import NDArray

Row = tuple[Any, ...]
Bound = Sequence[Any] | Mapping[str, Any]


def rows(db: apsw.Connection, sql: str, bound: Bound = ()) -> list[Row]:
    """All rows of a statement."""
    found: list[Row] = db.execute(sql, bound).fetchall()
    return found


def row(db: apsw.Connection, sql: str, bound: Bound = ()) -> Row | None:
    """The first row, or None."""
    cursor = db.execute(sql, bound)
    found: Row | None = cursor.fetchone()
    # A statement that called a function of ours which read as well would go on holding the state
    # of the vault that it saw.
    cursor.close()
    return found


def value(db: apsw.Connection, sql: str, bound: Bound = ()) -> Any:
    """The first column of the first row, or None."""
    found = row(db, sql, bound)
    return found[0] if found else None


def numbers(values: Sequence[int] | NDArray[np.int64]) -> Any:
    """Whole numbers to bind as one value, for ``SELECT value FROM carray(?)``."""
    return apsw.carray(np.asarray(values, dtype=np.int64)) if len(values) else None
