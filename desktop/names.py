"""What documents are called in the window."""

from engine.store.attached import shown_name

SOURCE = "source:"
"""What the paths of documents of rows begin with."""


def document_name(path: str) -> str:
    """``travel.pdf``, ``offer.pdf in mail.eml``; of rows, the name of their source."""
    return path.removeprefix(SOURCE) if path.startswith(SOURCE) else shown_name(path)


def place(page: int, label: str, path: str) -> str:
    """``Slide 3``, ``page 2``; empty where a document has no pages to speak of."""
    return label or (f"page {page}" if path.lower().endswith(PAGED) else "")


PAGED = (".pdf", ".tif", ".tiff")
