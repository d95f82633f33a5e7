import errno
import multiprocessing
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import apsw
import pytest

from engine.errors import (
    DamagedVaultError,
    DiskFullError,
    NewerVaultError,
    VaultBusyError,
    VaultError,
)
from engine.store import connect
from engine.store.check import check
from engine.store.connect import Vault
from engine.store.documents import Documents
from tests import shelf
from tests.fakes import HashingEmbedder


def test_a_file_that_is_no_database_is_refused_and_left_alone(profile: Path) -> None:
    file = profile / "vault.db"
    file.write_bytes(b"not a database at all" * 100)
    with pytest.raises(DamagedVaultError) as told:
        Vault.open(file)
    assert str(file) in told.value.message
    assert "doctor" in told.value.hint
    assert file.read_bytes() == b"not a database at all" * 100


def test_a_database_of_something_else_is_refused(profile: Path) -> None:
    other = apsw.Connection(str(profile / "vault.db"))
    other.execute("CREATE TABLE recipes(name)")
    other.close()
    with pytest.raises(DamagedVaultError):
        Vault.open(profile / "vault.db")


def test_a_vault_of_a_newer_version_is_refused_with_a_hint(vault: Vault) -> None:
    with vault.write() as db:
        db.pragma("user_version", 9999)
    vault.close()
    with pytest.raises(NewerVaultError) as told:
        Vault.open(vault.path)
    assert told.value.hint


def test_broken_pages_are_told_as_damage(vault: Vault, embedder: HashingEmbedder) -> None:
    for number in range(30):
        shelf.put(vault, embedder, f"/d/{number}.txt", f"text {number} " * 200)
    vault.close()
    data = bytearray(vault.path.read_bytes())
    for place in range(4096 * 3, len(data), 4096):
        data[place : place + 64] = b"\xff" * 64
    vault.path.write_bytes(data)
    with pytest.raises(DamagedVaultError):
        opened = Vault.open(vault.path)
        try:
            Documents(opened).documents()
            [Documents(opened).pages(f"/d/{number}.txt") for number in range(30)]
        finally:
            opened.close()


