"""What a mail says and what is attached to it, whatever the parts are called."""

import re
from dataclasses import dataclass, field
from email.message import Message

from engine.ingest.parsers.charsets import decode_as
from engine.ingest.parsers.encoding import decode
from engine.ingest.parsers.mail import mail_headers
from engine.ingest.parsers.web.html import fragment_text

Part = Message

MAX_PARTS = 3000
SMALL_PICTURE = 20_000
"""Bytes up to which a picture inside the text is taken for decoration: logos, lines, smileys."""
HARDLY_PLAIN = 0.2
"""Share of the HTML's words from which the plain version counts as the same text."""
SUFFIXES = {
    "text/html": ".html", "text/plain": ".txt", "text/calendar": ".ics", "text/csv": ".csv",
    "image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "application/pdf": ".pdf",
    "application/zip": ".zip", "message/rfc822": ".eml",
}  # fmt: skip
CHARSET = re.compile(rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?([\w-]+)", re.I)
GLUED = re.compile(r"""charset\s*=\s*["']?([\w-]+)""", re.I)


@dataclass(slots=True)
class Content:
    """A mail taken apart."""

    texts: list[str] = field(default_factory=list)
    files: list[tuple[str, bytes]] = field(default_factory=list)
    winmail: list[bytes] = field(default_factory=list)
    note: str = ""
    parts: int = 0


def content(message: Part) -> Content:
    """Texts in reading order, and the attached files."""
    found = Content()
    _part(message, found, depth=0)
    return found


def payload(part: Part) -> bytes:
    """The part's bytes, its transfer encoding undone as far as it is sound."""
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError, TypeError):
        data = None
    if isinstance(data, bytes):
        return data
    raw = part.get_payload()
    return raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else b""


def part_text(part: Part) -> str:
    """The text of a text part; HTML as its reader would see it."""
    data = payload(part)
    label = charset(part)
    if part.get_content_type() == "text/html":
        declared = CHARSET.search(data[:4096])
        label = label or (declared.group(1).decode("ascii") if declared else "")
        return fragment_text(_decoded(data, label))
    text = _decoded(data, label)
    if "format=flowed" in str(part.get("content-type", "")).lower():
        text = _unflowed(text)
    if part.get_content_type() in ("text/enriched", "text/richtext"):
        text = re.sub(r"<[^>]{0,80}>", "", text)
    return text.replace("\f", "\n").strip("\n").rstrip()


def charset(part: Part) -> str:
    try:
        label = part.get_param("charset")
    except (ValueError, LookupError, TypeError):
        label = None
    if isinstance(label, tuple):
        label = label[2]
    if isinstance(label, str) and re.fullmatch(r"[\w.:+-]+", label):
        return label
    glued = GLUED.search(str(part.get("content-type", "")))
    return glued[1] if glued else ""


def _decoded(data: bytes, label: str) -> str:
    text = None if label.lower() in ("us-ascii", "ascii") else decode_as(data, label)
    if text is None:
        text = decode(data, label)
    if text is None:
        text = data.decode("latin-1")
    text = re.sub(r"[\x00-\x08\x0b\x0e-\x1f]", "", text.replace("\r\n", "\n"))
    return text.replace("\r", "\n").removeprefix("\ufeff")


def _unflowed(text: str) -> str:
    """Lines that end in a space go on in the next (RFC 3676); the signature's mark does not."""
    return re.sub(r"(?<!^--) \n(?![>\s]|--)", " ", text, flags=re.MULTILINE)


def filename(part: Part) -> str:
    """Name of an attached file; empty where it has none."""
    for head, parameter in (("content-disposition", "filename"), ("content-type", "name")):
        try:
            value = part.get_param(parameter, header=head)
        except (ValueError, LookupError, TypeError):
            continue
        if isinstance(value, tuple):
            raw = value[2].encode("latin-1", "surrogateescape") if value[2] else b""
            value = decode_as(raw, value[0] or "utf-8") or raw.decode("utf-8", "replace")
        if value:
            return mail_headers.decode_value(str(value))
    return ""


