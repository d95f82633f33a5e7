"""Whatever the bytes: a parser ends in a document or in a reason, never in another exception."""

import gzip
import io
import random
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import ParseError
from engine.ingest.parsers import registry
from tests.engine.ingest.parsers.archives import test_archive, test_archive_tar
from tests.engine.ingest.parsers.mail import test_mailbox, test_msg
from tests.engine.ingest.parsers.markup import (
    test_asciidoc,
    test_bibtex,
    test_code,
    test_org,
    test_rest,
    test_subtitles,
    test_tex,
)
from tests.engine.ingest.parsers.office import ole
from tests.engine.ingest.parsers.web import test_fb2, test_mhtml
from tests.engine.ingest.test_nasty import PAGES, pdf, stream

NOTEBOOK = (
    b'{"nbformat": 4, "cells": [{"cell_type": "markdown", "source": ["# A"], "outputs": []}]}'
)


def epub() -> bytes:
    from tests.engine.ingest.parsers.web import test_epub

    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("mimetype", "application/epub+zip")
        package.writestr("META-INF/container.xml", test_epub.CONTAINER)
        package.writestr("OEBPS/book.opf", test_epub.OPF)
        package.writestr("OEBPS/one.xhtml", test_epub.ONE)
    return stream.getvalue()


MAIL = (
    test_mhtml.HEAD.replace(b"related", b"mixed")
    + test_mhtml.part(b"text/plain; charset=utf-8", b"Gr=C3=BC=C3=9Fe")
    + test_mhtml.part(b"application/zip; name=\"=?utf-8?B?w6QuemlwZQ==?=\"", b"PK=03=04")
    + b"--x--\n"
)  # fmt: skip
WHOLE: dict[str, bytes] = {
    "a.zip": test_archive.zipped(
        {"a.txt": b"one " * 200, "b.zip": test_archive.zipped({"c": b"2"})}
    ),
    "a.tar": test_archive_tar.tar({"a.txt": b"one", "d/b.txt": b"two"}),
    "a.tgz": gzip.compress(test_archive_tar.tar({"a.txt": b"one"})),
    "a.adoc": test_asciidoc.SOURCE.encode(),
    "a.bib": test_bibtex.SOURCE.encode(),
    "a.py": test_code.PYTHON.encode(),
    "a.fb2": test_fb2.BOOK.encode("cp1251"),
    "a.eml": MAIL,
    "a.mbox": test_mailbox.mbox("First.", "Second.", attach=True),
    "a.mht": test_mhtml.HEAD + test_mhtml.part(b"text/html", b"<p>Tide</p>") + b"--x--\n",
    "a.msg": ole.write(test_msg.message("S", "words")),
    "a.org": test_org.SOURCE.encode(),
    "a.rst": test_rest.SOURCE.encode(),
    "a.srt": test_subtitles.SRT.encode(),
    "a.vtt": test_subtitles.VTT.encode(),
    "a.tex": test_tex.SOURCE.encode(),
    "a.ipynb": NOTEBOOK,
    "a.epub": epub(),
    "a.json": b'[{"name": "Skiff", "fee": [1, 2, {"a": null}]}]',
    "a.xml": b'<?xml version="1.0"?><a x="1"><title>T</title><p>A <b>c</b></p></a>',
    "a.html": b"<html><body><h1>T</h1><table><tr><td>a</td></tr></table></body></html>",
    "a.pdf": pdf(
        *PAGES,
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources"
        b"<</Font<</H<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>",
        stream(b"BT /H 20 Tf 50 700 Td (Low tide at noon) Tj 0 -30 Td (High tide at six) Tj ET"),
    ),
    "a.md": b"# T\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- one\n",
}
SETTINGS = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def ends_well(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    try:
        document = registry.parse(path, ocr=False)
    except ParseError as error:
        assert error.message.endswith(".")
        assert error.code in (
            "empty", "damaged", "encrypted", "too_large", "unreadable", "unsupported",
        )  # fmt: skip
        return
    assert document.pages
    for page in document.pages:
        page.text.encode()  # no halves of letters
        assert all(page.text[h.start :].startswith(h.title) for h in page.headings)


@pytest.mark.parametrize("name", WHOLE)
def test_whole(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(WHOLE[name])
    assert registry.parse(path).pages[0].text


@pytest.mark.parametrize("name", WHOLE)
@SETTINGS
@given(seed=st.integers(0, 2**32), share=st.floats(0, 1))
def test_cut_off(name: str, tmp_path: Path, seed: int, share: float) -> None:
    content = WHOLE[name]
    ends_well(tmp_path / name, content[: int(len(content) * share)])


@pytest.mark.parametrize("name", WHOLE)
@SETTINGS
@given(seed=st.integers(0, 2**32), count=st.integers(1, 40))
def test_changed_bytes(name: str, tmp_path: Path, seed: int, count: int) -> None:
    chance = random.Random(seed)
    content = bytearray(WHOLE[name])
    for _ in range(count):
        place = chance.randrange(len(content))
        match chance.randrange(4):
            case 0:
                content[place] ^= 1 << chance.randrange(8)
            case 1:
                content[place] = chance.randrange(256)
            case 2:
                del content[place : place + chance.randrange(30)]
            case _:
                content[place:place] = content[chance.randrange(len(content)) :][:40]
        if not content:
            break
    ends_well(tmp_path / name, bytes(content))


@pytest.mark.parametrize("name", WHOLE)
@SETTINGS
@given(
    content=st.binary(max_size=400)
    | st.text(max_size=400).map(lambda t: t.encode("utf-8", "replace"))
)
def test_any_bytes(name: str, tmp_path: Path, content: bytes) -> None:
    ends_well(tmp_path / name, WHOLE[name][:20] + content)
    ends_well(tmp_path / name, content)
