"""Files embedded in a PDF."""

from typing import Any

import pypdfium2 as pdfium

from engine.ingest.parsers.options import ParseOptions
from engine.ingest.parsers.pdf.pdf_file import PDFIUM
from engine.types import Attachment

MAX_FILES = 500


def attachments_of(document: Any, options: ParseOptions) -> tuple[Attachment, ...]:
    """The embedded files, each read or with the reason why not."""
    found = []
    with PDFIUM:
        count = min(document.count_attachments(), MAX_FILES)
    for index in range(count):
        try:
            with PDFIUM:
                attachment = document.get_attachment(index)
                name = attachment.get_name().replace("\0", "").strip() or f"file {index + 1}"
                data = bytes(attachment.get_data())
        except (pdfium.PdfiumError, UnicodeDecodeError, MemoryError):
            name = f"file {index + 1}"
            reason = "This file is damaged inside the PDF."
            found.append(Attachment(name, None, "damaged", reason))
            continue
        read = options.inside.read(name, data, options)
        if read is not None:
            found.append(read)
    return tuple(found)
