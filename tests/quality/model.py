"""Tokens a second of the model process, beside a bare llama.cpp loop on the same file.

Both run in one go and take turns, so that what else the machine does falls on both alike.
"""

import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from engine.inference.chat_model import Sampling
from engine.inference.cores import usable_cores
from engine.inference.process import ProcessChatModel
from engine.progress import drain
from engine.types import Message
from tests.quality import data
from tests.quality.record import Row
from tests.quality.workplace import Workplace

ROUNDS = 7
PROMPT_WORDS = 560
GENERATE = 96
N_CTX = 2048


class Bare:
    """The bare loop as a child process."""

    def __init__(self, model: Path) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "tests.quality.bare_llama", model, str(N_CTX),
             str(usable_cores())],
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
    ours: dict[str, list[float]] = {"prefill": [], "generation": []}
    bare: dict[str, list[float]] = {"prefill": [], "generation": []}
    process = ProcessChatModel(path, n_ctx=N_CTX)
    loop = Bare(path)
    try:
        for number in range((place.limit or ROUNDS) + 1):
            text = " ".join(words[number * PROMPT_WORDS : (number + 1) * PROMPT_WORDS])
            first = _process(process, text)
            second = loop.run(text, int(first["prompt_tokens"]), GENERATE)
            if number == 0:  # both warm up
                continue
            ours["prefill"].append(first["prompt_tokens"] / first["prefill_s"])
            ours["generation"].append(first["generated"] / first["generate_s"])
            bare["prefill"].append(second["prompt_tokens"] / second["prefill_s"])
            bare["generation"].append(second["generated"] / second["generate_s"])
    finally:
        process.close()
        loop.close()
    over = f"{path.name}, prompts of about 800 tokens, {GENERATE} written"
    for what in ("prefill", "generation"):
        for name, rates in (("model process", ours[what]), ("bare loop", bare[what])):
            place.record.add(
                Row("model", over, f"{what}, {name}", statistics.median(rates), "tokens/s",
                    len(rates), min(rates), max(rates))
            )  # fmt: skip
        ratios = [a / b for a, b in zip(ours[what], bare[what], strict=True)]
        place.record.add(
            Row("model", over, f"{what}, process / bare", statistics.median(ratios),
                n=len(ratios), low=min(ratios), high=max(ratios), note="median, least and most")
        )  # fmt: skip


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
