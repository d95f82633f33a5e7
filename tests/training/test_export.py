"""Export, family by family: what llama.cpp says with the exported adapter is what PEFT trained."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch as torch_file
import torch
from peft import LoraConfig, get_peft_model
from safetensors.numpy import load_file, save_file

from engine.formats import adapter as adapter_file
from engine.formats.taught_form import TaughtForm
from engine.models import gguf_header
from tests.training import families
from tests.training.llama_logits import logits
from training import adapter_gguf, export, merge, peft_adapter
from training.errors import ExportError
from training.layout import Layout

PROMPTS = [list(b"The harbour office opens at nine."), list(b"Nobody knows why 1729 is dull.")]
MAX_KL = 1e-3


def adapted(model: Any, *, seed: int = 2, strength: float = 0.05, **options: Any) -> Any:
    """The model with an adapter on all linear layers whose matrices are dice."""
    torch.manual_seed(seed)
    config = LoraConfig(
        **{"r": 4, "lora_alpha": 8, "target_modules": "all-linear", "task_type": "CAUSAL_LM",
           **options}
    )  # fmt: skip
    wrapped = get_peft_model(model, config).eval()
    with torch.no_grad():
        for name, parameter in wrapped.named_parameters():
            if "lora_B" in name:
                parameter.normal_(0, strength)
            elif "magnitude" in name:
                parameter *= 1 + 0.2 * torch.randn_like(parameter)
    return wrapped


def spoken(model: Any) -> np.ndarray:
    """(all tokens, vocabulary): transformers' logits of the prompts."""
    with torch.no_grad():
        rows = [model(input_ids=torch.tensor([tokens])).logits[0] for tokens in PROMPTS]
    return torch.cat(rows).float().numpy()


def divergence(first: np.ndarray, second: np.ndarray) -> float:
    """Mean Kullback-Leibler divergence in nats."""
    one = torch.log_softmax(torch.tensor(first), -1)
    two = torch.log_softmax(torch.tensor(second), -1)
    return float((one.exp() * (one - two)).sum(-1).mean())


def agree(first: np.ndarray, second: np.ndarray) -> float:
    """Share of positions with the same likeliest token."""
    return float((first.argmax(-1) == second.argmax(-1)).mean())


def fresh(name: str) -> Any:
    return families.make_model(families.FAMILIES[name])


@pytest.mark.parametrize("name", families.FAMILIES)
def test_llama_cpp_says_with_the_adapter_what_peft_says(name: str, tmp_path: Path) -> None:
    family, model = families.FAMILIES[name], fresh(name)
    base = families.write_gguf(family, model, tmp_path / "base.gguf")
    plain = spoken(model)
    assert divergence(plain, logits(base, PROMPTS, tmp_path / "plain.npy")) < MAX_KL

    tuned = adapted(model, strength=0.15 if "gemma" in name else 0.05)
    tuned.save_pretrained(tmp_path / "peft")
    wanted = spoken(tuned)
    made = export.export(
        tmp_path / "peft", base, tmp_path, name="Dice", python=sys.executable, merge=True
    )
    attached = logits(base, PROMPTS, tmp_path / "attached.npy", made["adapter"])
    merged = logits(made["model"], PROMPTS, tmp_path / "merged.npy")

    effect = divergence(plain, wanted)
    assert effect > 0.01, "the adapter changes too little to prove it"
    assert divergence(wanted, attached) < min(MAX_KL, effect / 100)
    assert agree(wanted, attached) >= 0.98  # two tokens may be alike to the last digit
    assert divergence(wanted, merged) < min(MAX_KL, effect / 100)
    assert adapter_file.check(made["adapter"], base) == ""


def tuned_llama(tmp_path: Path, **options: Any) -> tuple[Path, Any]:
    """A tiny base and an adapted model saved in ``peft`` beside it."""
    family = families.FAMILIES["llama"]
    model = families.make_model(family)
    base = families.write_gguf(family, model, tmp_path / "base.gguf", half=True)
    tuned = adapted(model, **options)
    tuned.save_pretrained(tmp_path / "peft")
    return base, tuned


def test_the_form_that_was_taught_goes_with_the_adapter(tmp_path: Path) -> None:
    base, _ = tuned_llama(tmp_path)
    form = TaughtForm("One label.", "Text: {text}\nLabel:")
    made = export.export(
        tmp_path / "peft", base, tmp_path, name="A", python=sys.executable, form=form
    )
    assert adapter_file.manifest(made["adapter"]).form == form
    assert "    Text: {text}\n    Label:\n" in made["card"].read_text()
    assert 'SYSTEM """One label."""' in made["modelfile"].read_text()


def test_rslora_and_layers_of_their_own_alpha_keep_their_scale(tmp_path: Path) -> None:
    base, tuned = tuned_llama(tmp_path, use_rslora=True, alpha_pattern={"mlp.up_proj": 2})
    made = export.export(tmp_path / "peft", base, tmp_path, name="A", python=sys.executable)
    attached = logits(base, PROMPTS, tmp_path / "attached.npy", made["adapter"])
    assert divergence(spoken(tuned), attached) < MAX_KL


