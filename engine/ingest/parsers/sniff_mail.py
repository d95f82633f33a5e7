"""What the beginning of a text tells of mails, mailboxes and saved web pages."""

import re

KNOWN = frozenset(
    re.findall(
        r"\S+",
        "from to cc subject date received message-id mime-version return-path delivered-to "
        "reply-to content-type sender x-mailer in-reply-to references x-received "
        "dkim-signature content-transfer-encoding x-originating-ip thread-topic thread-index "
        "importance",
    )
)
SURE = frozenset(["received", "message-id", "mime-version", "return-path", "delivered-to"])
FIELD = re.compile(r"([!-9;-~]{1,76}):(?:[ \t]|\n|$)")
MBOX = re.compile(r"\n*From \S[^\n]{0,200}\d{2}:\d{2}[^\n]{0,40}\n(?=[!-9;-~]+:|>From )")


def _fields(text: str) -> list[tuple[str, str]]:
    """The block of headers at the start; empty where some line of it is no header."""
    found: list[tuple[str, str]] = []
    for line in text.lstrip("\n").split("\n")[:200]:
        if not line.strip():
            break
        match = FIELD.match(line)
        if match is not None:
            found.append((match[1].lower(), line[match.end() :]))
        elif line[0] in " \t" and found:
            found[-1] = (found[-1][0], found[-1][1] + line)
        elif not (line.startswith((">From ", "From ")) and not found):
            return [] if len(found) < 3 else found
    return found


def mbox(text: str) -> bool:
    return MBOX.match(text) is not None


def mhtml(text: str) -> bool:
    fields = dict(_fields(text))
    if not {"content-type", "mime-version"} <= fields.keys():
        return False
    saved = "saved by" in fields.get("from", "").lower() or (
        "snapshot-content-location" in fields or "content-location" in fields
    )
    kind = fields["content-type"].lower()
    return saved and ("multipart/related" in kind or "text/html" in kind)


def eml(text: str) -> bool:
    names = [name for name, _ in _fields(text)]
    known = set(names) & KNOWN
    return len(known) >= 3 and bool(known & SURE or {"from", "subject"} <= known)
