"""A small OpenAI-style server on loopback over any ChatModel; it can misbehave, too."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from engine.inference.chat_model import ChatModel, Sampling
from engine.model_types import Completion, Message
from engine.progress import CancelToken
from tests import loopback


@dataclass
class OpenAIServer:
    model: ChatModel
    name: str = "served"
    key: str = ""
    port: int = 0
    silent: bool = False
    """Accept the question and say nothing."""
    hang_up_after: int | None = None
    """End the connection in the middle, after so many pieces."""
    usage: bool = True
    error: str = ""
    noise: bool = False
    requests: list[dict[str, Any]] = field(default_factory=list)
    ending: threading.Event = field(default_factory=threading.Event)
    stopped: threading.Event = field(default_factory=threading.Event)
    """Set where the client left before the answer was whole."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        return

    def do_POST(self) -> None:
        server: OpenAIServer = self.server.openai  # type: ignore[attr-defined]
        self.close_connection = True
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        server.requests.append(request)
        if server.key and self.headers.get("authorization") != f"Bearer {server.key}":
            return self._refuse(401, "Incorrect API key provided")
        if self.path != "/v1/chat/completions" or request["model"] != server.name:
            return self._refuse(404, "no such model")
        if server.error:
            return self._refuse(400, server.error)
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        if server.silent:
            self.wfile.flush()
            server.ending.wait(20)
            return None
        try:
            self._stream(server, request)
        except OSError:
            server.stopped.set()
        return None

    def _stream(self, server: OpenAIServer, request: dict[str, Any]) -> None:
        cancel = CancelToken()
        work = server.model.stream(
            [Message(turn["role"], turn["content"]) for turn in request["messages"]],
            Sampling(
                max_tokens=request["max_tokens"],
                temperature=request["temperature"],
                seed=request["seed"],
                stop=tuple(request.get("stop", ())),
            ),
            cancel=cancel,
        )
        if server.noise:
            self._chunk(": a comment\n\nevent: ping\ndata: {not json\n\ndata: []\n\n")
        pieces = 0
        try:
            while True:
                try:
                    piece = next(work)
                except StopIteration as stop:
                    done: Completion = stop.value
                    break
                self._event({"choices": [{"delta": {"content": piece}, "finish_reason": None}]})
                pieces += 1
                if pieces == server.hang_up_after:
                    return
        finally:
            work.close()
        self._event({"choices": [{"delta": {}, "finish_reason": done.finish_reason}]})
        if server.usage:
            usage = done.usage
            self._event(
                {
                    "choices": [],
                    "usage": {
                        "prompt_tokens": usage.prompt_tokens,
                        "completion_tokens": usage.completion_tokens,
                        "prompt_tokens_details": {"cached_tokens": usage.reused_tokens},
                    },
                }
            )
        self._chunk("data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def _event(self, value: dict[str, Any]) -> None:
        self._chunk(f"data: {json.dumps(value)}\n\n")

    def _chunk(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _refuse(self, status: int, message: str) -> None:
        data = json.dumps({"error": {"message": message}}).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def serving(openai: OpenAIServer) -> Iterator[OpenAIServer]:
    with loopback.serving(_Handler, openai.ending, openai=openai) as openai.port:
        yield openai
