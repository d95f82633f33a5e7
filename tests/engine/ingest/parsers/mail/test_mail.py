"""Mails: headers in any encoding, the version a reader reads, and what is attached."""

from email.message import EmailMessage
from pathlib import Path

import pytest

from engine.errors import ParseError
from engine.ingest.parsers import registry
from engine.ingest.parsers.mail import mail_headers
from engine.types import ParsedDocument

HEAD = b"From: Ann <ann@example.org>\nTo: bo@example.org\nSubject: Boat\nMIME-Version: 1.0\n"


def parsed(tmp_path: Path, content: bytes | EmailMessage, name: str = "a.eml") -> ParsedDocument:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.as_bytes())
    return registry.parse(path)


def message(**headers: str) -> EmailMessage:
    mail = EmailMessage()
    for name, value in {"From": "Ann <ann@example.org>", "Subject": "Boat", **headers}.items():
        mail[name] = value
    return mail


def test_headers_text_and_attachment(tmp_path: Path) -> None:
    mail = message(To="Bo <bo@example.org>", Cc="cy@example.org", Subject="Größe der Boote")
    mail["Date"] = "Fri, 16 Dec 2022 17:04:16 -0500"
    mail.set_content("The skiff is 4 m long.\n\n> How long is it?\n\n--\nboats mailing list\n")
    mail.add_attachment(b"Fee: 65", maintype="text", subtype="plain", filename="Gebühren.txt")
    document = parsed(tmp_path, mail)
    (page,) = document.pages
    assert (document.type, document.title) == ("eml", "Größe der Boote")
    assert page.text == (
        "Größe der Boote\n\nFrom: Ann <ann@example.org>\nTo: Bo <bo@example.org>\n"
        "Cc: cy@example.org\nDate: 2022-12-16 17:04 -0500\nSubject: Größe der Boote\n"
        "Attachments: Gebühren.txt\n\n"
        "The skiff is 4 m long.\n\n> How long is it?\n\n--\nboats mailing list"
    )
    assert [(h.start, h.title) for h in page.headings] == [(0, "Größe der Boote")]
    (found,) = document.attachments
    assert found.parsed is not None
    assert (found.name, found.parsed.pages[0].text) == ("Gebühren.txt", "Fee: 65")


def test_a_mail_is_known_by_its_content(tmp_path: Path) -> None:
    mail = message(To="bo@example.org")
    mail.set_content("words")
    for name in ("a.txt", "a", "a.html"):
        assert parsed(tmp_path, mail, name).type == "eml"
    note = b"From: the harbour\nTo do: paint\n\nwords\n"
    assert parsed(tmp_path, note, "note.txt").type == "text"


def test_plain_before_html_unless_it_says_nothing(tmp_path: Path) -> None:
    mail = message()
    mail.set_content("The plain words of it.")
    mail.add_alternative("<p>The rich words of it.</p>", subtype="html")
    assert "plain words" in parsed(tmp_path, mail).pages[0].text
    assert "rich words" not in parsed(tmp_path, mail).pages[0].text
    for empty in (" \n", "Please use another program."):
        mail = message()
        mail.set_content(empty)
        mail.add_alternative("<p>" + "The rich words of it. " * 20 + "</p>", subtype="html")
        assert "rich words" in parsed(tmp_path, mail).pages[0].text


def test_pictures_in_the_text(tmp_path: Path) -> None:
    """Small ones are decoration; large ones may hold text."""
    mail = message()
    mail.set_content('<p>See <img src="cid:a"><img src="http://far/x.png"></p>', subtype="html")
    for size, name in ((300, "logo.png"), (50_000, "plan.png")):
        mail.add_related(
            b"\x89PNG\r\n\x1a\n" + bytes(size), maintype="image", subtype="png",
            cid=f"<{name}>", filename=name, disposition="inline",
        )  # fmt: skip
    assert [found.name for found in parsed(tmp_path, mail).attachments] == ["plan.png"]


