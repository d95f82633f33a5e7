"""What a source card and the page viewer show: a citation, or a passage that was merely near."""

from dataclasses import dataclass

from engine.types import Answer

PAGED = (".pdf",)


@dataclass(frozen=True, slots=True)
class Source:
    number: int
    """From 1, as in the answer."""
    path: str
    page: int
    start: int
    end: int
    quote: str
    heading: str = ""
    cited: bool = True
    """False for the nearest passages of an answer that abstained."""

    @property
    def place(self) -> str:
        return f"page {self.page}" if self.path.lower().endswith(PAGED) else ""


def sources_of(answer: Answer) -> tuple[Source, ...]:
    """The citations of an answer; where it abstained, the nearest passages."""
    if answer.citations:
        return tuple(
            Source(number, found.path, found.page, found.start, found.end, found.quote)
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
            cited=False,
        )
        for number, hit in enumerate(answer.nearest, start=1)
    )
