"""Writes small office files by hand, as strange as real ones are."""

import zipfile
from pathlib import Path

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
ODF = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
    for name, long in (
        ("office", "office"), ("text", "text"), ("table", "table"), ("style", "style"),
        ("draw", "drawing"), ("presentation", "presentation"), ("svg", "svg-compatible"),
    )
)  # fmt: skip


def package(path: Path, members: dict[str, str]) -> Path:
    """A zip of these members; the first ``mimetype`` is stored as it is."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def relations(**targets: str) -> str:
    """``rId`` → (kind, target) as ``kind__n="target"``."""
    rows = "".join(
        f'<Relationship Id="{name}" Type="{R}/{name.split("__")[0]}" Target="{target}"/>'
        for name, target in targets.items()
    )
    return f"<Relationships>{rows}</Relationships>"


def word(path: Path, body: str, **parts: str) -> Path:
    """A Word file with this body; ``footnotes="…"`` and its like become parts."""
    members = {"word/document.xml": f"<w:document {W} {M}><w:body>{body}</w:body></w:document>"}
    for name, content in parts.items():
        members[f"word/{name}.xml"] = content
    return package(path, members)


def workbook(path: Path, sheets: dict[str, str], *, styles: str = "", hidden: str = "") -> Path:
    """An Excel file; each sheet given by the content of its ``worksheet``."""
    listed = "".join(
        f'<sheet name="{name}" sheetId="{number}" r:id="worksheet__{number}"'
        + (' state="hidden"/>' if name == hidden else "/>")
        for number, name in enumerate(sheets, 1)
    )
    targets = {f"worksheet__{number}": f"s{number}.xml" for number in range(1, len(sheets) + 1)}
    if styles:
        targets["styles"] = "styles.xml"
    members = {
        "_rels/.rels": relations(officeDocument="xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns:r="{R}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(**targets),
    }
    for number, content in enumerate(sheets.values(), 1):
        members[f"xl/s{number}.xml"] = f"<worksheet>{content}</worksheet>"
    if styles:
        members["xl/styles.xml"] = f"<styleSheet>{styles}</styleSheet>"
    return package(path, members)


def odf(path: Path, kind: str, body: str, styles: str = "") -> Path:
    """An OpenDocument file of ``text``, ``spreadsheet`` or ``presentation``."""
    content = (
        f"<office:document-content {ODF}><office:automatic-styles>{styles}"
        f"</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}>"
        "</office:body></office:document-content>"
    )
    return package(
        path,
        {"mimetype": f"application/vnd.oasis.opendocument.{kind}", "content.xml": content},
    )