def _part(part: Part, found: Content, depth: int) -> None:
    found.parts += 1
    if found.parts > MAX_PARTS or depth > 40:
        found.note = "This mail has too many parts; the last ones were not read."
        return
    kind = part.get_content_type()
    if kind == "message/rfc822" or kind == "message/global":
        _mail(part, found)
    elif part.is_multipart():
        _several(part, kind, found, depth)
    elif kind == "application/ms-tnef" or filename(part).lower() == "winmail.dat":
        found.winmail.append(payload(part))
    elif kind.startswith(("text/", "message/")) and not _is_file(part):
        text = part_text(part)
        if text.strip():
            found.texts.append(text)
    else:
        _file(part, kind, found)


def _several(part: Part, kind: str, found: Content, depth: int) -> None:
    parts = [child for child in part.get_payload() if isinstance(child, Message)]
    if kind == "multipart/alternative":
        _best(parts, found, depth)
        return
    if kind == "multipart/encrypted":
        found.note = "The text of this mail is encrypted and could not be read."
        return
    for child in parts:
        if child.get_content_type() != "application/pgp-signature":
            _part(child, found, depth + 1)


def _best(parts: list[Part], found: Content, depth: int) -> None:
    """The plain version of a text, unless it is empty or only says to read the other one."""
    versions: list[tuple[str, Content]] = []
    for child in parts:
        taken = Content(parts=found.parts)
        _part(child, taken, depth + 1)
        found.parts = taken.parts
        versions.append((child.get_content_type(), taken))
    plain = [taken for kind, taken in versions if kind == "text/plain"]
    rich = [taken for kind, taken in versions if kind in ("text/html", "multipart/related")]
    rich += [taken for _, taken in versions if taken not in plain and taken not in rich]
    chosen = next((taken for taken in [*plain, *rich] if taken.texts), None)
    longest = max(rich, key=_words, default=None)
    if longest is not None and (chosen is None or _words(chosen) < HARDLY_PLAIN * _words(longest)):
        chosen = longest
    if chosen is not None:
        found.texts.extend(chosen.texts)
    for _, taken in versions:
        found.files.extend(taken.files)
        found.winmail.extend(taken.winmail)
        found.note = found.note or taken.note


def _words(taken: Content) -> int:
    return sum(len(text.split()) for text in taken.texts)


def _is_file(part: Part) -> bool:
    disposition = str(part.get("content-disposition", "")).strip().lower()
    return disposition.startswith("attachment") or bool(filename(part))


def _file(part: Part, kind: str, found: Content) -> None:
    data = payload(part)
    name = filename(part)
    disposition = str(part.get("content-disposition", "")).strip().lower()
    if kind in ("application/pkcs7-signature", "application/x-pkcs7-signature"):
        return
    if kind in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
        found.note = "The text of this mail is encrypted or sealed and could not be read."
        return
    inline = part.get("content-id") is not None or disposition.startswith("inline")
    decoration = inline and kind.startswith("image/") and len(data) <= SMALL_PICTURE
    if data and not (decoration and not disposition.startswith("attachment")):
        found.files.append((name or "unnamed" + SUFFIXES.get(kind, ""), data))


def _mail(part: Part, found: Content) -> None:
    """A mail inside the mail becomes a document of its own."""
    inner = part.get_payload()
    mail = inner[0] if isinstance(inner, list) and inner else None
    if isinstance(mail, Message):
        subject = mail_headers.header(mail, "subject")[:80].replace("/", "-")
        try:
            data = mail.as_bytes()
        except (ValueError, LookupError, TypeError, AttributeError):
            data = "\n".join(_plain_parts(mail)).encode("utf-8", "replace")
    else:  # its transfer encoding hid it from the parser
        subject, data = "", payload(part)
    if data.strip():
        found.files.append((filename(part) or f"{subject or 'message'}.eml", data))


def _plain_parts(mail: Part) -> list[str]:
    head = [f"{name}: {text}" for name, text in mail_headers.lines(mail)]
    return [*head, "", *content(mail).texts]
