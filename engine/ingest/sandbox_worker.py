"""The reading process: reads one file after the other for :mod:`engine.ingest.sandbox`.

Started as ``python -m engine.ingest.sandbox_worker FOLDER MEMORY_BYTES``; ``FOLDER`` is the only
one it may write to. Frames go over the standard input and output it was started with. It ends when
its input closes, also in the middle of a file.
"""

import json
import logging
import os
import queue
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from engine import network
from engine.errors import EngineError, NetworkRefusedError, ParseError
from engine.inference import frames
from engine.inference.frames import Frame
from engine.ingest import document_form, sandbox_limits
from engine.ingest.parsers import registry
from engine.types import ParsedDocument

MAX_TEXT_BYTES = 50 * 2**20
"""Most text of one file, that of its attachments included; a thick book has one megabyte."""
PLAIN_BYTES = 8 * 2**20
"""Text below this always fits into a frame, whatever it holds."""
CPU_SECONDS = 4.0
"""Processor time of all threads for each second of the busiest; an orphan ends by it."""

Read = Callable[..., ParsedDocument]


def main(read: Read = registry.parse) -> None:
    """Serve until the input closes. ``read`` takes the options of :func:`registry.parse`."""
    network.install()
    logging.disable(logging.CRITICAL)  # libraries quote what they stumble over
    source, sink = _take_over_pipes()
    folder, memory_bytes = Path(sys.argv[1]), int(sys.argv[2])
    shut = sandbox_limits.apply(folder, memory_bytes)
    frames.write(sink, {"hello": {"protocol": frames.PROTOCOL, "shut": shut}})
    requests: queue.SimpleQueue[Frame] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(source, requests), daemon=True).start()
    while True:
        request = requests.get()
        sandbox_limits.allow_seconds(float(request["seconds"]) * CPU_SECONDS)
        work = _tables(request) if request.get("do") == "tables" else _document(read, request)
        for answer in _kept_in(work):
            frames.write(sink, {"id": request["id"], **answer})


def _document(read: Read, request: Frame) -> Iterator[dict[str, Any]]:
    parsed = document_form.clean(
        read(
            Path(request["path"]),
            password=request["password"],
            ocr=request["ocr"],
            languages=tuple(request["languages"]),
        )
    )
    values = document_form.to_values(parsed)
    size = sum(len(text.encode("utf-8")) for text in document_form.texts(parsed))
    del parsed
    if size > MAX_TEXT_BYTES or (size > PLAIN_BYTES and not _fits(values)):
        yield _failed("too_large", f"This file holds more than {MAX_TEXT_BYTES >> 20} MB of text.")
        return
    yield {"done": values}


def _tables(request: Frame) -> Iterator[dict[str, Any]]:
    """A table file of a source, in pieces."""
    from engine.ingest.sources import table_file

    yield from table_file.read(Path(request["path"]), request["name"], request["most_rows"])
    yield {"done": {}}


def _kept_in(work: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The answers of a piece of work; at the end, what went wrong with it."""
    try:
        yield from work
    except ParseError as error:
        yield _failed(error.code, error.message)
    except NetworkRefusedError:
        yield _failed("network", "This file tried to reach another machine; it was not read.")
    except EngineError as error:
        yield _failed(error.code, error.message, error.hint)
    except MemoryError:
        yield {"memory": True}
    except RecursionError:
        yield _failed("damaged", "What this file holds is nested too deeply to be read.")
    except Exception as error:  # noqa: BLE001 - one file must not stop the others
        # A fault in a parser, not a known error. The text of the exception may quote the file.
        yield _failed("fault", f"Alcove failed to read this file ({type(error).__name__}).")


def _failed(code: str, reason: str, hint: str = "") -> dict[str, Any]:
    return {"error": {"code": code, "reason": reason, "hint": hint}}


def _fits(values: dict[str, Any]) -> bool:
    return len(json.dumps(values, ensure_ascii=False).encode()) < frames.MAX_FRAME_BYTES - 1000


def _listen(source: IO[bytes], requests: "queue.SimpleQueue[Frame]") -> None:
    """Hand requests over; end the process when no more can come."""
    while (frame := frames.read(source)) is not None:
        requests.put(frame)
    os._exit(0)


def _take_over_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """The pipes for frames; what libraries print goes to stderr from now on."""
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return source, sink


if __name__ == "__main__":
    main()
