"""What a source card and the page viewer show: a citation, or a passage that was merely near."""

from dataclasses import dataclass

from desktop import names
from engine.ingest.sheet_cells import together
from engine.types import Answer, Citation, CitedCell
from engine.why_types import FoundPassage

MOST_AREAS = 2
"""Areas of cells that a card names."""


@dataclass(frozen=True, slots=True)
class Source:
    number: int
    """From 1, as in the answer; 0 where no card stands for it."""
    path: str
    page: int
    start: int
    end: int
    quote: str
    heading: str = ""
    label: str = ""
    """What a reader calls the page where that is not its number."""
    also: tuple[str, ...] = ()
    """Other documents in which the same stands."""
    rows: tuple[tuple[int, int, int], ...] = ()
    """Page, start and end of every row of the same document that an answer counted, or of the
    cells in it."""
    cells: tuple[CitedCell, ...] = ()
    """Of a sheet: the cells that the answer stands on."""
    cited: bool = True
    """False for the nearest passages of an answer that abstained."""

    @property
    def place(self) -> str:
        """``Sheet Prices · C7``, ``page 2``."""
        place = names.place(self.page, self.label, self.path)
        cells = together([each.name.rpartition("!")[2] for each in self.cells])
        several = cells.split(", ")
        if len(several) > MOST_AREAS:
            cells = f"{', '.join(several[:MOST_AREAS])} and more"
        return " · ".join(each for each in (place, cells) if each)

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """What is marked on its page where cells can be: them, or all of it."""
        return tuple((each.start, each.end) for each in self.cells) or ((self.start, self.end),)

    @property
    def name(self) -> str:
        return names.document_name(self.path)


def sources_of(answer: Answer) -> tuple[Source, ...]:
    """The citations of an answer; where it abstained, the nearest passages."""
    if answer.citations:
        return tuple(
            Source(
                number,
                found.path,
                found.page,
                found.start,
                found.end,
                found.quote,
                label=found.label,
                also=found.also,
                rows=_counted(answer, found) if answer.query else (),
                cells=found.cells,
            )
            for number, found in enumerate(answer.citations, start=1)
        )
    return tuple(
        Source(
            number,
            hit.passage.path,
            hit.passage.page,
            hit.passage.start,
            hit.passage.end,
            hit.passage.text,
            heading=hit.passage.heading,
            label=hit.passage.label,
            also=hit.also,
            cited=False,
        )
        for number, hit in enumerate(answer.nearest, start=1)
    )


def source_of(passage: FoundPassage) -> Source:
    """A found passage as a source that no card stands for."""
    return Source(
        0,
        passage.path,
        passage.page,
        passage.start,
        passage.end,
        "",
        heading=passage.heading,
        label=passage.label,
        cited=False,
    )


def _counted(answer: Answer, cited: Citation) -> tuple[tuple[int, int, int], ...]:
    return tuple(
        (other.page, start, end)
        for other in answer.citations
        if other.path == cited.path
        for start, end in [(each.start, each.end) for each in other.cells]
        or [(other.start, other.end)]
    )
