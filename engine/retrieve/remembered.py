"""Searches made once for several ways of answering that read the same documents."""

from dataclasses import dataclass

from engine.retrieve.retrieve import Retriever
from engine.types import SearchResult


class Remembered:
    """What was found so far. For one piece of work, during which no document changes."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str | None, int], SearchResult] = {}
        self.spared_s = 0.0
        """Seconds of the searches that were not made again, all together."""

    def over(self, retriever: Retriever) -> "RememberedSearch":
        return RememberedSearch(self, retriever)

    def get(self, question: str, library: str | None, top: int) -> SearchResult | None:
        return self._found.get((question, library, top))

    def search(
        self, retriever: Retriever, question: str, library: str | None, top: int
    ) -> SearchResult:
        found = self.get(question, library, top)
        if found is not None:
            self.spared_s += found.seconds
            return found
        found = retriever.search(question, library=library, top=top)
        self._found[question, library, top] = found
        return found


@dataclass(frozen=True, slots=True)
class RememberedSearch:
    """A retriever that looks first at what was found before."""

    remembered: Remembered
    retriever: Retriever

    def search(
        self, question: str, /, *, library: str | None = None, top: int = 10
    ) -> SearchResult:
        return self.remembered.search(self.retriever, question, library, top)
