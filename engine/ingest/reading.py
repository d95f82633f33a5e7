"""A file that was read and cut, and waits for its vectors: itself and the documents in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from engine.inference.embedder import Embedder
from engine.ingest import tables
from engine.ingest.chunk import TARGET_TOKENS, cut
from engine.library_types import FailedFile
from engine.store.attached import inner_path
from engine.store.document_rows import FileStamp
from engine.store.vectors import digest, embedding_text
from engine.types import Attachment, ParsedDocument, PassageDraft

MOST_INNER = 5_000
"""Files inside a file that are listed, one by one."""

Twin = tuple[str, list[tuple[str, bytes]]]
"""Title of another file with the same bytes, and its passages' texts with their digests."""


@dataclass(frozen=True, slots=True)
class Part:
    """The file, or a document inside it."""

    path: str
    container: str
    """Path of the part it lies in; empty for the file."""
    parsed: ParsedDocument | None
    drafts: tuple[PassageDraft, ...] = ()
    digests: tuple[bytes, ...] = ()
    """Name of what is embedded for each draft."""
    texts: tuple[str, ...] = ()
    """What is embedded for each draft."""
    code: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    stamp: FileStamp
    library: str
    file: Part
    inner: tuple[Part, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        return (self.file, *self.inner)

    @property
    def passages(self) -> int:
        return sum(len(part.drafts) for part in self.parts)

    @property
    def failed(self) -> list[FailedFile]:
        """What is in the file and could not be read."""
        return [FailedFile(part.path, part.code, part.reason) for part in self.inner if part.code]

    def as_twin(self) -> Twin:
        """What a copy of this file may take its vectors from."""
        texts = [draft.text for draft in self.file.drafts]
        assert self.file.parsed is not None
        return self.file.parsed.title, list(zip(texts, self.file.digests, strict=True))


def reading(
    stamp: FileStamp,
    library: str,
    parsed: ParsedDocument,
    embedder: Embedder,
    left_out: frozenset[str] = frozenset(),
    target: int = TARGET_TOKENS,
) -> Reading:
    """Cut a file and what is in it. ``left_out`` are paths of inner documents not wanted."""
    file = _part(stamp.path, "", parsed, embedder, target)
    return Reading(stamp, library, file, tuple(_inner(file, embedder, left_out, target)))


def with_twin(found: Reading, twin: Twin | None) -> Reading:
    """The reading with the vectors of a file that has the same bytes and passages.

    A title that is only the file's name would else make other texts of the same passages.
    """
    if twin is None or [text for text, _ in twin[1]] != [each.text for each in found.file.drafts]:
        return found
    return replace(found, file=replace(found.file, digests=tuple(name for _, name in twin[1])))


def _part(
    path: str, container: str, parsed: ParsedDocument, embedder: Embedder, target: int
) -> Part:
    parsed = replace(parsed, tables=tables.found(parsed, path))
    drafts = tuple(cut(parsed, embedder, target))
    texts = tuple(embedding_text(parsed.title, each.heading, each.text) for each in drafts)
    return Part(path, container, parsed, drafts, tuple(map(digest, texts)), texts)


def _inner(
    outer: Part, embedder: Embedder, left_out: frozenset[str], target: int
) -> Iterator[Part]:
    """The documents inside a part, outer ones first."""
    assert outer.parsed is not None
    attachments = outer.parsed.attachments[:MOST_INNER]
    more = len(outer.parsed.attachments) - len(attachments)
    if more:
        reason = f"Only the first {MOST_INNER:,} files inside a file are listed."
        attachments += (Attachment(f"{more:,} more files", None, "too_large", reason),)
    paths = _paths(outer.path, [each.name for each in attachments])
    for path, each in zip(paths, attachments, strict=True):
        if path in left_out:
            continue
        if each.parsed is None or each.code:
            yield Part(path, outer.path, None, code=each.code or "fault", reason=each.reason)
            continue
        part = _part(path, outer.path, each.parsed, embedder, target)
        if not part.drafts and not each.parsed.attachments:
            yield Part(path, outer.path, None, code="empty", reason="There is no text in it.")
            continue
        yield part
        yield from _inner(part, embedder, left_out, target)


def _paths(container: str, names: Sequence[str]) -> list[str]:
    """A path for each name; equal names are told apart by a number."""
    paths: dict[str, None] = {}
    numbers: dict[str, int] = {}
    for name in names:
        path, number = inner_path(container, name or "unnamed"), numbers.get(name, 2)
        while path in paths:
            stem, dot, suffix = name.rpartition(".")
            path = inner_path(
                container, f"{stem or suffix} ({number}){dot}{suffix if stem else ''}"
            )
            number += 1
        numbers[name] = number
        paths[path] = None
    return list(paths)
