"""``alcove models remove`` on adapters, with the fakes at the seams."""

from pathlib import Path

from engine.inference.adapters import Adapter
from engine.models.adapter_memory import AdapterMemory
from engine.paths import open_profile
from tests.engine.cli.test_models import Alcove, alcove, lines
from tests.lora import write_adapter, write_base

__all__ = ["alcove"]


def test_what_an_adapter_takes_no_part_in_is_told(alcove: Alcove, tmp_path: Path) -> None:
    base = write_base(tmp_path / "base.gguf")
    write_adapter(tmp_path / "l.gguf", base, name="Labels", task="classification")
    alcove("models", "add", tmp_path)
    AdapterMemory(open_profile(tmp_path / "profile")).put(str(base), [Adapter(tmp_path / "l.gguf")])
    part = "It is left out of answers from your documents."
    for told in (
        alcove("models", "use-adapter", "--model", "base"), alcove("models", "show", "base"),
        alcove("models", "list"), alcove("teach", "list"),
    ):  # fmt: skip
        assert part in " ".join(told.stdout.split())
    (used,) = lines(alcove("models", "use-adapter", "--model", "base", "--json"))[0]["in_use"]
    assert (used["task"], used["documents"]) == ("classification", False)
    assert part in used["part"]


def test_remove_takes_an_adapter_too(alcove: Alcove, tmp_path: Path) -> None:
    base = write_base(tmp_path / "base.gguf")
    mine = write_adapter(tmp_path / "mine.gguf", base, name="House style")
    alcove("models", "add", tmp_path)
    (removed,) = lines(alcove("models", "remove", "House style", "--json"))
    assert removed == {"name": "House style", "file": str(mine), "deleted": False}
    (left,) = lines(alcove("models", "adapters", "--json"))
    assert [each["name"] for each in left["adapters"]] == ["Grounded answers"]  # it ships
    (gone,) = lines(alcove("models", "remove", "House style", "--json"))
    assert gone["error"]["code"] == "not_found"
    alcove("models", "add", mine)
    assert "House style" in alcove("models", "adapters").stdout
