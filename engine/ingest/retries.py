"""When a file that could not be read is tried again, in words for the user."""

from engine.store.attached import file_of
from engine.types import Document

CHANGES = "It is tried again when it changes"
WHEN = {
    "unreadable": "It is tried again each time Alcove looks at its folder.",
    "encrypted": "It is tried again once its password is given.",
    "limit": "It is tried again when the library takes larger files.",
    "left_out": "It is tried again when the library takes files of its kind.",
    "unsupported": f"{CHANGES}, or when an update of Alcove can read its kind.",
    "empty": f"{CHANGES}, or when an update of Alcove finds more in files of its kind.",
    "too_large": f"{CHANGES}.",
}
"""By code; for all others :data:`OTHERWISE`."""
OTHERWISE = f"{CHANGES}, when an update of Alcove reads its kind better, or when you ask for it."


def when_again(document: Document) -> str:
    """Empty for a document that was read."""
    if document.state != "failed":
        return ""
    told = WHEN.get(document.code, OTHERWISE)
    if file_of(document.path) != document.path:
        return told.replace("It is tried again when it changes", "It is tried again with its file")
    return told
