import json
from pathlib import Path

import gguf
import pytest

from engine.errors import InputError, ModelError, NotFoundError
from engine.inference.supervisor import UNSTABLE_CRASHES
from engine.models import packages
from engine.models.packages import PackagedModel
from engine.models.places import Machine
from engine.models.registry import Entry, Registry
from engine.models.shelf import Shelf
from engine.paths import Profile, open_profile
from tests.ggufs import write_adapter, write_model


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return open_profile(tmp_path / "profile")


@pytest.fixture
def shelf(profile: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """Without the starter packages, so that the lists are short."""

    def absent(model: PackagedModel) -> Path:
        raise ModelError(f"{model.name} is absent")

    monkeypatch.setattr(packages, "find", absent)
    return Shelf(profile, machine=Machine(tmp_path / "home", {}, "linux"))


def names(shelf: Shelf) -> list[str]:
    return [card.name for card in shelf.cards()]


def test_an_added_file_stays_where_it_is(shelf: Shelf, tmp_path: Path, profile: Profile) -> None:
    path = write_model(tmp_path / "disk" / "tiny.gguf")
    (item,) = shelf.add(path)
    assert (item.card.name, item.card.source, item.path) == ("Tiny", "added", path)
    assert names(shelf) == ["Tiny"]
    assert not list(profile.models.rglob("*.gguf"))


def test_a_folder_adds_every_model_in_it(shelf: Shelf, tmp_path: Path) -> None:
    write_model(tmp_path / "disk" / "a.gguf", name="A")
    write_model(tmp_path / "disk" / "deeper" / "b.gguf", name="B")
    assert [item.card.name for item in shelf.add(tmp_path / "disk")] == ["A", "B"]


def test_a_later_part_adds_the_whole_model(shelf: Shelf, tmp_path: Path) -> None:
    files = [
        write_model(tmp_path / f"big-{number + 1:05d}-of-00002.gguf", split=(number, 2))
        for number in range(2)
    ]
    (item,) = shelf.add(files[1])
    assert item.path == files[0]
    assert item.card.size_bytes == sum(file.stat().st_size for file in files)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04" + bytes(100)])
def test_what_is_no_model_is_not_added(shelf: Shelf, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelError):
        shelf.add(path)
    assert names(shelf) == []


def test_missing_paths_and_empty_folders_are_told(shelf: Shelf, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        shelf.add(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotFoundError, match="no GGUF"):
        shelf.add(tmp_path / "empty")


def test_models_of_other_programs_are_listed_and_told(shelf: Shelf, tmp_path: Path) -> None:
    write_model(tmp_path / "home" / ".lmstudio" / "models" / "m" / "r" / "x.gguf", name="X")
    (card,) = shelf.cards()
    assert (card.name, card.source) == ("X", "LM Studio")
    assert "LM Studio" in card.origin


def test_same_names_are_told_apart(shelf: Shelf, tmp_path: Path) -> None:
    write_model(tmp_path / "d" / "one.gguf", quantization=gguf.LlamaFileType.MOSTLY_Q4_0)
    write_model(tmp_path / "d" / "two.gguf")
    write_model(tmp_path / "d" / "three.gguf")
    shelf.add(tmp_path / "d")
    assert sorted(names(shelf)) == ["Tiny Q4_0", "Tiny Q8_0 three.gguf", "Tiny Q8_0 two.gguf"]
    assert shelf.find("tiny q4_0").path.name == "one.gguf"
    assert shelf.find("two").path.name == "two.gguf"
    assert shelf.find(str(tmp_path / "d" / "three.gguf")).path.name == "three.gguf"


def test_an_ambiguous_file_name_asks_for_the_path(shelf: Shelf, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        shelf.add(write_model(tmp_path / folder / "model.gguf", name=folder.upper()))
    with pytest.raises(InputError, match="2 models") as raised:
        shelf.find("model")
    assert str(tmp_path / "a" / "model.gguf") in raised.value.hint


def test_an_unknown_name_tells_the_known_ones(shelf: Shelf, tmp_path: Path) -> None:
    shelf.add(write_model(tmp_path / "tiny.gguf"))
    with pytest.raises(NotFoundError) as raised:
        shelf.find("gpt")
    assert "Tiny" in raised.value.hint


def test_adapters_stand_under_the_model_beside_them(shelf: Shelf, tmp_path: Path) -> None:
    write_model(tmp_path / "d" / "tiny.gguf")
    mine = write_adapter(tmp_path / "d" / "mine.gguf")
    write_adapter(tmp_path / "d" / "other.gguf", architecture="qwen3")
    shelf.add(tmp_path / "d")
    cards = {card.name: card for card in shelf.cards()}
    assert cards["Tiny"].adapters == (str(mine),)
    assert "no model by itself" in cards["other"].note
    with pytest.raises(ModelError, match="no model by itself"):
        shelf.find_chat("other")


def test_encoders_cannot_answer(shelf: Shelf, tmp_path: Path) -> None:
    shelf.add(write_model(tmp_path / "embed.gguf", name="Embed", architecture="nomic-bert"))
    (card,) = shelf.cards()
    assert card.role == "embedding"
    with pytest.raises(ModelError, match="cannot answer"):
        shelf.find_chat("Embed")


def test_removing_forgets_and_never_deletes_what_is_not_ours(
    shelf: Shelf, tmp_path: Path, profile: Profile
) -> None:
    added = write_model(tmp_path / "d" / "added.gguf", name="Added")
    own = write_model(profile.models / "own.gguf", name="Own")
    other = write_model(tmp_path / "home/.lmstudio/models/m/r/x.gguf", name="Other")
    shelf.add(added)
    for name, path in (("Added", added), ("Own", own), ("Other", other)):
        item, deleted = shelf.remove(name)
        assert (item.path, deleted) == (path, False)
        assert path.exists()
    assert names(shelf) == []
    assert [item.card.name for item in shelf.add(own)] == ["Own"]  # and back again


def test_removing_deletes_what_alcove_fetched(shelf: Shelf, profile: Profile) -> None:
    path = write_model(profile.models / "downloads" / "got.gguf", name="Got")
    item = shelf.register(
        path, Entry("", "downloaded", name="Fetched", licence="MIT", origin="hub")
    )
    assert (item.card.name, item.card.licence, item.card.origin) == ("Fetched", "MIT", "hub")
    _, deleted = shelf.remove("Fetched")
    assert deleted
    assert not path.exists()
    assert names(shelf) == []


def test_an_entry_cannot_have_a_file_outside_deleted(
    shelf: Shelf, profile: Profile, tmp_path: Path
) -> None:
    outside = write_model(tmp_path / "precious.gguf")
    shelf.register(outside, Entry("", "downloaded"))
    assert shelf.remove("Tiny")[1] is False
    assert outside.exists()


def test_downloads_move_with_the_profile(shelf: Shelf, profile: Profile, tmp_path: Path) -> None:
    shelf.register(
        write_model(profile.models / "downloads" / "got.gguf"), Entry("", "downloaded", name="Got")
    )
    moved = Profile(profile.root.rename(tmp_path / "moved"))
    again = Shelf(moved, machine=Machine(tmp_path / "home", {}, "linux"))
    assert again.find("Got").path == moved.models / "downloads" / "got.gguf"


def test_a_changed_file_is_read_again(shelf: Shelf, tmp_path: Path) -> None:
    path = write_model(tmp_path / "tiny.gguf", name="Before")
    shelf.add(path)
    assert names(shelf) == ["Before"]
    write_model(path, name="And after")
    assert names(shelf) == ["And after"]


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"version": 1}', '{"version": 9, "entries": [], "hidden": []}']
)
def test_a_damaged_or_newer_list_is_told(shelf: Shelf, profile: Profile, content: str) -> None:
    (profile.models / "registry.json").write_text(content)
    with pytest.raises(ModelError):
        shelf.cards()


def test_the_list_is_plain_json(shelf: Shelf, profile: Profile, tmp_path: Path) -> None:
    shelf.add(write_model(tmp_path / "tiny.gguf"))
    values = json.loads((profile.models / "registry.json").read_text())
    assert values["entries"][0]["path"] == str(tmp_path / "tiny.gguf")
    assert Registry(profile).read().entries[0].kind == "added"


def test_a_model_that_fails_says_so_until_it_is_added_again(shelf: Shelf, tmp_path: Path) -> None:
    path = write_model(tmp_path / "tiny.gguf")
    shelf.add(path)
    for _ in range(UNSTABLE_CRASHES):
        shelf.marks.failed(path, "this machine ran out of memory")
    (card,) = shelf.cards()
    assert card.note.startswith("It failed 4 times in a row here, last because this machine ran")
    shelf.add(path)
    assert "failed" not in shelf.cards()[0].note


def test_the_smallest_other_that_fits_and_works_is_offered(shelf: Shelf, tmp_path: Path) -> None:
    paths = [
        write_model(tmp_path / f"{rows}.gguf", name=f"Rows {rows}", rows=rows)
        for rows in (8, 4, 16)
    ]
    shelf.add(tmp_path)
    offered = shelf.instead_of(paths[1])
    assert offered is not None
    assert offered.card.name == "Rows 8"
    for _ in range(UNSTABLE_CRASHES):
        shelf.marks.failed(paths[0], "x")
    offered = shelf.instead_of(paths[1])
    assert offered is not None
    assert offered.card.name == "Rows 16"
    shelf.remove("Rows 16")
    assert shelf.instead_of(paths[1]) is None
