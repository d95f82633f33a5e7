"""What a model is to keep: its own answers to plain requests, learnt beside what is new.

Taught one thing only, a small model soon says nothing else. A share of its own earlier answers
among the examples keeps them likely (rehearsal with answers of the model itself, as in Huang and
others 2024, "Mitigating Catastrophic Forgetting in Large Language Models with Self-Synthesized
Rehearsal", arXiv 2403.01244).
"""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from engine.answer import prompt
from engine.formats import examples as example_file
from engine.formats.examples import Example
from engine.model_types import Message
from engine.teach import review

RECIPE = example_file.REHEARSED
SHARE = 3
"""One of these for so many examples."""
FEWEST = 12
LEAST_SHARE = 10
"""Where examples are many, each of these stands among them as often as keeps one in so many."""
MOST_TIMES = 8
MOST_TOKENS = 48
LONGEST = 256
"""Tokens of a request and its answer."""
_ENDS = (".", "!", "?")


@cache
def requests() -> tuple[str, ...]:
    """What is rehearsed. Written for Alcove, and not asked where forgetting is measured."""
    text = resources.files("engine.teach").joinpath("rehearsal.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["ask"])


def wanted(examples: int) -> int:
    """How many go with so many examples."""
    return min(len(requests()), max(FEWEST, examples // SHARE))


def prompts() -> list[tuple[Message, ...]]:
    """The requests, in turn as they are and as a conversation asks them."""
    found = []
    for number, request in enumerate(requests()):
        turn = Message("user", request)
        found.append((turn,) if number % 2 else tuple(prompt.plain([turn])))
    return found


def after(there: Sequence[Example]) -> list[tuple[Message, ...]]:
    """The prompts that come after the last one answered in ``there``."""
    asked = prompts()
    if not there:
        return asked
    last = there[-1].messages[-2].content
    return asked[1 + next((at for at, each in enumerate(asked) if each[-1].content == last), -1) :]


def example(asked: Sequence[Message], answer: str) -> Example | None:
    """An answer as an example, up to its last whole sentence; None where there is none."""
    end = max(answer.rfind(mark) for mark in _ENDS)
    if end < 1:
        return None
    return Example(
        (*asked, Message("assistant", answer[: end + 1].strip())), recipe=RECIPE,
        why="the model's own answer, so that it is not forgotten",
    )  # fmt: skip


def fitting(
    settings: Mapping[str, Any], kept: Sequence[Example], context: int = 0
) -> tuple[dict[str, Any], list[Example]]:
    """A job's settings with a bound on length that lets these in, and those that it lets in.

    The bound is raised to ``LONGEST`` tokens at most, and to the model's ``context`` where that is
    known.
    """
    bound = int(settings.get("max_tokens", LONGEST))
    most = max(bound, min(LONGEST, context or LONGEST))
    short = [each for each in kept if review.tokens_of(each) <= most]
    longest = max(map(review.tokens_of, short), default=0)
    if "max_tokens" not in settings or longest <= bound:
        return dict(settings), short
    return {**settings, "max_tokens": longest}, short


def among(examples: Sequence[Example], kept: Sequence[Example]) -> tuple[Example, ...]:
    """Both, evenly mixed, the order of each as it was; ``kept`` again and again among many."""
    if not kept:
        return tuple(examples)
    times = min(MOST_TIMES, -(-len(examples) // (LEAST_SHARE * len(kept))))
    kept = [*kept] * max(1, times)
    every = max(1, len(examples) // len(kept))
    mixed: list[Example] = []
    rest = list(kept)
    for number, each in enumerate(examples, start=1):
        mixed.append(each)
        if number % every == 0 and rest:
            mixed.append(rest.pop(0))
    return (*mixed, *rest)


def without(examples: Sequence[Example]) -> list[Example]:
    """Only what is new."""
    return [each for each in examples if each.recipe != RECIPE]


def file_of(folder: Path, base: Path) -> Path:
    """Where the answers of a model are kept: they are the same for every job."""
    stat = base.stat()
    mark = f"{base.name} {stat.st_size} {stat.st_mtime_ns} {len(requests())}"
    return folder / f"rehearsal-{hashlib.blake2b(mark.encode(), digest_size=8).hexdigest()}.jsonl"


def labelled(kept: Sequence[Example]) -> list[Example]:
    """As they are read back, under the name of what they are."""
    return [replace(each, recipe=RECIPE) for each in kept]
