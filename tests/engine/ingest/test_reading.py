"""Documents inside a file that has very many of them."""

from engine.ingest.reading import MOST_INNER, reading
from engine.store.document_rows import FileStamp
from engine.types import Attachment, Page, ParsedDocument
from tests.fakes import HashingEmbedder


def read(*names: str) -> list[tuple[str, str]]:
    """Path and reason of each document inside."""
    inside = tuple(Attachment(name, None, "damaged", "It is damaged.") for name in names)
    parsed = ParsedDocument("zip", "t", (Page(1, "Words."),), inside)
    found = reading(FileStamp("/d/a.zip", 1, 1, b""), "x", parsed, HashingEmbedder())
    return [(part.path, part.reason) for part in found.inner]


def test_equal_names_are_told_apart() -> None:
    paths = [path for path, _ in read("a.txt", "b", "a.txt", "a (2).txt", "a.txt")]
    assert paths[0] == "/d/a.zip!/a.txt"
    assert paths[2] == "/d/a.zip!/a (2).txt"
    assert len(set(paths)) == 5


def test_of_very_many_the_first_are_listed_and_the_rest_counted() -> None:
    found = read(*["a.txt"] * 40_000)
    assert len(found) == MOST_INNER + 1
    assert found[-1] == (
        "/d/a.zip!/35,000 more files",
        "Only the first 5,000 files inside a file are listed.",
    )
