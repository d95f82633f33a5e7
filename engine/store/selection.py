"""Narrowing a search to some documents or pages before anything is ranked."""

import threading
from collections import OrderedDict
from collections.abc import Collection, Sequence
from fnmatch import fnmatchcase

import numpy as np
from numpy.typing import NDArray

from engine.store import tallies
from engine.store.connect import Vault
from engine.store.rows import numbers, rows, value
from engine.store.tallies import Tallies

REMEMBERED_BYTES = 16_000_000
"""What the selections kept in memory may take together; a million passages take 8 MB."""


class Selection:
    """Finds the passages that a search may look at."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._lock = threading.Lock()
        self._state: Tallies | None = None
        self._remembered: OrderedDict[str, NDArray[np.int64]] = OrderedDict()

    def holds_type(self, types: Collection[str]) -> bool:
        """Whether a document is of one of these types."""
        with self._vault.read() as db:
            return any(
                value(db, "SELECT 1 FROM documents WHERE type = ? LIMIT 1", (each,)) is not None
                for each in types
            )

    def types(self) -> list[str]:
        """Types of the documents held, by name."""
        with self._vault.read() as db:
            return [name for (name,) in rows(db, "SELECT DISTINCT type FROM documents ORDER BY 1")]

    def files(self, names: Sequence[str]) -> set[int]:
        """Documents whose file is called like this: a part of the name, or a pattern with ``*``.

        A name with a slash is looked for in the whole path.
        """
        wanted = [_pattern(name) for name in names]
        with self._vault.read() as db:
            found = rows(db, "SELECT id, path FROM documents WHERE state = 'indexed'")
        return {
            id
            for id, path in found
            for whole, pattern in wanted
            if fnmatchcase((path if whole else path.rsplit("/", 1)[-1]).casefold(), pattern)
        }

    def passages(
        self,
        *,
        documents: Collection[int] | None = None,
        libraries: Collection[int] = (),
        types: Collection[str] = (),
        pages: Sequence[tuple[int, int]] = (),
        after: float | None = None,
        before: float | None = None,
    ) -> NDArray[np.int64]:
        """The passages that all of this is true of, by number; ``None`` and empty say nothing.

        ``after`` and ``before`` are Unix seconds of the file's last change. Do not change what you
        get: it is kept for the next search, until the vault is another.
        """
        where, bound = ["documents.state = 'indexed'"], dict[str, object]()
        if documents is not None:
            where.append("documents.id IN (SELECT value FROM carray(:documents))")
            bound["documents"] = numbers(sorted(documents))
        if libraries:
            where.append("documents.library_id IN (SELECT value FROM carray(:libraries))")
            bound["libraries"] = numbers(sorted(libraries))
        if types:
            names = [f":type{number}" for number in range(len(types))]
            where.append(f"documents.type IN ({', '.join(names)})")
            bound |= {name[1:]: each for name, each in zip(names, types, strict=True)}
        if pages:
            ranges = []
            for number, (first, last) in enumerate(pages):
                ranges.append(f"spans.page BETWEEN :first{number} AND :last{number}")
                bound |= {f"first{number}": first, f"last{number}": last}
            where.append(f"({' OR '.join(ranges)})")
        if after is not None:
            where.append("documents.mtime_ns >= :after")
            bound["after"] = int(after * 1e9)
        if before is not None:
            where.append("documents.mtime_ns < :before")
            bound["before"] = int(before * 1e9)
        key = repr((documents and sorted(documents), sorted(libraries), sorted(types), pages, after,
                    before))  # fmt: skip
        with self._vault.read() as db:
            state = tallies.read(db)
            if (known := self._known(state, key)) is not None:
                return known
            found = db.execute(
                "SELECT spans.id FROM documents JOIN spans "
                "ON spans.document_id = documents.id WHERE " + " AND ".join(where),
                bound,
            )
            ids = np.fromiter((id for (id,) in found), dtype=np.int64)
        self._remember(state, key, ids)
        return ids

    def _known(self, state: Tallies, key: str) -> NDArray[np.int64] | None:
        with self._lock:
            if self._state != state:
                self._state = state
                self._remembered.clear()
            if (known := self._remembered.get(key)) is not None:
                self._remembered.move_to_end(key)
            return known

    def _remember(self, state: Tallies, key: str, ids: NDArray[np.int64]) -> None:
        ids.setflags(write=False)
        with self._lock:
            if self._state != state:
                return
            self._remembered[key] = ids
            while sum(each.nbytes for each in self._remembered.values()) > REMEMBERED_BYTES:
                self._remembered.popitem(last=False)


def _pattern(name: str) -> tuple[bool, str]:
    name = name.casefold()
    return "/" in name, name if "*" in name or "?" in name else f"*{name.replace('[', '[[]')}*"
