import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers

from engine.errors import ModelMissingError
from tests import lora
from tests.training import families
from training import base, gguf_file, opening
from training.errors import TrainingError, UnknownArchitectureError
from training.gguf_file import GgufFile


@pytest.mark.parametrize("name", families.FAMILIES)
def test_a_gguf_is_opened_as_the_model_it_was_made_from(name: str, tmp_path: Path) -> None:
    family = families.FAMILIES[name]
    model = families.make_model(family)
    path = families.write_gguf(family, model, tmp_path / "base.gguf")
    facts = base.look(path)
    assert (facts.layers, facts.width, facts.vocabulary, facts.context) == (
        2,
        64,
        len(families.vocabulary()),
        256,
    )
    opened = opening.open_model(facts, torch.float32).eval()
    tokens = torch.tensor([list(b"The keeper said that")])
    with torch.no_grad():
        difference = (opened(tokens).logits - model(tokens).logits).abs().max()
    assert float(difference) < 1e-3


@pytest.mark.parametrize("name", families.FAMILIES)
def test_a_gguf_is_the_same_model_as_a_folder_while_it_is_needed(name: str, tmp_path: Path) -> None:
    family = families.FAMILIES[name]
    path = families.write_gguf(family, families.make_model(family), tmp_path / "base.gguf")
    facts = base.look(path)
    tokens = torch.tensor([list(b"The keeper said that")])
    with opening.as_folder(facts, tmp_path, torch.float32) as folder:
        unpacked = opening.open_folder(folder, torch.float32).eval()
        words = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
    with torch.no_grad():
        expected = opening.open_model(facts, torch.float32).eval()(tokens).logits
        assert torch.equal(unpacked(tokens).logits, expected)
    assert len(words) == facts.vocabulary
    assert words.eos_token_id == unpacked.config.eos_token_id
    assert [each.name for each in tmp_path.iterdir()] == ["base.gguf"]
    with opening.as_folder(
        replace(facts, path=tmp_path, is_gguf=False), tmp_path, torch.float32
    ) as own:
        assert own == tmp_path


def test_an_unknown_architecture_is_told_before_anything_is_loaded(tmp_path: Path) -> None:
    path = lora.write_base(tmp_path / "other.gguf", architecture="mamba")
    with pytest.raises(UnknownArchitectureError, match="mamba") as caught:
        base.look(path)
    assert "llama" in caught.value.hint
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bloom"}))
    with pytest.raises(UnknownArchitectureError, match="bloom"):
        base.look(tmp_path)


def test_what_is_no_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match="not there"):
        base.look(tmp_path / "none.gguf")
    with pytest.raises(ModelMissingError, match=r"config\.json"):
        base.look(tmp_path)
    (tmp_path / "noise.gguf").write_bytes(b"noise" * 9)
    with pytest.raises(TrainingError, match="cannot be used"):
        base.look(tmp_path / "noise.gguf")
    model = lora.write_base(tmp_path / "base.gguf")
    adapter = lora.write_adapter(tmp_path / "adapter.gguf", model)
    with pytest.raises(TrainingError, match="not a whole model"):
        base.look(adapter)


def test_a_copy_without_changes_is_the_file_itself(tmp_path: Path) -> None:
    family = families.FAMILIES["qwen3"]
    path = families.write_gguf(family, families.make_model(family), tmp_path / "base.gguf")
    with GgufFile(path) as file:
        seen = [info.name for info in gguf_file.copy(file, tmp_path / "copy.gguf")]
        assert seen == list(file.tensors)
    assert (tmp_path / "copy.gguf").read_bytes() == path.read_bytes()


def test_a_cut_off_file_is_refused(tmp_path: Path) -> None:
    path = lora.write_base(tmp_path / "base.gguf")
    path.write_bytes(path.read_bytes()[:-64])
    with pytest.raises(TrainingError, match="bytes are missing"):
        GgufFile(path)


def test_tensors_are_read_in_rows(tmp_path: Path) -> None:
    family = families.FAMILIES["llama"]
    model = families.make_model(family)
    path = families.write_gguf(family, model, tmp_path / "base.gguf", half=True)
    with GgufFile(path) as file:
        read = file.array("blk.1.ffn_down.weight")
    wanted = model.state_dict()["model.layers.1.mlp.down_proj.weight"].numpy()
    assert np.abs(read - wanted).max() < 1e-3
