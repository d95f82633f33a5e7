"""Tokens a second of the model process, beside bare llama.cpp loops on the same file.

All run in one go and take turns, so that what else the machine does falls on all alike. One loop
is as llama-cpp-python runs it by default, one has the threads of our process and waits like it:
the ratio to that one is what the process and its pipes cost.
"""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from engine.inference.chat_model import Sampling
from engine.inference.child import environment
from engine.inference.cores import usable_cores
from engine.inference.process import ProcessChatModel
from engine.model_types import Message
from engine.progress import drain
from tests.quality import data
from tests.quality.record import Row
from tests.quality.workplace import Workplace

ROUNDS = 7
PROMPT_WORDS = 560
PROMPT_TOKENS = 800
GENERATE = 96
N_CTX = 2048
BYTES_PER_WRITING_THREAD = 150_000_000
"""As in the worker."""
OURS = "model process"


class Bare:
    """A bare loop as a child process."""

    def __init__(self, model: Path, *, alike: bool) -> None:
        cores = usable_cores()
        small = max(1, min(cores, -(-model.stat().st_size // BYTES_PER_WRITING_THREAD)))
        self._child = subprocess.Popen(
            [sys.executable, "-m", "tests.quality.bare_llama", model, str(N_CTX), str(cores),
             str(small if alike else cores)],
            env=environment(os.environ) if alike else None,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            cwd=data.ROOT,
        )  # fmt: skip

    def run(self, text: str, prompt_tokens: int, generate: int) -> dict[str, Any]:
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        request = {"text": text, "prompt_tokens": prompt_tokens, "generate": generate}
        self._child.stdin.write(json.dumps(request) + "\n")
        self._child.stdin.flush()
        answer: dict[str, Any] = json.loads(self._child.stdout.readline())
        return answer

    def close(self) -> None:
        assert self._child.stdin is not None
        self._child.stdin.close()
        self._child.wait(timeout=30)


def run(place: Workplace) -> None:
    path = place.models().chat
    corpus = data.squad()
    words = " ".join(corpus.documents.values()).replace("\\", "").split()
    process = ProcessChatModel(path, n_ctx=N_CTX)
    loops = {
        "bare loop, same threads": Bare(path, alike=True),
        "bare loop as by default": Bare(path, alike=False),
    }
    rates: dict[tuple[str, str], list[float]] = {}
    try:
        for number in range((place.limit or ROUNDS) + 1):
            text = " ".join(words[number * PROMPT_WORDS : (number + 1) * PROMPT_WORDS])
            taken = {}
            # In turns, so that no one always finds the processor as another left it.
            for name in _rotated([OURS, *loops], number):
                if name == OURS:
                    taken[name] = _process(process, text)
                else:
                    taken[name] = loops[name].run(text, PROMPT_TOKENS, GENERATE)
            if number == 0:  # all warm up
                continue
            for name, one in taken.items():
                for what, tokens, seconds in (
                    ("prefill", "prompt_tokens", "prefill_s"),
                    ("generation", "generated", "generate_s"),
                ):
                    rates.setdefault((what, name), []).append(one[tokens] / one[seconds])
    finally:
        process.close()
        for loop in loops.values():
            loop.close()
    over = f"{path.name}, prompts of about 800 tokens, {GENERATE} written"
    for (what, name), values in rates.items():
        place.record.add(
            Row("model", over, f"{what}, {name}", statistics.median(values), "tokens/s",
                len(values), min(values), max(values))
        )  # fmt: skip
        if name != OURS:
            ratios = [a / b for a, b in zip(rates[what, OURS], values, strict=True)]
            place.record.add(
                Row("model", over, f"{what}, process / {name}", statistics.median(ratios),
                    n=len(ratios), low=min(ratios), high=max(ratios),
                    note="median, least and most")
            )  # fmt: skip


def _rotated(names: list[str], by: int) -> list[str]:
    by %= len(names)
    return names[by:] + names[:by]


def _process(model: ProcessChatModel, text: str) -> dict[str, float]:
    """One answer through the pipes, as the user gets it; times of the first token and the rest."""
    messages = [Message("user", f"{text}\n\nTell a long story about this, in many paragraphs.")]
    end = drain(model.stream(messages, Sampling(max_tokens=GENERATE + 1)))
    if end.usage.completion_tokens < GENERATE // 2:
        raise RuntimeError(f"only {end.usage.completion_tokens} tokens were written")
    return {
        "prompt_tokens": end.usage.prompt_tokens - end.usage.reused_tokens,
        "prefill_s": end.first_token_s,
        "generated": end.usage.completion_tokens - 1,
        "generate_s": end.total_s - end.first_token_s,
    }
