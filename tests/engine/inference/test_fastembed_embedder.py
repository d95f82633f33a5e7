from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest

from engine.errors import ModelLoadError, ModelMissingError
from engine.inference.fastembed_embedder import FastembedEmbedder
from engine.models.starter import StarterModels

TEXTS = [
    "The roof of the hall is repaired before the winter.",
    "Rinse the filter under cold water.",
    "roof",
    "Bread rises because yeast eats sugar and breathes out gas. " * 40,
    "",
]

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def embedder(starter_models: StarterModels) -> FastembedEmbedder:
    return FastembedEmbedder(starter_models.embedder_folder)


def test_vectors_are_normalised_and_in_the_order_of_the_texts(embedder: FastembedEmbedder) -> None:
    vectors = embedder.embed_passages(TEXTS)
    assert vectors.shape == (len(TEXTS), embedder.identity.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    for text, vector in zip(TEXTS, vectors, strict=True):
        np.testing.assert_array_equal(embedder.embed_query(text), vector)


def test_meaning_is_near(embedder: FastembedEmbedder) -> None:
    passages = embedder.embed_passages(TEXTS[:2])
    query = embedder.embed_query("How do I wash the strainer?")
    assert passages[1] @ query > passages[0] @ query + 0.2


def test_no_texts_no_vectors(embedder: FastembedEmbedder) -> None:
    assert embedder.embed_passages([]).shape == (0, embedder.identity.dimension)


def test_several_threads_get_the_same_vectors(embedder: FastembedEmbedder) -> None:
    expected = embedder.embed_passages(TEXTS)
    with ThreadPoolExecutor(4) as pool:
        for vectors in pool.map(embedder.embed_passages, [TEXTS] * 4):
            np.testing.assert_array_equal(vectors, expected)


def test_token_spans_cover_a_long_text_to_its_end(embedder: FastembedEmbedder) -> None:
    text = "unbelievably long: " * 400
    spans = embedder.token_spans(text)
    assert len(spans) > 1_000
    assert text[slice(*spans[-1])] == ":"
    assert "".join(text[start:end] for start, end in spans).startswith("unbelievablylong:")


def test_texts_past_the_limit_are_cut_to_it(embedder: FastembedEmbedder) -> None:
    head = "word " * (embedder.identity.max_tokens - 2)
    np.testing.assert_array_equal(
        embedder.embed_query(head), embedder.embed_query(head + "other " * 50)
    )


def test_tokens_are_told_with_their_places(embedder: FastembedEmbedder) -> None:
    text = "The bridge fell in the war."
    (tokens,) = embedder.embed_tokens([text])
    assert [text[start:end] for start, end in tokens.spans] == [*text[:-1].split(), "."]
    assert np.allclose(np.linalg.norm(tokens.matrix, axis=1), 1.0, atol=1e-4)
    asked, long = embedder.embed_tokens(["bridge", "word " * 1000], query=True)
    assert len(asked.spans) == 1
    assert len(long.spans) == len(long.matrix) == embedder.identity.max_tokens - 2
    near = tokens.matrix @ asked.matrix[0]
    assert int(near.argmax()) == 1


def test_an_absent_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError):
        FastembedEmbedder(tmp_path / "nowhere")


@pytest.mark.parametrize("file", ["model.onnx", "tokenizer.json", "alcove-model.json"])
def test_a_damaged_file_is_told(starter_models: StarterModels, tmp_path: Path, file: str) -> None:
    folder = copytree(starter_models.embedder_folder, tmp_path / "embedder")
    data = (folder / file).read_bytes()
    (folder / file).unlink()
    (folder / file).write_bytes(data[: len(data) // 3])
    with pytest.raises(ModelLoadError, match="damaged"):
        FastembedEmbedder(folder)
