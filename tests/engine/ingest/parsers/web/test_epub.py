import zipfile
from pathlib import Path

import pytest

from engine.errors import ParseError
from engine.ingest.parsers import registry

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
)
OPF = """<?xml version="1.0"?><!-- made by hand -->
<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">
<metadata><dc:title>The Tides</dc:title><dc:creator>Ann Ode</dc:creator>
<dc:creator>Bo Ess</dc:creator><dc:description>&lt;p&gt;About the sea.&lt;/p&gt;</dc:description>
</metadata><manifest>
<item id="c2" href="two%20b.xhtml" media-type="application/xhtml+xml"/>
<item id="c1" href="one.xhtml" media-type="application/xhtml+xml"/>
<item id="out" href="../../../etc/passwd" media-type="application/xhtml+xml"/>
<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>
</manifest><spine toc="ncx"><itemref idref="c1"/><itemref idref="out"/><itemref idref="c2"/></spine>
</package>"""
NCX = """<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap><navPoint><navLabel>
<text>Ebb and flow</text></navLabel><content src="one.xhtml#a"/></navPoint></navMap></ncx>"""
ONE = """<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/>
<script src="x.js"/></head><body><a id="a"/><h1>First</h1><p>Water falls.&nbsp;Twice.</p>
<img src="http://far/x.png"/></body></html>"""
TWO = (
    '<html xmlns="http://www.w3.org/1999/xhtml"><body><h2>Second</h2><p>It rises.</p></body></html>'
)


def book(path: Path, **more: str) -> Path:
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", "application/epub+zip")
        package.writestr("META-INF/container.xml", CONTAINER)
        files = {"OEBPS/book.opf": OPF, "OEBPS/toc.ncx": NCX, "OEBPS/one.xhtml": ONE,
                 "OEBPS/two b.xhtml": TWO, **more}  # fmt: skip
        for name, content in files.items():
            package.writestr(name, content)
    return path


def test_chapters_in_reading_order(tmp_path: Path) -> None:
    document = registry.parse(book(tmp_path / "a.zip"))
    assert (document.type, document.title) == ("epub", "The Tides")
    assert [(page.number, page.label) for page in document.pages] == [
        (1, "About this book"), (2, "Ebb and flow"), (3, "Second"),
    ]  # fmt: skip
    about, one, two = document.pages
    assert about.text == "The Tides\nAuthors: Ann Ode, Bo Ess\nDescription: About the sea."
    assert one.text == "First\n\nWater falls. Twice."
    assert two.text == "Second\n\nIt rises."


def test_a_locked_book_says_so(tmp_path: Path) -> None:
    sealed = (
        '<encryption xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:EncryptedData>'
        '<e:EncryptionMethod Algorithm="{}"/></e:EncryptedData></encryption>'
    )
    name = "META-INF/encryption.xml"
    path = book(
        tmp_path / "a.epub", **{name: sealed.format("http://www.w3.org/2001/04/xmlenc#aes")}
    )
    with pytest.raises(ParseError, match="copy-protected") as caught:
        registry.parse(path)
    assert caught.value.code == "encrypted"
    fonts = sealed.format("http://www.idpf.org/2008/embedding")
    assert registry.parse(book(tmp_path / "b.epub", **{name: fonts})).title == "The Tides"


def test_without_a_list_of_chapters(tmp_path: Path) -> None:
    path = book(tmp_path / "a.epub", **{"OEBPS/book.opf": "<package/>"})
    texts = [page.text for page in registry.parse(path).pages]
    assert texts == ["First\n\nWater falls. Twice.", "Second\n\nIt rises."]


def test_damaged(tmp_path: Path) -> None:
    path = book(tmp_path / "a.epub")
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(ParseError) as caught:
        registry.parse(path)
    assert caught.value.code == "damaged"
