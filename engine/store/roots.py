"""What the user added: libraries, their files and folders, and what was taken out of them."""

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import apsw

from engine.store.attached import bounds, file_of
from engine.store.connect import Vault
from engine.store.rows import rows, value


@dataclass(frozen=True, slots=True)
class Root:
    """A file or folder the user added."""

    path: str
    library: str
    is_folder: bool
    mounts: tuple[str, ...] = ()
    """Disks that it lies on or that lie in it, as they were last seen; the system's left out."""


class Roots:
    """The files and folders that ``sync`` looks at again."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def all(self, library: str | None = None) -> list[Root]:
        """Roots of one library or of all, by path."""
        with self._vault.read() as db:
            found = rows(
                db,
                "SELECT roots.path, libraries.name, roots.is_folder, roots.mounts FROM roots "
                "JOIN libraries ON libraries.id = roots.library_id "
                "WHERE ?1 IS NULL OR libraries.name = ?1 ORDER BY roots.path",
                (library,),
            )
        return [
            Root(path, name, bool(is_folder), tuple(json.loads(mounts)))
            for path, name, is_folder, mounts in found
        ]

    def note_mounts(self, root: Root, mounts: Iterable[str]) -> None:
        """Remember on what disks a root lies."""
        now = sorted(mounts)
        if now == sorted(root.mounts):
            return
        with self._vault.write() as db:
            db.execute(
                "UPDATE roots SET mounts = ? WHERE path = ?",
                (json.dumps(now, ensure_ascii=False), root.path),
            )

    def add(self, path: Path, library: str, *, is_folder: bool) -> str:
        """Remember an added path; returns the library's name as it was first written.

        Inside a folder of the same library a path needs no entry.
        What the user once took out of this path counts as wanted again.
        """
        with self._vault.write() as db:
            library_id = ensure_library(db, library)
            name = str(value(db, "SELECT name FROM libraries WHERE id = ?", (library_id,)))
            low, high = inside(path)
            db.execute(
                "DELETE FROM exclusions WHERE path = ?1 OR (path >= ?2 AND path < ?3) "
                "OR (path >= ?4 AND path < ?5)",
                (str(path), low, high, *bounds(str(path))),
            )
            if _covered(db, path, library_id):
                db.execute("DELETE FROM roots WHERE path = ?", (str(path),))
                return name
            db.execute(
                "INSERT INTO roots(path, library_id, is_folder, added_at) VALUES (?, ?, ?, ?) "
                "ON CONFLICT(path) DO UPDATE SET library_id = excluded.library_id, "
                "is_folder = excluded.is_folder",
                (str(path), library_id, is_folder, time.time()),
            )
            if is_folder:
                db.execute(
                    "DELETE FROM roots WHERE path >= ? AND path < ? AND library_id = ?",
                    (low, high, library_id),
                )
        return name

    def remove(self, path: Path) -> None:
        """Forget the roots at and under a path, and leave it out of the folders around it."""
        low, high = inside(path)
        with self._vault.write() as db:
            db.execute(
                "DELETE FROM roots WHERE path = ? OR (path >= ? AND path < ?)",
                (str(path), low, high),
            )
            around = file_of(str(path)) != str(path) or any(
                value(db, "SELECT 1 FROM roots WHERE path = ? AND is_folder", (str(parent),))
                for parent in path.parents
            )
            if around:
                db.execute(
                    "INSERT OR REPLACE INTO exclusions(path, removed_at) VALUES (?, ?)",
                    (str(path), time.time()),
                )

    def exclusions(self) -> frozenset[str]:
        """Paths that the user took out of an added folder or out of a file."""
        with self._vault.read() as db:
            return frozenset(path for (path,) in rows(db, "SELECT path FROM exclusions"))


def _covered(db: apsw.Connection, path: Path, library_id: int) -> bool:
    """Whether the nearest added folder around a path is of this library and leads to it."""
    for parent in path.parents:
        if value(db, "SELECT 1 FROM exclusions WHERE path = ?", (str(parent),)):
            return False
        owner = value(
            db, "SELECT library_id FROM roots WHERE path = ? AND is_folder", (str(parent),)
        )
        if owner is not None:
            return bool(owner == library_id)
    return False


def inside(folder: Path) -> tuple[str, str]:
    """Bounds ``low <= path < high`` of everything below a folder, for an index on the path."""
    text = str(folder)
    separator = "" if text.endswith(("/", "\\")) else ("\\" if "\\" in text else "/")
    low = text + separator
    return low, low[:-1] + chr(ord(low[-1]) + 1)


def ensure_library(db: apsw.Connection, name: str) -> int:
    """Number of a library, made where it does not exist. Names do not differ by case alone."""
    db.execute(
        "INSERT INTO libraries(name, created_at) VALUES (?, ?) ON CONFLICT(name) DO NOTHING",
        (name, time.time()),
    )
    return int(value(db, "SELECT id FROM libraries WHERE name = ?", (name,)))


def drop_empty_libraries(db: apsw.Connection) -> None:
    """Libraries without files, folders and settings are gone from the user's list."""
    db.execute(
        "DELETE FROM libraries WHERE id NOT IN (SELECT library_id FROM documents) "
        "AND id NOT IN (SELECT library_id FROM roots) AND settings = '{}' "
        "AND id NOT IN (SELECT library_id FROM glossary WHERE origin = 'user')"
    )
