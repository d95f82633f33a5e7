"""A small library in memory: pages, passages and a search that returns what a test wants."""

from collections.abc import Sequence

from engine.types import Hit, Page, Passage, SearchResult

HANDBOOK = (
    "Working hours\nFull-time staff work 38.5 hours a week. The office in Graz opens at 7 a.m. "
    "and closes at 6 p.m. on weekdays.\n\n"
    "Holidays\nEvery employee has 27 days of paid holiday a year. Part-time staff have holiday "
    "in proportion to their hours. Unused days lapse on 31 March of the following year."
)
TRAVEL = (
    "Travel\nTrips over 400 EUR need the approval of Marta Lindqvist. Train tickets are booked "
    "in second class. Receipts are handed in within 14 days."
)
BOTH = {"/docs/handbook.md": HANDBOOK, "/docs/travel.md": TRAVEL}


class Library:
    """Search and pages over a few texts, each one passage that begins at ``offset``."""

    def __init__(
        self, texts: dict[str, str] | None = None, *, offset: int = 7, meaning: float = 0.7
    ) -> None:
        self._texts = BOTH if texts is None else texts
        self._offset = offset
        self._meaning = meaning
        self.queries: list[str] = []

    def hits(self, scores: Sequence[float] = (1.0, 0.5)) -> tuple[Hit, ...]:
        return tuple(
            Hit(
                rank=number,
                passage=Passage(
                    id=number,
                    document_id=number,
                    path=path,
                    title=path.rsplit("/", 1)[-1],
                    page=1,
                    start=self._offset,
                    end=self._offset + len(text),
                    heading="",
                    text=text,
                ),
                score=scores[min(number, len(scores)) - 1],
                words=0.8,
                meaning=self._meaning,
            )
            for number, (path, text) in enumerate(self._texts.items(), start=1)
        )

    def search(self, query: str, *, library: str | None = None, top: int = 10) -> SearchResult:
        self.queries.append(query)
        return SearchResult(self.hits()[:top], 0.01)

    def passages(self, path: str) -> list[Passage]:
        return [hit.passage for hit in self.hits() if hit.passage.path == path]

    def pages(self, path: str) -> list[Page]:
        return [Page(1, "x" * self._offset + self._texts[path])]
