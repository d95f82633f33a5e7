"""Why a file is found, or is not, in words for the user."""

from pathlib import Path

from engine.ingest import away, rules, scan
from engine.ingest.ingest import nearest
from engine.ingest.judging import PLAIN
from engine.ingest.retries import when_again
from engine.library_types import Why
from engine.store.attached import SEPARATOR, file_of
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.jobs import Jobs
from engine.store.library_settings import Settings
from engine.store.roots import Root, Roots
from engine.types import Document

LINES = 5
WIDTH = 200


def why(vault: Vault, path: Path | str) -> Why:
    """Look where the way of a file into the index ends."""
    name = str(path)
    if not name.startswith("source:"):
        # Only the part on the disk is a path: what lies in a file keeps its name.
        outside, mark, within = name.partition(SEPARATOR)
        name = str(scan.absolute([outside])[0]) + mark + within
    documents, roots = Documents(vault), Roots(vault)
    root = nearest(Path(file_of(name)), roots.all())
    found = documents.document(name)
    if found is not None:
        return _of_document(vault, name, found, root)
    file = Path(file_of(name))
    if file_of(name) != name and documents.document(file_of(name)) is not None:
        return Why(name, "missing", f"Nothing of this name was found in {file.name}.",
                   f"See what is in it: alcove show {file}.")  # fmt: skip
    if root is None:
        if not away.is_there(file):
            return Why(name, "missing", "There is no such file.", "Check the spelling of the path.")
        return Why(name, "outside", "It is in no library: neither it nor a folder around it was "
                   "added.", f"Add it: alcove add {name}")  # fmt: skip
    if away.is_away(root) or name.startswith(away.prefixes([root]) or ("\0",)):
        return Why(name, "away", f"{root.path} is not there now; it was never read before.",
                   "Plug its disk in, or connect to its network drive.")  # fmt: skip
    if not away.is_there(file):
        return Why(name, "missing", "There is no such file.", "Check the spelling of the path.")
    left_out = roots.exclusions()
    taken = next((str(p) for p in (file, *file.parents) if str(p) in left_out), None)
    if taken is not None:
        return Why(name, "removed", f"You removed {taken} from the library {root.library}.",
                   f"Add it again: alcove add {name}")  # fmt: skip
    settings = Settings(vault).all().get(root.library, PLAIN)
    rule = rules.explain(Path(root.path), file, settings) if root.path != name else None
    if rule is not None:
        hint = f"Add it by itself: alcove add {name}" if not rule.source else "Change the rule."
        return Why(name, "ignored", rule.words, hint)
    if file.is_dir():
        return Why(name, "folder", f"This is a folder of the library {root.library}; ask for a "
                   "file.", "")  # fmt: skip
    if name in Jobs(vault).paths():
        return Why(name, "waiting", "It waits to be read.",
                   "If nothing works on it, go on with it: alcove sync.")  # fmt: skip
    return Why(name, "new", f"It lies in {root.path}, but has not been read yet.",
               "Look again at everything: alcove sync.")  # fmt: skip


def _of_document(vault: Vault, name: str, found: Document, root: Root | None) -> Why:
    lines = _first_lines(vault, found.path)
    where = "" if found.path == name else f" It was moved to {found.path}."
    gone = root is not None and found.path.startswith(away.prefixes([root]) or ("\0",))
    if gone and found.state == "indexed":
        return Why(name, "away", f"It is found, with {_passages(found)}, but its disk or folder is "
                   f"away.{where}", "", found, lines)  # fmt: skip
    if found.code == "encrypted":
        hint = f"Give its password: alcove add {file_of(found.path)}"
        return Why(name, "locked", f"{found.reason}{where}", hint, found, lines)
    if found.state == "failed":
        return Why(name, "failed", f"{found.reason}{where}",
                   f"{when_again(found)} Try again: alcove add {file_of(found.path)}",
                   found)  # fmt: skip
    words = f"It is found in the library {found.library}, with {_passages(found)}.{where}"
    if found.reason:
        words += f" The file could not be opened lately: {found.reason}"
    hint = found.note
    if found.passages == 0:
        hint = hint or "It holds no text of its own; see what is in it: alcove show."
    return Why(name, "indexed", words, hint, found, lines)


def _passages(found: Document) -> str:
    return f"{found.passages} passage{'' if found.passages == 1 else 's'}"


def _first_lines(vault: Vault, path: str) -> tuple[str, ...]:
    lines: list[str] = []
    for page in Documents(vault).pages(path):
        lines += [line.strip()[:WIDTH] for line in page.text.splitlines() if line.strip()]
        if len(lines) >= LINES:
            break
    return tuple(lines[:LINES])