def test_an_adapter_in_16_bits_is_exported_as_the_same_numbers(tmp_path: Path) -> None:
    adapted(fresh("llama")).save_pretrained(tmp_path)
    weights = torch_file.load_file(tmp_path / peft_adapter.WEIGHTS)
    rounded = {name: value.to(torch.bfloat16) for name, value in weights.items()}
    torch_file.save_file(rounded, tmp_path / peft_adapter.WEIGHTS)
    pairs = peft_adapter.read(tmp_path).pairs
    one = next(iter(pairs.values()))
    assert one.first.dtype == np.float32
    assert any(
        torch.equal(torch.from_numpy(one.first), value.float()) for value in rounded.values()
    )


def test_dora_is_merged_and_never_attached(tmp_path: Path) -> None:
    base, tuned = tuned_llama(tmp_path, use_dora=True)
    made = export.export(tmp_path / "peft", base, tmp_path, name="A", python=sys.executable)
    assert "adapter" not in made
    merged = logits(made["model"], PROMPTS, tmp_path / "merged.npy")
    assert divergence(spoken(tuned), merged) < MAX_KL
    with pytest.raises(ExportError, match="cannot stand beside"):
        adapter_gguf.write(
            peft_adapter.read(tmp_path / "peft"), Layout.of(base), tmp_path / "a.gguf", name="A"
        )


def test_the_merged_model_has_the_quantization_and_the_words_of_its_base(tmp_path: Path) -> None:
    plain, _ = tuned_llama(tmp_path)
    base = tmp_path / "base-q8.gguf"
    merge.quantize(plain, base, "Q8_0", python=sys.executable)
    made = export.export(
        tmp_path / "peft", base, tmp_path, name="Ein Name", python=sys.executable, merge=True
    )
    assert made["model"].name == "ein-name-Q8_0.gguf"
    assert gguf_header.read(made["model"]).quantization == "Q8_0"
    one, other = adapter_file.fingerprint(base), adapter_file.fingerprint(made["model"])
    assert one == other
    merged = logits(made["model"], PROMPTS, tmp_path / "merged.npy")
    attached = logits(base, PROMPTS, tmp_path / "attached.npy", made["adapter"])
    assert divergence(attached, merged) < 5 * MAX_KL
    assert not list(tmp_path.rglob("*.new")) and not list(tmp_path.rglob("*.f16.gguf"))
    assert "ADAPTER" not in made["modelfile"].read_text()
    assert "Ein Name" in made["card"].read_text()


def test_an_adapter_of_another_model_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    tuned_llama(tmp_path)
    family = families.FAMILIES["qwen3"]
    other = families.write_gguf(family, families.make_model(family), tmp_path / "other.gguf")
    with pytest.raises(ExportError, match="does not belong to this model"):
        export.export(tmp_path / "peft", other, tmp_path / "out", name="A", python=sys.executable)
    assert not list((tmp_path / "out").rglob("*.gguf"))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"peft_type": "LOHA"}, "not a LoRA"),
        ({"modules_to_save": ["lm_head"]}, "whole layers"),
        ({"bias": "all"}, "biases"),
    ],
)
def test_what_a_strange_adapter_does_is_told(
    change: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    tuned_llama(tmp_path)
    config = tmp_path / "peft" / "adapter_config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), **change}))
    with pytest.raises(ExportError, match=reason):
        peft_adapter.read(tmp_path / "peft")


def test_broken_files_and_numbers_are_told(tmp_path: Path) -> None:
    tuned_llama(tmp_path)
    weights = tmp_path / "peft" / "adapter_model.safetensors"
    tensors = load_file(weights)
    first = next(iter(tensors))
    save_file({**tensors, first: np.full_like(tensors[first], np.nan)}, weights)
    with pytest.raises(ExportError, match="no number"):
        peft_adapter.read(tmp_path / "peft")
    save_file({**tensors, first: tensors[first][:, 1:, None]}, weights)
    with pytest.raises(ExportError, match="do not fit together"):
        peft_adapter.read(tmp_path / "peft")
    save_file({key: value for key, value in tensors.items() if key != first}, weights)
    with pytest.raises(ExportError, match="not in pairs"):
        peft_adapter.read(tmp_path / "peft")
    weights.write_bytes(b"noise")
    with pytest.raises(ExportError, match="cannot be read"):
        peft_adapter.read(tmp_path / "peft")
    weights.unlink()
    with pytest.raises(ExportError, match=r"holds no adapter_model\.safetensors"):
        peft_adapter.read(tmp_path / "peft")


def test_a_full_disk_is_told_and_leaves_nothing_half_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, _ = tuned_llama(tmp_path)
    room = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: room)
    with pytest.raises(ExportError, match="no room") as caught:
        export.export(tmp_path / "peft", base, tmp_path / "out", name="A", python=sys.executable)
    assert caught.value.code == "disk_full"
    assert not list((tmp_path / "out").iterdir())
