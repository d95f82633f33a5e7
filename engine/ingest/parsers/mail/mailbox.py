"""Mailboxes (.mbox): every mail is a page, its attachments lie in a folder of its number."""

import mmap
import re
from collections.abc import Iterator
from pathlib import Path

from engine.errors import ParseError
from engine.ingest.parsers.files import check_size, not_readable
from engine.ingest.parsers.mail import mail
from engine.ingest.parsers.options import ParseOptions
from engine.types import Attachment, Page, ParsedDocument

MAX_MAILS = 50_000
START = re.compile(
    rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\n]{0,200}?"
    rb"(?:\d\d?:\d\d(?::\d\d)?[^\n]{0,40}|MAILER[^\n]{0,40}|\d{4})\r?\n"
    rb"(?=[\x21-\x39\x3b-\x7e]+:|>From )"
)
"""A line that begins a mail: behind an empty line, ending in a time, before a header."""
QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)


def parse(path: Path, options: ParseOptions) -> ParsedDocument:
    """Raises ParseError where no mail is in it."""
    check_size(path)
    pages: list[Page] = []
    attachments: list[Attachment] = []
    notes: list[str] = []
    try:
        with (
            path.open("rb") as stream,
            mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data,
        ):
            for number, raw in enumerate(_mails(data), 1):
                if number > MAX_MAILS:
                    notes.append(f"Only the first {MAX_MAILS:,} mails were read.")
                    break
                label = f"Message {number}"
                page, files, note = _read(raw, number, label)
                pages.append(page)
                attachments += mail.attachments_of(files, label, options)
                if note:
                    notes.append(f"{label}: {note}")
    except OSError as error:
        raise not_readable(error) from error
    if not any(page.text.strip() for page in pages):
        raise ParseError("This mailbox holds no mail.", "", "empty")
    return ParsedDocument("mbox", path.stem, tuple(pages), tuple(attachments), " ".join(notes[:5]))


def _read(raw: bytes, number: int, label: str) -> tuple[Page, list[tuple[str, bytes]], str]:
    try:
        return mail.read(mail.message_of(raw), number, label)
    except ParseError as error:
        return Page(number, "", (), label), [], error.message


def _mails(data: mmap.mmap) -> Iterator[bytes]:
    starts = [match.start() for match in START.finditer(data)]
    if not starts or data[: starts[0]].strip():
        starts.insert(0, 0)
    for begin, end in zip(starts, [*starts[1:], len(data)], strict=True):
        raw = QUOTED.sub(rb"\1", data[begin:end].rstrip(b"\r\n"))
        if raw.strip():
            yield raw