def test_doctor_names_broken_pages_and_does_not_raise(
    vault: Vault, embedder: HashingEmbedder
) -> None:
    for number in range(150):
        words = " ".join(sha256(f"{number} {word}".encode()).hexdigest() for word in range(40))
        shelf.put(vault, embedder, f"/d/{number}.txt", f"text {number} {words}")
    vault.close()
    data = bytearray(vault.path.read_bytes())
    for place in range(len(data) * 3 // 4 // 4096 * 4096, len(data), 4096):
        data[place : place + 64] = b"\xff" * 64
    vault.path.write_bytes(data)
    opened = Vault.open(vault.path)
    parts = check(opened, deep=True)
    opened.close()
    assert [part.ok for part in parts if part.name == "file"] == [False]
    assert all(part.hint for part in parts if not part.ok)


def test_a_folder_that_is_not_there_is_a_known_error(tmp_path: Path) -> None:
    with pytest.raises(VaultError):
        Vault.open(tmp_path / "nowhere" / "vault.db")


@pytest.mark.parametrize("key", [b"a secret", bytes(range(32))])
def test_an_encrypted_vault_opens_with_its_key_only(
    profile: Path, embedder: HashingEmbedder, key: bytes
) -> None:
    path = profile / "vault.db"
    vault = Vault.open(path, key=key)
    shelf.put(vault, embedder, "/a.txt", "The harbour opens at nine.")
    vault.close()
    assert b"harbour" not in path.read_bytes()
    for wrong in (None, b"another"):
        with pytest.raises(DamagedVaultError):
            Vault.open(path, key=wrong)
    vault = Vault.open(path, key=key)
    assert Documents(vault).passages("/a.txt")[0].text == "The harbour opens at nine."
    vault.close()


def test_a_full_disk_is_told_and_nothing_is_lost(vault: Vault, embedder: HashingEmbedder) -> None:
    shelf.put(vault, embedder, "/kept.txt", "This was stored before.")
    with vault.write() as db:
        pages = db.pragma("page_count")
        db.pragma("max_page_count", pages + 2)
    with pytest.raises(DiskFullError) as told:
        shelf.put(vault, embedder, "/big.txt", *(f"page {n} " + "word " * 900 for n in range(50)))
    assert "room" in told.value.message
    assert told.value.hint
    documents = Documents(vault)
    assert [each.path for each in documents.documents()] == ["/kept.txt"]
    with vault.write() as db:
        db.pragma("max_page_count", 1_000_000)
    shelf.put(vault, embedder, "/after.txt", "There is room again.")
    assert len(documents.documents()) == 2
    assert all(part.ok for part in check(vault, deep=True))


def test_no_room_outside_sqlite_is_the_same_error(vault: Vault) -> None:
    with pytest.raises(DiskFullError), vault.write():
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_block_that_fails_stores_nothing(vault: Vault) -> None:
    with pytest.raises(ZeroDivisionError), vault.write() as db:
        db.execute("INSERT INTO libraries(name, created_at) VALUES ('A', 0)")
        with vault.write() as inner:
            inner.execute("INSERT INTO libraries(name, created_at) VALUES ('B', 0)")
        raise ZeroDivisionError
    assert Documents(vault).libraries() == []


def test_foreign_keys_hold(vault: Vault) -> None:
    with pytest.raises(apsw.ConstraintError), vault.write() as db:
        db.execute("INSERT INTO roots VALUES ('/x', 77, 1, 0, '[]')")


def test_a_reader_sees_one_state_and_never_waits_for_the_writer(vault: Vault) -> None:
    with vault.read() as reader:
        before = reader.execute("SELECT count(*) FROM libraries").get
        with vault.write() as db:
            db.execute("INSERT INTO libraries(name, created_at) VALUES ('A', 0)")
        assert reader.execute("SELECT count(*) FROM libraries").get == before == 0
    with vault.read() as reader:
        assert reader.execute("SELECT count(*) FROM libraries").get == 1


def test_many_threads_read_while_one_writes(vault: Vault, embedder: HashingEmbedder) -> None:
    documents = Documents(vault)
    stop = threading.Event()

    def read() -> int:
        rounds = 0
        while not stop.is_set():
            for found in documents.documents():
                # A document and its passages are stored together, so there is never one alone.
                assert len(documents.passages(found.path)) > 0
            rounds += 1
        return rounds

    with ThreadPoolExecutor(6) as readers:
        reading = [readers.submit(read) for _ in range(6)]
        try:
            for number in range(40):
                text = f"passage {number} of the harbour\n\n" * 20
                shelf.put(vault, embedder, f"/{number % 20}.txt", text)
        finally:
            stop.set()
        assert min(each.result() for each in reading) > 0
    assert len(documents.documents()) == 20


def test_writers_of_several_threads_take_turns(vault: Vault) -> None:
    def write(place: int) -> None:
        for number in range(20):
            with vault.write() as db:
                db.execute(
                    "INSERT INTO libraries(name, created_at) VALUES (?, 0)", (f"{place}-{number}",)
                )

    threads = [threading.Thread(target=write, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(Documents(vault).libraries()) == 80


def _fill(path: str, name: str, count: int) -> None:
    vault = Vault.open(Path(path))
    for number in range(count):
        shelf.put(vault, HashingEmbedder(), f"/{name}/{number}.txt", f"text {number} of {name}")
    vault.close()


def test_two_processes_open_and_fill_one_new_vault(profile: Path) -> None:
    path = profile / "vault.db"
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_fill, args=(str(path), name, 25)) for name in "ab"]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    vault = Vault.open(path)
    assert len(Documents(vault).documents()) == 50
    assert all(part.ok for part in check(vault, deep=True))
    vault.close()


def _fill_for_ever(path: str) -> None:
    _fill(path, "endless", 1_000_000)


@pytest.mark.parametrize("after", [5, 12, 31])
def test_a_process_killed_while_writing_leaves_whole_documents(profile: Path, after: int) -> None:
    path = profile / "vault.db"
    vault = Vault.open(path)
    process = multiprocessing.get_context("spawn").Process(target=_fill_for_ever, args=(str(path),))
    process.start()
    while len(Documents(vault).documents()) < after:
        assert process.is_alive()
        time.sleep(0.002)
    process.kill()
    process.join()
    assert len(Documents(vault).documents()) >= after
    assert all(part.ok for part in check(vault, deep=True))
    shelf.put(vault, HashingEmbedder(), "/after.txt", "Writing goes on.")
    vault.close()


def test_a_vault_held_too_long_by_another_is_busy(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connect, "BUSY_TIMEOUT_MS", 50)
    other = Vault.open(vault.path)
    with vault.write(), pytest.raises(VaultBusyError) as told, other.write():
        pass
    assert told.value.hint
    other.close()


def test_a_closed_vault_says_so(vault: Vault) -> None:
    vault.close()
    vault.close()
    with pytest.raises(VaultError), vault.read():
        pass
    with pytest.raises(VaultError), vault.write():
        pass


def test_keys_for_files_beside_the_vault_come_from_its_own(tmp_path: Path) -> None:
    plain = Vault.open(tmp_path / "plain.db")
    assert plain.derived_key("saved states") is None
    plain.close()
    keys = []
    for name, key in (("a", b"k" * 32), ("b", b"k" * 32), ("c", b"o" * 32)):
        vault = Vault.open(tmp_path / f"{name}.db", key=key)
        keys += [vault.derived_key("saved states"), vault.derived_key("something else")]
        vault.close()
    assert keys[0] == keys[2]
    assert len(set(keys)) == 4
    assert all(key is not None and len(key) == 32 for key in keys)


def test_what_a_thread_reads_inside_a_view_is_of_one_state(
    vault: Vault, embedder: HashingEmbedder
) -> None:
    shelf.put(vault, embedder, "/d/1.txt", "the ferry leaves at nine")
    documents = Documents(vault)
    with vault.view(), ThreadPoolExecutor(1) as others:
        assert len(documents.documents()) == 1
        shelf.put(vault, embedder, "/d/2.txt", "the ferry leaves at ten")
        with vault.view():
            assert len(documents.documents()) == 1
        assert len(documents.documents()) == 1
        assert len(others.submit(documents.documents).result()) == 2
        with vault.read(fresh=True) as db:
            assert db.execute("SELECT count(*) FROM documents").fetchall() == [(2,)]
    assert len(documents.documents()) == 2


def test_damage_found_inside_a_view_is_told_as_damage(vault: Vault) -> None:
    with vault.view(), pytest.raises(DamagedVaultError), vault.read():
        raise apsw.CorruptError("a page is broken")
    with vault.read() as db:
        assert db.execute("SELECT count(*) FROM documents").fetchall() == [(0,)]
