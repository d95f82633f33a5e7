"""DOCX files made here with python-docx: order, lists, tables, notes, protection, bombs."""

import zipfile
from pathlib import Path

import docx as python_docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from engine.errors import ParseError
from engine.ingest.parsers.office import docx


@pytest.fixture
def document(tmp_path: Path) -> Path:
    made = python_docx.Document()
    made.add_heading("Staff rules", 1)
    made.add_paragraph("Come in time.")
    made.add_heading("Holidays", 2)
    made.add_paragraph("Ask early.", style="List Bullet")
    made.add_paragraph("Write it down.", style="List Bullet")
    made.add_paragraph("First", style="List Number")
    made.add_paragraph("Second", style="List Number")
    table = made.add_table(rows=2, cols=2)
    for row, cells in enumerate((("Role", "Days"), ("Clerk", "26"))):
        for column, cell in enumerate(cells):
            table.cell(row, column).text = cell
    made.add_paragraph("The end.")
    path = tmp_path / "rules.docx"
    made.save(path)
    return path


def rewritten(path: Path, part: str, change: bytes | None) -> Path:
    """A copy with one part replaced, or left out where ``change`` is ``None``."""
    copy = path.with_name("changed.docx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        if change is not None:
            new.writestr(part, change)
    return copy


def test_body_in_its_order(document: Path) -> None:
    parsed = docx.parse(document)
    (page,) = parsed.pages
    assert page.text == (
        "Staff rules\n\nCome in time.\n\nHolidays\n\n• Ask early.\n• Write it down.\n"
        "1. First\n2. Second\n\nRole | Days\nClerk | 26\n\nThe end."
    )
    assert [(h.level, h.title) for h in page.headings] == [(1, "Staff rules"), (2, "Holidays")]
    for heading in page.headings:
        assert page.text[heading.start :].startswith(heading.title)
    assert parsed.title == "Staff rules"


def test_deleted_text_is_not_read_and_inserted_text_is(tmp_path: Path) -> None:
    made = python_docx.Document()
    paragraph = made.add_paragraph("The fee is ")
    for tag, child, text in (("w:del", "w:delText", "40"), ("w:ins", "w:t", "45")):
        change, run, part = OxmlElement(tag), OxmlElement("w:r"), OxmlElement(child)
        part.text = text
        run.append(part)
        change.append(run)
        paragraph._p.append(change)
    path = tmp_path / "changes.docx"
    made.save(path)
    assert docx.parse(path).pages[0].text == "The fee is 45"


def test_content_controls_and_line_breaks(tmp_path: Path) -> None:
    made = python_docx.Document()
    paragraph = made.add_paragraph("In a control")
    control, content = OxmlElement("w:sdt"), OxmlElement("w:sdtContent")
    control.append(content)
    paragraph._p.addprevious(control)
    content.append(paragraph._p)
    made.add_paragraph("one\ntwo")
    path = tmp_path / "control.docx"
    made.save(path)
    assert docx.parse(path).pages[0].text == "In a control\n\none\ntwo"


def test_numbered_headings_count(tmp_path: Path) -> None:
    from engine.ingest.parsers.office.docx_numbering import Level, Numbering

    numbering = Numbering()
    numbering.levels = {
        ("5", 0): Level("decimal", "%1.", 1),
        ("5", 1): Level("lowerLetter", "%1.%2)", 1),
        ("5", 2): Level("upperRoman", "%3.", 3),
    }
    order = [(0, "1."), (1, "1.a)"), (1, "1.b)"), (0, "2."), (1, "2.a)"), (2, "III."), (2, "IV.")]
    assert [numbering.next_marker("5", depth) for depth, _ in order] == [text for _, text in order]


def test_a_broken_part_is_told(document: Path) -> None:
    with pytest.raises(ParseError) as caught:
        docx.parse(rewritten(document, "word/document.xml", b"<w:document"))
    assert caught.value.code == "damaged"
    with pytest.raises(ParseError):
        docx.parse(rewritten(document, "word/document.xml", None))


def test_missing_styles_and_numbering_leave_the_text(document: Path) -> None:
    assert "Come in time." in docx.parse(rewritten(document, "word/styles.xml", None)).pages[0].text
    assert "Second" in docx.parse(rewritten(document, "word/numbering.xml", None)).pages[0].text


def test_a_bomb_is_left_unread(document: Path) -> None:
    with pytest.raises(ParseError) as caught:
        docx.parse(rewritten(document, "word/document.xml", b" " * 20_000_000))
    assert caught.value.code == "too_large"


def test_entities_of_other_files_are_not_resolved(document: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("do not read me")
    source = (
        f'<!DOCTYPE d [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
        f'<w:document xmlns:w="{qn("w:p")[1:].partition("}")[0]}"><w:body><w:p><w:r>'
        "<w:t>before &x; after</w:t></w:r></w:p></w:body></w:document>"
    )
    text = docx.parse(rewritten(document, "word/document.xml", source.encode())).pages[0].text
    assert "do not read me" not in text


def test_bold_lines_are_headings_where_no_style_names_any(tmp_path: Path) -> None:
    made = python_docx.Document()
    for text, bold in (("Fees", True), ("They are due in May.", False), ("Note: important.", True)):
        made.add_paragraph().add_run(text).bold = bold
    made.add_paragraph().add_run("Late payment").bold = True
    plain = tmp_path / "plain.docx"
    made.save(plain)
    (page,) = docx.parse(plain).pages
    assert [heading.title for heading in page.headings] == ["Fees", "Late payment"]
    assert all(page.text[heading.start :].startswith(heading.title) for heading in page.headings)
    made.add_heading("Styled", 1)
    styled = tmp_path / "styled.docx"
    made.save(styled)
    assert [heading.title for heading in docx.parse(styled).pages[0].headings] == ["Styled"]
