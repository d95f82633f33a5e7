"""Filters become the passages that a search may look at."""

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError, NotFoundError
from engine.retrieve.filters import QUOTE, Filters
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.selection import Selection


class Narrowing:
    """Checks filters against what a vault holds."""

    def __init__(self, vault: Vault) -> None:
        self._documents = Documents(vault)
        self._selection = Selection(vault)

    def narrowed(
        self, filters: Filters, library: str | None
    ) -> tuple[list[int], NDArray[np.int64] | None]:
        """The libraries asked for, and the passages; empty and None mean all of them.

        Raises NotFoundError for an unknown library, InputError for a file or type that is not
        there.
        """
        named = [self._library(name) for name in dict.fromkeys(filters.libraries)]
        if library is not None:
            own = self._library(library)
            if named and own not in named:
                raise InputError(
                    f"The search is in {library}, and its filter asks for "
                    f"{', '.join(filters.libraries)}.",
                    "Leave one of the two out.",
                    code="filter",
                )
            named = [own]
        if not filters:
            return named, None
        self._check_types(filters)
        documents = None
        if filters.files:
            documents = self._selection.files(filters.files)
            if not documents:
                raise InputError(
                    f"No document is called {' or '.join(filters.files)}.",
                    f"A part of the name is enough, and * stands for anything. {QUOTE}",
                    code="filter",
                )
        return named, self._selection.passages(
            documents=documents,
            libraries=named,
            types=filters.types,
            pages=filters.pages,
            after=filters.after,
            before=filters.before,
        )

    def _check_types(self, filters: Filters) -> None:
        if filters.types and not self._selection.holds_type(filters.types):
            held = self._selection.types()
            typed = ", ".join(value for name, value in filters.told if name == "type")
            raise InputError(
                f"There is no document of type {typed}.",
                f"Types here: {', '.join(held) or 'none yet'}. {QUOTE}",
                code="filter",
            )

    def _library(self, name: str) -> int:
        found = self._documents.library_id(name)
        if found is None:
            names = ", ".join(each.name for each in self._documents.libraries()) or "none yet"
            raise NotFoundError(f"There is no library {name}.", f"Libraries: {names}.")
        return found
