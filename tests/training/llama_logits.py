"""Logits of llama.cpp, in a process of its own: ``python -m tests.training.llama_logits``.

One request on stdin, as JSON: ``{"model", "adapter", "tokens": [[…]], "out"}``; the logits after
every token of the first list, then of the next, are written as one array.
"""

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np


def logits(
    model: Path, tokens: Sequence[Sequence[int]], out: Path, adapter: Path | None = None
) -> np.ndarray:
    """(all tokens, vocabulary) float32."""
    request = {
        "model": str(model),
        "adapter": str(adapter) if adapter else "",
        "tokens": [list(each) for each in tokens],
        "out": str(out),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.training.llama_logits"],
        input=json.dumps(request).encode(),
        capture_output=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return np.load(out)


def main() -> None:
    import llama_cpp.llama_cpp as llama

    request = json.load(sys.stdin)
    llama.llama_backend_init()
    model = llama.llama_model_load_from_file(
        os.fsencode(request["model"]), llama.llama_model_default_params()
    )
    params = llama.llama_context_default_params()
    params.n_ctx = 256
    params.n_threads = params.n_threads_batch = 1
    params.type_k = params.type_v = llama.GGML_TYPE_F32
    params.flash_attn_type = llama.LLAMA_FLASH_ATTN_TYPE_DISABLED
    context = llama.llama_init_from_model(model, params)
    if request["adapter"]:
        pointer = llama.llama_adapter_lora_init(model, os.fsencode(request["adapter"]))
        assert pointer
        adapters = (llama.llama_adapter_lora_p_ctypes * 1)(pointer)
        scales = (ctypes.c_float * 1)(1.0)
        assert llama.llama_set_adapters_lora(context, adapters, 1, scales) == 0
    size = llama.llama_vocab_n_tokens(llama.llama_model_get_vocab(model))
    rows = []
    for tokens in request["tokens"]:
        llama.llama_memory_clear(llama.llama_get_memory(context), True)
        batch = llama.llama_batch_init(len(tokens), 0, 1)
        batch.n_tokens = len(tokens)
        for index, token in enumerate(tokens):
            batch.token[index], batch.pos[index] = token, index
            batch.n_seq_id[index] = 1
            batch.seq_id[index][0] = 0
            batch.logits[index] = True
        assert llama.llama_decode(context, batch) == 0
        for index in range(len(tokens)):
            pointer = llama.llama_get_logits_ith(context, index)
            rows.append(np.ctypeslib.as_array(pointer, shape=(size,)).copy())
    np.save(request["out"], np.stack(rows))


if __name__ == "__main__":
    main()
