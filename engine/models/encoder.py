"""The sentence encoder made ready for this machine: ONNX in float32 and int8, the better one kept.

int8 is kept where it is clearly faster here and its vectors stay close to float32's. onnxruntime
computes the scale of int8 activations over a whole batch, so the vector of a text would depend on
its neighbours: texts are run one by one (see FastembedEmbedder), here and in use.
"""

import json
import shutil
import statistics
import time
from collections.abc import Generator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer

from engine.models import onnx_export
from engine.models.calibration_text import PASSAGES, SHORT
from engine.progress import CancelToken

Precision = Literal["fp32", "int8"]

MODEL_FILE = "model.onnx"
MIN_COSINE = 0.98
"""int8 is dropped where any calibration text falls below this cosine to float32."""
MIN_SPEEDUP = 1.15
"""int8 is dropped where it is not at least this much faster."""
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class EncoderFigures:
    """What was measured on this machine, one thread, and what followed from it."""

    choice: Precision
    fp32_texts_per_s: float
    int8_texts_per_s: float
    int8_cosine_mean: float
    int8_cosine_min: float
    reason: str

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def export(weights: Path, folder: Path) -> tuple[Path, Path]:
    """Write ``fp32.onnx`` and ``int8.onnx`` into the folder and return their paths."""
    fp32, int8 = folder / "fp32.onnx", folder / "int8.onnx"
    model = onnx_export.build(weights, weights.parent / "config.json")
    # Says that the graph is already in its fused form; without it the quantizer complains.
    model.metadata_props.add(key="onnx.quant.pre_process", value="onnxruntime.quant")
    onnx.save(model, fp32)
    quantize_dynamic(
        fp32,
        int8,
        weight_type=QuantType.QInt8,
        per_channel=True,
        op_types_to_quantize=["MatMul", "Attention"],
        # The fused operators are unknown to onnx's shape inference, so the type is told.
        extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
    )
    return fp32, int8


def copy_tokenizer(source: Path, folder: Path) -> None:
    """Copy what fastembed needs, with the length the model was trained on as its limit.

    The package's ``tokenizer_config.json`` gives the size of the position table instead.
    """
    for name in ("tokenizer.json", "special_tokens_map.json", "config.json"):
        shutil.copyfile(source / name, folder / name)
    sentence = json.loads((source / "sentence_bert_config.json").read_bytes())
    tokenizer = json.loads((source / "tokenizer_config.json").read_bytes())
    tokenizer["model_max_length"] = int(sentence["max_seq_length"])
    (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer), encoding="utf-8")


def open_session(path: Path, *, threads: int = 1) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = threads
    return onnxruntime.InferenceSession(
        str(path), sess_options=options, providers=["CPUExecutionProvider"]
    )


def embed(
    session: onnxruntime.InferenceSession, tokenizer: Tokenizer, texts: Sequence[str]
) -> NDArray[np.float32]:
    """Mean-pooled, normalised vectors (n_texts, hidden), each text run alone."""
    vectors = []
    for text in texts:
        ids = np.array([tokenizer.encode(text).ids], dtype=np.int64)
        inputs = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        vector = session.run(None, inputs)[0][0].mean(axis=0)
        vectors.append(vector / np.linalg.norm(vector))
    return np.stack(vectors)


def measure(
    fp32: Path, int8: Path, tokenizer_file: Path, *, cancel: CancelToken | None = None
) -> Generator[str, None, EncoderFigures]:
    """Compare the two on the calibration text; yields what it is doing."""
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    sessions = {"fp32": open_session(fp32), "int8": open_session(int8)}
    vectors = {
        name: embed(session, tokenizer, PASSAGES + SHORT) for name, session in sessions.items()
    }
    cosines = np.sum(vectors["fp32"] * vectors["int8"], axis=1)
    seconds: dict[str, list[float]] = {name: [] for name in sessions}
    for done in range(1, ROUNDS + 1):
        for name, session in sessions.items():
            if cancel is not None:
                cancel.check()
            started = time.perf_counter()
            embed(session, tokenizer, PASSAGES)
            seconds[name].append(time.perf_counter() - started)
        yield f"measuring the sentence encoder, round {done} of {ROUNDS}"
    speeds = {name: len(PASSAGES) / statistics.median(taken) for name, taken in seconds.items()}
    return choose(
        speeds["fp32"],
        speeds["int8"],
        cosine_mean=float(cosines.mean()),
        cosine_min=float(cosines.min()),
    )


def choose(
    fp32_per_s: float, int8_per_s: float, *, cosine_mean: float, cosine_min: float
) -> EncoderFigures:
    """Apply the rule: int8 where it is clearly faster and stays close, float32 otherwise."""
    speedup = int8_per_s / fp32_per_s
    choice: Precision = "fp32"
    if cosine_min < MIN_COSINE:
        reason = f"int8 moves vectors too far on this processor (cosine {cosine_min:.3f})"
    elif speedup < MIN_SPEEDUP:
        reason = f"int8 is not clearly faster on this processor ({speedup:.2f} times)"
    else:
        choice = "int8"
        reason = f"int8 is {speedup:.1f} times as fast here at cosine {cosine_mean:.3f} to float32"
    return EncoderFigures(
        choice=choice,
        fp32_texts_per_s=round(fp32_per_s, 1),
        int8_texts_per_s=round(int8_per_s, 1),
        int8_cosine_mean=round(cosine_mean, 5),
        int8_cosine_min=round(cosine_min, 5),
        reason=reason,
    )
