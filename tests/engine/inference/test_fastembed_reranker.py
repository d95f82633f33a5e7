"""A cross-encoder read by onnxruntime through fastembed."""

from pathlib import Path

import pytest

from engine.errors import ModelLoadError, ModelMissingError
from engine.inference.fastembed_reranker import FastembedReranker
from tests.encoders import write_encoder
from tests.rerankers import write_reranker

TEXTS = ["a car is a car", "the bridge of the river", "the sea", ""]


def test_it_scores_each_text_with_the_question(tmp_path: Path) -> None:
    reranker = FastembedReranker(write_reranker(tmp_path / "tiny"))
    assert reranker.name == "tiny"
    assert reranker.scores("bridge river", TEXTS).tolist() == [0.0, 2.0, 0.0, 0.0]
    assert reranker.scores("sea", TEXTS).tolist() == [0.0, 0.0, 1.0, 0.0]
    assert reranker.scores("sea", []).shape == (0,)


def test_two_of_them_do_not_mix(tmp_path: Path) -> None:
    right = FastembedReranker(write_reranker(tmp_path / "right"), name="Right", threads=1)
    wrong = FastembedReranker(write_reranker(tmp_path / "wrong", sign=-1.0))
    assert right.name == "Right"
    assert right.scores("sea", TEXTS).tolist() == (-wrong.scores("sea", TEXTS)).tolist()


def test_any_name_of_the_graph_will_do(tmp_path: Path) -> None:
    folder = write_reranker(tmp_path / "tiny")
    (folder / "model.onnx").rename(folder / "model_int8.onnx")
    assert FastembedReranker(folder).scores("sea", ["the sea"]).tolist() == [1.0]


def test_a_folder_without_one_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError) as told:
        FastembedReranker(tmp_path)
    assert told.value.hint


@pytest.mark.parametrize("file", ["model.onnx", "tokenizer.json", "tokenizer_config.json"])
def test_a_damaged_one_is_told(tmp_path: Path, file: str) -> None:
    folder = write_reranker(tmp_path / "tiny")
    (folder / file).write_bytes(b"nothing of use")
    with pytest.raises(ModelLoadError):
        FastembedReranker(folder)


def test_a_sentence_encoder_is_no_reranker(tmp_path: Path) -> None:
    with pytest.raises(ModelLoadError):
        FastembedReranker(write_encoder(tmp_path / "encoder"))
