"""What stands beside a Word file's paragraphs: formulas, notes, comments, programs."""

from pathlib import Path

import pytest

from engine.ingest.parsers import registry
from tests.engine.ingest.parsers.office.office import W, word


def para(words: str, properties: str = "") -> str:
    return f"<w:p>{properties}<w:r><w:t>{words}</w:t></w:r></w:p>"


def test_notes_and_comments(tmp_path: Path) -> None:
    path = word(
        tmp_path / "a.docx",
        '<w:p><w:r><w:t>One</w:t><w:footnoteReference w:id="2"/></w:r>'
        '<w:r><w:t> two</w:t><w:endnoteReference w:id="2"/></w:r></w:p>',
        footnotes=f'<w:footnotes {W}><w:footnote w:id="2">{para("Foot")}</w:footnote>'
        "</w:footnotes>",
        endnotes=f'<w:endnotes {W}><w:endnote w:id="2">{para("End")}</w:endnote></w:endnotes>',
        comments=f'<w:comments {W}><w:comment w:id="1" w:author="Ann">{para("Sure")}'
        f"{para('about it')}</w:comment></w:comments>",
    )
    assert registry.parse(path).pages[0].text == (
        "One [1] two [2]\n\n[1] Foot\n[2] End\n\nComment by Ann: Sure about it"
    )


def test_tracked_changes_read_as_accepted(tmp_path: Path) -> None:
    path = word(
        tmp_path / "a.docx",
        "<w:p><w:r><w:t>Pay </w:t></w:r><w:del><w:r><w:delText>10</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>20</w:t></w:r></w:ins><w:moveFrom><w:r><w:t> now</w:t></w:r>"
        "</w:moveFrom></w:p>",
    )
    assert registry.parse(path).pages[0].text == "Pay 20"


def test_programs_keep_their_spaces(tmp_path: Path) -> None:
    mono = '<w:rPr><w:rFonts w:ascii="Courier New"/></w:rPr>'
    lines = ("def f(x):", "    if x:", "        return (x)")
    code = "".join(
        f'<w:p><w:r>{mono}<w:t xml:space="preserve">{line}</w:t></w:r></w:p>' for line in lines
    )
    path = word(tmp_path / "a.docx", para("Before") + code + para("After"))
    assert registry.parse(path).pages[0].text == "Before\n\n" + "\n".join(lines) + "\n\nAfter"


def run(words: str) -> str:
    return f"<m:r><m:t>{words}</m:t></m:r>"


@pytest.mark.parametrize(
    ("xml", "written"),
    [
        (f"<m:f><m:num>{run('a')}</m:num><m:den>{run('b')}</m:den></m:f>", "\\frac{a}{b}"),
        (
            f"<m:sSubSup><m:e>{run('x')}</m:e><m:sub>{run('i')}</m:sub><m:sup>{run('2')}</m:sup>"
            "</m:sSubSup>",
            "x_{i}^{2}",
        ),
        (f"<m:rad><m:deg/><m:e>{run('2')}</m:e></m:rad>", "\\sqrt{2}"),
        (
            '<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr>'
            f"<m:sub>{run('n=1')}</m:sub><m:sup>{run('∞')}</m:sup><m:e>{run('n')}</m:e></m:nary>",
            "\\sum_{n=1}^{\\infty} n",
        ),
        (f"<m:d><m:e>{run('a≤b')}</m:e></m:d>", "(a \\leq b)"),
        (
            f"<m:m><m:mr><m:e>{run('1')}</m:e><m:e>{run('0')}</m:e></m:mr></m:m>",
            "\\begin{matrix} 1 & 0 \\end{matrix}",
        ),
        (f"<m:func><m:fName>{run('sin')}</m:fName><m:e>{run('x')}</m:e></m:func>", "\\sin x"),
    ],
)
def test_formulas(tmp_path: Path, xml: str, written: str) -> None:
    body = f"<w:p><w:r><w:t>So </w:t></w:r><m:oMath>{xml}</m:oMath></w:p>"
    text = registry.parse(word(tmp_path / "a.docx", body)).pages[0].text
    assert text == f"So ${written}$"
