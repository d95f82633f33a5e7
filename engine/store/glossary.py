"""What short forms and house terms mean, for each library."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import apsw

from engine.errors import InputError, NotFoundError
from engine.store import terms
from engine.store.attached import bounds
from engine.store.connect import Vault
from engine.store.roots import ensure_library
from engine.store.rows import rows, value
from engine.store.terms import Kind

Origin = Literal["found", "user"]

MOST_WORDS = 8
"""A meaning of more words is a definition: it explains, and is not searched for."""
LONGEST_TERM = 80
LONGEST_MEANING = 500

_SELECT = (
    "SELECT glossary.id, libraries.name, term, meaning, kind, origin, "
    "(SELECT count(*) FROM glossary_places WHERE glossary_id = glossary.id) "
    "FROM glossary JOIN libraries ON libraries.id = glossary.library_id "
    "WHERE origin <> 'removed' "
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A term of a library's glossary."""

    id: int
    library: str
    term: str
    meaning: str
    kind: Kind
    origin: Origin
    documents: int
    """Documents that explain it."""


class Glossary:
    """The glossaries of a vault."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def all(self, library: str | None = None) -> list[Entry]:
        """Entries of one library or of all, by term."""
        only = "" if library is None else "AND libraries.name = :library "
        with self._vault.read() as db:
            found = rows(
                db, _SELECT + only + "ORDER BY term, libraries.name, meaning", {"library": library}
            )
        return [Entry(*each) for each in found]

    def about(self, texts: Sequence[str], library_ids: Sequence[int] = ()) -> list[Entry]:
        """Entries whose term or meaning is one of these texts; capitals do not count."""
        only = f"AND library_id IN ({', '.join(map(str, map(int, library_ids)))}) "
        among = "(SELECT value FROM json_each(:texts))"
        with self._vault.read() as db:
            found = rows(
                db,
                f"{_SELECT} {only if library_ids else ''}"
                f"AND glossary.id IN (SELECT id FROM glossary WHERE term IN {among} "
                f"UNION SELECT id FROM glossary WHERE meaning IN {among}) ORDER BY "
                "origin = 'user' DESC, glossary.id",
                {"texts": json.dumps(list(texts))},
            )
        return [Entry(*each) for each in found]

    def empty(self) -> bool:
        with self._vault.read() as db:
            return value(db, "SELECT 1 FROM glossary LIMIT 1") is None

    def add(self, library: str, term: str, meaning: str) -> None:
        """Add a term, or one more meaning of it. Raises InputError."""
        self.add_all(library, [(term, meaning)])

    def add_all(self, library: str, pairs: Iterable[tuple[str, str]]) -> int:
        """Add terms with their meanings in one transaction; how many are new. Raises InputError."""
        added = 0
        with self._vault.write() as db:
            library_id = ensure_library(db, library)
            for term, meaning in pairs:
                added += _put(db, library_id, *_checked(term, meaning))
        return added

    def change(self, entry: Entry, term: str, meaning: str) -> None:
        """Put another term or meaning in an entry's place; it is the user's own then.

        Unchanged, this confirms a found entry. Raises InputError.
        """
        term, meaning = _checked(term, meaning)
        with self._vault.write() as db:
            if (term, meaning) != (entry.term, entry.meaning):
                db.execute("UPDATE glossary SET origin = 'removed' WHERE id = ?", (entry.id,))
            _put(db, ensure_library(db, entry.library), term, meaning)

    def take_out(self, entries: Iterable[Entry]) -> int:
        """Take out just these entries; how many there were. They stay out when found again."""
        with self._vault.write() as db:
            taken = 0
            for entry in entries:
                db.execute(
                    "UPDATE glossary SET origin = 'removed' WHERE id = ? AND origin <> 'removed'",
                    (entry.id,),
                )
                taken += db.changes()
        return taken

    def remove(self, term: str, *, meaning: str = "", library: str | None = None) -> int:
        """Take a term out, one meaning or all; it stays out when it is found again.

        Raises NotFoundError where there is none.
        """
        with self._vault.write() as db:
            db.execute(
                "UPDATE glossary SET origin = 'removed' WHERE term = :term AND origin <> 'removed' "
                "AND (:meaning = '' OR meaning = :meaning) AND (:library IS NULL OR library_id = "
                "(SELECT id FROM libraries WHERE name = :library))",
                {"term": term.strip(), "meaning": meaning.strip(), "library": library},
            )
            changed = db.changes()
        if not changed:
            raise NotFoundError(
                f"The glossary does not hold {term}.", "See `alcove glossary list`."
            )
        return changed

    def import_csv(self, library: str, text: str) -> int:
        """Add the first two columns of a CSV text; how many terms are new. Raises InputError.

        The first line is left out where it names the columns.
        """
        return self.add_all(library, read_csv(text))

    def export_csv(self, library: str | None = None) -> str:
        """All entries as CSV with a first line that names the columns."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("term", "meaning", "library"))
        writer.writerows((each.term, each.meaning, each.library) for each in self.all(library))
        return out.getvalue()

    def find(self, library: str | None = None) -> int:
        """Look for terms in the stored pages again; how many are new."""
        with self._vault.write() as db:
            before = int(value(db, "SELECT count(*) FROM glossary"))
            found = rows(
                db,
                "SELECT documents.id FROM documents JOIN libraries "
                "ON libraries.id = documents.library_id "
                "WHERE state = 'indexed' AND (:library IS NULL OR libraries.name = :library)",
                {"library": library},
            )
            for (document_id,) in found:
                put_found(db, document_id, _pages(db, document_id))
            return int(value(db, "SELECT count(*) FROM glossary")) - before


