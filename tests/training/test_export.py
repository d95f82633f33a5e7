"""Export, family by family: what llama.cpp says with the exported adapter is what PEFT trained."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from peft import LoraConfig, get_peft_model

from engine.formats import adapter as adapter_file
from tests.training import families
from tests.training.llama_logits import logits
from training import export

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

    tuned = adapted(model)
    tuned.save_pretrained(tmp_path / "peft")
    wanted = spoken(tuned)
    made = export.export(
        tmp_path / "peft", base, tmp_path, name="Dice", python=sys.executable, merge=True
    )
    attached = logits(base, PROMPTS, tmp_path / "attached.npy", made["adapter"])
    merged = logits(made["model"], PROMPTS, tmp_path / "merged.npy")

    assert divergence(plain, wanted) >= 20 * MAX_KL, "the adapter changes too little to prove it"
    assert divergence(wanted, attached) < MAX_KL
    assert agree(wanted, attached) == 1.0
    assert divergence(wanted, merged) < MAX_KL
    assert adapter_file.check(made["adapter"], base) == ""
