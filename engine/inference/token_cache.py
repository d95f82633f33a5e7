"""The token vectors of the texts read last: a second question often finds the same passages."""

from collections import OrderedDict
from threading import Lock

from engine.inference.embedder import TokenVectors

MOST_BYTES = 16_000_000
"""About 80 passages of 130 tokens with 384 numbers each."""


class TokenCache:
    """Safe from several threads."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._held: OrderedDict[str, TokenVectors] = OrderedDict()
        self._lock = Lock()

    def get(self, text: str) -> TokenVectors | None:
        with self._lock:
            found = self._held.get(text)
            if found is not None:
                self._held.move_to_end(text)
            return found

    def put(self, text: str, tokens: TokenVectors) -> None:
        with self._lock:
            before = self._held.pop(text, None)
            self._held[text] = tokens
            self._bytes += tokens.matrix.nbytes - (before.matrix.nbytes if before else 0)
            while self._bytes > self._most_bytes:
                _, oldest = self._held.popitem(last=False)
                self._bytes -= oldest.matrix.nbytes
