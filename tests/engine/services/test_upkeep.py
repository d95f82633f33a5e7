"""Watching real folders, settings, states, and why a file is found or not."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import watchfiles

from engine.errors import InputError, NotFoundError
from engine.ingest import away, ingest, watch
from engine.ingest.parsers import formats
from engine.ingest.passwords import Passwords
from engine.library_types import AddReport, Change, LibrarySettings
from engine.progress import CancelToken, Progress, drain
from engine.services.upkeep import Upkeep
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.jobs import Jobs
from tests import shelf
from tests.fakes import HashingEmbedder

PATIENCE_S = 60.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "docs"
    shelf.write(made, [("a.txt", "Apples are red."), ("b.txt", "Pears are green.")])
    return made


@pytest.fixture
def upkeep(vault: Vault, embedder: HashingEmbedder) -> Upkeep:
    def ready(cancel: CancelToken | None):
        yield Progress("preparing", 0, 0)
        return embedder

    return Upkeep(vault, ready, Passwords(lambda name: "", lambda name, password: None))


@pytest.fixture
def add(vault: Vault, embedder: HashingEmbedder) -> Callable[..., AddReport]:
    return lambda *paths, library="Documents": drain(
        ingest.add(vault, embedder, paths, library=library)
    )


class Watching:
    """What a watcher in the background has told so far."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.notes: list[str] = []

    def wait(self, what: str, name: str) -> Change:
        """The change of a file, once it is told."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            for change in self.changes:
                if (change.what, Path(change.path).name) == (what, name):
                    return change
            time.sleep(0.02)
        raise AssertionError(f"{what} {name} was not told, but {self.changes}")


@pytest.fixture
def watching(upkeep: Upkeep, monkeypatch: pytest.MonkeyPatch) -> Callable[[], object]:
    monkeypatch.setattr(watch, "LOOK_S", 0.2)
    monkeypatch.setattr(watch, "POLL_S", 0.3)

    @contextmanager
    def run() -> Iterator[Watching]:
        seen, cancel, begun = Watching(), CancelToken(), threading.Event()
        faults: list[BaseException] = []

        def work() -> None:
            try:
                for event in upkeep.watch(cancel=cancel, told=seen.notes.append):
                    begun.set()
                    if isinstance(event, AddReport):
                        seen.changes += event.changes
            except BaseException as error:  # noqa: BLE001 - told by the test
                faults.append(error)

        thread = threading.Thread(target=work, name="watching")
        thread.start()
        try:
            assert begun.wait(PATIENCE_S)
            until = time.monotonic() + PATIENCE_S
            while not any(each.watched for each in upkeep.states()):
                assert time.monotonic() < until
                time.sleep(0.02)
            yield seen
        finally:
            cancel.cancel()
            thread.join()
        assert faults == []

    return run


def test_changes_are_told_one_by_one(upkeep: Upkeep, vault: Vault, folder: Path, add, watching):
    add(folder, folder.parent / "docs" / "a.txt")
    with watching() as seen:
        time.sleep(0.5)
        (folder / "new.txt").write_text("Quinces are yellow.")
        assert seen.wait("added", "new.txt").passages == 1
        before = Documents(vault).document(folder / "a.txt")
        (folder / "a.txt").rename(folder / "apples.txt")
        assert Path(seen.wait("moved", "apples.txt").former).name == "a.txt"
        after = Documents(vault).document(folder / "apples.txt")
        assert before is not None
        assert after is not None
        assert before.id == after.id
        (folder / "b.txt").unlink()
        seen.wait("removed", "b.txt")
        assert upkeep.states()[0].watched == "events"
    assert upkeep.states()[0].watched == ""


def test_ten_saves_and_saving_by_renaming_are_one_change_each(vault: Vault, folder, add, watching):
    add(folder)
    before = Documents(vault).document(folder / "b.txt")
    with watching() as seen:
        time.sleep(0.5)
        for number in range(10):
            (folder / "a.txt").write_text(f"Apples, version {number}.")
            time.sleep(0.05)
        seen.wait("changed", "a.txt")
        (folder / "b.txt").unlink()  # some editors do
        (folder / "b.txt.tmp").write_text("Pears are brown.")
        time.sleep(0.3)
        (folder / "b.txt.tmp").rename(folder / "b.txt")
        seen.wait("changed", "b.txt")
        time.sleep(1.0)
        counted = [(each.what, Path(each.path).name) for each in seen.changes]
        assert sorted(counted) == [("changed", "a.txt"), ("changed", "b.txt")]
    after = Documents(vault).document(folder / "b.txt")
    assert before is not None
    assert after is not None
    assert before.id == after.id


def test_a_folder_that_goes_and_comes_back(upkeep: Upkeep, folder, add, watching, embedder):
    add(folder)
    done = embedder.embedded
    with watching() as seen:
        time.sleep(0.5)
        folder.rename(folder.with_name("aside"))
        seen.wait("away", "docs")
        assert upkeep.states()[0].away == 2
        assert upkeep.why(folder / "a.txt").state == "away"
        folder.with_name("aside").rename(folder)
        seen.wait("back", "docs")
        (folder / "c.txt").write_text("Figs.")
        seen.wait("added", "c.txt")
    assert embedder.embedded == done + 1
    assert not any(each.what == "removed" for each in seen.changes)


def test_a_file_added_by_itself_and_a_folder_moved_in(folder, tmp_path, add, watching):
    add(folder)
    shelf.write(tmp_path, [("alone.txt", "Alone."), ("more/x.txt", "More.")])
    add(tmp_path / "alone.txt", library="Other")
    with watching() as seen:
        time.sleep(0.5)
        (tmp_path / "alone.new").write_text("Alone, but changed.")
        (tmp_path / "alone.new").replace(tmp_path / "alone.txt")
        seen.wait("changed", "alone.txt")
        (tmp_path / "more").rename(folder / "more")
        seen.wait("added", "x.txt")


@pytest.mark.parametrize("cause", ["no watches left", "network drive"])
def test_folders_that_the_system_does_not_follow_are_looked_at(
    upkeep, folder, add, watching, monkeypatch, cause
):
    add(folder)
    if cause == "network drive":
        monkeypatch.setattr(away, "on_network", lambda path, types: True)
    else:

        def refuse(*paths: str, **options: object) -> None:
            raise OSError(28, "OS file watch limit reached.")

        monkeypatch.setattr(watchfiles, "watch", refuse)
    with watching() as seen:
        (folder / "new.txt").write_text("Quinces are yellow.")
        seen.wait("added", "new.txt")
        assert upkeep.states()[0].watched == "polling"
    assert len(seen.notes) == 1


def test_nothing_to_watch_is_told(upkeep: Upkeep) -> None:
    with pytest.raises(InputError) as told:
        list(upkeep.watch(cancel=CancelToken()))
    assert told.value.hint


def test_a_saved_file_overtakes_a_large_add(vault: Vault, tmp_path: Path, folder, add, upkeep):
    """The large one stands still while the small one runs, in whatever process."""
    add(folder)
    shelf.write(tmp_path / "many", [(f"{n}.txt", f"Text {n}. " * 40) for n in range(300)])
    large = ingest.add(vault, HashingEmbedder(), [tmp_path / "many"], library="Many",
                       parse=shelf.parse)  # fmt: skip
    for step in large:
        if step.done > 64:
            break
    (folder / "a.txt").write_text("Apricots are orange.")
    seen = []
    small = upkeep.refresh([folder / "a.txt"])
    for _ in small:
        if Jobs(vault).urgent():
            before = len(Documents(vault).documents("Many"))
            stood = [next(large) for _ in range(3)]
            seen += [step.done for step in stood]
            assert len(Documents(vault).documents("Many")) - before <= 64
    assert seen
    assert len(Documents(vault).passages(folder / "a.txt")) == 1
    assert not Jobs(vault).urgent()
    drain(large)
    assert len(Documents(vault).documents("Many")) == 300


def test_what_a_slow_add_had_read_does_not_replace_what_was_saved_since(
    vault: Vault, folder: Path, embedder: HashingEmbedder, add, upkeep: Upkeep
) -> None:
    slow = ingest.add(vault, embedder, [folder], library="Documents", parse=shelf.parse)
    saved = False
    for step in slow:
        if step.detail == "b.txt" and step.done == 0 and not saved:
            saved = True
            (folder / "a.txt").write_text("Apricots are orange, saved meanwhile.")
            drain(upkeep.refresh([folder / "a.txt"]))
    assert saved
    assert [page.text for page in Documents(vault).pages(folder / "a.txt")] == [
        "Apricots are orange, saved meanwhile."
    ]


def test_who_watches_leaves_a_running_add_its_files(
    vault: Vault, tmp_path: Path, folder: Path, upkeep: Upkeep, embedder: HashingEmbedder
) -> None:
    shelf.write(tmp_path / "many", [(f"{n}.txt", f"Text {n}.") for n in range(150)])
    large = ingest.add(vault, embedder, [tmp_path / "many"], library="Many", parse=shelf.parse)
    for step in large:
        if step.done > 64:
            break
    report = drain(upkeep.refresh([tmp_path / "many"]))
    assert report.indexed == 0
    assert drain(upkeep.refresh([tmp_path / "many" / "99.txt"])).indexed == 1
    drain(large)
    assert embedder.embedded == 150
    assert len(Documents(vault).documents("Many")) == 150


def test_settings_are_kept_checked_and_taken_back(upkeep: Upkeep, folder: Path, add) -> None:
    add(folder)
    settings = LibrarySettings().changed("languages", "de, EN").changed("ocr", "off")
    settings = settings.changed("ignore", "drafts/,*.bak").changed("max_mb", "20")
    upkeep.set_settings("documents", settings)
    assert upkeep.settings("Documents") == settings
    assert settings.languages == ("de", "en")
    assert settings.changed("ocr", "") == LibrarySettings(
        languages=("de", "en"), ignore=("drafts/", "*.bak"), max_mb=20
    )
    for key, text in [("colour", "red"), ("ocr", "maybe"), ("max_mb", "many"), ("languages", "x")]:
        with pytest.raises(InputError) as told:
            settings.changed(key, text)
        assert told.value.hint
    with pytest.raises(InputError):
        upkeep.set_settings("Documents", settings.changed("formats_off", "nonsense"))
    with pytest.raises(NotFoundError):
        upkeep.settings("Nothing")


def test_only_what_depends_on_a_setting_is_read_again(
    upkeep: Upkeep, vault: Vault, folder: Path, add, embedder: HashingEmbedder
) -> None:
    from PIL import Image

    Image.new("RGB", (40, 40), "white").save(folder / "blank.png")
    add(folder)
    seen = Documents(vault).document(folder / "a.txt")
    upkeep.set_settings("Documents", LibrarySettings(ocr=False))
    report = drain(ingest.sync(vault, embedder))
    assert (report.unchanged, report.indexed) == (2, 0)
    assert "switched off" in report.failed[0].reason
    upkeep.set_settings("Documents", LibrarySettings())
    report = drain(ingest.sync(vault, embedder))
    assert "No text" in report.failed[0].reason
    assert Documents(vault).document(folder / "a.txt") == seen


def test_a_format_that_is_off_is_told_by_content_too(
    upkeep: Upkeep, vault: Vault, folder: Path, add, embedder: HashingEmbedder
) -> None:
    (folder / "page.txt").write_text("<!doctype html><html><body><p>Text</p></body></html>")
    add(folder)
    upkeep.set_settings("Documents", LibrarySettings(formats_off=("html",)))
    (folder / "page.txt").write_text("<!doctype html><html><body><p>Other</p></body></html>")
    assert [each.code for each in drain(ingest.sync(vault, embedder)).failed] == ["left_out"]
    upkeep.set_settings("Documents", LibrarySettings())
    assert drain(ingest.sync(vault, embedder)).indexed == 1


def test_a_newer_reader_reads_only_its_files_again(
    vault: Vault, folder: Path, add, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    import zipfile

    (folder / "notes.md").write_text("# Notes\n\nQuinces.")
    with zipfile.ZipFile(folder / "box.zip", "w") as archive:
        archive.writestr("inside.md", "# Inside\n\nFigs.")
    (folder / "x.hwp").write_bytes(b"HWP Document File V3.00 and more")
    add(folder)
    done = embedder.embedded
    monkeypatch.setitem(formats.VERSIONS, "markdown", 2)
    report = drain(ingest.sync(vault, embedder))
    assert (report.indexed, report.unchanged) == (2, 2)  # the archive holds one
    assert embedder.embedded == done
    assert drain(ingest.sync(vault, embedder)).indexed == 0
    monkeypatch.setitem(formats.VERSIONS, "hwp", 1)
    seen = [step.detail for step in ingest.sync(vault, embedder) if step.stage == "indexing"]
    assert "x.hwp" in seen


def test_why(upkeep: Upkeep, vault: Vault, folder: Path, tmp_path: Path, add) -> None:
    shelf.write(folder, [("bad.pdf", "%PDF-1.7 and nothing"), ("~$a.docx", "x"),
                         ("sub/c.log", "log"), ("sub/d.txt", "Dates.")])  # fmt: skip
    (folder / ".gitignore").write_text("*.log\n")
    add(folder)
    ingest.remove(vault, [folder / "sub" / "d.txt"])
    (folder / "late.txt").write_text("Late.")
    (tmp_path / "else.txt").write_text("Else.")
    found = upkeep.why(folder / "a.txt")
    assert (found.state, found.lines) == ("indexed", ("Apples are red.",))
    assert "1 passage." in found.words
    expected = {
        "bad.pdf": "failed", "~$a.docx": "ignored", "sub/c.log": "ignored", "late.txt": "new",
        "sub/d.txt": "removed", "none.txt": "missing", "../else.txt": "outside", "sub": "folder",
        "a.txt!/inner.txt": "missing",
    }  # fmt: skip
    for name, state in expected.items():
        told = upkeep.why(folder / name)
        assert told.state == state, told
        assert told.words.endswith(".")
    assert str(folder / ".gitignore") in upkeep.why(folder / "sub" / "c.log").words
    job = Jobs(vault).begin("index", [str(folder / "late.txt")])
    assert upkeep.why(folder / "late.txt").state == "waiting"
    assert upkeep.states()[0].waiting == 1
    Jobs(vault).end(job)
    (folder / "a.txt").rename(folder / "apples.txt")
    drain(upkeep.refresh([folder]))
    assert "moved to" in upkeep.why(folder / "a.txt").words


def test_files_by_state(upkeep: Upkeep, folder: Path, add) -> None:
    shelf.write(folder, [("bad.pdf", "%PDF-1.7 and nothing")])
    add(folder)
    assert [Path(each.document.path).name for each in upkeep.files()] == [
        "a.txt", "b.txt", "bad.pdf"
    ]  # fmt: skip
    assert [Path(each.document.path).name for each in upkeep.files(kinds=["failed"])] == ["bad.pdf"]
    assert upkeep.files("Documents", ["scanned", "away"]) == []
    (state,) = upkeep.states()
    assert (state.documents, state.failed, state.watched) == (2, 1, "")
