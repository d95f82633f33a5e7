"""Narrowing a search to some documents or pages before anything is ranked."""

from collections.abc import Collection, Sequence
from fnmatch import fnmatchcase

import numpy as np
from numpy.typing import NDArray

from engine.store.connect import Vault
from engine.store.rows import numbers, rows


class Selection:
    """Finds the passages that a search may look at."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

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

        ``after`` and ``before`` are Unix seconds of the file's last change.
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
        with self._vault.read() as db:
            found = db.execute(
                "SELECT spans.id FROM documents JOIN spans "
                "ON spans.document_id = documents.id WHERE " + " AND ".join(where),
                bound,
            )
            return np.fromiter((id for (id,) in found), dtype=np.int64)


def _pattern(name: str) -> tuple[bool, str]:
    name = name.casefold()
    return "/" in name, name if "*" in name or "?" in name else f"*{name.replace('[', '[[]')}*"
