from pathlib import Path

import pytest

from engine.formats import adapter
from engine.formats.adapter import AdapterError
from engine.formats.gguf_walk import GgufError, walk
from tests.lora import write_adapter, write_base


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return write_base(tmp_path / "base.gguf")


def test_an_adapter_of_this_base_is_taken(tmp_path: Path, base: Path) -> None:
    file = write_adapter(tmp_path / "own.gguf", base, name="House style")
    assert adapter.check(file, base) == ""
    told = adapter.manifest(file)
    assert (told.name, told.base, told.rank) == ("House style", "Test base", 4)
    assert told.tensors["blk.0.attn_v.weight"] == (8, 4, 4)


def test_one_without_a_fingerprint_is_taken_and_told(tmp_path: Path, base: Path) -> None:
    file = write_adapter(tmp_path / "foreign.gguf", base, carried={})
    assert "does not say" in adapter.check(file, base)


@pytest.mark.parametrize(
    ("base_of", "reason"),
    [
        ({"tokens": ("a", "b", "d")}, "another tokenizer"),
        ({"template": "{{ y }}"}, "another chat template"),
        ({"width": 16}, "matrices for"),
        ({"architecture": "qwen2"}, "architecture qwen2"),
    ],
)
def test_one_of_another_base_is_refused(
    tmp_path: Path, base: Path, base_of: dict[str, object], reason: str
) -> None:
    other = write_base(tmp_path / "other.gguf", **base_of)  # type: ignore[arg-type]
    file = write_adapter(tmp_path / "adapter.gguf", other)
    with pytest.raises(AdapterError, match=reason):
        adapter.check(file, base)


def test_matrices_that_do_not_fit_are_refused(tmp_path: Path, base: Path) -> None:
    file = write_adapter(tmp_path / "wide.gguf", base, wider=2)
    with pytest.raises(AdapterError, match="10 × 8"):
        adapter.check(file, base)


def test_what_is_no_adapter_is_refused(tmp_path: Path, base: Path) -> None:
    with pytest.raises(AdapterError, match="not a LoRA adapter"):
        adapter.check(base, base)
    with pytest.raises(AdapterError, match="cannot be read"):
        adapter.check(tmp_path / "gone.gguf", base)


def test_quantization_is_no_part_of_the_fingerprint(base: Path) -> None:
    assert adapter.fingerprint(base) == adapter.fingerprint(base)
    assert set(adapter.fingerprint(base).as_metadata()) == {
        adapter.KEY_SHAPES, adapter.KEY_TOKENIZER, adapter.KEY_TEMPLATE
    }  # fmt: skip


def test_a_file_cut_anywhere_is_told(tmp_path: Path, base: Path) -> None:
    """Inside its header; what of the weights is missing is not looked at here."""
    data = base.read_bytes()
    header = len(data) - 3 * 8 * 8 * 4 - 64
    cut = tmp_path / "cut.gguf"
    for length in range(0, header, 37):
        cut.write_bytes(data[:length])
        with pytest.raises(GgufError):
            walk(cut)
