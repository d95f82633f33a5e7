from email.message import EmailMessage
from pathlib import Path

from engine.ingest.parsers import registry


def mbox(*texts: str, attach: bool = False) -> bytes:
    mails = b""
    for number, text in enumerate(texts, 1):
        mail = EmailMessage()
        mail["From"], mail["Subject"] = "ann@example.org", f"Letter {number}"
        mail["Message-ID"] = f"<{number}@x>"
        mail.set_content(text)
        if attach:
            mail.add_attachment(f"file {number}".encode(), maintype="text", subtype="plain",
                                filename="a.txt")  # fmt: skip
        raw = mail.as_bytes().replace(b"\nFrom ", b"\n>From ")
        mails += b"From ann@example.org Mon Jul 20 01:01:07 2015\n" + raw + b"\n"
    return mails


def test_every_mail_is_a_page(tmp_path: Path) -> None:
    path = tmp_path / "Inbox"
    path.write_bytes(mbox("First.", "From here on\n\nFrom now 12:00 2015\nall is well.", "Third."))
    document = registry.parse(path)
    assert document.type == "mbox"
    assert [(page.number, page.label) for page in document.pages] == [
        (1, "Message 1"), (2, "Message 2"), (3, "Message 3"),
    ]  # fmt: skip
    assert [page.headings[0].title for page in document.pages] == [
        "Letter 1",
        "Letter 2",
        "Letter 3",
    ]
    assert document.pages[1].text.endswith("From here on\n\nFrom now 12:00 2015\nall is well.")


def test_attachments_lie_in_a_folder_of_their_mail(tmp_path: Path) -> None:
    path = tmp_path / "a.mbox"
    path.write_bytes(mbox("One.", "Two.", attach=True).replace(b"\n", b"\r\n"))
    document = registry.parse(path)
    assert len(document.pages) == 2
    assert [found.name for found in document.attachments] == ["Message 1/a.txt", "Message 2/a.txt"]
