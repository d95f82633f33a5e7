import os
import shutil
import time
from collections.abc import Generator
from pathlib import Path

import pytest

from engine.errors import CancelledError, DiskFullError, ModelLoadError, ModelMissingError
from engine.models import packages, starter
from engine.models.record import Record, sha256_of
from engine.models.starter import StarterModels
from engine.paths import open_profile
from engine.progress import CancelToken, drain


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One tiny packaged model in place of the real ones, with a cache of its own."""
    weights = tmp_path / "tiny_model" / "weights.bin"
    weights.parent.mkdir()
    weights.write_bytes(b"weights")
    (weights.parent / "__init__.py").write_text("raise ImportError('must not be imported')")
    model = packages.PackagedModel(
        name="Tiny",
        package="tiny_model",
        file="*.bin",
        sha256=sha256_of(weights),
        licence="CC0-1.0",
        origin="made for a test",
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(starter, "machine_cache", lambda: tmp_path / "cache")

    def make(
        source: Path, folder: Path, cancel: CancelToken | None
    ) -> Generator[str, None, Record]:
        yield "making"
        if cancel is not None:
            cancel.check()
        made = folder / "made.bin"
        shutil.copyfile(source, made)
        return Record.of(model, made, quantization="none", figures={}, reason="made")

    for name in ("embedder", "chat"):
        monkeypatch.setattr(starter, name.upper(), starter._Part(name, model, 1, make))
    return weights


def test_a_second_profile_gets_links_to_what_the_first_made(package: Path, tmp_path: Path) -> None:
    first = drain(starter.prepare(open_profile(tmp_path / "one")))
    package.unlink()  # what was made does not need the package again
    second = drain(starter.prepare(open_profile(tmp_path / "two")))

    assert second.chat.read_bytes() == b"weights"
    assert second.chat.stat().st_ino == first.chat.stat().st_ino
    assert list(starter.prepare(open_profile(tmp_path / "two"))) == []


def test_copies_where_links_are_not_possible(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    models = drain(starter.prepare(open_profile(tmp_path / "one")))
    assert models.chat.read_bytes() == b"weights"


def test_a_file_cut_short_is_made_again(package: Path, tmp_path: Path) -> None:
    profile = open_profile(tmp_path / "one")
    models = drain(starter.prepare(profile))
    models.chat.unlink()
    models.chat.write_bytes(b"wei")
    assert drain(starter.prepare(profile)).chat.read_bytes() == b"weights"


def test_another_file_than_the_published_one_is_refused(package: Path, tmp_path: Path) -> None:
    package.write_bytes(b"weighty")
    with pytest.raises(ModelLoadError, match="checksum differs"):
        drain(starter.prepare(open_profile(tmp_path / "one")))


def test_a_missing_package_names_the_step_that_installs_it(package: Path, tmp_path: Path) -> None:
    package.unlink()
    with pytest.raises(ModelMissingError) as raised:
        drain(starter.prepare(open_profile(tmp_path / "one")))
    assert "make models" in raised.value.hint


def test_cancelling_leaves_nothing_half_made(package: Path, tmp_path: Path) -> None:
    cancel = CancelToken()
    work = starter.prepare(open_profile(tmp_path / "one"), cancel=cancel)
    for progress in work:
        if progress.detail == "making":
            cancel.cancel()
            break
    with pytest.raises(CancelledError):
        drain(work)
    assert [path for path in (tmp_path / "cache" / "starter").iterdir() if path.is_dir()] == []
    assert drain(starter.prepare(open_profile(tmp_path / "one"))).chat.is_file()


def test_a_full_disk_is_told(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(DiskFullError, match="no room"):
        drain(starter.prepare(open_profile(tmp_path / "one")))


@pytest.mark.model
def test_the_real_models_are_ready_at_once_for_another_profile(
    starter_models: StarterModels, tmp_path: Path
) -> None:
    started = time.perf_counter()
    models = drain(starter.prepare(open_profile(tmp_path / "another")))
    assert time.perf_counter() - started < 1.0
    assert models.chat.stat().st_size > 50_000_000
    record = Record.read(models.embedder_folder)
    assert record is not None
    assert record.licence == "Apache-2.0"
    assert record.figures["int8_cosine_min"] > 0.98  # type: ignore[operator]