def read_csv(text: str) -> list[tuple[str, str]]:
    """Terms and meanings of a CSV text; commas, semicolons or tabs part the columns."""
    text = text.lstrip("\ufeff")
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    found = []
    for number, row in enumerate(_lines(text, delimiter), start=1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or (number == 1 and _names_columns(cells)):
            continue
        if len(cells) < 2 or not cells[0] or not cells[1]:
            raise InputError(
                f"Line {number} of the file has no term and meaning.",
                "Each line holds a term, a comma and its meaning.",
            )
        found.append((cells[0], cells[1]))
    return found


def read_csv_file(path: Path) -> str:
    """The text of a CSV file, in UTF-8 or as old spreadsheets write it. Raises InputError."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", "Name a CSV file.") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def write_csv_file(path: Path, text: str) -> None:
    """Raises InputError where it cannot be written."""
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise InputError(
            f"{path} cannot be written: {error.strerror}.", "Choose another place."
        ) from error


def _lines(text: str, delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text), delimiter=delimiter)
    except csv.Error as error:
        raise InputError(
            "The file is no CSV text.", "Each line holds a term, a comma and its meaning."
        ) from error


def put_found(db: apsw.Connection, document_id: int, pages: Sequence[str]) -> None:
    """Keep the terms that a document explains, inside a running transaction."""
    library_id = value(db, "SELECT library_id FROM documents WHERE id = ?", (document_id,))
    for each in terms.find("\n\n".join(pages)):
        db.execute(
            "INSERT INTO glossary(library_id, term, meaning, kind, origin) "
            "VALUES (?, ?, ?, ?, 'found') ON CONFLICT DO NOTHING",
            (library_id, each.term, each.meaning, each.kind),
        )
        db.execute(
            "INSERT INTO glossary_places(glossary_id, document_id) SELECT id, ? FROM glossary "
            "WHERE library_id = ? AND term = ? AND meaning = ? ON CONFLICT DO NOTHING",
            (document_id, library_id, each.term, each.meaning),
        )


def drop_found(db: apsw.Connection, document_id: int) -> None:
    """A document explains nothing any more; what no other explains goes."""
    db.execute("DELETE FROM glossary_places WHERE document_id = ?", (document_id,))


def moved(db: apsw.Connection, path: str) -> None:
    """The terms of a file, and of those in it, go with it to its new library."""
    found = rows(
        db,
        "SELECT id FROM documents WHERE path = ? OR (path >= ? AND path < ? "
        "AND parent_id IS NOT NULL)",
        (path, *bounds(path)),
    )
    for (document_id,) in found:
        drop_found(db, document_id)
        put_found(db, document_id, _pages(db, document_id))


def _pages(db: apsw.Connection, document_id: int) -> list[str]:
    found = rows(
        db, "SELECT page_text(id) FROM pages WHERE document_id = ? ORDER BY number", (document_id,)
    )
    return [text for (text,) in found]


def _put(db: apsw.Connection, library_id: int, term: str, meaning: str) -> int:
    kind = "abbreviation" if len(meaning.split()) <= MOST_WORDS else "definition"
    new = value(
        db,
        "SELECT 1 FROM glossary WHERE library_id = ? AND term = ? AND meaning = ? "
        "AND origin <> 'removed'",
        (library_id, term, meaning),
    )
    db.execute(
        "INSERT INTO glossary(library_id, term, meaning, kind, origin) VALUES (?, ?, ?, ?, 'user') "
        "ON CONFLICT DO UPDATE SET origin = 'user', term = excluded.term, "
        "meaning = excluded.meaning",
        (library_id, term, meaning, kind),
    )
    return 0 if new else 1


def _checked(term: str, meaning: str) -> tuple[str, str]:
    term, meaning = " ".join(term.split()), " ".join(meaning.split())
    if not term or not meaning:
        raise InputError("A term needs a meaning.", "Give both, for example: MI and heart attack.")
    if len(term) > LONGEST_TERM or len(meaning) > LONGEST_MEANING:
        raise InputError(
            f"“{term[:LONGEST_TERM]}” or its meaning is too long for a glossary.",
            f"Up to {LONGEST_TERM} letters for a term, {LONGEST_MEANING} for its meaning.",
        )
    return term, meaning


def _names_columns(cells: Sequence[str]) -> bool:
    heads = {"term", "abbreviation", "abbreviation/shorthand", "short", "begriff", "abkürzung"}
    return cells[0].casefold() in heads
