"""PDF: text by page, in reading order; scanned pages are read by text recognition."""

import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium

from engine.errors import ParseError
from engine.ingest.parsers.options import DEFAULTS, ParseOptions
from engine.ingest.parsers.pdf.known_words import KnownWords
from engine.ingest.parsers.pdf.pdf_chars import PageChars
from engine.ingest.parsers.pdf.pdf_extras import Extra, extras_of
from engine.ingest.parsers.pdf.pdf_file import PDFIUM, chars_of, damaged, loaded, opened
from engine.ingest.parsers.pdf.pdf_headings import OutlineEntry, find_headings
from engine.ingest.parsers.pdf.pdf_inside import attachments_of
from engine.ingest.parsers.pdf.pdf_scan import is_scan, read_scan, replaces
from engine.ingest.parsers.pdf.pdf_text import PageText, assemble
from engine.ingest.parsers.pdf.pdf_view import WORD_BLOCK
from engine.ingest.parsers.pictures.ocr import not_read
from engine.types import Heading, Page, ParsedDocument

MAX_PAGES = 10_000
MAX_OUTLINE = 5_000
MAX_TEXT = 50_000_000
"""Characters of all pages together; a thick book has one million."""
SCAN_SECONDS = 30.0
SCAN_SECONDS_A_MB = 15.0
SCAN_SECONDS_MOST = 480.0
"""Processor time of recognition in one file; what is read by then is kept."""

MADE_BY_A_PROGRAM = re.compile(
    r"microsoft (word|powerpoint)|untitled|presentation$|\.(docx?|pdf|indd|tex|dvi|rtf|odt|pptx?)$",
    re.IGNORECASE,
)
EMPTY = PageText("", [])


@dataclass(slots=True)
class _Read:
    """What has been read so far."""

    texts: list[PageText] = field(default_factory=list)
    heights: list[float] = field(default_factory=list)
    extras: list[list[Extra]] = field(default_factory=list)
    broken: int = 0
    scans: int = 0
    recognised: int = 0
    waiting: int = 0
    """Scanned pages for which there was no time."""
    length: int = 0


def parse(path: Path, options: ParseOptions = DEFAULTS) -> ParsedDocument:
    """Read all pages that can be read. Raises ParseError where there is no text to be had."""
    read = _Read()
    with opened(path, options.password) as document:
        count = len(document)
        if count > MAX_PAGES:
            raise ParseError(
                f"This PDF has {count:,} pages; at most {MAX_PAGES:,} can be read.",
                "Split it into several files.",
                "too_large",
            )
        allowed = SCAN_SECONDS + SCAN_SECONDS_A_MB * path.stat().st_size / 2**20
        until = time.thread_time() + min(allowed, SCAN_SECONDS_MOST) if options.ocr else 0.0
        for first in range(0, count, WORD_BLOCK):
            _read_block(document, range(first, min(first + WORD_BLOCK, count)), until, read)
            if read.length > MAX_TEXT:
                raise ParseError(
                    f"This PDF holds more than {MAX_TEXT // 1_000_000} million letters.",
                    "Split it into several files.",
                    "too_large",
                )
        outline = _outline(document)
        named = _metadata_title(document)
        labels = _labels(document, count)
        attachments = attachments_of(document, options)
    pages = _pages(read, outline, labels)
    if not any(page.text.strip() for page in pages) and not attachments:
        raise _no_text(count, read, options)
    title = named or _title(pages) or path.stem
    note = _note(count, read, options)
    return ParsedDocument("pdf", title, pages, attachments, note, scanned=read.scans)


def _read_block(document: Any, numbers: range, until: float, read: _Read) -> None:
    """Read the pages whose words together decide about hyphens."""
    block: list[PageChars | PageText | None] = []
    codes: list[str] = []
    for number in numbers:
        extras: list[Extra] = []
        found: PageChars | PageText | None = None
        height = 0.0
        try:
            with loaded(document, number) as page:
                chars = chars_of(page)
                found, height = chars, chars.height
                codes.append(chars.codes)
                extras = extras_of(document, page)
                if is_scan(page, chars):
                    read.scans += 1
                    if time.thread_time() < until:
                        picture = read_scan(page)
                        if replaces(picture, chars):
                            found, height = picture.text, picture.height
                            read.recognised += 1
                    elif until:
                        read.waiting += 1
        except (ParseError, pdfium.PdfiumError):
            read.broken += found is None
        block.append(found)
        read.heights.append(height)
        read.extras.append(extras)
    known = KnownWords(codes)
    for found in block:
        text = assemble(found, known) if isinstance(found, PageChars) else found or EMPTY
        read.texts.append(text)
        read.length += len(text.text)


