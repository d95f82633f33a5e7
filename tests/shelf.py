"""Puts small documents into a vault, and simple stand-ins for the parsers."""

import re
from collections.abc import Sequence
from pathlib import Path

from engine.errors import ParseError
from engine.inference.embedder import Embedder
from engine.ingest.chunk import cut
from engine.store.connect import Vault
from engine.store.documents import Documents, FileStamp
from engine.store.vectors import Vectors, embedding_text
from engine.types import Heading, Page, ParsedDocument


def document(*pages: str, title: str = "Notes") -> ParsedDocument:
    """Pages in which lines beginning with ``#`` are headings."""
    return ParsedDocument(
        "text", title, tuple(page(number, text) for number, text in enumerate(pages, start=1))
    )


def page(number: int, text: str) -> Page:
    headings = tuple(
        Heading(match.start(), len(match[1]), match[0])
        for match in re.finditer(r"^(#+) .+$", text, re.MULTILINE)
    )
    return Page(number, text, headings)


def put(
    vault: Vault,
    embedder: Embedder,
    path: str,
    *pages: str,
    library: str = "Documents",
    title: str = "Notes",
) -> None:
    """Store a document as ``add`` would."""
    parsed = document(*pages, title=title)
    drafts = cut(parsed, embedder)
    matrix = embedder.embed_passages(
        [embedding_text(title, draft.heading, draft.text) for draft in drafts]
    )
    vectors = Vectors(vault).ensure(embedder.identity)
    stamp = FileStamp(path, len("".join(pages)), 1, b"x" * 32)
    Documents(vault).put(stamp, library, parsed, drafts, matrix, vectors)


def parse(path: Path) -> ParsedDocument:
    """Plain text; pages are parted by form feeds. ``.bad`` is damaged, ``.xyz`` unknown."""
    if path.suffix == ".bad":
        raise ParseError("The file is damaged.", "Save it again.", "damaged")
    if path.suffix == ".xyz":
        raise ParseError("XYZ files are not supported yet.", "", "unsupported")
    if path.suffix == ".bug":
        raise ZeroDivisionError
    return document(*path.read_text("utf-8").split("\f"), title=path.stem)


def write(folder: Path, files: Sequence[tuple[str, str]]) -> None:
    for name, text in files:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
