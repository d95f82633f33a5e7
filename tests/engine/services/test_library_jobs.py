"""Libraries removed, exported and imported."""

import json
import zipfile
from pathlib import Path

import pytest

from engine.assistant import Assistant
from engine.errors import EngineError, InputError, NotFoundError
from engine.paths import open_profile
from engine.progress import drain
from engine.store import library_file
from engine.store.check import check
from engine.store.connect import Vault
from engine.store.sources import Source
from engine.store.tables import Tables
from engine.store.transfer import NoLibraryFileError
from tests.fakes import HashingEmbedder

PRICES = "\n".join(["name,price", *(f"thing {n},{n}.5" for n in range(1, 8))])


def _open(folder: Path, embedder: HashingEmbedder) -> Assistant:
    profile = open_profile(folder)
    return Assistant(profile, Vault.open(profile.vault), embedder=embedder)


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "a.md").write_text("# Apples\n\nRed apples ripen in August.\n", "utf-8")
    (docs / "prices.csv").write_text(PRICES, "utf-8")
    (docs / "bad.pdf").write_bytes(b"%PDF-1.7 nothing")
    with zipfile.ZipFile(docs / "box.zip", "w") as box:
        box.writestr("inside.txt", "Plums are blue and lie in a box.")
    return docs


@pytest.fixture
def exported(tmp_path: Path, docs: Path) -> Path:
    file = tmp_path / "fruit.alcove"
    first = _open(tmp_path / "one", HashingEmbedder())
    try:
        (tmp_path / "secret.txt").write_text("A secret of another library.", "utf-8")
        drain(first.add([docs], library="Fruit"))
        drain(first.add([tmp_path / "secret.txt"], library="Private"))
        first.create_conversation("Nobody else's business")
        done = drain(first.library_jobs.export("fruit", file))
        assert done.documents == 4
    finally:
        first.close()
    return file


def test_a_library_comes_back_in_another_profile_without_embedding(
    tmp_path: Path, docs: Path, exported: Path
) -> None:
    embedder = HashingEmbedder()
    second = _open(tmp_path / "two", embedder)
    try:
        done = drain(second.library_jobs.load(exported))
        assert (done.library, done.documents, done.embedded) == ("Fruit", 4, 0)
        assert embedder.embedded == 0
        (hit, *_) = second.search("when do red apples ripen").hits
        assert hit.passage.path == str(docs / "a.md")
        assert [each.path for each in second.inner(str(docs / "box.zip"))] == [
            f"{docs / 'box.zip'}!/inside.txt"
        ]
        failed = second.document(str(docs / "bad.pdf"))
        assert failed is not None and failed.state == "failed"
        (table,) = Tables(second._vault).all()
        assert table.rows == 7
        assert all(part.ok for part in check(second._vault, deep=True))
        again = drain(second.library_jobs.load(exported))
        assert (again.documents, again.already) == (0, 4)
        assert second.conversations() == []
        # The files were not changed: adding their folder embeds nothing.
        report = drain(second.add([docs], library="Fruit"))
        assert embedder.embedded == 0
        assert report.unchanged == 3
    finally:
        second.close()


def test_another_encoder_reads_the_passages_anew(tmp_path: Path, exported: Path) -> None:
    embedder = HashingEmbedder(32, model_id="other")
    second = _open(tmp_path / "two", embedder)
    try:
        done = drain(second.library_jobs.load(exported, library="Taken over"))
        assert done.embedded == done.passages == embedder.embedded
        assert [each.name for each in second.libraries()] == ["Taken over"]
        assert all(part.ok for part in check(second._vault, deep=True))
    finally:
        second.close()


def test_nothing_else_is_in_the_file(exported: Path) -> None:
    with zipfile.ZipFile(exported) as archive:
        assert archive.namelist() == ["documents.jsonl", "library.json"]
        text = archive.read("documents.jsonl").decode()
    assert "secret" not in text
    assert "business" not in text


