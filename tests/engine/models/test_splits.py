from pathlib import Path

import pytest

from engine.errors import ModelMissingError
from engine.models import gguf_header, splits
from tests.ggufs import write_model


def whole(folder: Path) -> list[Path]:
    return [
        write_model(
            folder / f"big-{number + 1:05d}-of-00003.gguf", split=(number, 3), rows=4 + number
        )
        for number in range(3)
    ]


def test_sizes_are_added_up(tmp_path: Path) -> None:
    files = whole(tmp_path)
    header = splits.read(files[0])
    each = [gguf_header.read(file) for file in files]
    assert header.split_parts == 3
    assert header.name == "Tiny"
    assert header.tensor_bytes == sum(part.tensor_bytes for part in each)
    assert header.parameters == (4 + 5 + 6) * 32
    assert header.file_bytes == sum(file.stat().st_size for file in files)


def test_any_part_leads_to_the_first(tmp_path: Path) -> None:
    files = whole(tmp_path)
    assert splits.first_part(files[2]) == files[0]
    assert splits.parts(files[1]) == files
    assert splits.stem(files[0]) == "big"
    assert [splits.is_later_part(file) for file in files] == [False, True, True]


def test_a_missing_part_is_named(tmp_path: Path) -> None:
    files = whole(tmp_path)
    files[1].unlink()
    with pytest.raises(ModelMissingError, match="00002-of-00003"):
        splits.read(files[0])


def test_a_renamed_part_is_told(tmp_path: Path) -> None:
    renamed = whole(tmp_path)[0].rename(tmp_path / "mine.gguf")
    with pytest.raises(ModelMissingError, match="one of 3"):
        splits.read(renamed)


def test_single_files_stay_what_they_are(tmp_path: Path) -> None:
    path = write_model(tmp_path / "tiny.gguf")
    assert splits.parts(path) == [path]
    assert splits.first_part(path) == path
    assert splits.read(path) == gguf_header.read(path)
