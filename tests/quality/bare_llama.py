"""A bare llama.cpp loop in a process of its own, for comparison: JSON lines in and out.

``python -m tests.quality.bare_llama MODEL N_CTX THREADS WRITING_THREADS``; a request is
``{"prompt_tokens": n, "generate": m, "text": "…"}``. Nothing but llama.cpp's C functions with its
own defaults (flash attention where it can), and the likeliest token: no text is made of the tokens,
nothing can stop it, nothing is sent meanwhile.
"""

import ctypes
import json
import os
import sys
import time
from collections.abc import Sequence

import llama_cpp.llama_cpp as llama
import numpy as np

N_BATCH = 512


class Loop:
    """One model with one context."""

    def __init__(self, path: str, n_ctx: int, threads: int, writing: int) -> None:
        self._quiet = llama.llama_log_callback(lambda *_: None)
        llama.llama_log_set(self._quiet, ctypes.c_void_p(0))
        llama.llama_backend_init()
        params = llama.llama_model_default_params()
        self._model = llama.llama_model_load_from_file(os.fsencode(path), params)
        self._vocab = llama.llama_model_get_vocab(self._model)
        self._n_vocab = int(llama.llama_vocab_n_tokens(self._vocab))
        context = llama.llama_context_default_params()
        context.n_ctx = n_ctx
        context.n_batch = context.n_ubatch = N_BATCH
        context.n_threads, context.n_threads_batch = writing, threads
        self._context = llama.llama_init_from_model(self._model, context)

    def tokenize(self, text: str) -> list[int]:
        data = text.encode()
        tokens = (llama.llama_token * (len(data) + 8))()
        count = llama.llama_tokenize(
            self._vocab, data, len(data), tokens, len(tokens), False, False
        )
        return list(tokens[:count])

    def reset(self) -> None:
        llama.llama_memory_clear(llama.llama_get_memory(self._context), True)

    def evaluate(self, tokens: Sequence[int]) -> int:
        """Append tokens; returns the likeliest next one. Raises RuntimeError."""
        for start in range(0, len(tokens), N_BATCH):
            part = tokens[start : start + N_BATCH]
            array = (llama.llama_token * len(part))(*part)
            if llama.llama_decode(self._context, llama.llama_batch_get_one(array, len(part))):
                raise RuntimeError("llama.cpp could not evaluate the tokens")
        pointer = llama.llama_get_logits_ith(self._context, -1)
        return int(np.ctypeslib.as_array(pointer, shape=(self._n_vocab,)).argmax())


def main() -> None:
    n_ctx, threads, writing = map(int, sys.argv[2:5])
    loop = Loop(sys.argv[1], n_ctx, threads, writing)
    for line in sys.stdin:
        request = json.loads(line)
        tokens = loop.tokenize(request["text"])[: request["prompt_tokens"]]
        loop.reset()
        started = time.perf_counter()
        token = loop.evaluate(tokens)
        prefilled = time.perf_counter()
        for _ in range(request["generate"]):
            token = loop.evaluate([token])
        ended = time.perf_counter()
        answer = {
            "prompt_tokens": len(tokens),
            "prefill_s": prefilled - started,
            "generated": request["generate"],
            "generate_s": ended - prefilled,
        }
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
