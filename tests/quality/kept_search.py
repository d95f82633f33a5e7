"""Searches that are made once: what was found is kept in a file and handed out again."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine.answer.answer import Search
from engine.types import Hit, Passage, SearchResult, Understood


class KeptSearch:
    """A search that keeps its results in ``file``, one JSON line each."""

    def __init__(self, search: Search, file: Path) -> None:
        self._search = search
        self._file = file
        self._kept: dict[tuple[str, str | None, int], SearchResult] = {}
        if file.exists():
            lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
            for row in (json.loads(line) for line in lines if line.endswith("\n")):
                self._kept[row["question"], row["library"], row["top"]] = _result(row)

    def search(
        self, question: str, /, *, library: str | None = None, top: int = 10
    ) -> SearchResult:
        key = (question, library, top)
        if key not in self._kept:
            found = self._search.search(question, library=library, top=top)
            self._kept[key] = found
            row = {"question": question, "library": library, "top": top, **asdict(found)}
            with self._file.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(row) + "\n")
        return self._kept[key]


def _result(row: dict[str, Any]) -> SearchResult:
    hits = tuple(
        Hit(**{**hit, "passage": Passage(**hit["passage"]), "also": tuple(hit["also"])})
        for hit in row["hits"]
    )
    query = row["query"]
    if query is not None:
        pairs = {
            name: tuple((first, second) for first, second in query[name])
            for name in ("filters", "corrections", "expansions")
        }
        query = Understood(**{**query, **pairs, "phrases": tuple(query["phrases"])})
    return SearchResult(hits, row["seconds"], query)
