"""A cross-encoder of a few kilobytes, made by code: it counts the question's words in the text."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from tests.encoders import SPECIAL, write_encoder

COMPANIONS = ("config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")


def write_reranker(folder: Path, *, sign: float = 1.0) -> Path:
    """Graph, tokenizer and the files beside them, as cross-encoders are published.

    Its words are those of :data:`tests.encoders.WORDS`; with a ``sign`` of -1 it is always wrong.
    """
    write_encoder(folder)
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"])
        for name in ("input_ids", "attention_mask", "token_type_ids")
    ]
    constants = {
        "special": np.array(len(SPECIAL) - 1, dtype=np.int64),
        "first": np.array(0, dtype=np.int64),
        "middle": np.array([1], dtype=np.int64),
        "last": np.array([2], dtype=np.int64),
        "both": np.array([1, 2], dtype=np.int64),
        "end": np.array([1], dtype=np.int64),
        "sign": np.array(sign, dtype=np.float32),
    }
    make = helper.make_node
    nodes = [
        make("Greater", ["input_ids", "special"], ["word"]),
        make("Equal", ["token_type_ids", "first"], ["of_question"]),
        make("Not", ["of_question"], ["of_text"]),
        make("And", ["word", "of_question"], ["asked"]),
        make("And", ["word", "of_text"], ["said"]),
        make("Unsqueeze", ["input_ids", "last"], ["left"]),
        make("Unsqueeze", ["input_ids", "middle"], ["right"]),
        make("Unsqueeze", ["asked", "last"], ["asked_left"]),
        make("Unsqueeze", ["said", "middle"], ["said_right"]),
        make("Equal", ["left", "right"], ["same"]),
        make("And", ["same", "asked_left"], ["same_asked"]),
        make("And", ["same_asked", "said_right"], ["met"]),
        make("Cast", ["met"], ["counted"], to=TensorProto.FLOAT),
        make("ReduceSum", ["counted", "both"], ["sum"], keepdims=0),
        make("Mul", ["sum", "sign"], ["signed"]),
        make("Unsqueeze", ["signed", "end"], ["logits"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        inputs,
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 1])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, str(folder / "model.onnx"))
    return folder
