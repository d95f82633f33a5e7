"""The model that is trained, as its header tells it: nothing heavy is imported or loaded."""

import json
from dataclasses import dataclass
from pathlib import Path

from engine.errors import ModelMissingError
from training import architectures
from training.architectures import Architecture
from training.errors import TrainingError, UnknownArchitectureError
from training.gguf_file import GgufFile


@dataclass(frozen=True, slots=True)
class BaseFacts:
    """What is known of a base before it is opened."""

    path: Path
    architecture: Architecture
    is_gguf: bool
    parameters: int
    layers: int
    width: int
    """Numbers that one token is between two layers."""
    feed_forward: int
    """Numbers that one token is inside a layer, where it is widest."""
    vocabulary: int
    context: int
    """Tokens that it was trained for."""

    def first_taught(self, share: float) -> int:
        """Number of the first layer that learns where the last ``share`` of them does, (0, 1]."""
        return self.layers - max(1, round(self.layers * share))


def look(path: Path) -> BaseFacts:
    """Facts of a base. Raises UnknownArchitectureError, TrainingError, ModelMissingError."""
    if path.is_dir():
        return _look_folder(path)
    if not path.is_file():
        raise ModelMissingError(f"The model {path} is not there.", "Choose another model.")
    with GgufFile(path) as file:
        name = file.text("general.architecture")
        kind = architectures.known(name)
        if file.text("general.type") not in ("", "model"):
            raise TrainingError(
                f"{path.name} is not a whole model.", "Choose a model, not an adapter."
            )
        table = file.tensors.get("token_embd.weight")
        return BaseFacts(
            path=path,
            architecture=kind,
            is_gguf=True,
            parameters=sum(_count(info.shape) for info in file.tensors.values()),
            layers=file.number(f"{name}.block_count"),
            width=file.number(f"{name}.embedding_length"),
            feed_forward=file.number(f"{name}.feed_forward_length"),
            vocabulary=table.shape[-1] if table else 0,
            context=file.number(f"{name}.context_length"),
        )


def _look_folder(path: Path) -> BaseFacts:
    try:
        config = json.loads((path / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelMissingError(
            f"{path} holds no model: its config.json cannot be read.",
            "Choose the folder that holds config.json and the weights.",
        ) from error
    kind = str(config.get("model_type", ""))
    if kind not in architectures.OF_MODEL_TYPE:
        architectures.known(kind)
        raise UnknownArchitectureError(f"Models of the type {kind} cannot be trained here.")
    weights = sum(file.stat().st_size for file in path.glob("*.safetensors"))
    width = 4 if config.get("dtype", config.get("torch_dtype")) == "float32" else 2
    return BaseFacts(
        path=path,
        architecture=architectures.known(architectures.OF_MODEL_TYPE[kind]),
        is_gguf=False,
        parameters=weights // width,
        layers=int(config.get("num_hidden_layers", 0)),
        width=int(config.get("hidden_size", 0)),
        feed_forward=int(config.get("intermediate_size", 0)),
        vocabulary=int(config.get("vocab_size", 0)),
        context=int(config.get("max_position_embeddings", 0)),
    )


def _count(shape: tuple[int, ...]) -> int:
    count = 1
    for side in shape:
        count *= side
    return count
