"""The register of sources: what is pulled from where, and how the last pull went."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from engine.errors import EngineError, InputError, NotFoundError
from engine.store.connect import Vault
from engine.store.rows import rows, value


@dataclass(frozen=True, slots=True)
class Source:
    """A database query or table files, as the user named them. Holds no password."""

    name: str
    library: str
    address: str
    """URL of a database without its password, or the absolute path of a file or folder."""
    query: str = ""
    """The SELECT of a database source."""
    key_column: str = ""
    """Title of the column that tells rows apart; empty tells them apart by all they hold."""
    template: str = ""
    """How a row reads, ``{column}`` standing for values; empty for ``column: value``."""
    every_minutes: int = 0
    """How often it is pulled while something watches; 0 for on demand only."""
    most_rows: int = 100_000
    """Rows taken at most; further ones are told and left."""
    id: int = 0
    tried_at: float | None = None
    pulled_at: float | None = None
    """Unix seconds of the last pull that worked."""
    rows: int = 0
    code: str = ""
    reason: str = ""
    """Why the last pull failed, or what it left out; mostly empty."""
    hint: str = ""

    @property
    def is_database(self) -> bool:
        return "://" in self.address

    @property
    def path(self) -> str:
        """What its document is called; of several, what their names begin with."""
        return f"source:{self.name}"

    def is_due(self, now: float) -> bool:
        """Whether its time has come."""
        last = self.tried_at or 0.0
        return self.every_minutes > 0 and now - last >= self.every_minutes * 60


_SOURCE = (
    "SELECT name, library, address, query, key_column, template, every_minutes, most_rows, id, "
    "tried_at, pulled_at, row_count, code, reason, hint FROM sources "
)


class Sources:
    """The sources of a vault."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def all(self) -> list[Source]:
        with self._vault.read() as db:
            return [Source(*each) for each in rows(db, _SOURCE + "ORDER BY name")]

    def find(self, name: str) -> Source:
        """A source by name, in any case. Raises NotFoundError."""
        with self._vault.read() as db:
            found = rows(db, _SOURCE + "WHERE name = ?", (name,))
        if not found:
            names = ", ".join(source.name for source in self.all()) or "none yet"
            raise NotFoundError(f"There is no source called “{name}”.", f"Sources here: {names}.")
        return Source(*found[0])

    def add(self, source: Source) -> Source:
        """Remember a new source. Raises InputError where the name is taken."""
        with self._vault.write() as db:
            if value(db, "SELECT 1 FROM sources WHERE name = ?", (source.name,)):
                raise InputError(
                    f"There is a source called “{source.name}” already.",
                    f"Choose another name, or remove it first: alcove source remove {source.name}",
                )
            db.execute(
                "INSERT INTO sources(name, library, address, query, key_column, template, "
                "every_minutes, most_rows, added_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    source.name,
                    source.library,
                    source.address,
                    source.query,
                    source.key_column,
                    source.template,
                    source.every_minutes,
                    source.most_rows,
                    time.time(),
                ),
            )
        return self.find(source.name)

    def change(self, source: Source) -> Source:
        """Keep other values of a source; its name and library stay."""
        with self._vault.write() as db:
            db.execute(
                "UPDATE sources SET address = ?, query = ?, key_column = ?, template = ?, "
                "every_minutes = ?, most_rows = ? WHERE id = ?",
                (
                    source.address,
                    source.query,
                    source.key_column,
                    source.template,
                    source.every_minutes,
                    source.most_rows,
                    source.id,
                ),
            )
        return self.find(source.name)

    def remove(self, source: Source) -> None:
        with self._vault.write() as db:
            db.execute("DELETE FROM sources WHERE id = ?", (source.id,))

    def pulled(self, source: Source, count: int, note: str) -> None:
        """Note a pull that worked, and what it left out."""
        with self._vault.write() as db:
            db.execute(
                "UPDATE sources SET tried_at = ?1, pulled_at = ?1, row_count = ?2, code = '', "
                "reason = ?3, hint = '' WHERE id = ?4",
                (time.time(), count, note, source.id),
            )

    def failed(self, source: Source, error: EngineError) -> None:
        """Note a pull that failed; what was held of the source stays."""
        with self._vault.write() as db:
            db.execute(
                "UPDATE sources SET tried_at = ?, code = ?, reason = ?, hint = ? WHERE id = ?",
                (time.time(), error.code, error.message, error.hint, source.id),
            )

    def hashes(self, source: Source, part: str) -> dict[str, bytes]:
        """What was held of a part's rows: key → hash."""
        with self._vault.read() as db:
            return dict(
                rows(
                    db,
                    "SELECT key, hash FROM source_rows WHERE source_id = ? AND part = ?",
                    (source.id, part),
                )
            )

    def keep_hashes(self, source: Source, part: str, hashes: Mapping[str, bytes]) -> None:
        """Replace what is held of a part's rows; an empty mapping forgets it."""
        with self._vault.write() as db:
            db.execute(
                "DELETE FROM source_rows WHERE source_id = ? AND part = ?", (source.id, part)
            )
            db.executemany(
                "INSERT INTO source_rows(source_id, part, key, hash) VALUES (?, ?, ?, ?)",
                [(source.id, part, key, digest) for key, digest in hashes.items()],
            )
