"""A model process without a model: the real service over a scripted backend.

``python scripted_worker.py FACTS`` where FACTS is JSON; see ``ScriptedBackend``.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from typing import Any

from engine.inference.frames import Frame
from engine.inference.generation import Branch, Choice, StoppedError
from engine.inference.service import RefusedError, Service

ANSWER = "Grüße aus dem Haus am See."
END = 256


class ScriptedModel:
    """A byte is a token; the answer is always the same."""

    def __init__(self, backend: "ScriptedBackend") -> None:
        self._backend = backend
        self._tokens: list[int] = []
        self._written = 0

    @property
    def n_ctx(self) -> int:
        return 512

    def facts(self) -> dict[str, Any]:
        return {
            "name": "scripted",
            "architecture": "none",
            "quantization": "Q0",
            "n_ctx": self.n_ctx,
            "n_ctx_train": self.n_ctx,
            "size_bytes": 1,
            "template": self._backend.script.get("template", ""),
            "bos": "",
            "eos": "",
            "control": ["<|im_start|>", "<|im_end|>"],
        }

    def tokenize(self, text: str, *, trusted: bool) -> list[int]:
        return list(text.encode())

    def begin(self, tokens: list[int]) -> list[int]:
        return tokens

    def evaluated(self) -> int:
        return len(self._tokens)

    def keep(self, count: int) -> int:
        del self._tokens[count:]
        return count

    def evaluate(self, tokens: Sequence[int]) -> None:
        for token in tokens:
            if self._backend.stopped:
                raise StoppedError
            if len(tokens) > 1:
                time.sleep(self._backend.script.get("prefill_s", 0.0))
            self._tokens.append(token)

    def logprobs(self, tokens: Sequence[int]) -> list[float]:
        self.evaluate(tokens)
        return [-0.5] * len(tokens)

    @property
    def branch_tokens(self) -> int:
        return 0

    def branch_logprobs(self, branches: Sequence[Branch]) -> list[list[float]]:
        raise NotImplementedError("this model has no branches")

    def sampler(self, choice: Choice) -> "ScriptedModel":
        self._written = 0
        return self

    def sample(self) -> int:
        answer = ANSWER.encode()
        time.sleep(self._backend.script.get("token_s", 0.0))
        crash = self._backend.script.get("crash")
        if crash and self._written == 8:
            sys.stderr.write(self._backend.script.get("last_words", ""))
            sys.stderr.flush()
            os.kill(os.getpid(), getattr(signal, crash))
        if self._written == len(answer):
            return END
        self._written += 1
        return answer[self._written - 1]

    def close(self) -> None:
        pass

    def piece(self, token: int) -> bytes:
        return bytes([token])

    def ends(self, token: int) -> bool:
        return token == END

    def measure(self, options: Frame) -> dict[str, Any]:
        return {"prefill_s": 1.0, "decode_s": 2.0}


class ScriptedBackend:
    """Keys of the script: ``crash`` (name of a signal, in the middle of an answer), ``last_words``
    (to stderr before), ``refuse_load`` (what llama.cpp says), ``prefill_s`` and ``token_s`` (per
    token), ``load_s``, ``template``, ``deaf`` (a cancelled request goes on).
    """

    def __init__(self, script: dict[str, Any]) -> None:
        self.script = script
        self.stopped = False

    def hello(self) -> dict[str, Any]:
        return {"pid": os.getpid(), "system": "scripted"}

    def set_stop(self, stop: bool) -> None:
        self.stopped = stop and not self.script.get("deaf")

    def load(self, options: Frame) -> ScriptedModel:
        until = time.monotonic() + self.script.get("load_s", 0.0)
        while time.monotonic() < until:
            if self.stopped:
                raise StoppedError
            time.sleep(0.005)
        if "refuse_load" in self.script:
            raise RefusedError("load", self.script["refuse_load"])
        return ScriptedModel(self)

    def requantize(self, options: Frame) -> dict[str, Any]:
        raise RefusedError("requantize", "scripted models have no weights")


if __name__ == "__main__":
    script = json.loads(sys.argv[1])
    if script.get("silent"):
        time.sleep(60)
    if script.get("babble"):
        sys.stdout.write("this is no frame at all, and long enough to be taken for one")
        sys.stdout.flush()
        time.sleep(60)
    if script.get("stillborn"):
        sys.exit(3)
    Service(ScriptedBackend(script), sys.stdin.buffer, sys.stdout.buffer).run()