def test_mails_in_mails(tmp_path: Path) -> None:
    inner = message(Subject="The oldest")
    inner.set_content("At the very bottom.")
    for number in range(3):
        outer = message(Subject=f"Fwd {number}")
        outer.set_content(f"See below {number}.")
        outer.add_attachment(inner)
        inner = outer
    document = parsed(tmp_path, inner)
    seen = [document.title]
    while document.attachments:
        assert document.attachments[0].parsed is not None
        document = document.attachments[0].parsed
        seen.append(document.title)
    assert seen == ["Fwd 2", "Fwd 1", "Fwd 0", "The oldest"]
    assert "At the very bottom." in document.pages[0].text


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("=?utf-8?B?R3LDvMOfZQ==?=", "Grüße"),
        ("=?ISO-8859-1?Q?Gr=FC=DFe_an_alle?=", "Grüße an alle"),
        ("=?utf-8?B?R3LD?= =?utf-8?B?vMOfZQ==?=", "Grüße"),
        ("=?gb2312?B?us/NrA==?= (final)", "合同 (final)"),
        ("=?iso-2022-jp?B?GyRCTj0ySj1RGyhC?=", "履化術"),
        ("=?nonsense?Q?plain?=", "plain"),
        ("=?utf-8?Q?a=20b?= =?utf-8?Q?c?=", "a bc"),
        ("no =? words", "no =? words"),
    ],
)
def test_encoded_words(header: str, text: str) -> None:
    if text == "履化術":
        header = "=?iso-2022-jp?B?" + __import__("base64").b64encode(
            text.encode("iso-2022-jp")
        ).decode() + "?="  # fmt: skip
    assert mail_headers.decode_value(header) == text


def test_raw_letters_in_headers(tmp_path: Path) -> None:
    for encoding in ("utf-8", "cp1252"):
        raw = "From: Jürgen <j@x.org>\nTo: b@x.org\nSubject: Schöne Grüße\n\nwords".encode(encoding)
        assert parsed(tmp_path, raw).title == "Schöne Grüße"


@pytest.mark.parametrize(
    ("head", "body", "text"),
    [
        (b"Content-Type: text/plain; charset=windows-1251\n", "Привет".encode("cp1251"), "Привет"),
        (b"Content-Type: text/plain; charset=\"no-such\"\n", "Größe".encode(), "Größe"),
        (b"Content-Type: text/plain; charset=us-ascii\n", "Größe".encode("cp1252"), "Größe"),
        (b"Content-Type: text/plain; charset = \"UTF-8\"Content-Transfer-Encoding: 8bit\n",
         "Größe".encode(), "Größe"),
        (b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n",
         b"Gr=C3=B6=\n=C3=9Fe =\n", "Größe"),
        (b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n",
         b"R3LDtsOf\nZQ=", "Größe"),
        (b"Content-Type: text/plain; format=flowed\n", b"one \ntwo\n", "one two"),
        (b"Content-Type: text/html\n", b"<p>Gr&ouml;&szlig;e</p><script>x</script>", "Größe"),
    ],
)  # fmt: skip
def test_bodies_in_any_encoding(tmp_path: Path, head: bytes, body: bytes, text: str) -> None:
    assert parsed(tmp_path, HEAD + head + b"\n" + body).pages[0].text.endswith("\n\n" + text)


def test_locked_text_is_told(tmp_path: Path) -> None:
    content = HEAD + b"Content-Type: multipart/encrypted; boundary=x\n\n--x\n\nVersion: 1\n--x--\n"
    document = parsed(tmp_path, content)
    assert "encrypted" in document.note
    assert "Subject: Boat" in document.pages[0].text


def test_broken_borders_and_endless_parts(tmp_path: Path) -> None:
    content = HEAD + b"Content-Type: multipart/mixed; boundary=x\n\nno border at all\n"
    assert parsed(tmp_path, content).title == "Boat"
    parts = b"--x\nContent-Type: text/plain\n\nword\n" * 5000
    content = HEAD + b"Content-Type: multipart/mixed; boundary=x\n\n" + parts + b"--x--\n"
    assert "too many parts" in parsed(tmp_path, content).note


def test_names_of_attachments_lead_nowhere(tmp_path: Path) -> None:
    mail = message()
    mail.set_content("words")
    mail.add_attachment(b"x", maintype="text", subtype="plain", filename="../../../evil.txt")
    mail.add_attachment(b"y", maintype="text", subtype="plain", filename="evil.txt")
    names = [found.name for found in parsed(tmp_path, mail).attachments]
    assert names == ["evil.txt", "evil (2).txt"]


def test_an_empty_mail(tmp_path: Path) -> None:
    with pytest.raises(ParseError) as caught:
        parsed(tmp_path, b"X-Empty: yes\n\n\n")
    assert caught.value.code == "empty"
