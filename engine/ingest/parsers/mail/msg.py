"""Outlook messages (.msg): an OLE2 file of properties, with attachments and mails inside."""

import re
import struct
from datetime import UTC, datetime, timedelta
from email import message_from_string, policy
from pathlib import Path
from typing import Any

import olefile

from engine.errors import ParseError
from engine.ingest.parsers.files import check_size, not_readable
from engine.ingest.parsers.mail import mail, mail_headers, mapi
from engine.ingest.parsers.mail.mail_body import SMALL_PICTURE
from engine.ingest.parsers.options import ParseOptions
from engine.types import Attachment, Page, ParsedDocument

STREAM = re.compile(r"__substg1\.0_([0-9A-F]{4})([0-9A-F]{4})$", re.IGNORECASE)
MAX_STREAM = 200 * 2**20
MAX_PLACES = 5000
MAX_DEPTH = 6
EMBEDDED = 5
BROKEN = (OSError, ValueError, IndexError, TypeError, AttributeError, KeyError, struct.error)
"""olefile's words for a broken file."""
Place = tuple[str, ...]


def parse(path: Path, options: ParseOptions) -> ParsedDocument:
    """Raises ParseError where the file is damaged or says nothing."""
    check_size(path)
    try:
        path.open("rb").close()
    except OSError as error:
        raise not_readable(error) from error
    try:
        with olefile.OleFileIO(str(path)) as container:
            document = _Message(container).document(path.stem, options)
    except (*BROKEN, RecursionError) as error:
        raise ParseError(
            "This Outlook message is damaged and cannot be opened.",
            "Open it in Outlook and save it again.",
            "damaged",
        ) from error
    if not document.pages[0].text.strip():
        raise ParseError("This message is empty.", "", "empty")
    return document


