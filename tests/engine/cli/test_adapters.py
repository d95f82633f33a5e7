"""``alcove models remove`` on adapters, with the fakes at the seams."""

from pathlib import Path

from tests.engine.cli.test_models import Alcove, alcove, lines
from tests.lora import write_adapter, write_base

__all__ = ["alcove"]


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
