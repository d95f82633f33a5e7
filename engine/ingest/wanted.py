"""What the indexer has before it: files to be read, and files being read."""

from dataclasses import dataclass, field
from pathlib import Path

from engine.ingest.judging import PLAIN
from engine.ingest.parsers.options import ParseOptions
from engine.ingest.scan import FoundFile
from engine.library_types import LibrarySettings
from engine.store.document_rows import FileStamp
from engine.store.documents import KnownFile
from engine.types import ParsedDocument


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to bring up to date, with what the vault knows of it."""

    file: FoundFile
    library: str
    known: KnownFile | None
    settings: LibrarySettings = PLAIN

    @property
    def path(self) -> Path:
        return Path(self.file.path)

    @property
    def options(self) -> ParseOptions:
        return ParseOptions(ocr=self.settings.ocr, languages=self.settings.languages)


@dataclass(slots=True)
class InHand:
    """A file with the reading processes."""

    wanted: Wanted
    stamp: FileStamp
    passwords: list[str] | None = None
    """Those not tried yet; None before it was found locked."""
    opened: ParsedDocument | None = field(default=None)
    """It could be read, but something in it is locked."""
