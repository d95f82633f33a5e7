"""How each library is read, and who watches what."""

import json
from collections.abc import Iterable, Mapping

from engine.errors import NotFoundError
from engine.library_types import LibrarySettings
from engine.store.connect import Vault
from engine.store.jobs import alive, this_process
from engine.store.roots import drop_empty_libraries
from engine.store.rows import rows, value


class Settings:
    """The settings of the libraries of a vault. Names do not differ by case alone."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def all(self) -> dict[str, LibrarySettings]:
        """Of every library, by its name as it was first written."""
        with self._vault.read() as db:
            found = rows(db, "SELECT name, settings FROM libraries ORDER BY name")
        return {name: LibrarySettings.from_values(json.loads(text)) for name, text in found}

    def of(self, library: str) -> LibrarySettings:
        """Raises NotFoundError for an unknown library."""
        with self._vault.read() as db:
            text = value(db, "SELECT settings FROM libraries WHERE name = ?", (library,))
        if text is None:
            names = ", ".join(self.all()) or "none yet"
            raise NotFoundError(f"There is no library {library}.", f"Libraries: {names}.")
        return LibrarySettings.from_values(json.loads(text))

    def set(self, library: str, settings: LibrarySettings) -> None:
        """Keep exactly these; what a newer Alcove wrote beside them stays. Raises NotFoundError."""
        self.of(library)
        ours = LibrarySettings.__dataclass_fields__
        with self._vault.write() as db:
            text = value(db, "SELECT settings FROM libraries WHERE name = ?", (library,))
            others = {key: held for key, held in json.loads(text).items() if key not in ours}
            values = others | settings.to_values()
            db.execute(
                "UPDATE libraries SET settings = ? WHERE name = ?",
                (json.dumps(values, ensure_ascii=False, sort_keys=True), library),
            )
            drop_empty_libraries(db)


class Watched:
    """The register of what is watched at this moment."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def put(self, how: Mapping[str, str], *, instead_of: Iterable[str] = ()) -> None:
        """A watcher of this process watches these roots now, each by ``events`` or ``polling``.

        ``instead_of`` are the roots that it watched before; other watchers' stay.
        """
        me = this_process()
        with self._vault.write() as db:
            owners = rows(db, "SELECT DISTINCT owner FROM watched")
            gone = [owner for (owner,) in owners if not alive(owner)]
            db.executemany("DELETE FROM watched WHERE owner = ?", [(owner,) for owner in gone])
            db.executemany(
                "DELETE FROM watched WHERE owner = ? AND path = ?",
                [(me, path) for path in {*how, *instead_of}],
            )
            db.executemany(
                "INSERT INTO watched(owner, path, how) VALUES (?, ?, ?)",
                [(me, path, each) for path, each in how.items()],
            )

    def all(self) -> dict[str, str]:
        """The roots that a living process watches, and how."""
        with self._vault.read() as db:
            found = rows(db, "SELECT owner, path, how FROM watched")
        living = {owner: alive(owner) for owner, _, _ in found}
        return {path: how for owner, path, how in found if living[owner]}
