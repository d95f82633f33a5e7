"""Locked files: listed, opened with a password, remembered only when told to."""

import sys
from functools import partial
from pathlib import Path

import pytest

from engine.errors import NotFoundError
from engine.ingest import bring_up, ingest
from engine.ingest.passwords import Passwords
from engine.ingest.sandbox import Sandbox
from engine.progress import drain
from engine.store.connect import Vault
from engine.store.documents import Documents
from tests import shelf
from tests.fakes import HashingEmbedder

NAUGHTY = [sys.executable, "-P", "-m", "tests.engine.ingest.naughty_reader"]
KEY = "open sesame"


class Keyring:
    """What the system's keyring does."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def read(self, name: str) -> str:
        return self.kept.get(name, "")

    def store(self, name: str, password: str) -> None:
        self.kept[name] = password


@pytest.fixture(autouse=True)
def _reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    monkeypatch.setattr(bring_up, "Sandbox", partial(Sandbox, command=NAUGHTY))


@pytest.fixture
def cave(tmp_path: Path) -> Path:
    shelf.write(tmp_path / "docs", [("locked.pdf", "?"), ("a.txt", "Apples.")])
    return tmp_path / "docs" / "locked.pdf"


@pytest.fixture
def keyring() -> Keyring:
    return Keyring()


@pytest.fixture
def passwords(keyring: Keyring) -> Passwords:
    return Passwords(keyring.read, keyring.store)


def _add(vault: Vault, embedder: HashingEmbedder, passwords: Passwords, *paths: Path):
    return drain(ingest.add(vault, embedder, paths, library="Documents", passwords=passwords))


def _unlock(vault, embedder, passwords, path, password, **options):
    work = ingest.unlock(vault, embedder, str(path), password, passwords=passwords, **options)
    return drain(work)


def _state(vault: Vault, path: Path) -> tuple[str, str]:
    found = Documents(vault).document(path)
    assert found is not None
    return found.state, found.code


def test_a_locked_file_is_listed_and_opens_with_its_password(
    vault: Vault, embedder: HashingEmbedder, cave: Path, passwords: Passwords, keyring: Keyring
) -> None:
    report = _add(vault, embedder, passwords, cave.parent)
    assert report.indexed == 1
    assert [each.code for each in report.failed] == ["encrypted"]
    assert _state(vault, cave) == ("failed", "encrypted")
    wrong = _unlock(vault, embedder, passwords, cave, "guess", remember=True)
    assert "does not open" in wrong.failed[0].reason
    right = _unlock(vault, embedder, passwords, cave, KEY)
    assert (right.indexed, right.failed) == (1, ())
    assert _state(vault, cave) == ("indexed", "")
    assert keyring.kept == {}


def test_a_password_lasts_as_long_as_the_program_or_as_told(
    vault: Vault, embedder: HashingEmbedder, cave: Path, passwords: Passwords, keyring: Keyring
) -> None:
    _add(vault, embedder, passwords, cave.parent)
    _unlock(vault, embedder, passwords, cave, KEY)
    cave.write_text("changed")
    assert drain(ingest.sync(vault, embedder, passwords=passwords)).failed == ()
    cave.write_text("changed again")
    later = Passwords(keyring.read, keyring.store)
    report = drain(ingest.sync(vault, embedder, passwords=later))
    assert [each.code for each in report.failed] == ["encrypted"]
    assert _state(vault, cave) == ("indexed", "encrypted")  # what was read stays searchable
    _unlock(vault, embedder, later, cave, KEY, remember=True)
    assert list(keyring.kept.values()) == [KEY]
    cave.write_text("and again")
    much_later = Passwords(keyring.read, keyring.store)
    assert drain(ingest.sync(vault, embedder, passwords=much_later)).failed == ()


def test_passwords_are_not_in_the_vault(
    vault: Vault, embedder: HashingEmbedder, cave: Path, passwords: Passwords
) -> None:
    _add(vault, embedder, passwords, cave)
    _unlock(vault, embedder, passwords, cave, KEY, remember=True)
    for file in vault.path.parent.rglob("*"):
        if file.is_file():
            assert KEY.encode() not in file.read_bytes()


def test_a_file_of_no_library_cannot_be_unlocked(
    vault: Vault, embedder: HashingEmbedder, cave: Path, passwords: Passwords
) -> None:
    with pytest.raises(NotFoundError):
        _unlock(vault, embedder, passwords, cave, KEY)
