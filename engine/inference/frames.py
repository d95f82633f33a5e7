"""Frames between parent and child: four bytes of length (big-endian), then JSON in UTF-8.

Parent to child: ``{"id": n, "do": name, …}`` for a request, ``{"cancel": n}`` to stop one.
Child to parent: ``{"hello": {…}}`` once, then for request n any number of
``{"id": n, "piece": text}`` and at last one of ``{"id": n, "done": {…}}`` and
``{"id": n, "error": {"kind": …, "message": …}}``.
"""

import json
import struct
from typing import IO, Any

PROTOCOL = 1
"""Told in the hello; the parent refuses a child that speaks another version."""

MAX_FRAME_BYTES = 64 << 20
_LENGTH = struct.Struct(">I")

Frame = dict[str, Any]


class FrameError(ValueError):
    """What arrived is not a frame."""


def write(stream: IO[bytes], frame: Frame) -> None:
    """Write one frame and flush. Raises OSError where the other side is gone."""
    data = json.dumps(frame, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def read(stream: IO[bytes]) -> Frame | None:
    """Read one frame; None at the end of the stream, also in the middle of a frame."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > MAX_FRAME_BYTES:
        raise FrameError(f"a frame of {length} bytes")
    data = stream.read(length)
    if len(data) < length:
        return None
    try:
        frame = json.loads(data)
    except ValueError as error:
        raise FrameError("not JSON") from error
    if not isinstance(frame, dict):
        raise FrameError("not an object")
    return frame
