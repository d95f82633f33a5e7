import io
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.inference import frames
from engine.inference.frames import FrameError

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)


@settings(max_examples=40)
@given(st.lists(st.dictionaries(st.text(max_size=5), VALUES, max_size=3), max_size=4))
def test_what_is_written_is_read(values: list[dict[str, object]]) -> None:
    stream = io.BytesIO()
    for value in values:
        frames.write(stream, value)
    stream.seek(0)
    for value in values:
        assert frames.read(stream) == value
    assert frames.read(stream) is None


def test_half_a_frame_is_the_end() -> None:
    stream = io.BytesIO()
    frames.write(stream, {"id": 1})
    whole = stream.getvalue()
    for length in range(len(whole)):
        assert frames.read(io.BytesIO(whole[:length])) is None


@pytest.mark.parametrize(
    "data",
    [
        struct.pack(">I", frames.MAX_FRAME_BYTES + 1),
        struct.pack(">I", 2) + b"[]",
        struct.pack(">I", 2) + b"{]",
        struct.pack(">I", 2) + b"\xff\xfe",
    ],
)
def test_what_is_no_frame_is_told(data: bytes) -> None:
    with pytest.raises(FrameError):
        frames.read(io.BytesIO(data))
