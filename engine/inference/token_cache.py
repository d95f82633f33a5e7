"""The token vectors of the texts read last: a second question often finds the same passages."""

from collections import OrderedDict
from threading import Lock

from engine.inference.embedder import TokenVectors

MOST_TEXTS = 64
"""Of about 130 tokens with 384 numbers each, 13 MB."""


class TokenCache:
    """Safe from several threads."""

    def __init__(self, most: int = MOST_TEXTS) -> None:
        self._most = most
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
            self._held[text] = tokens
            self._held.move_to_end(text)
            while len(self._held) > self._most:
                self._held.popitem(last=False)
