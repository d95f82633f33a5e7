"""Web pages saved in one file (.mhtml): the page, and the pages of its frames."""

from dataclasses import replace
from email.message import Message
from pathlib import Path

from engine.errors import ParseError
from engine.ingest.parsers.files import MAX_BYTES, read_bytes
from engine.ingest.parsers.mail import mail, mail_body, mail_headers
from engine.ingest.parsers.options import ParseOptions
from engine.ingest.parsers.web import html
from engine.types import Page, ParsedDocument

MAX_FRAMES = 200


def parse(path: Path, options: ParseOptions) -> ParsedDocument:  # noqa: ARG001
    """Raises ParseError where no page in it has text."""
    message = mail.message_of(read_bytes(path, MAX_BYTES))
    pages: list[Page] = []
    title = ""
    for part in _web_pages(message):
        try:
            label = mail_body.charset(part)
            document = html.read(mail_body.payload(part), path.stem, label)
        except ParseError:
            continue
        title = title or (document.title if document.title != path.stem else "")
        number = len(pages) + 1
        pages.append(replace(document.pages[0], number=number, label=f"Frame {number}"))
    if not pages:
        raise ParseError("This web page has no text.", "", "empty")
    if len(pages) == 1:
        pages = [replace(pages[0], label="")]
    title = title or mail_headers.header(message, "subject")
    return ParsedDocument("mhtml", title or path.stem, tuple(pages))


def _web_pages(message: Message) -> list[Message]:
    parts = [part for part in message.walk() if not part.is_multipart()]
    found = [
        part for part in parts if part.get_content_type() in ("text/html", "application/xhtml+xml")
    ]
    if not found:
        found = [part for part in parts if part.get_content_type() == "text/plain"]
    start = str(message.get_param("start") or "")
    found.sort(key=lambda part: str(part.get("content-id", "")) != start or not start)
    return found[:MAX_FRAMES]
