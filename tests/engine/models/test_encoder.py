"""The exported encoder against the architecture computed a second time, in plain numpy."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from engine.models import encoder, packages

TEXTS = [
    "Where is the key?",
    "A keeper climbed the stairs every three hours to trim the wick of the lamp.",
    "Naïve façades, 18,450 euros — and a price of $3.50!",
    "Invoices are paid within forty-five days, and a notice of ninety days ends the agreement. "
    * 9,
]

Array = NDArray[np.float64]


def reference(weights: Path, ids: list[int]) -> Array:
    """Mean-pooled, normalised output of BERT for one text, after Devlin et al. 2019."""
    tensors = {name: values.astype(np.float64) for name, values in load_file(weights).items()}

    def dense(name: str, x: Array) -> Array:
        return x @ tensors[f"{name}.weight"].T + tensors[f"{name}.bias"]

    def norm(name: str, x: Array) -> Array:
        centred = x - x.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-12)
        return scaled * tensors[f"{name}.weight"] + tensors[f"{name}.bias"]

    def gelu(x: Array) -> Array:
        return x * 0.5 * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))

    hidden = norm(
        "embeddings.LayerNorm",
        tensors["embeddings.word_embeddings.weight"][ids]
        + tensors["embeddings.position_embeddings.weight"][: len(ids)]
        + tensors["embeddings.token_type_embeddings.weight"][0],
    )
    for layer in range(6):
        name = f"encoder.layer.{layer}"
        query, key, value = (
            dense(f"{name}.attention.self.{part}", hidden)
            .reshape(len(ids), 12, 32)
            .transpose(1, 0, 2)  # (heads, tokens, 32)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / math.sqrt(32)
        shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        attended = (shares @ value).transpose(1, 0, 2).reshape(len(ids), 384)
        hidden = norm(
            f"{name}.attention.output.LayerNorm",
            hidden + dense(f"{name}.attention.output.dense", attended),
        )
        inner = gelu(dense(f"{name}.intermediate.dense", hidden))
        hidden = norm(f"{name}.output.LayerNorm", hidden + dense(f"{name}.output.dense", inner))
    pooled: Array = hidden.mean(axis=0)
    return pooled / np.linalg.norm(pooled)


@pytest.mark.model
def test_both_precisions_stay_close_to_numpy(tmp_path: Path) -> None:
    weights = packages.find(packages.EMBEDDER)
    fp32, int8 = encoder.export(weights, tmp_path)
    tokenizer = Tokenizer.from_file(str(weights.parent / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    expected = np.stack([reference(weights, tokenizer.encode(text).ids) for text in TEXTS])

    exact = encoder.embed(encoder.open_session(fp32), tokenizer, TEXTS)
    small = encoder.embed(encoder.open_session(int8), tokenizer, TEXTS)

    assert (np.sum(exact * expected, axis=1) > 0.9999).all()
    assert (np.sum(small * expected, axis=1) > 0.98).all()


@pytest.mark.model
def test_padding_does_not_change_a_vector(tmp_path: Path) -> None:
    weights = packages.find(packages.EMBEDDER)
    session = encoder.open_session(encoder.export(weights, tmp_path)[0])
    ids = np.array([[101, 2073, 2003, 1996, 3145, 1029, 102]], dtype=np.int64)
    padded = np.pad(ids, ((0, 0), (0, 9)))

    def hidden(tokens: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        inputs = {
            "input_ids": tokens,
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(tokens),
        }
        output: NDArray[np.float32] = session.run(["last_hidden_state"], inputs)[0]
        return output

    alone = hidden(ids, np.ones_like(ids))
    beside = hidden(padded, (padded > 0).astype(np.int64))[:, : ids.shape[1]]
    np.testing.assert_allclose(alone, beside, atol=1e-4)


@pytest.mark.parametrize(
    ("fp32", "int8", "cosine", "choice"),
    [
        (50.0, 100.0, 0.992, "int8"),
        (50.0, 52.0, 0.992, "fp32"),
        (50.0, 100.0, 0.93, "fp32"),
    ],
)
def test_int8_is_kept_only_where_it_is_faster_and_close(
    fp32: float, int8: float, cosine: float, choice: str
) -> None:
    figures = encoder.choose(fp32, int8, cosine_mean=cosine, cosine_min=cosine)
    assert figures.choice == choice
    assert figures.reason


def test_the_length_limit_is_the_trained_one(tmp_path: Path) -> None:
    source = tmp_path / "source"
    target = tmp_path / "target"
    source.mkdir()
    target.mkdir()
    for name in ("tokenizer.json", "special_tokens_map.json", "config.json"):
        (source / name).write_text("{}")
    (source / "tokenizer_config.json").write_text('{"model_max_length": 512, "pad_token": "[PAD]"}')
    (source / "sentence_bert_config.json").write_text('{"max_seq_length": 256}')

    encoder.copy_tokenizer(source, target)

    written = json.loads((target / "tokenizer_config.json").read_text())
    assert written == {"model_max_length": 256, "pad_token": "[PAD]"}
