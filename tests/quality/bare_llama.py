"""A bare llama.cpp loop in a process of its own, for comparison: JSON lines in and out.

``python -m tests.quality.bare_llama MODEL N_CTX THREADS WRITING_THREADS``; a request is
``{"prompt_tokens": n, "generate": m, "text": "…"}``.
"""

import json
import sys
import time

from llama_cpp import Llama


def main() -> None:
    path = sys.argv[1]
    n_ctx, threads, writing = map(int, sys.argv[2:5])
    model = Llama(
        path, n_ctx=n_ctx, n_threads=writing, n_threads_batch=threads, n_batch=512, verbose=False
    )
    for line in sys.stdin:
        request = json.loads(line)
        tokens = model.tokenize(request["text"].encode(), special=True)[: request["prompt_tokens"]]
        model.reset()
        started = time.perf_counter()
        model.eval(tokens)
        token = model.sample(temp=0.0)
        prefilled = time.perf_counter()
        for _ in range(request["generate"]):
            model.eval([token])
            token = model.sample(temp=0.0)
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
