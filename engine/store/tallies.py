"""What every search asks of the whole vault, kept up to date by triggers instead of counted."""

from dataclasses import dataclass

import apsw

from engine.store.rows import row, rows, value

PASSAGES = "passages"
LATE = "late vectors"
DOCUMENTS = "documents"


@dataclass(frozen=True, slots=True)
class Tallies:
    """One state of the vault; another state has other numbers."""

    passages: int
    """How many there are."""
    newest: int
    """The highest number that a passage ever had. Numbers are never used again."""
    late: int
    """How often vectors were stored for passages that were there before."""
    documents: int
    """How often documents changed what filters ask for."""


def read(db: apsw.Connection) -> Tallies:
    held: dict[str, int] = dict(rows(db, "SELECT name, number FROM tallies"))
    newest = value(db, "SELECT seq FROM sqlite_sequence WHERE name = 'spans'")
    return Tallies(held[PASSAGES], int(newest or 0), held[LATE], held[DOCUMENTS])


def passages(db: apsw.Connection) -> int:
    """Number of passages."""
    return int(value(db, "SELECT number FROM tallies WHERE name = ?", (PASSAGES,)))


def note_late(db: apsw.Connection) -> None:
    """Vectors of older passages were stored, inside a running transaction."""
    db.execute("UPDATE tallies SET number = number + 1 WHERE name = ?", (LATE,))


def right(db: apsw.Connection) -> bool:
    """Whether the number of passages is what counting gives."""
    found = row(db, "SELECT count(*) FROM spans")
    return found is not None and found[0] == passages(db)


def recount(db: apsw.Connection) -> None:
    """Count again, inside a running transaction."""
    db.execute(
        "UPDATE tallies SET number = (SELECT count(*) FROM spans) WHERE name = ?", (PASSAGES,)
    )
