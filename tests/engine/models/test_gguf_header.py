import struct
from pathlib import Path

import gguf
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import ModelError, ModelLoadError, ModelMissingError
from engine.models import gguf_header


def write_gguf(path: Path, *, context: int = 2048) -> Path:
    """A tiny but whole GGUF file of a llama-like model, made with the reference writer."""
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("Tiny")
    writer.add_license("cc0-1.0")
    writer.add_context_length(context)
    writer.add_block_count(2)
    writer.add_embedding_length(64)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_chat_template("{{ messages }}")
    writer.add_token_list([f"word {number}" for number in range(500)])
    writer.add_token_scores([0.0] * 500)
    writer.add_tensor("a.weight", np.ones((4, 32), dtype=np.float32))
    writer.add_tensor("b.weight", np.ones((2, 16), dtype=np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def test_a_header_says_what_the_writer_wrote(tmp_path: Path) -> None:
    header = gguf_header.read(write_gguf(tmp_path / "tiny.gguf"))
    assert header.architecture == "llama"
    assert header.name == "Tiny"
    assert header.kind == "model"
    assert header.quantization == "Q8_0"
    assert header.licence == "cc0-1.0"
    assert header.n_ctx_train == 2048
    assert header.chat_template == "{{ messages }}"
    assert header.parameters == 4 * 32 + 2 * 16
    assert header.tensor_bytes == 4 * 32 * 4 + 2 * 16 * 2
    assert header.kv_bytes_per_token == 2 * 2 * 2 * 2 * 16  # K and V, 16 bits, layers, heads, width
    assert header.file_bytes == (tmp_path / "tiny.gguf").stat().st_size


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError):
        gguf_header.read(tmp_path / "nowhere.gguf")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "model_damaged"),
        (b"PK\x03\x04" + bytes(100), "not_a_model"),
        (b"GGUF" + struct.pack("<I", 99) + bytes(100), "unsupported_model"),
        (b"GGUF" + struct.pack("<IQQ", 3, 1 << 60, 1 << 60) + bytes(100), "model_damaged"),
    ],
)
def test_what_is_no_gguf_is_told(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "odd.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelLoadError) as raised:
        gguf_header.read(path)
    assert raised.value.code == code


def test_every_cut_is_noticed(tmp_path: Path) -> None:
    whole = write_gguf(tmp_path / "tiny.gguf").read_bytes()
    cut = tmp_path / "cut.gguf"
    last_byte_of_a_tensor = whole.rstrip(b"\0")
    for length in range(0, len(last_byte_of_a_tensor) - 1, 37):
        cut.write_bytes(whole[:length])
        with pytest.raises(ModelLoadError):
            gguf_header.read(cut)


@settings(max_examples=60)
@given(st.data())
def test_damage_never_raises_anything_unknown(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.getbasetemp() / "damaged"
    folder.mkdir(exist_ok=True)
    whole = folder / "whole.gguf"
    if not whole.exists():
        write_gguf(whole)
    content = bytearray(whole.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, 900))] = data.draw(st.integers(0, 255))
    damaged = folder / "damaged.gguf"
    damaged.write_bytes(content)
    try:
        gguf_header.read(damaged)
    except ModelError as error:
        assert error.message