class _Message:
    """One message of the container: the outer one, or one that is attached to it."""

    def __init__(self, container: Any, root: Place = (), depth: int = 0) -> None:
        self._container = container
        self._root = root
        self._depth = depth
        inside: dict[Place, list[Place]] = {}
        for place in container.listdir(streams=True, storages=True)[: 100 * MAX_PLACES]:
            inside.setdefault(tuple(place[:-1]), []).append(tuple(place))
        self._children = inside
        self._code_page = 1252
        self._all = self._properties(root, 24 if root else 32)
        for number in (mapi.MESSAGE_CODE_PAGE, mapi.INTERNET_CODE_PAGE):
            page = self._all.get(number)
            if isinstance(page, int) and page not in (1200, 1252, 20127):
                self._code_page = page
        if self._code_page != 1252:
            self._all = self._properties(root, 24 if root else 32)

    def document(self, stem: str, options: ParseOptions) -> ParsedDocument:
        files, nested = self._attached(options)
        page = self._page([name for name, _ in files] + [found.name for found in nested])
        attachments = options.inside.read_all(files, options) + nested
        note = ""
        if any(name.lower() == "message.rpmsg" for name, _ in files):
            note = "The text of this mail is protected by rights and could not be read."
        elif "smime" in str(self._all.get(mapi.CLASS, "")).lower():
            note = "The text of this mail may be encrypted or sealed."
        return ParsedDocument("msg", mail.title_of(page) or stem, (page,), tuple(attachments), note)

    def _page(self, files: list[str]) -> Page:
        return mail.page_of(self._headers(), [mapi.body_text(self._all)], files)

    def _headers(self) -> list[tuple[str, str]]:
        own = self._all
        transport = own.get(mapi.TRANSPORT_HEADERS)
        known: dict[str, str] = {}
        if isinstance(transport, str) and transport.strip():
            lines = transport.replace("\r\n", "\n").lstrip("\n")
            known = dict(mail_headers.lines(message_from_string(lines, policy=policy.compat32)))
        sender = _person(
            own.get(mapi.SENDER_NAME) or own.get(mapi.SENT_FOR_NAME),
            own.get(mapi.SENDER_SMTP) or own.get(mapi.SENT_FOR_SMTP)
            or own.get(mapi.SENDER_MAIL) or own.get(mapi.SENT_FOR_MAIL),
        )  # fmt: skip
        people = self._recipients()
        found = {
            "From": sender if "@" in sender else known.get("From") or sender,
            "To": people.get(1) or known.get("To") or _text(own.get(mapi.SHOWN_TO)),
            "Cc": people.get(2) or known.get("Cc") or _text(own.get(mapi.SHOWN_CC)),
            "Bcc": people.get(3) or _text(own.get(mapi.SHOWN_BCC)),
            "Date": known.get("Date")
            or _moment(own.get(mapi.SENT_AT) or own.get(mapi.DELIVERED_AT)),
            "Subject": _text(own.get(mapi.SUBJECT)) or known.get("Subject", ""),
        }
        return [(name, value) for name, value in found.items() if value]

    def _recipients(self) -> dict[int, str]:
        found: dict[int, list[str]] = {}
        for place in self._folders("__recip_version1.0_"):
            own = self._properties(place, 8)
            kind = own.get(mapi.RECIPIENT_KIND, 1)
            person = _person(
                own.get(mapi.SHOWN_NAME),
                own.get(mapi.RECIPIENT_SMTP) or own.get(mapi.RECIPIENT_MAIL),
            )
            if person:
                found.setdefault(kind if isinstance(kind, int) else 1, []).append(person)
        return {kind: ", ".join(people) for kind, people in found.items()}

    def _attached(self, options: ParseOptions) -> tuple[list[tuple[str, bytes]], list[Attachment]]:
        files: list[tuple[str, bytes]] = []
        nested: list[Attachment] = []
        for place in self._folders("__attach_version1.0_"):
            own = self._properties(place, 8)
            name = _text(
                own.get(mapi.LONG_NAME) or own.get(mapi.SHORT_NAME) or own.get(mapi.SHOWN_NAME)
            )
            data = own.get(mapi.ATTACH_DATA)
            inner = next(
                (child for child in self._children.get(place, ())
                 if child[-1].upper() == "__SUBSTG1.0_3701000D"), None
            )  # fmt: skip
            if inner is not None and own.get(mapi.ATTACH_METHOD, EMBEDDED) == EMBEDDED:
                nested.append(self._nested(inner, name, options))
            elif isinstance(data, bytes) and data and not _decoration(own, data):
                files.append((name or "unnamed", data))
        return files, nested

    def _nested(self, place: Place, name: str, options: ParseOptions) -> Attachment:
        if self._depth >= MAX_DEPTH:
            reason = "This file lies too deep inside other files to be read."
            return Attachment(name or "message", None, "too_large", reason)
        document = _Message(self._container, place, self._depth + 1).document(
            name or "message", options
        )
        title = (name or document.title)[:100].replace("/", "-").replace("\\", "-")
        return Attachment(f"{title.removesuffix('.msg')}.msg", document)

    def _folders(self, start: str) -> list[Place]:
        found = [
            place for place in self._children.get(self._root, ()) if place[-1].startswith(start)
        ]
        return found[:MAX_PLACES]

    def _properties(self, place: Place, head: int) -> dict[int, Any]:
        """Properties of a storage; ``head`` bytes stand before the fixed ones."""
        found: dict[int, Any] = {}
        for child in self._children.get(place, ()):
            match = STREAM.match(child[-1])
            if match is not None and self._container.get_type(list(child)) == olefile.STGTY_STREAM:
                value = self._value(child, match[2].upper())
                if value is not None:
                    found.setdefault(int(match[1], 16), value)
            elif child[-1].lower() == "__properties_version1.0":
                fixed = self._bytes(child)
                for at in range(head, len(fixed) - 15, 16):
                    kind, number = struct.unpack_from("<HH", fixed, at)
                    if kind in (0x03, 0x0B):
                        found[number] = struct.unpack_from("<I", fixed, at + 8)[0]
                    elif kind == 0x40:
                        found[number] = struct.unpack_from("<Q", fixed, at + 8)[0]
        return found

    def _value(self, place: Place, kind: str) -> Any:
        if kind == "001F":
            return self._bytes(place).decode("utf-16-le", "replace").rstrip("\0")
        if kind == "001E":
            return mapi.narrow(self._bytes(place), self._code_page)
        return self._bytes(place) if kind == "0102" else None

    def _bytes(self, place: Place) -> bytes:
        try:
            if self._container.get_size(list(place)) > MAX_STREAM:
                return b""
            with self._container.openstream(list(place)) as stream:
                return bytes(stream.read())
        except BROKEN:
            return b""


def _decoration(own: dict[int, Any], data: bytes) -> bool:
    """A small picture inside the text: a logo, a line."""
    picture = _text(own.get(mapi.MIME)).startswith("image/")
    inline = own.get(mapi.HIDDEN) == 1 or bool(own.get(mapi.CONTENT_ID))
    return picture and inline and len(data) <= SMALL_PICTURE


def _text(value: Any) -> str:
    return " ".join(str(value).split()) if isinstance(value, str) else ""


def _person(name: Any, address: Any) -> str:
    shown, mail_address = _text(name), _text(address)
    if mail_address.upper().startswith("/O="):  # the mail server's own way of naming people
        mail_address = ""
    if not shown or shown.lower() == mail_address.lower():
        return mail_address
    return f"{mail_address} ({shown})" if mail_address else shown


def _moment(value: Any) -> str:
    """Tenths of microseconds since 1601."""
    if not isinstance(value, int) or value <= 0:
        return ""
    try:
        moment = datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=value // 10)
    except OverflowError:
        return ""
    return str(moment.strftime("%Y-%m-%d %H:%M UTC"))
