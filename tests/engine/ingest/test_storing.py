"""Several files stored in one transaction."""

from pathlib import Path

import pytest

from engine.ingest.judging import Judging
from engine.ingest.reading import Reading, reading
from engine.ingest.storing import Storing
from engine.store.check import check
from engine.store.connect import Vault
from engine.store.document_rows import FileStamp
from engine.store.documents import Documents
from engine.store.vectors import Vectors
from tests import shelf
from tests.fakes import HashingEmbedder


def _reading(path: Path, embedder: HashingEmbedder) -> Reading:
    stat = path.stat()
    stamp = FileStamp(str(path), stat.st_size, stat.st_mtime_ns, b"x" * 32)
    return reading(stamp, "Documents", shelf.parse(path), embedder)


def _held(readings: list[Reading], embedder: HashingEmbedder) -> dict:
    return {
        name: embedder.embed_query(text)
        for each in readings
        for name, text in zip(each.file.digests, each.file.texts, strict=True)
    }


def test_files_are_stored_together_and_told_apart(
    vault: Vault, folder: Path, embedder: HashingEmbedder
) -> None:
    vectors = Vectors(vault).ensure(embedder.identity)
    storing, documents = Storing(vault, Judging(), 130), Documents(vault)
    readings = [_reading(folder / name, embedder) for name in ("a.txt", "b.txt")]
    assert storing.put(readings, _held(readings, embedder), vectors) == ["added", "added"]
    storing.expect(str(folder / "a.txt"), documents.known(folder / "a.txt"))
    shelf.write(folder, [("a.txt", "Apples are green now.")])
    again = [_reading(folder / "a.txt", embedder)]
    assert storing.put(again, _held(again, embedder), vectors) == ["changed"]
    assert documents.passages(folder / "a.txt")[0].text == "Apples are green now."
    assert all(part.ok for part in check(vault, deep=True))


def test_a_later_state_that_somebody_stored_stays(
    vault: Vault, folder: Path, embedder: HashingEmbedder
) -> None:
    vectors = Vectors(vault).ensure(embedder.identity)
    storing = Storing(vault, Judging(), 130)
    early = [_reading(folder / name, embedder) for name in ("a.txt", "b.txt")]
    shelf.write(folder, [("a.txt", "Apples, read by another process.")])
    late = [_reading(folder / "a.txt", embedder)]
    Storing(vault, Judging(), 130).put(late, _held(late, embedder), vectors)
    assert storing.put(early, _held(early, embedder), vectors) == [None, "added"]
    (passage,) = Documents(vault).passages(folder / "a.txt")
    assert passage.text == "Apples, read by another process."


def test_where_one_fails_none_is_half_stored(
    vault: Vault, folder: Path, embedder: HashingEmbedder
) -> None:
    vectors = Vectors(vault).ensure(embedder.identity)
    readings = [_reading(folder / name, embedder) for name in ("a.txt", "b.txt")]
    held = _held(readings[:1], embedder)
    with pytest.raises(KeyError):
        Storing(vault, Judging(), 130).put(readings, held, vectors)
    assert Documents(vault).documents() == []
    assert all(part.ok for part in check(vault, deep=True))
