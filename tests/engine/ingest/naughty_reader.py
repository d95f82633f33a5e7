"""A reading process whose parser does what the file's name says; the sandbox around it is real."""

import ctypes
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from engine.errors import ParseError
from engine.ingest import sandbox_worker
from engine.types import Attachment, Page, ParsedDocument
from tests import shelf


def read(
    path: Path, *, password: str | None = None, ocr: bool = True, languages: tuple[str, ...] = ()
) -> ParsedDocument:
    what = path.name.partition(".")[0]
    if what == "slow":
        time.sleep(600)
    if what == "busy":
        while True:
            pass
    if what == "greedy":
        held = []
        while True:
            held.append(b"x" * 2**22)
    if what == "huge":
        return shelf.document(str(len(bytearray(2**30))))
    if what == "native":
        return shelf.document(str(native(2**30)))
    if what == "crash":
        ctypes.string_at(0)
    if what == "bug":
        raise ZeroDivisionError("secret text")
    if what == "connect":
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    if what == "pid":
        return shelf.document(str(os.getpid()))
    if what == "endless":
        return shelf.document("word " * 12_000_000)
    if what == "big":
        return shelf.document("line\n" * 2_000_000)
    if what == "attempts":
        return shelf.document("\n\n".join(attempts(Path(path.read_text()))))
    if what == "locked":
        if password is None:
            raise ParseError("It needs a password.", "", "encrypted")
        if password != "open sesame":
            raise ParseError("The password does not open it.", "", "encrypted")
        return shelf.document("Forty thieves.", title="Cave")
    if what == "box":
        inner = shelf.document(path.read_text(), title="Inner")
        return ParsedDocument(
            "zip",
            "Box",
            (),
            (
                Attachment("in.txt", inner),
                Attachment("in.txt", inner),
                Attachment("bad.xyz", None, "unsupported", "XYZ files are not supported yet."),
            ),
            note="A note.",
        )
    if what == "slides":
        return ParsedDocument("pptx", "Slides", (Page(1, path.read_text(), (), "Slide 1"),))
    return shelf.parse(path)


def attempts(outside: Path) -> list[str]:
    """What a parser that was taken over could do."""
    told = []
    for name, act in {
        "write outside": lambda: (outside / "made.txt").write_text("x"),
        "write inside": lambda: Path(os.environ["TMPDIR"], "made.txt").write_text("x"),
        "remove outside": lambda: (outside / "kept.txt").unlink(),
        "socket": lambda: raw_socket(),
        "program": lambda: subprocess.run([sys.executable, "-c", ""], check=True),
        "signal": lambda: os.kill(os.getppid(), 0),
    }.items():
        try:
            act()
            told.append(f"{name}: done")
        except OSError:
            told.append(f"{name}: refused")
    return told


def native(size: int) -> int:
    """Memory taken by compiled code in pieces that are filled, as libraries take it."""
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    taken = 0
    while taken < 2 * size:
        piece = libc.malloc(ctypes.c_size_t(2**24))
        if not piece:
            raise MemoryError
        ctypes.memset(piece, 1, 2**24)
        taken += 2**24
    return taken


def raw_socket() -> None:
    """Past the audit hook, as code outside Python would."""
    made = ctypes.CDLL(None, use_errno=True).socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
    if made < 0:
        raise OSError(ctypes.get_errno(), "refused")
    os.close(made)


if __name__ == "__main__":
    sandbox_worker.main(read)
