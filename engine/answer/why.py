"""Notes taken while a question is answered, from which the user is told why it came out so."""

import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from engine.answer import orders
from engine.answer.pack import Packed
from engine.types import Citation, Hit, Understood
from engine.why_types import Found, FoundPassage, Step, Use, Why

BY_WORDS = 0.25
"""Least normalised BM25 of a passage that counts as found by its words."""
BY_MEANING = 0.3
"""Least cosine of a passage that counts as found by its meaning."""


class Notes:
    """What happened while one question was answered."""

    def __init__(self, question: str) -> None:
        self._asked = question
        self._hits: tuple[Hit, ...] = ()
        self._read: set[int] = set()
        self._cut: set[int] = set()
        self._parts: set[int] = set()
        self._whole: tuple[str, ...] = ()
        self._ordering: tuple[str, ...] = ()
        self._steps: list[Step] = []
        self._since = time.perf_counter()
        self._verdict: tuple[float, float, bool] | None = None
        self._signals: Mapping[str, float] = {}
        self._understood = Understood(question)

    def step(self, name: str) -> None:
        """What went on since the step before is over."""
        now = time.perf_counter()
        self._steps.append(Step(name, now - self._since))
        self._since = now

    def found(self, asked: str, hits: Sequence[Hit], understood: Understood | None = None) -> None:
        """What was searched for and found, and what the search understood of the question."""
        self._asked, self._hits = asked, tuple(hits)
        self._understood = understood or Understood(asked)

    def read(self, hits: Sequence[Hit]) -> None:
        """What the model read."""
        self._read = {hit.passage.id for hit in hits}

    def packed(self, packed: Packed, shown: Sequence[Hit]) -> None:
        """What the model read and what had no room; ``shown`` as the documents have it."""
        self.read(packed.hits)
        self._cut = {hit.passage.id for hit in packed.cut}
        read: dict[int, int] = {}
        for id, start, end in packed.context.passages:
            read[id] = read.get(id, 0) + end - start
        self._parts = {
            hit.passage.id
            for hit in shown
            if read.get(hit.passage.id, len(hit.passage.text)) < len(hit.passage.text)
        }
        self._whole = packed.whole
        self._ordering = tuple(
            path
            for path in packed.whole
            if any(hit.passage.path == path and orders.gives(hit.passage.text) for hit in shown)
        )

    def judged(
        self, signals: Mapping[str, float] | None, value: float, threshold: float, *, fitted: bool
    ) -> None:
        """How sure it was that the documents answer the question."""
        self._signals = signals or {}
        self._verdict = (value, threshold, fitted)

    def why(self, citations: Sequence[Citation]) -> Why:
        """The notes as the user is told them."""
        cited = {citation.passage_id for citation in citations}
        value, threshold, fitted = self._verdict or (None, None, False)
        return Why(
            asked=self._asked,
            passages=tuple(
                _passage(hit, self._use(hit.passage.id, cited), part=hit.passage.id in self._parts)
                for hit in self._hits
            ),
            steps=tuple(self._steps),
            probability=value,
            threshold=threshold,
            calibrated=fitted,
            signals=tuple(self._signals.items()),
            corrections=self._understood.corrections,
            expansions=self._understood.expansions,
            filters=self._understood.filters,
            phrases=self._understood.phrases,
            whole=self._whole,
            ordering=self._ordering,
        )

    def _use(self, passage_id: int, cited: Collection[int]) -> Use:
        if passage_id in cited:
            return "cited"
        if passage_id in self._read:
            return "read"
        return "cut" if passage_id in self._cut else "unread"


def found_by(hit: Hit) -> Found:
    """What found a passage; where neither is strong, what is stronger of the two."""
    words, meaning = hit.words >= BY_WORDS, hit.meaning >= BY_MEANING
    if words and meaning:
        return "both"
    if words or meaning:
        return "words" if words else "meaning"
    return "words" if hit.words > hit.meaning else "meaning"


def as_json(value: Why) -> dict[str, Any]:
    """``found_by`` is words, meaning or both; ``use`` is cited, read, cut or unread.

    ``part``: of a passage only some sentences had room; ``whole``: documents read as a whole.
    """
    return {
        "asked": value.asked,
        "corrections": [list(pair) for pair in value.corrections],
        "expansions": [list(pair) for pair in value.expansions],
        "filters": [list(pair) for pair in value.filters],
        "phrases": list(value.phrases),
        "passages": [
            {
                "rank": each.rank,
                "path": each.path,
                "page": each.page,
                "label": each.label,
                "heading": each.heading,
                "start": each.start,
                "end": each.end,
                "score": round(each.score, 6),
                "words": round(each.words, 6),
                "meaning": round(each.meaning, 6),
                "found_by": each.found_by,
                "use": each.use,
                "part": each.part,
                "gives_orders": each.gives_orders,
            }
            for each in value.passages
        ],
        "whole": list(value.whole),
        "probability": round(value.probability, 4) if value.probability is not None else None,
        "threshold": value.threshold,
        "calibrated": value.calibrated,
        "signals": {name: round(number, 4) for name, number in value.signals},
        "steps": [{"name": each.name, "seconds": round(each.seconds, 4)} for each in value.steps],
    }


def _passage(hit: Hit, use: Use, *, part: bool) -> FoundPassage:
    passage = hit.passage
    return FoundPassage(
        rank=hit.rank,
        path=passage.path,
        page=passage.page,
        label=passage.label,
        heading=passage.heading,
        start=passage.start,
        end=passage.end,
        passage_id=passage.id,
        document_id=passage.document_id,
        score=hit.score,
        words=hit.words,
        meaning=hit.meaning,
        found_by=found_by(hit),
        use=use,
        gives_orders=orders.gives(passage.text),
        part=part,
    )
