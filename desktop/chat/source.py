"""What a source card and the page viewer show: a citation, or a passage that was merely near."""

from dataclasses import dataclass

from desktop import names
from engine.types import Answer, Citation
from engine.why_types import FoundPassage


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
    """Page, start and end of every row of the same document that an answer counted."""
    cited: bool = True
    """False for the nearest passages of an answer that abstained."""

    @property
    def place(self) -> str:
        return names.place(self.page, self.label, self.path)

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
        (other.page, other.start, other.end)
        for other in answer.citations
        if other.path == cited.path
    )
