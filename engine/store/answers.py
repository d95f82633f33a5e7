"""Answers as JSON, with the version of their form inside, for conversations that outlive it."""

import json
from dataclasses import asdict
from typing import Any

from engine.model_types import Message, Usage
from engine.types import Answer, Citation, CitedCell, ContextUse, Hit, Passage, Sentence, Timings
from engine.why_types import FoundPassage, Step, Why

VERSION = 1


def to_json(answer: Answer) -> str:
    return json.dumps({"version": VERSION, **asdict(answer)}, ensure_ascii=False)


def from_json(text: str) -> Answer | None:
    """The answer; None for a form that only a newer version of Alcove can read."""
    stored: dict[str, Any] = json.loads(text)
    if stored.pop("version") > VERSION:
        return None
    sentences = tuple(
        Sentence(each["text"], tuple(each["citations"]), each["supported"])
        for each in stored.pop("sentences")
    )
    citations = tuple(_citation(each) for each in stored.pop("citations"))
    nearest = tuple(
        Hit(**{**_placed(each), "passage": Passage(**each["passage"])})
        for each in stored.pop("nearest")
    )
    timings = Timings(**stored.pop("timings"))
    usage = Usage(**stored.pop("usage"))
    context = stored.pop("context", None)
    if context is not None:
        turns = {part: tuple(context[part]) for part in ("kept", "dropped")}
        spans = tuple(
            (int(id), int(start), int(end)) for id, start, end in context.get("passages", ())
        )
        documents = tuple(context.get("documents", ()))
        context = ContextUse(**{**context, **turns, "passages": spans, "documents": documents})
    why = stored.pop("why", None)
    tasks = tuple(stored.pop("tasks", ()))
    asked = tuple(Message(**each) for each in stored.pop("asked", ()))
    return Answer(
        **stored,
        tasks=tasks,
        asked=asked,
        why=_why(why) if why is not None else None,
        sentences=sentences,
        citations=citations,
        nearest=nearest,
        timings=timings,
        usage=usage,
        context=context,
    )


def _citation(stored: dict[str, Any]) -> Citation:
    cells = tuple(CitedCell(**each) for each in stored.pop("cells", ()))
    return Citation(**_placed(stored), cells=cells)


def _why(stored: dict[str, Any]) -> Why:
    passages = tuple(FoundPassage(**each) for each in stored.pop("passages"))
    steps = tuple(Step(**each) for each in stored.pop("steps"))
    pairs: dict[str, Any] = {
        name: tuple((first, second) for first, second in stored.pop(name, ()))
        for name in ("signals", "corrections", "expansions", "filters")
    }
    for name in ("phrases", "whole", "ordering"):
        pairs[name] = tuple(stored.pop(name, ()))
    return Why(**stored, passages=passages, steps=steps, **pairs)


def _placed(stored: dict[str, Any]) -> dict[str, Any]:
    return {**stored, "also": tuple(stored.get("also", ()))}
