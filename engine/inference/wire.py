"""Between what the engine says and what goes over the pipe to the model process."""

import time
from collections.abc import Sequence
from typing import Any, Literal

from engine.formats.chat import Segment
from engine.inference.chat_model import Sampling
from engine.model_types import Completion, Scores, Usage


def segments(pieces: Sequence[Segment]) -> list[list[object]]:
    return [[piece.text, piece.trusted] for piece in pieces]


def choice(sampling: Sampling) -> dict[str, object]:
    return {
        "max_tokens": max(1, sampling.max_tokens),
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "min_p": sampling.min_p,
        "top_k": sampling.top_k,
        "repeat_penalty": sampling.repeat_penalty,
        "seed": sampling.seed,
        "stop": list(sampling.stop),
        "grammar": sampling.grammar,
        "json_schema": sampling.json_schema,
    }


def completion(
    text: str, thinking: str, done: dict[str, Any], first_token_s: float, started: float
) -> Completion:
    finish_reason: Literal["stop", "length", "cancelled"] = done["finish_reason"]
    return Completion(
        text=text,
        finish_reason=finish_reason,
        usage=Usage(
            prompt_tokens=done["prompt_tokens"],
            completion_tokens=done["completion_tokens"],
            reused_tokens=done["reused_tokens"],
        ),
        first_token_s=first_token_s,
        total_s=time.perf_counter() - started,
        thinking=thinking,
    )


def scores(done: dict[str, Any]) -> Scores:
    return Scores(
        tuple(float(value) for value in done["scores"]),
        Usage(done["prompt_tokens"], 0, done["reused_tokens"]),
    )


def cancelled(text: str, thinking: str, started: float) -> Completion:
    return Completion(
        text, "cancelled", Usage(), 0.0, time.perf_counter() - started, thinking=thinking
    )