def _pages(read: _Read, outline: list[OutlineEntry], labels: list[str]) -> tuple[Page, ...]:
    headings = find_headings(read.texts, read.heights, outline)
    pages = []
    for number, (text, headed, extras) in enumerate(
        zip(read.texts, headings, read.extras, strict=True), start=1
    ):
        whole = text.text
        for extra in extras:
            whole, _ = extra.added_to(whole)
        label = labels[number - 1] if number <= len(labels) else ""
        pages.append(Page(number, whole, headed, label))
    return tuple(pages)


def _labels(document: Any, count: int) -> list[str]:
    """What readers call the pages, where that is not their number."""
    labels = []
    with PDFIUM:
        for number in range(count):
            try:
                label = " ".join(document.get_page_label(number).replace("\0", "").split())
            except (pdfium.PdfiumError, UnicodeDecodeError):
                label = ""
            labels.append("" if label == str(number + 1) else label[:40])
    return labels


def _outline(document: Any) -> list[OutlineEntry]:
    entries: list[OutlineEntry] = []
    with PDFIUM:
        try:
            for bookmark in document.get_toc(max_depth=6):
                target = bookmark.get_dest()
                page = target.get_index() if target else None
                if page is not None:
                    entries.append(OutlineEntry(page, bookmark.level + 1, bookmark.get_title()))
                if len(entries) >= MAX_OUTLINE:
                    break
        except pdfium.PdfiumError:
            return []
    return entries


def _metadata_title(document: Any) -> str:
    with PDFIUM:
        title = " ".join(document.get_metadata_value("Title").replace("\0", "").split())
    readable = sum(character.isalpha() for character in title) >= 3
    return title if readable and not MADE_BY_A_PROGRAM.search(title) else ""


def _title(pages: tuple[Page, ...]) -> str:
    """What a cover page says, or else the highest heading of the first pages."""
    if not pages:
        return ""
    cover = pages[0]
    named = [heading.title for heading in cover.headings]
    if named and sum(map(len, named)) + 2 * len(named) + 40 >= len(cover.text) and len(named) <= 3:
        return " – ".join(named)
    headings: list[Heading] = [heading for page in pages[:3] for heading in page.headings]
    return min(headings, key=lambda heading: heading.level).title if headings else ""


def _note(count: int, read: _Read, options: ParseOptions) -> str:
    """What the user should know of how the file was read."""
    notes = []
    pages = f"{count} page" if count == 1 else f"{count} pages"
    if read.recognised:
        were = "was" if read.recognised == 1 else "were"
        notes.append(
            f"{read.recognised} of {pages} {were} read by text recognition; letters can be wrong."
        )
        notes.append(not_read(options.languages))
    if read.waiting:
        notes.append(f"There was no time for {read.waiting} further scanned pages.")
    elif read.scans and not options.ocr:
        hold = "holds a picture" if read.scans == 1 else "hold pictures"
        notes.append(f"{read.scans} of {pages} {hold} of text, and reading them is switched off.")
    if read.broken:
        notes.append(f"{read.broken} of {pages} could not be read: the file is damaged.")
    return " ".join(filter(None, notes))


def _no_text(pages: int, read: _Read, options: ParseOptions) -> ParseError:
    if pages == 0 or read.broken == pages:
        return damaged()
    if read.scans and not options.ocr:
        return ParseError(
            "This PDF has no text, only pictures of pages.",
            "Switch on reading text in pictures for this library.",
            "empty",
        )
    if read.scans:
        return ParseError("No text was found in the pictures of this PDF's pages.", "", "empty")
    return ParseError("This PDF has no text.", "", "empty")
