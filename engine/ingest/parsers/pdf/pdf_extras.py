"""What stands on a PDF's page beside its text: filled-in form fields and comments."""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pypdfium2.raw as pdfium_c

from engine.ingest.parsers.pdf.pdf_file import PDFIUM

MAX_ANNOTATIONS = 2_000
"""Read on one page."""
MAX_LENGTH = 20_000
"""Characters of one value or comment."""

BUTTONS = (pdfium_c.FPDF_FORMFIELD_CHECKBOX, pdfium_c.FPDF_FORMFIELD_RADIOBUTTON)
FIELDS = (
    pdfium_c.FPDF_FORMFIELD_TEXTFIELD,
    pdfium_c.FPDF_FORMFIELD_COMBOBOX,
    pdfium_c.FPDF_FORMFIELD_LISTBOX,
)
SILENT = (
    pdfium_c.FPDF_ANNOT_LINK,
    pdfium_c.FPDF_ANNOT_POPUP,
    pdfium_c.FPDF_ANNOT_WIDGET,
    pdfium_c.FPDF_ANNOT_FILEATTACHMENT,
)
HIDDEN = 1 << 1
PASSWORD = 1 << 13
RADIO_OFF = ("", "Off")


@dataclass(frozen=True, slots=True)
class Extra:
    """A line that is put after the page's text."""

    text: str
    box: tuple[float, float, float, float] | None
    """(left, bottom, right, top) in points."""
    first: bool
    """Whether it begins a group: the fields, or the comments."""

    def added_to(self, text: str) -> tuple[str, int]:
        """The page's text with this line, and where the line begins."""
        joint = "" if not text else "\n\n" if self.first else "\n"
        return text + joint + self.text, len(text) + len(joint)


def extras_of(document: Any, page: Any) -> list[Extra]:
    """Fields first, then comments, each in the order of the file."""
    fields: list[Extra] = []
    comments: list[Extra] = []
    form = document.formenv.raw if document.formenv is not None else None
    with PDFIUM:
        count = min(pdfium_c.FPDFPage_GetAnnotCount(page.raw), MAX_ANNOTATIONS)
        for index in range(count):
            annotation = pdfium_c.FPDFPage_GetAnnot(page.raw, index)
            if not annotation:
                continue
            try:
                kind = pdfium_c.FPDFAnnot_GetSubtype(annotation)
                if pdfium_c.FPDFAnnot_GetFlags(annotation) & HIDDEN:
                    continue
                if kind == pdfium_c.FPDF_ANNOT_WIDGET:
                    text = _field(form, annotation) if form is not None else ""
                    if text:
                        fields.append(Extra(text, _box(annotation), not fields))
                elif kind not in SILENT:
                    text = _comment(annotation, kind)
                    if text:
                        comments.append(Extra(text, _box(annotation), not comments))
            finally:
                pdfium_c.FPDFPage_CloseAnnot(annotation)
    return fields + comments


def _field(form: Any, annotation: Any) -> str:
    """``name: value`` of a field; empty where it is not filled in."""
    kind = pdfium_c.FPDFAnnot_GetFormFieldType(form, annotation)

    def told(function: Any) -> str:
        return _text(lambda buffer, size: function(form, annotation, buffer, size))

    name = told(pdfium_c.FPDFAnnot_GetFormFieldAlternateName)
    name = name or told(pdfium_c.FPDFAnnot_GetFormFieldName)
    if kind in BUTTONS:
        checked = bool(pdfium_c.FPDFAnnot_IsChecked(form, annotation))
        if kind == pdfium_c.FPDF_FORMFIELD_CHECKBOX:
            return f"{name}: {'yes' if checked else 'no'}" if name else ""
        value = told(pdfium_c.FPDFAnnot_GetFormFieldExportValue) if checked else ""
        return f"{name}: {value}" if value not in RADIO_OFF else ""
    if kind not in FIELDS:
        return ""
    if pdfium_c.FPDFAnnot_GetFormFieldFlags(form, annotation) & PASSWORD:
        return ""
    value = _chosen(form, annotation) or told(pdfium_c.FPDFAnnot_GetFormFieldValue)
    if not value:
        return ""
    return f"{name}: {value}" if name else value


def _chosen(form: Any, annotation: Any) -> str:
    """Labels of the chosen options of a list."""
    count = pdfium_c.FPDFAnnot_GetOptionCount(form, annotation)
    chosen = []
    for index in range(min(max(count, 0), 1000)):
        if pdfium_c.FPDFAnnot_IsOptionSelected(form, annotation, index):
            label = partial(pdfium_c.FPDFAnnot_GetOptionLabel, form, annotation, index)
            chosen.append(_text(label))
    return ", ".join(filter(None, chosen))


def _comment(annotation: Any, kind: int) -> str:
    def told(key: bytes) -> str:
        return _text(
            lambda buffer, size: pdfium_c.FPDFAnnot_GetStringValue(annotation, key, buffer, size)
        )

    contents = told(b"Contents")
    if not contents:
        return ""
    author = told(b"T")
    if not author and kind == pdfium_c.FPDF_ANNOT_FREETEXT:
        return contents
    return f"Comment by {author}: {contents}" if author else f"Comment: {contents}"


def _text(call: Callable[[Any, int], int]) -> str:
    """A string that pdfium writes as UTF-16 into a buffer, lines parted by line feeds."""
    size = call(None, 0)
    if size <= 2:
        return ""
    size = min(size, 2 * MAX_LENGTH)
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    call(buffer, size)
    text = bytes(buffer)[:size].decode("utf-16-le", "replace").split("\0", 1)[0]
    lines = (" ".join(line.split()) for line in text.replace("\r", "\n").split("\n"))
    return "\n".join(line for line in lines if line)


def _box(annotation: Any) -> tuple[float, float, float, float] | None:
    rect = pdfium_c.FS_RECTF()
    if not pdfium_c.FPDFAnnot_GetRect(annotation, rect):
        return None
    return rect.left, rect.bottom, rect.right, rect.top
