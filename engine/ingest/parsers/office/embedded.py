"""Files that lie inside new office documents: workbooks in texts, packed files, old OLE objects.

A chart's own workbook is left out: its numbers are read with the chart. What cannot be taken out,
old formulas above all, is counted in the note.
"""

import io
import re
import struct
from dataclasses import replace

import olefile

from engine.errors import ParseError
from engine.ingest.parsers.office.ooxml import BROKEN, Package
from engine.ingest.parsers.options import ParseOptions
from engine.types import ParsedDocument

PLACE = re.compile(r"(?:word|ppt|xl)/embeddings/([^/]+)", re.IGNORECASE)
CHART_RELATIONS = re.compile(r"(.*/charts/)_rels/([^/]+)\.rels", re.IGNORECASE)
MAX_OBJECTS = 500
NATIVE = "\x01Ole10Native"
FORMULA = "Equation Native"
OLE_FAULTS = (
    OSError, ValueError, IndexError, TypeError, AttributeError, RecursionError, struct.error,
)  # fmt: skip
"""olefile's words for a broken file."""


def added(document: ParsedDocument, package: Package, options: ParseOptions) -> ParsedDocument:
    """The document with what is embedded in it as attachments, and a note on what was left out."""
    of_charts = _of_charts(package)
    found = []
    left_out = 0
    for name in package.names()[:MAX_OBJECTS]:
        match = PLACE.fullmatch(name)
        if match is None or name.lower() in of_charts:
            continue
        file = _file(package, name, match.group(1))
        attachment = options.inside.read(*file, options) if file is not None else None
        if attachment is None or attachment.code == "unsupported":
            left_out += 1
        else:
            found.append(attachment)
    objects = "object was" if left_out == 1 else "objects were"
    note = f"{left_out} embedded {objects} left out." if left_out else ""
    return replace(
        document,
        attachments=(*document.attachments, *found),
        note=" ".join(filter(None, (document.note, note))),
    )


def _of_charts(package: Package) -> set[str]:
    """Names of the workbooks that only hold the numbers of charts, in lower case."""
    charts = (CHART_RELATIONS.fullmatch(name) for name in package.names())
    return {
        relation.target.lower()
        for match in charts
        if match is not None
        for relation in package.relations(match.group(1) + match.group(2)).values()
    }


def _file(package: Package, part: str, name: str) -> tuple[str, bytes] | None:
    """Name and content of an embedded file; None for what is no file by itself."""
    try:
        data = package.data(part)
    except (ParseError, *BROKEN):
        return None
    if not data or not data.startswith(olefile.MAGIC):
        return (name, data) if data else None
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            if container.exists(NATIVE):
                return _packed(container.openstream(NATIVE).read(), name)
            for stream in ("Package", "CONTENTS"):
                if container.exists(stream):
                    return name, container.openstream(stream).read()
            return None if container.exists(FORMULA) else (name, data)
    except OLE_FAULTS:
        return None


def _packed(data: bytes, name: str) -> tuple[str, bytes] | None:
    """A file that Windows packed: sizes and three names stand before it."""
    at = 6
    label = b""
    for number in range(2):
        end = data.index(b"\0", at)
        label = data[at:end] if number == 0 else label
        at = end + 1
    (length,) = struct.unpack_from("<I", data, at + 4)
    at += 8 + length
    (size,) = struct.unpack_from("<I", data, at)
    content = data[at + 4 : at + 4 + size]
    shown = label.decode("cp1252", "replace").replace("\\", "/").rpartition("/")[2]
    return (shown or name, content) if content else None
