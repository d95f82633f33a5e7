"""Files inside office documents become documents of their own; the rest is told."""

import struct
import zipfile
from pathlib import Path

from engine.ingest.parsers import registry
from tests.engine.ingest.parsers.office.office import relations, word, workbook
from tests.engine.ingest.parsers.office.ole2 import ole2

BODY = "<w:p><w:r><w:t>See the papers inside.</w:t></w:r></w:p>"
SHEET = '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Skiff</t></is></c></row></sheetData>'


def packed(name: str, content: bytes) -> bytes:
    """As Windows packs a file that was dropped into a document."""
    place = b"C:\\papers\\" + name.encode() + b"\0"
    body = b"\2\0" + name.encode() + b"\0" + place + struct.pack("<HHI", 0, 3, len(place)) + place
    body += struct.pack("<I", len(content)) + content
    return struct.pack("<I", len(body)) + body


def test_files_inside_a_text(tmp_path: Path) -> None:
    path = word(tmp_path / "a.docx", BODY)
    book = workbook(tmp_path / "b.xlsx", {"Fees": SHEET})
    formula = ole2(tmp_path / "formula", {"Equation Native": bytes(40)})
    note = ole2(tmp_path / "note", {"\x01Ole10Native": packed("tide.txt", b"High tide at noon.")})
    with zipfile.ZipFile(path, "a") as archive:
        archive.write(book, "word/embeddings/Microsoft_Excel_Sheet1.xlsx")
        archive.write(book, "word/embeddings/Microsoft_Excel_Sheet2.xlsx")
        archive.write(formula, "word/embeddings/oleObject1.bin")
        archive.write(note, "word/embeddings/oleObject2.bin")
        chart = relations(package="../embeddings/Microsoft_Excel_Sheet2.xlsx")
        archive.writestr("word/charts/_rels/chart1.xml.rels", chart)
    document = registry.parse(path)
    assert document.pages[0].text == "See the papers inside."
    read = {each.name: each.parsed.pages[0].text for each in document.attachments if each.parsed}
    assert read == {
        "Microsoft_Excel_Sheet1.xlsx": "Fees\n\nSkiff",
        "tide.txt": "High tide at noon.",
    }
    assert document.note == "1 embedded object was left out."


def test_a_broken_object_is_left_out(tmp_path: Path) -> None:
    path = word(tmp_path / "a.docx", BODY)
    cut = ole2(tmp_path / "note", {"\x01Ole10Native": packed("tide.txt", b"High tide")[:20]})
    with zipfile.ZipFile(path, "a") as archive:
        archive.write(cut, "word/embeddings/oleObject1.bin")
        archive.writestr("word/embeddings/oleObject2.bin", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 cut")
    document = registry.parse(path)
    assert not document.attachments
    assert document.note == "2 embedded objects were left out."