def test_a_damaged_or_foreign_file_is_refused_whole(tmp_path: Path, exported: Path) -> None:
    data = exported.read_bytes()
    broken = {
        "half.alcove": data[: len(data) // 2],
        "flipped.alcove": data[:200] + bytes([data[200] ^ 255]) + data[201:],
        "empty.alcove": b"",
        "other.alcove": b"MZ" + b"x" * 500,
    }
    for name, content in broken.items():
        (tmp_path / name).write_bytes(content)
    with zipfile.ZipFile(tmp_path / "zip.alcove", "w") as archive:
        archive.writestr("readme.txt", "only a zip")
    second = _open(tmp_path / "two", HashingEmbedder())
    try:
        for name in [*broken, "zip.alcove"]:
            with pytest.raises(NoLibraryFileError):
                drain(second.library_jobs.load(tmp_path / name))
        with pytest.raises(NotFoundError):
            drain(second.library_jobs.load(tmp_path / "nowhere.alcove"))
        assert second.libraries() == []
    finally:
        second.close()


def test_a_newer_file_is_refused_politely(tmp_path: Path, exported: Path) -> None:
    with zipfile.ZipFile(exported) as archive:
        told = json.loads(archive.read("library.json"))
        lines = archive.read("documents.jsonl")
    newer = tmp_path / "newer.alcove"
    with zipfile.ZipFile(newer, "w") as archive:
        archive.writestr("documents.jsonl", lines)
        archive.writestr("library.json", json.dumps({**told, "version": 99}))
    with pytest.raises(EngineError, match="newer version") as refused:
        library_file.read(newer)
    assert refused.value.code == "library_file_newer"


def test_passages_outside_their_page_are_refused(tmp_path: Path, exported: Path) -> None:
    values = next(library_file.lines(exported))
    values["passages"][0][2] = 10_000
    manifest = library_file.read(exported)
    forged = tmp_path / "forged.alcove"
    list(library_file.write(forged, manifest, [values]))
    second = _open(tmp_path / "two", HashingEmbedder())
    try:
        with pytest.raises(NoLibraryFileError):
            drain(second.library_jobs.load(forged))
        assert second.documents() == []
    finally:
        second.close()


def test_removing_a_library_frees_its_room_and_leaves_the_files(tmp_path: Path, docs: Path) -> None:
    only = _open(tmp_path / "one", HashingEmbedder())
    try:
        for number in range(300):
            (docs / f"{number}.txt").write_text(f"text {number} " * 60, "utf-8")
        drain(only.add([docs], library="Fruit"))
        (tmp_path / "kept.txt").write_text("Pears stay.", "utf-8")
        drain(only.add([tmp_path / "kept.txt"], library="Kept"))
        done = drain(only.library_jobs.remove("Fruit"))
        assert done.documents >= 304
        assert done.freed_bytes > 300_000
        assert [each.name for each in only.libraries()] == ["Kept"]
        assert only.search("pears").hits[0].passage.text == "Pears stay."
        assert (docs / "a.md").exists()
        assert drain(only.sync()).indexed == 0
        with pytest.raises(NotFoundError):
            drain(only.library_jobs.remove("Fruit"))
        with pytest.raises(InputError):
            drain(only.library_jobs.export("Kept", tmp_path))
    finally:
        only.close()


def test_a_library_is_renamed_with_all_that_is_kept_under_its_name(
    tmp_path: Path, docs: Path
) -> None:
    assistant = _open(tmp_path / "profile", HashingEmbedder())
    try:
        drain(assistant.add([docs / "a.md"], library="Fruit"))
        drain(assistant.add([docs / "prices.csv"], library="Prices"))
        source = Source("Hire", "Fruit", str(docs / "prices.csv"))
        drain(assistant.sources.add(source))
        assistant.glossary.add("Fruit", "RA", "red apple")
        with pytest.raises(InputError, match="prices already"):
            assistant.library_jobs.rename("Fruit", "prices")
        with pytest.raises(NotFoundError):
            assistant.library_jobs.rename("Nuts", "Almonds")
        with pytest.raises(InputError):
            assistant.library_jobs.rename("Fruit", "  ")
        assert assistant.library_jobs.rename("fruit", " Orchard  fruit ") == "Orchard fruit"
        assert {one.name for one in assistant.libraries()} == {"Orchard fruit", "Prices"}
        assert assistant.sources.find("Hire").library == "Orchard fruit"
        assert [each.term for each in assistant.glossary.all("Orchard fruit")] == ["RA"]
        hits = assistant.search("apples", library="Orchard fruit").hits
        assert hits[0].passage.path.endswith("a.md")
        assert drain(assistant.sync()).unchanged == 2
        assert assistant.library_jobs.rename("Prices", "PRICES") == "PRICES"
    finally:
        assistant.close()
