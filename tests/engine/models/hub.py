"""A small hub on loopback that can misbehave: drop, truncate, lie about length, corrupt."""

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from tests import loopback

PATH = "/maker/tiny/resolve/main/tiny.gguf"
SILENT_S = 60.0


@dataclass
class Hub:
    """What is served, and how. Tests change it between requests."""

    content: bytes
    port: int = 0
    etag: str = '"one"'
    cut_after: list[int] = field(default_factory=list)
    """For each request of the bytes in turn: send so many, then hang up."""
    stated_length: int | None = None
    corrupt: bool = False
    ranges: bool = True
    wrong_range: bool = False
    metadata: bool = True
    sha256: str = ""
    size: int | None = None
    status: int = 0
    failures: int = 0
    """So many requests of the bytes are answered with 503 first."""
    pause_after: int | None = None
    """Fall silent after so many bytes, until the server ends or SILENT_S are over."""
    redirect: str = ""
    texts: dict[str, bytes] = field(default_factory=dict)
    """Small files by path, told with their git id and sent without a detour."""
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    """Method, path and the range asked for."""
    ending: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ranges_asked(self) -> list[str]:
        return [asked for method, _, asked in self.requests if method == "GET"]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def hub(self) -> Hub:
        found: Hub = self.server.hub  # type: ignore[attr-defined]
        return found

    def log_message(self, *_: Any) -> None:
        return

    def _note(self) -> None:
        asked = self.headers.get("range", "")
        self.hub.requests.append((self.command, self.path, asked))

    def _head(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def _text(self, body: bytes) -> None:
        git_id = hashlib.sha1(b"blob %d\0" % len(body) + body, usedforsecurity=False).hexdigest()
        self._head(200, content_length=str(len(body)), etag=f'"{git_id}"')

    def do_HEAD(self) -> None:
        self._note()
        hub = self.hub
        if hub.status:
            return self._head(hub.status, content_length="0")
        if self.path in hub.texts:
            return self._text(hub.texts[self.path])
        if not hub.metadata:
            return self._head(200, content_length=str(len(hub.content)))
        sha256 = hub.sha256 or hashlib.sha256(hub.content).hexdigest()
        return self._head(
            302,
            location=hub.redirect or "/bytes",
            x_linked_etag=f'"{sha256}"',
            x_linked_size=str(len(hub.content) if hub.size is None else hub.size),
            content_length="0",
        )

    def do_GET(self) -> None:
        self._note()
        hub = self.hub
        self.close_connection = True
        if self.path in hub.texts:
            body = hub.texts[self.path]
            self._text(body)
            self.wfile.write(body[::-1] if hub.corrupt else body)
            return None
        if "/resolve/" in self.path:
            return self._head(302, location=hub.redirect or "/bytes", content_length="0")
        if hub.failures:
            hub.failures -= 1
            return self._head(503, content_length="0")
        body = hub.content
        if hub.corrupt:
            body = body[:-1] + bytes([body[-1] ^ 1])
        start, status = 0, 200
        headers = {"etag": hub.etag}
        asked = self.headers.get("range", "")
        same = self.headers.get("if-range", hub.etag) == hub.etag
        if asked and hub.ranges and same:
            start, status = int(asked.removeprefix("bytes=").removesuffix("-")), 206
            shown = start + 7 if hub.wrong_range else start
            headers["content_range"] = f"bytes {shown}-{len(body) - 1}/{len(body)}"
        body = body[start:]
        stated = len(body) if hub.stated_length is None else hub.stated_length
        self._head(status, content_length=str(stated), **headers)
        if hub.pause_after is not None:
            self.wfile.write(body[: hub.pause_after])
            self.wfile.flush()
            hub.ending.wait(SILENT_S)
            return None
        if hub.cut_after:
            body = body[: hub.cut_after.pop(0)]
        self.wfile.write(body)
        return None


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    with loopback.serving(_Handler, hub.ending, hub=hub) as hub.port:
        yield hub


def wait_for_bytes(path: Path, count: int) -> bool:
    """Wait until a file holds so many bytes; False where it takes half of the silence."""
    until = time.monotonic() + SILENT_S / 2
    while time.monotonic() < until:
        if path.exists() and path.stat().st_size >= count:
            return True
        time.sleep(0.01)
    return False
