"""Content before name, and every refusal a sentence with a code."""

import os
import time
import zipfile
from pathlib import Path

import docx as python_docx
import pytest
from reportlab.pdfgen.canvas import Canvas

from engine.errors import ParseError
from engine.ingest.parsers import files, registry
from engine.ingest.parsers.detect import detect


def make_pdf(path: Path) -> None:
    canvas = Canvas(str(path))
    canvas.drawString(72, 700, "A page of the handbook")
    canvas.save()


def make_docx(path: Path) -> None:
    document = python_docx.Document()
    document.add_paragraph("A paragraph")
    document.save(str(path))


def test_a_mislabelled_file_is_read_as_what_it_is(tmp_path: Path) -> None:
    for name, make, kind in (
        ("a.txt", make_pdf, "pdf"),
        ("b.pdf", make_docx, "docx"),
        ("c", make_pdf, "pdf"),
    ):
        make(tmp_path / name)
        assert registry.parse(tmp_path / name).type == kind
        assert registry.is_supported(tmp_path / name)
    page = tmp_path / "page.txt"
    page.write_text("<!DOCTYPE html><html><body><p>Hello</p></body></html>")
    assert registry.parse(page).type == "html"
    words = tmp_path / "words.docx"
    words.write_text("Only words")
    assert registry.parse(words).type == "text"


@pytest.mark.parametrize(
    ("name", "content", "code", "words"),
    [
        ("a.pdf", b"", "empty", "This file is empty."),
        ("a.txt", b" \n\n", "empty", "empty"),
        ("a.png", b"\x89PNG\r\n\x1a\n123", "damaged", "This picture is damaged"),
        ("a.exe", b"MZ\0\0\1\2", "unsupported", "Program"),
        ("a.djvu", b"AT&TFORM\0\0\0\x0cDJVU", "unsupported", "DjVu files are not supported yet."),
        ("a.wpd", b"\xffWPC\x10\0\0\0", "unsupported", "WordPerfect"),
        ("a.pst", b"!BDN\0\0\0\0", "unsupported", "Outlook mailbox"),
        ("a.chm", b"ITSF\x03\0\0\0", "unsupported", "CHM"),
        ("a.bin", bytes(range(256)), "unsupported", "BIN files are not supported yet."),
        ("a.pdf", bytes(range(256)), "damaged", "named .pdf"),
        ("a.pdf", b"1 0 obj << >> endobj", "damaged", "damaged"),
        ("a.docx", b"PK\x03\x04 cut off", "damaged", "damaged"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"),
         "damaged", "Word document is damaged"),
        ("a.hwp", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "FileHeader".encode("utf-16-le"),
         "unsupported", "Hangul"),
        ("~$a.docx", b"\x05Heidi" + bytes(48) + b"\x05\0H\0e\0i\0d\0i\0" + bytes(96),
         "unsupported", "no document but a mark"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
         "encrypted", "password"),
    ],
)  # fmt: skip
def test_refusals(tmp_path: Path, name: str, content: bytes, code: str, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ParseError, match=words) as caught:
        registry.parse(path)
    assert caught.value.code == code
    assert registry.is_supported(path) == (code != "unsupported")


def test_sentences_that_begin_like_a_mark_are_text(tmp_path: Path) -> None:
    path = tmp_path / "memo.txt"
    path.write_text("BM Partners met on Monday.")
    assert registry.parse(path).type == "text"


@pytest.mark.parametrize(
    ("member", "content", "words"),
    [
        ("Index/Document.iwa", "x", "Apple iWork"),
        ("index.apxl", "x", "Apple Keynote"),
        ("mimetype", "application/hwp+zip", "Hangul"),
        ("FixedDocSeq.fdseq", "x", "XPS"),
        ("visio/document.xml", "x", "Visio"),
    ],
)
def test_other_zips_are_named(tmp_path: Path, member: str, content: str, words: str) -> None:
    path = tmp_path / "sheet.docx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr(member, content)
    with pytest.raises(ParseError, match=f"{words}.* files are not supported yet") as caught:
        registry.parse(path)
    assert caught.value.code == "unsupported"


def test_a_main_part_decides_over_what_lies_inside(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr(
            "[Content_Types].xml",
            '<Types><Override PartName="/main.xml" ContentType="application/vnd.openxmlformats-'
            'officedocument.spreadsheetml.sheet.main+xml"/></Types>',
        )
        package.writestr("word/document.xml", "<x/>")
    assert detect(path).type == "xlsx"


def test_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.pdf"
    with path.open("wb") as stream:
        stream.seek(files.MAX_BYTES + 1)
        stream.write(b"x")
    with pytest.raises(ParseError) as caught:
        registry.parse(path)
    assert caught.value.code == "too_large"


def test_gone_forbidden_or_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (tmp_path / "gone.txt", tmp_path):
        with pytest.raises(ParseError) as caught:
            registry.parse(path)
        assert caught.value.code == "unreadable"

    path = tmp_path / "mine.txt"
    path.write_text("words")
    path.chmod(0)
    if os.access(path, os.R_OK):  # root may read anything: refuse as the system would
        original = Path.open

        def refuse(self: Path, *args: object, **named: object) -> object:
            if self == path:
                raise PermissionError(13, "Permission denied")
            return original(self, *args, **named)  # type: ignore[call-overload]

        monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ParseError, match="may not be read") as caught:
        registry.parse(path)
    assert caught.value.code == "unreadable"


def test_a_file_of_comments_is_told_apart_at_once(tmp_path: Path) -> None:
    path = tmp_path / "comments.txt"
    path.write_text("<!---->" * 1000 + "<nothing more")
    started = time.perf_counter()
    assert registry.parse(path).type == "text"
    assert time.perf_counter() - started < 1
