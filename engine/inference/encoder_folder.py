"""What an encoder's folder says of it: its graph, its length, its pooling and its prefixes.

Read are the starter's own record, or the files that sentence-transformers and fastembed models come
with: ``1_Pooling/config.json``, ``config_sentence_transformers.json`` (prompts),
``sentence_bert_config.json`` (length). ``alcove-encoder.json`` beside them may say
``query_prefix``, ``passage_prefix``, ``pooling`` and ``max_tokens`` and is believed first.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.model_types import EmbedderIdentity

MODEL_FILE = "model.onnx"
RECORD_FILE = "alcove-model.json"
CARD_FILE = "alcove-encoder.json"
GRAPHS = (
    MODEL_FILE, "onnx/model.onnx", "model_optimized.onnx", "model_quantized.onnx",
    "onnx/model_quantized.onnx",
)  # fmt: skip
POOLINGS = frozenset({"mean", "cls"})
MOST_TOKENS = 8192


@dataclass(frozen=True, slots=True)
class EncoderFolder:
    identity: EmbedderIdentity
    graph: str
    """Path of the ONNX file in the folder."""


def read(folder: Path) -> EncoderFolder:
    """Raises FileNotFoundError, and ValueError, KeyError or TypeError for files that make no
    sense.
    """
    graph = next((name for name in GRAPHS if (folder / name).is_file()), None)
    if graph is None:
        raise FileNotFoundError(folder / MODEL_FILE)
    config = json_object(folder / "config.json")
    record = _optional(folder / RECORD_FILE)
    card = _optional(folder / CARD_FILE)
    prompts = _optional(folder / "config_sentence_transformers.json").get("prompts") or {}
    pooling = str(card.get("pooling") or _pooling(folder))
    if pooling not in POOLINGS:
        raise ValueError(f"pooling {pooling}")
    name = f"{record['name']}-{record['quantization']}" if record else folder.resolve().name
    passage = next((prompts[each] for each in ("passage", "document") if each in prompts), "")
    return EncoderFolder(
        EmbedderIdentity(
            model_id=name,
            file_sha256=record["sha256"] if record else _sha256(folder / graph),
            dimension=int(config["hidden_size"]),
            query_prefix=str(card.get("query_prefix", prompts.get("query", ""))),
            passage_prefix=str(card.get("passage_prefix", passage)),
            pooling=pooling,
            max_tokens=_length(folder, config, card),
        ),
        graph,
    )


def json_object(path: Path) -> dict[str, Any]:
    values = json.loads(path.read_bytes())
    if not isinstance(values, dict):
        raise ValueError(f"{path.name} holds no object")
    return values


def _optional(path: Path) -> dict[str, Any]:
    return json_object(path) if path.is_file() else {}


def _pooling(folder: Path) -> str:
    told = _optional(folder / "1_Pooling" / "config.json")
    if not told or told.get("pooling_mode_mean_tokens"):
        return "mean"
    return "cls" if told.get("pooling_mode_cls_token") else "another kind"


def _length(folder: Path, config: dict[str, Any], card: dict[str, Any]) -> int:
    """The shortest of what the files say: some give the table's size, others no bound at all."""
    told = [
        card.get("max_tokens"),
        _optional(folder / "sentence_bert_config.json").get("max_seq_length"),
        _optional(folder / "tokenizer_config.json").get("model_max_length"),
        config.get("max_position_embeddings"),
        MOST_TOKENS,
    ]
    return min(int(each) for each in told if each is not None)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
