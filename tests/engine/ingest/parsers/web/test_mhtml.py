from pathlib import Path

import pytest

from engine.errors import ParseError
from engine.ingest.parsers import registry

HEAD = (
    b"From: <Saved by a browser>\nSubject: Tides\nMIME-Version: 1.0\n"
    b'Content-Type: multipart/related; boundary="x"; type="text/html"\n\n'
)


def part(kind: bytes, body: bytes, location: bytes = b"http://a/") -> bytes:
    return (
        b"--x\nContent-Type: " + kind + b"\nContent-Transfer-Encoding: quoted-printable\n"
        b"Content-Location: " + location + b"\n\n" + body + b"\n"
    )


def test_the_page_and_its_frames(tmp_path: Path) -> None:
    path = tmp_path / "a.mht"
    path.write_bytes(
        HEAD
        + part(b"text/html", b"<title>Tide table</title><h1>Tides</h1><p>H=F6he</p>"
               b"<meta charset=3Dwindows-1252>")
        + part(b"image/png", b"=89PNG")
        + part(b"text/html; charset=utf-8", b"<p>Ebb at =C3=BC 9.</p>", b"http://a/frame")
        + b"--x--\n"
    )  # fmt: skip
    document = registry.parse(path)
    assert (document.type, document.title) == ("mhtml", "Tide table")
    assert [page.text for page in document.pages] == ["Tides\n\nHöhe", "Ebb at ü 9."]
    assert [page.label for page in document.pages] == ["Frame 1", "Frame 2"]


def test_nothing_to_read(tmp_path: Path) -> None:
    path = tmp_path / "a.mhtml"
    path.write_bytes(HEAD + part(b"text/html; charset=x-user-defined", b"") + b"--x--\n")
    with pytest.raises(ParseError) as caught:
        registry.parse(path)
    assert caught.value.code == "empty"
