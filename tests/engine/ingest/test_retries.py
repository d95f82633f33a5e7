"""What is said of when a file is tried again is what happens."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.ingest.retries import when_again
from engine.library_types import AddReport
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.types import Document

Add = Callable[..., AddReport]


def document(code: str, path: str = "/docs/a.pdf") -> Document:
    failed = code != ""
    state = "failed" if failed else "indexed"
    return Document(1, "Documents", path, "pdf", "A", state, 0, 0, 10, 0.0, code, "Why.")


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("", ""),
        ("damaged", "It is tried again when it changes, when an update"),
        ("timeout", "or when you ask for it."),
        ("unsupported", "when an update of Alcove can read its kind."),
        ("encrypted", "once its password is given."),
        ("unreadable", "each time Alcove looks at its folder."),
        ("limit", "when the library takes larger files."),
    ],
)
def test_each_reason_has_its_time(code: str, told: str) -> None:
    assert told in when_again(document(code))
    assert bool(when_again(document(code))) == bool(code)


def test_a_file_inside_another_is_tried_with_it() -> None:
    assert when_again(document("damaged", "/docs/a.zip!/b.pdf")).startswith(
        "It is tried again with its file, when an update"
    )


def test_a_failed_file_waits_for_its_change_and_is_read_then(
    vault: Vault, folder: Path, add: Add, sync: Add
) -> None:
    (folder / "x.bad").write_text("?")
    add(folder)
    before = Documents(vault).document(folder / "x.bad")
    assert before is not None
    assert "when it changes" in when_again(before)
    sync()
    assert Documents(vault).document(folder / "x.bad") == before, "nobody tried it"
    (folder / "x.bad").write_text("Something else that is as bad.")
    sync()
    after = Documents(vault).document(folder / "x.bad")
    assert after is not None
    assert after.indexed_at > before.indexed_at


def test_a_file_that_may_not_be_opened_is_tried_at_every_look(
    vault: Vault, folder: Path, add: Add, sync: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "new.txt").write_text("Words about quinces.")

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr("engine.ingest.index.fingerprint", refuse)
        add(folder)
    refused = Documents(vault).document(folder / "new.txt")
    assert refused is not None
    assert when_again(refused).endswith("each time Alcove looks at its folder.")
    sync()
    read = Documents(vault).document(folder / "new.txt")
    assert read is not None
    assert (read.state, when_again(read)) == ("indexed", "")
