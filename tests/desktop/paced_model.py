"""A scripted chat model that tests can hold in the middle of an answer."""

import threading
from collections.abc import Generator, Sequence
from dataclasses import replace

from engine.inference.chat_model import Sampling
from engine.model_types import ChatModelInfo, Completion, Message
from engine.progress import CancelToken
from tests.fakes import ScriptedChatModel

LARGE_BYTES = 8_000_000_000
"""Of this size a model words its answers itself."""
HELD_S = 20.0


class PacedChatModel(ScriptedChatModel):
    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.hold_after: int | None = None
        """Pieces after which the stream waits for ``released``, or for a cancel."""
        self.released = threading.Event()

    @property
    def info(self) -> ChatModelInfo:
        return replace(super().info, name="Scripted-7B-Instruct", size_bytes=LARGE_BYTES)

    def stream(
        self,
        messages: Sequence[Message],
        sampling: Sampling,
        *,
        prefill: str = "",
        cancel: CancelToken | None = None,
    ) -> Generator[str, None, Completion]:
        pieces = super().stream(messages, sampling, prefill=prefill, cancel=cancel)
        written = 0
        while True:
            if written == self.hold_after:
                self._hold(cancel)
            try:
                piece = next(pieces)
            except StopIteration as end:
                completion: Completion = end.value
                return completion
            written += 1
            yield piece

    def _hold(self, cancel: CancelToken | None) -> None:
        waited = 0.0
        while not self.released.wait(0.01) and waited < HELD_S:
            waited += 0.01
            if cancel is not None and cancel.cancelled:
                return
