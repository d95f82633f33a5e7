"""Files made to do harm, through the real reading processes: all end, with words or a reason.

Small versions of those that were tried; each is read within the limits every file has.
"""

import io
import random
import struct
import tarfile
import time
import zipfile
import zlib
from collections.abc import Iterator

import pytest

from engine.ingest.parsers.options import ParseOptions
from engine.ingest.sandbox import Outcome, Sandbox

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
LAUGHS = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "lol">' + "".join(
    f'<!ENTITY {chr(98 + at)} "{("&" + chr(97 + at) + ";") * 10}">' for at in range(10)
) + "]><r>&k;</r>"  # fmt: skip
SECRET = "the words of another file"


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return stream.getvalue()


def bomb(depth: int) -> bytes:
    """Sixteen archives in each of sixteen archives, and so on."""
    inner = zipped(("zeros.txt", b"0" * 5_000_000))
    for _ in range(depth):
        inner = zipped(*((f"{at}.zip", inner) for at in range(16)))
    return inner


def link() -> bytes:
    entry = zipfile.ZipInfo("link.txt")
    entry.create_system, entry.external_attr = 3, 0o120777 << 16
    return zipped((entry, b"../secret.txt"), ("../up.txt", b"up"), ("/abs.txt", b"abs"))


def special_tar() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, kind in (("l", tarfile.SYMTYPE), ("h", tarfile.LNKTYPE), ("p", tarfile.FIFOTYPE)):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "../secret.txt"
            archive.addfile(entry)
        entry = tarfile.TarInfo("ok.txt")
        entry.size = 5
        archive.addfile(entry, io.BytesIO(b"words"))
    return stream.getvalue()


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def pdf(*objects: bytes) -> bytes:
    out, places = io.BytesIO(), []
    out.write(b"%PDF-1.7\n")
    for number, each in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, each))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start))
    return out.getvalue()


def stream(data: bytes, more: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(data), more, data)


PAGES = (b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>")


def lines(number: int) -> bytes:
    """A page that nothing but lines across it are drawn on."""
    return pdf(
        *PAGES,
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R>>",
        stream(zlib.compress(b"0 0 m 600 800 l S " * number), b"/Filter/FlateDecode"),
    )


FORM = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F %d 0 R>>>>"
FILES: dict[str, tuple[bytes, tuple[str, ...]]] = {
    # name: bytes, and how it may end
    "bomb.zip": (bomb(3), ("", "too_large")),
    "link.zip": (link(), ("",)),
    "special.tar.gz": (special_tar(), ("",)),
    "laughs.xml": (LAUGHS.encode(), ("", "damaged", "empty", "too_large")),
    "outside.xml": (
        b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "secret.txt">]><r>own &x;</r>',
        ("",),
    ),
    "deep.xml": (b"<a>" * 100_000 + b"words", ("",)),
    "quotes.md": (b">" * 100_000 + b" words", ("",)),
    "paths.pdf": (lines(300_000), ("empty",)),
    "fewer-paths.pdf": (lines(150_000), ("empty",)),
    "deep.html": (b"<div>" * 100_000 + b"words", ("",)),
    "deep.rtf": (b"{\\rtf1 " + b"{" * 200_000 + b"words", ("", "damaged", "empty")),
    "deep.json": (b"[" * 200_000, ("", "damaged", "empty")),
    "deep.pdf": (b"%PDF-1.4\n1 0 obj\n" + b"[" * 500_000, ("damaged", "empty")),
    "loop.pdf": (
        pdf(
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[2 0 R 3 0 R]/Count 2000000000>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
        ),
        ("damaged", "empty", "too_large"),
    ),
    "fan.pdf": (
        pdf(
            *PAGES,
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R"
            b"/Resources<</XObject<</F 5 0 R>>>>>>",
            stream(b"/F Do"),
            *(stream(b"/F Do " * 10, FORM % (number + 1)) for number in range(5, 18)),
            stream(b"0 0 m 9 9 l S", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]"),
        ),
        ("memory", "timeout", "empty"),
    ),
    "wide.png": (png(2**31 - 1, 1), ("too_large", "damaged")),
    "large.png": (png(60_000, 60_000), ("too_large", "damaged")),
    "line.csv": (b"a,b\n" + b"x" * 20_000_000, ("", "damaged")),
    "broken.doc": (OLE + b"\0" * 504, ("damaged",)),
    "broken.xls": (OLE + random.Random(2).randbytes(5000), ("damaged",)),
    "broken.mbox": (
        b"From a@b Mon Jan  1 00:00:00 2024\nSubject: =?utf-8?B?////?=\n"
        b'Content-Type: multipart/mixed; boundary="b"\n\n' + b"--b\n" * 50_000,
        ("", "empty"),
    ),
    "outside.rst": (b"T\n=\n\n.. include:: secret.txt\n\nown words\n", ("",)),
    "outside.tex": (b"\\documentclass{article}\\def\\a{\\a\\a}\\begin{document}\\a own"
                    b"\\input{secret.txt}\\end{document}", ("",)),
    "nothing.docx": (b"", ("empty",)),
}  # fmt: skip


PICTURED = ("wide.png", "large.png", "paths.pdf", "fewer-paths.pdf")
"""Those in which text may be looked for in pictures."""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Outcome]]:
    folder = tmp_path_factory.mktemp("nasty")
    (folder / "secret.txt").write_text(SECRET)
    sandbox = Sandbox()
    names = list(FILES)
    for key, name in enumerate(names):
        (folder / name).write_bytes(FILES[name][0])
        sandbox.submit(key, folder / name, ParseOptions(ocr=name in PICTURED))
    found: dict[str, Outcome] = {}
    until = time.monotonic() + 600
    while len(found) < len(names):
        assert time.monotonic() < until
        if (outcome := sandbox.take(0.5)) is not None:
            found[names[outcome.key]] = outcome
    yield found
    sandbox.close()


@pytest.mark.parametrize("name", FILES)
def test_it_ends_in_words_or_a_reason(outcomes: dict[str, Outcome], name: str) -> None:
    outcome = outcomes[name]
    assert outcome.code in FILES[name][1], outcome
    if outcome.parsed is None:
        assert outcome.reason.endswith(".")
        return
    text = " ".join(page.text for page in outcome.parsed.pages)
    inside = [each.parsed for each in outcome.parsed.attachments if each.parsed is not None]
    text += " ".join(page.text for each in inside for page in each.pages)
    assert text.strip()
    assert SECRET not in text
