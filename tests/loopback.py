"""A small HTTP server on loopback for the length of a test."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@contextmanager
def serving(
    handler: type[BaseHTTPRequestHandler], ending: threading.Event, **shared: Any
) -> Iterator[int]:
    """The port of a server whose handlers find the shared things as attributes of it.

    ``ending`` is set first at the end, for handlers that wait.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = False
    for name, value in shared.items():
        setattr(server, name, value)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        ending.set()
        server.shutdown()
        thread.join()
        server.server_close()
