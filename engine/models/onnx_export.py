"""A BERT sentence encoder as an ONNX graph, built from its safetensors without torch.

The graph has the inputs ``input_ids``, ``attention_mask`` and ``token_type_ids``, all
(batch, tokens) int64, and one output ``last_hidden_state`` (batch, tokens, hidden) float32;
pooling is the caller's. It uses onnxruntime's fused operators (domain ``com.microsoft``), which
are what its transformer optimizer would make of the plain ones: a head's attention, the residual
with its normalisation, and the activation are each one kernel.

Sources: Devlin et al. 2019 (BERT) for the architecture; ``docs/ContribOperators.md`` of
onnxruntime for the operators.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from safetensors import safe_open

FUSED = "com.microsoft"
OPSET = 17
IR_VERSION = 8

Tensor = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class BertShape:
    """The numbers of ``config.json`` that the graph needs."""

    layers: int
    heads: int
    hidden: int
    layer_norm_epsilon: float

    @classmethod
    def read(cls, config: Path) -> "BertShape":
        values = json.loads(config.read_text(encoding="utf-8"))
        return cls(
            layers=int(values["num_hidden_layers"]),
            heads=int(values["num_attention_heads"]),
            hidden=int(values["hidden_size"]),
            layer_norm_epsilon=float(values["layer_norm_eps"]),
        )


class _Graph:
    """Collects nodes and weights under names that follow the safetensors."""

    def __init__(self, tensors: Any) -> None:
        self._tensors = tensors
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def tensor(self, name: str) -> Tensor:
        values: Tensor = self._tensors.get_tensor(name)
        return values

    def weight(self, name: str, values: Tensor | NDArray[np.int64]) -> str:
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(
        self, operator: str, inputs: list[str], output: str, *, domain: str = "", **options: Any
    ) -> str:
        self.nodes.append(
            helper.make_node(
                operator, inputs, [output], name=f"{output}/{operator}", domain=domain, **options
            )
        )
        return output


def build(weights: Path, config: Path) -> onnx.ModelProto:
    """Make the float32 graph of a BERT encoder from ``model.safetensors`` and ``config.json``."""
    shape = BertShape.read(config)
    with safe_open(weights, framework="numpy") as tensors:
        graph = _Graph(tensors)
        hidden, mask = _embeddings(graph, shape)
        for layer in range(shape.layers):
            last = layer == shape.layers - 1
            hidden = _layer(
                graph,
                shape,
                f"encoder.layer.{layer}",
                hidden,
                mask,
                output="last_hidden_state" if last else f"encoder.layer.{layer}.out",
            )
    tokens = ["batch", "tokens"]
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, tokens)
        for name in ("input_ids", "attention_mask", "token_type_ids")
    ]
    output = helper.make_tensor_value_info(
        "last_hidden_state", TensorProto.FLOAT, [*tokens, shape.hidden]
    )
    model = helper.make_model(
        helper.make_graph(graph.nodes, "bert", inputs, [output], graph.weights),
        opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid(FUSED, 1)],
        producer_name="alcove",
        ir_version=IR_VERSION,
    )
    onnx.checker.check_model(model)
    return model


def _embeddings(graph: _Graph, shape: BertShape) -> tuple[str, str]:
    """Words, positions and segments, summed and normalised; the mask in the fused form (int32)."""
    names = {
        "word": "embeddings.word_embeddings.weight",
        "position": "embeddings.position_embeddings.weight",
        "segment": "embeddings.token_type_embeddings.weight",
        "scale": "embeddings.LayerNorm.weight",
        "shift": "embeddings.LayerNorm.bias",
    }
    for name in names.values():
        graph.weight(name, graph.tensor(name))
    for source in ("input_ids", "token_type_ids", "attention_mask"):
        graph.node("Cast", [source], f"{source}.int32", to=TensorProto.INT32)
    # The operator's own mask output holds only lengths, so the mask is passed on beside it.
    graph.nodes.append(
        helper.make_node(
            "EmbedLayerNormalization",
            [
                "input_ids.int32",
                "token_type_ids.int32",
                names["word"],
                names["position"],
                names["segment"],
                names["scale"],
                names["shift"],
            ],
            ["embeddings.out", "embeddings.unused"],
            name="embeddings/EmbedLayerNormalization",
            domain=FUSED,
            epsilon=shape.layer_norm_epsilon,
        )
    )
    return "embeddings.out", "attention_mask.int32"


def _layer(
    graph: _Graph,
    shape: BertShape,
    name: str,
    hidden: str,
    mask: str,
    *,
    output: str,
) -> str:
    """One encoder layer: attention, residual and norm, feed-forward, residual and norm."""
    parts = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
    packed = np.concatenate([graph.tensor(f"{part}.weight").T for part in parts], axis=1)
    bias = np.concatenate([graph.tensor(f"{part}.bias") for part in parts])
    attended = graph.node(
        "Attention",
        [
            hidden,
            graph.weight(f"{name}.attention.self.qkv.weight", packed),  # (hidden, 3 * hidden)
            graph.weight(f"{name}.attention.self.qkv.bias", bias),
            mask,
        ],
        f"{name}.attention.self.out",
        domain=FUSED,
        num_heads=shape.heads,
    )
    attended = _matmul(graph, f"{name}.attention.output.dense", attended)
    hidden = _skip_norm(
        graph, shape, f"{name}.attention.output", attended, hidden, f"{name}.attention.out"
    )
    inner = _matmul(graph, f"{name}.intermediate.dense", hidden)
    bias_name = f"{name}.intermediate.dense.bias"
    graph.weight(bias_name, graph.tensor(bias_name))
    inner = graph.node("BiasGelu", [inner, bias_name], f"{name}.intermediate.out", domain=FUSED)
    inner = _matmul(graph, f"{name}.output.dense", inner)
    return _skip_norm(graph, shape, f"{name}.output", inner, hidden, output)


def _matmul(graph: _Graph, name: str, source: str) -> str:
    """Multiply by a dense layer's weight; its bias goes into the fused operator that follows."""
    weight = graph.weight(f"{name}.weight", graph.tensor(f"{name}.weight").T)
    return graph.node("MatMul", [source, weight], f"{name}.out")


def _skip_norm(
    graph: _Graph,
    shape: BertShape,
    name: str,
    source: str,
    skip: str,
    output: str,
) -> str:
    """Layer norm of ``source + dense bias + skip``."""
    inputs = [source, skip]
    for part in ("LayerNorm.weight", "LayerNorm.bias", "dense.bias"):
        inputs.append(graph.weight(f"{name}.{part}", graph.tensor(f"{name}.{part}")))
    return graph.node(
        "SkipLayerNormalization",
        inputs,
        output,
        domain=FUSED,
        epsilon=shape.layer_norm_epsilon,
    )
