"""The names of libraries, wherever a vault holds them."""

from engine.errors import InputError, NotFoundError
from engine.store.connect import Vault
from engine.store.rows import value

LONGEST = 80


def rename(vault: Vault, old: str, new: str) -> str:
    """Give a library another name; returns it as it stands then.

    What is kept under the name goes with it. Raises NotFoundError, InputError for a name that
    another library has.
    """
    name = " ".join(new.split())
    if not name:
        raise InputError("The library needs a name.", "Type one, such as Leases.")
    if len(name) > LONGEST:
        raise InputError("That name is too long.", f"Use up to {LONGEST} letters.")
    with vault.write() as db:
        library_id = value(db, "SELECT id FROM libraries WHERE name = ?", (old.strip(),))
        if library_id is None:
            raise NotFoundError(f"There is no library {old}.", "See `alcove status`.")
        held = value(db, "SELECT id FROM libraries WHERE name = ?", (name,))
        if held not in (None, library_id):
            raise InputError(f"There is a library called {name} already.", "Choose another name.")
        before = str(value(db, "SELECT name FROM libraries WHERE id = ?", (library_id,)))
        db.execute("UPDATE libraries SET name = ? WHERE id = ?", (name, library_id))
        db.execute(
            "UPDATE sources SET library = ? WHERE library = ? COLLATE NOCASE", (name, before)
        )
        db.execute("DELETE FROM calibrations WHERE library = ? AND ? <> ?", (name, name, before))
        db.execute("UPDATE calibrations SET library = ? WHERE library = ?", (name, before))
    return name
