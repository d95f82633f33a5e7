"""A cross-encoder through fastembed, from a folder on this machine and without any hub.

Texts are read one by one on threads of our own, as :mod:`engine.inference.fastembed_embedder` does
and for the same reasons.
"""

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

# Read by huggingface_hub when it is imported, which fastembed does.
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

from fastembed.common.model_description import ModelSource
from fastembed.rerank.cross_encoder import TextCrossEncoder
from onnxruntime.capi.onnxruntime_pybind11_state import (
    Fail,
    InvalidArgument,
    InvalidGraph,
    InvalidProtobuf,
    RuntimeException,
)

from engine.errors import ModelLoadError, ModelMissingError
from engine.inference import encoder_folder
from engine.inference.cores import usable_cores

FILES = ("config.json", "tokenizer.json", "tokenizer_config.json")
_registering = Lock()


class FastembedReranker:
    """An :class:`engine.inference.reranker.Reranker` over one folder."""

    def __init__(self, folder: Path, *, name: str = "", threads: int | None = None) -> None:
        """Load the model; ``threads`` is how many texts are read at a time.

        Raises ModelMissingError where the folder holds no model, ModelLoadError where it is
        damaged or reads no pairs of texts.
        """
        self._name = name or folder.resolve().name
        self._threads = threads or usable_cores()
        try:
            graph = graph_of(folder)
            for file in FILES:
                encoder_folder.json_object(folder / file)
            self._model = _open(folder, graph)
            self.scores("a", ["a"])
        except FileNotFoundError as error:
            raise ModelMissingError(
                f"There is no reranker in {folder}.",
                "It takes an ONNX file with config.json, tokenizer.json and tokenizer_config.json; "
                "or fetch one with alcove models download.",
            ) from error
        except (
            ValueError, KeyError, TypeError, IndexError,
            Fail, InvalidArgument, InvalidGraph, InvalidProtobuf, RuntimeException,
        ) as error:  # fmt: skip
            raise ModelLoadError(
                f"The reranker in {folder} cannot be read: its files are damaged or of another "
                "kind.",
                "Remove that folder and fetch the reranker again.",
                code="model_damaged",
            ) from error

    @property
    def name(self) -> str:
        return self._name

    def scores(self, question: str, texts: Sequence[str]) -> NDArray[np.float64]:
        if len(texts) > 1 and self._threads > 1:
            with ThreadPoolExecutor(self._threads, thread_name_prefix="rerank") as pool:
                return np.array(list(pool.map(lambda text: self._score(question, text), texts)))
        return np.array([self._score(question, text) for text in texts])

    def _score(self, question: str, text: str) -> float:
        (score,) = self._model.rerank(question, [text], batch_size=1)
        return float(score)


def graph_of(folder: Path) -> str:
    """Path of the graph in a folder. Raises FileNotFoundError."""
    known = next((name for name in encoder_folder.GRAPHS if (folder / name).is_file()), None)
    found = known or next((path.name for path in sorted(folder.glob("*.onnx"))), None)
    if found is None:
        raise FileNotFoundError(folder / encoder_folder.MODEL_FILE)
    return found


def _open(folder: Path, graph: str) -> TextCrossEncoder:
    """Open the folder through fastembed. A model is registered once per process and file."""
    with (folder / graph).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    name = f"alcove/reranker-{digest[:12]}-{graph}"
    with _registering:
        known = {str(model["model"]).lower() for model in TextCrossEncoder.list_supported_models()}
        if name.lower() not in known:
            TextCrossEncoder.add_custom_model(
                model=name,
                sources=ModelSource(hf=name),  # asked for by fastembed, never contacted
                model_file=graph,
            )
    return TextCrossEncoder(
        model_name=name,
        cache_dir=str(folder),
        threads=1,
        providers=["CPUExecutionProvider"],
        specific_model_path=str(folder),
        local_files_only=True,
    )
