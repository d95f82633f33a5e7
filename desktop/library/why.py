"""Why a file is not found: what the vault and the disk say of it, and what can be done."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from desktop.library import file_rows
from desktop.library.file_rows import FileRow
from desktop.words import count
from engine.store.attached import file_of

if TYPE_CHECKING:
    from engine.assistant import Assistant

Step = Literal["none", "add", "retry", "unlock", "update", "show", "resume"]
BUTTONS: dict[Step, str] = {
    "none": "",
    "add": "Add it",
    "retry": "Read it again",
    "unlock": "Unlock it",
    "update": "Read it now",
    "show": "Show what was read",
    "resume": "Go on reading",
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
    name = Path(path).name
    files = file_rows.read(assistant, None)
    row = next((each for each in files.rows if each.path == path), None)
    if row is not None:
        return _known(row, name)
    file = Path(file_of(path))
    if not file.exists():
        return Why(path, f"There is no file {name} at this place.", "Was it moved?", "none")
    if file.is_relative_to(assistant.profile.root):
        told = "It is one of Alcove's own files, which are not documents of yours."
        return Why(path, told, "", "none")
    if file.is_dir():
        return _folder(assistant, path, name)
    for library in assistant.libraries():
        for root in map(Path, library.roots):
            if file.is_relative_to(root):
                return _under(path, name, file.relative_to(root), root.name, library.name)
    told = f"{name} is in no library."
    return Why(path, told, "Only what was added is read. Nothing was searched elsewhere.", "add")


def _known(row: FileRow, name: str) -> Why:
    library = row.library
    match row.state:
        case "locked":
            told = f"{name} is in {library}, but it is locked."
            return Why(row.path, told, row.reason, "unlock", library, row)
        case "failed":
            told = f"{name} is in {library}, but it could not be read."
            return Why(row.path, told, row.reason, "retry", library, row)
        case "waiting":
            told = f"{name} belongs to {library} and waits to be read."
            return Why(row.path, told, "The work was stopped before its turn.", "resume", library)
        case "away":
            told = f"{name} is in {library}. Its disk or folder is not there now."
            hint = "What was read of it is found all the same, but the file cannot be opened."
            return Why(row.path, told, hint, "show", library, row)
    passages = count(row.passages, "passage")
    told = f"{name} is in {library} and can be found, by {passages}."
    note = row.document.note if row.document is not None else ""
    hint = note or "Compare what was read with what you asked; other words may lead to it."
    return Why(row.path, told, hint, "show", library, row)


def _folder(assistant: "Assistant", path: str, name: str) -> Why:
    for library in assistant.libraries():
        if path in library.roots:
            told = f"The folder {name} is in {library.name}."
            return Why(path, told, "Choose a file in it to learn more.", "update", library.name)
    return Why(path, f"The folder {name} was not added.", "Add it to have it read.", "add")


def _under(path: str, name: str, inside: Path, root: str, library: str) -> Why:
    if any(part.startswith(".") for part in inside.parts):
        told = f"{name} is hidden, or lies in a hidden folder of {root}; those are left out."
        return Why(path, told, "Add it by itself to have it read all the same.", "add", library)
    told = f"{name} lies in {root} of {library}, but nothing was read of it."
    hint = "It is new, or was removed from the library. Adding it reads it now."
    return Why(path, told, hint, "add", library)
