from pathlib import Path

from engine.errors import ParseError
from engine.ingest.parsers.inside import Inside
from engine.ingest.parsers.options import ParseOptions
from engine.types import Page, ParsedDocument


def test_pictures_are_read_last_and_stand_where_they_were() -> None:
    order: list[str] = []

    def parse(path: Path, options: ParseOptions) -> ParsedDocument:
        order.append(path.name)
        return ParsedDocument("text", path.stem, (Page(1, path.read_text()),))

    files = [("a.png", b"1"), ("b.txt", b"2"), (".DS_Store", b"3"), ("c.jpg", b"4"), ("d", b"5")]
    found = Inside(parse).read_all(files, ParseOptions())
    assert order == ["b.txt", "d", "a.png", "c.jpg"]
    assert [attachment.name for attachment in found] == ["a.png", "b.txt", "c.jpg", "d"]


def test_a_reason_in_the_middle_of_the_bytes_is_the_files_reason() -> None:
    def pieces():  # type: ignore[no-untyped-def]
        yield b"start"
        raise ParseError("This file is damaged inside.", "", "damaged")

    def parse(path: Path, options: ParseOptions) -> ParsedDocument:
        raise AssertionError("not reached")

    found = Inside(parse).read("a.txt", pieces(), ParseOptions())
    assert found is not None
    assert (found.parsed, found.code, found.reason) == (
        None, "damaged", "This file is damaged inside.",
    )  # fmt: skip
