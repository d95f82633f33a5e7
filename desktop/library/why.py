"""What can be done where a file is not found, and the engine's answer in the window's words."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from desktop.library.file_rows import FileRow, row_of
from desktop.names import document_name
from desktop.window_words import in_window
from engine.library_types import FileState, WhyState

if TYPE_CHECKING:
    from engine.assistant import Assistant

Step = Literal["none", "add", "retry", "unlock", "update", "show", "resume"]
BUTTONS: dict[Step, str] = {
    "none": "",
    "add": "Add it",
    "retry": "Read it again",
    "unlock": "Unlock it",
    "update": "Look again",
    "show": "Show what was read",
    "resume": "Go on reading",
}
STEPS: dict[WhyState, Step] = {
    "indexed": "show",
    "failed": "retry",
    "locked": "unlock",
    "away": "show",
    "waiting": "resume",
    "new": "update",
    "ignored": "add",
    "removed": "add",
    "outside": "add",
    "missing": "none",
    "folder": "update",
}


@dataclass(frozen=True, slots=True)
class Why:
    path: str
    message: str
    hint: str
    step: Step
    library: str = ""
    row: FileRow | None = None


def why(assistant: "Assistant", path: str) -> Why:
    """Runs on the read lane."""
    found = assistant.upkeep.why(path)
    step = STEPS[found.state]
    row = None
    if found.document is not None:
        away, waiting = found.state == "away", found.state == "waiting"
        row = row_of(FileState(found.document, away=away, scanned=0, waiting=waiting))
    elif found.state == "away":
        step = "none"
    return Why(
        path=row.path if row is not None else found.path,
        message=f"{document_name(found.path)}: {in_window(found.words)}",
        hint=in_window(found.hint),
        step=step,
        library=row.library if row is not None else "",
        row=row,
    )
