"""Outlook messages, built stream by stream."""

import struct
from pathlib import Path

import pytest

from engine.errors import ParseError
from engine.ingest.parsers import registry
from engine.ingest.parsers.mail import mapi
from engine.types import ParsedDocument
from tests.engine.ingest.parsers.office import ole


def wide(number: int, text: str) -> dict[str, bytes]:
    # The writer pads streams to 4096 bytes; zeros at the end of a string do not count.
    return {f"__substg1.0_{number:04X}001F": text.encode("utf-16-le")}


def fixed(head: int, **values: int) -> dict[str, bytes]:
    rows = b"".join(
        struct.pack("<HHIII", 3, getattr(mapi, name), 6, value, 0) for name, value in values.items()
    )
    return {"__properties_version1.0": bytes(head) + rows}


def message(subject: str, body: str, **more: "ole.Tree | bytes") -> ole.Tree:
    return {
        **wide(mapi.SUBJECT, subject), **wide(mapi.BODY, body),
        **wide(mapi.SENDER_NAME, "Ann"), **wide(mapi.SENDER_MAIL, "ann@example.org"),
        **wide(mapi.SHOWN_TO, "Bo"), **more,
    }  # fmt: skip


def parsed(tmp_path: Path, tree: ole.Tree) -> ParsedDocument:
    path = tmp_path / "a.msg"
    path.write_bytes(ole.write(tree))
    return registry.parse(path)


def test_headers_text_and_attachments(tmp_path: Path) -> None:
    inner = message("The oldest", "At the bottom.")
    document = parsed(
        tmp_path,
        message(
            "Größe", "The skiff is 4 m long.\r\n",
            **{
                "__attach_version1.0_#00000000": {
                    **wide(mapi.LONG_NAME, "fees.txt"), **fixed(8, ATTACH_METHOD=1),
                    "__substg1.0_37010102": b"Fee: 65\n".ljust(4096),
                },
                "__attach_version1.0_#00000001": {
                    **wide(mapi.SHOWN_NAME, "Old letter"), **fixed(8, ATTACH_METHOD=5),
                    "__substg1.0_3701000D": inner,
                },
                "__recip_version1.0_#00000000": {
                    **wide(mapi.SHOWN_NAME, "Bo"), **wide(mapi.RECIPIENT_SMTP, "bo@example.org"),
                    **fixed(8, RECIPIENT_KIND=1),
                },
            },
        ),
    )  # fmt: skip
    (page,) = document.pages
    assert (document.type, document.title) == ("msg", "Größe")
    assert page.text == (
        "Größe\n\nFrom: ann@example.org (Ann)\nTo: bo@example.org (Bo)\nSubject: Größe\n"
        "Attachments: fees.txt, Old letter.msg\n\nThe skiff is 4 m long."
    )
    fees, letter = document.attachments
    assert fees.parsed is not None and fees.parsed.pages[0].text == "Fee: 65"
    assert letter.parsed is not None and letter.parsed.title == "The oldest"


def test_a_message_in_a_code_page(tmp_path: Path) -> None:
    tree: ole.Tree = {
        "__substg1.0_0037001E": "Договор".encode("cp1251"),
        "__substg1.0_1000001E": "Цена: 65".encode("cp1251"),
        **fixed(32, MESSAGE_CODE_PAGE=1251),
    }
    assert parsed(tmp_path, tree).pages[0].text == "Договор\n\nSubject: Договор\n\nЦена: 65"


def test_only_html(tmp_path: Path) -> None:
    tree: ole.Tree = {
        **wide(mapi.SUBJECT, "S"),
        "__substg1.0_10130102": "<p>Größe</p>".encode().ljust(4096),
    }
    assert parsed(tmp_path, tree).pages[0].text.endswith("Größe")


def test_damage_ends_in_a_reason(tmp_path: Path) -> None:
    whole = ole.write(message("S", "words"))
    path = tmp_path / "a.msg"
    for cut in range(600, len(whole), 1500):
        path.write_bytes(whole[:cut])
        try:
            registry.parse(path)
        except ParseError as error:
            assert error.message
    path.write_bytes(ole.write(wide(mapi.CLASS, "IPM.Note")))
    with pytest.raises(ParseError):
        registry.parse(path)
