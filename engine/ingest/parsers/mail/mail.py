"""Mails (.eml): what its reader sees, with the attached files as documents of their own."""

import email
import email.errors
from email import policy
from email.message import Message
from pathlib import Path

from engine.errors import ParseError
from engine.ingest.parsers.files import MAX_BYTES, read_bytes
from engine.ingest.parsers.mail import mail_body, mail_headers, winmail
from engine.ingest.parsers.options import ParseOptions
from engine.types import Attachment, Heading, Page, ParsedDocument


def parse(path: Path, options: ParseOptions) -> ParsedDocument:
    """Raises ParseError where there is neither text nor header."""
    message = message_of(read_bytes(path, MAX_BYTES))
    page, files, note = read(message, 1)
    if not page.text.strip():
        raise ParseError("This mail is empty.", "", "empty")
    attachments = tuple(options.inside.read_all(files, options))
    return ParsedDocument("eml", title_of(page) or path.stem, (page,), attachments, note)


def message_of(data: bytes) -> Message:
    """The mail as a tree. The older policy: it never fails on headers that break the rules."""
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    data = data.lstrip(b"\r\n")
    if data.startswith((b"From ", b">From ")):
        data = data.partition(b"\n")[2]
    try:
        return email.message_from_bytes(data, policy=policy.compat32)
    except (email.errors.MessageError, ValueError, LookupError, TypeError, AttributeError,
            RecursionError) as error:  # fmt: skip
        raise ParseError("This mail is damaged and cannot be read.", "", "damaged") from error


def read(
    message: Message, number: int, label: str = ""
) -> tuple[Page, list[tuple[str, bytes]], str]:
    """The mail as a page, the attached files, and a note on what was left out."""
    found = mail_body.content(message)
    for data in found.winmail:
        sealed = winmail.read(data)
        if sealed is None:
            found.files.append(("winmail.dat", data))
            continue
        found.files.extend(sealed.files)
        if sealed.text.strip() and not any(text.strip() for text in found.texts):
            found.texts.append(sealed.text)
    page = page_of(
        mail_headers.lines(message), found.texts, [name for name, _ in found.files], number, label
    )
    return page, found.files, found.note


def page_of(
    headers: list[tuple[str, str]],
    texts: list[str],
    files: list[str],
    number: int = 1,
    label: str = "",
) -> Page:
    """A mail's text: subject as heading, the headers, the names of attached files, the body."""
    shown = [(name, mail_headers.date(text) if name == "Date" else text) for name, text in headers]
    subject = dict(headers).get("Subject", "")
    lines = [f"{name}: {text}" for name, text in shown]
    if files:
        lines.append("Attachments: " + ", ".join(files))
    pieces = [subject, "\n".join(lines), *(text.strip("\n") for text in texts)]
    headings = (Heading(0, 1, subject),) if subject else ()
    return Page(number, "\n\n".join(piece for piece in pieces if piece.strip()), headings, label)


def title_of(page: Page) -> str:
    return page.headings[0].title if page.headings else ""


def attachments_of(
    files: list[tuple[str, bytes]], folder: str, options: ParseOptions
) -> list[Attachment]:
    """The files read, their names in a folder of the container."""
    return options.inside.read_all(((f"{folder}/{name}", data) for name, data in files), options)
