"""What refusing is chosen and measured on: questions, each asked once and always answered.

Asking is slow and fitting is quick, so the signals of every question and what would be answered
are kept in ``FOLDER``, for each adapter in a file of its own, and taken up where they stopped.
"""

import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from engine.answer.abstain import Judge
from engine.answer.answer import Answerer
from engine.assistant import Assistant
from engine.inference.adapters import Adapter
from engine.inference.process import ProcessChatModel
from engine.progress import drain
from engine.retrieve.retrieve import Retriever
from engine.types import Answer
from tests.quality import data, everyday
from tests.quality.everyday import CHOSEN, HELD_OUT
from tests.quality.kept_search import KeptSearch
from tests.quality.starter_adapter import is_taught

CHOSEN_ON = ("Economic_inequality", "Immune_system")
"""Articles of SQuAD that thresholds are chosen on; no adapter that ships has learnt from them."""
ALWAYS = Judge(0.0, threshold=0.0)
"""Answers every question."""
CONTRACTS = 16
CLAUSES = 8
"""Most questions of either kind about one contract."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and what is right for it."""

    id: str
    kind: str
    part: str
    text: str
    answers: tuple[str, ...]
    """Any of them is right; of a contract, spans of its text."""
    library: str
    about: str = ""
    """The file that the question was made for, if it is known."""
    answerable: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """What came of a question that had to be answered."""

    id: str
    signals: dict[str, float]
    text: str
    """Empty where nothing could be quoted."""
    quotes: tuple[tuple[str, str], ...]
    """Path and text of each quotation."""


def part(article: str) -> str:
    """What an article of SQuAD is used for; empty where an adapter may have learnt from it."""
    name = article.replace(" ", "_")
    if is_taught(name):
        return ""
    return CHOSEN if name in CHOSEN_ON else HELD_OUT


def questions(each: int) -> list[Asked]:
    """As many of each kind and part, in turn, so that any beginning is balanced."""
    rows = [*_squad(each), *_off_topic(each), *_clauses(), *_everyday()]
    longest = max(len(found) for found in rows)
    return [found[at] for at in range(longest) for found in rows if at < len(found)]


def _squad(each: int) -> Iterator[list[Asked]]:
    for kind, queries in (
        ("answerable", data.squad().queries),
        ("same topic", data.squad_unanswerable()),
    ):
        for use in (CHOSEN, HELD_OUT):
            some = [query for query in queries if part(query.group) == use]
            yield [
                Asked(
                    query.id, kind, use, query.text, query.answers, "SQuAD",
                    next(iter(query.relevant), ""), kind == "answerable",
                )
                for query in data.chosen(some, each, lambda query: query.id)
            ]  # fmt: skip


def _off_topic(each: int) -> Iterator[list[Asked]]:
    texts = [text for text, _, _ in data.handbook()[1]]
    for use, some in ((CHOSEN, texts[::2]), (HELD_OUT, texts[1::2])):
        yield [
            Asked(f"off-{use}-{number}", "off topic", use, text, (), "SQuAD")
            for number, text in enumerate(some[: each // 4])
        ]


def _clauses() -> Iterator[list[Asked]]:
    rows: dict[tuple[bool, str], list[Asked]] = {}
    for number, (_, found) in enumerate(data.contracts(CONTRACTS)):
        use = HELD_OUT if number % 2 else CHOSEN
        for absent in (False, True):
            fitting = [row for row in found if row["absent"] == absent]
            rows.setdefault((absent, use), []).extend(
                Asked(
                    f"{number}-{row['category']}",
                    "clause absent" if absent else "clause there",
                    use,
                    f"{row['category']}: {row['question']}",
                    tuple(row["spans"]),
                    f"Contract {number}",
                    answerable=not absent,
                )
                for row in data.chosen(fitting, CLAUSES, lambda row: row["category"])
            )
    yield from rows.values()


def _everyday() -> Iterator[list[Asked]]:
    rows: dict[tuple[str, bool], list[Asked]] = {}
    for item in everyday.questions():
        there = bool(item.answers)
        kind = "everyday" if there else "everyday absent"
        rows.setdefault((item.part, there), []).append(
            Asked(item.id, kind, item.part, item.text, item.answers, item.library, answerable=there)
        )
    yield from rows.values()


def collect(
    folder: Path,
    asked: Sequence[Asked],
    *,
    adapter: Path | None = None,
    seconds: float = 3600,
    threads: int = 1,
) -> None:
    """Ask what is not kept yet, for at most so long."""
    kept = {item.id for item in read(folder, adapter)}
    missing = [item for item in asked if item.id not in kept]
    if not missing or seconds <= 0:
        return
    began = time.perf_counter()
    folder.mkdir(parents=True, exist_ok=True)
    assistant = Assistant.open(folder / "profile")
    try:
        drain(assistant.prepare())
        _fill(assistant, folder, {item.library for item in asked})
        embedder = drain(assistant._ready_embedder())
        model = ProcessChatModel(assistant._keeper.file_of(None), threads=threads)
        try:
            if adapter is not None:
                model.attach([Adapter(adapter)])
            answerer = Answerer(
                KeptSearch(Retriever(assistant._vault, embedder), folder / "found.jsonl"),
                model,
                assistant._documents,
                embedder=embedder,
                judge=ALWAYS,
                short_judge=ALWAYS,
            )
            with _file(folder, adapter).open("a", encoding="utf-8") as stream:
                for item in missing:
                    if time.perf_counter() - began > seconds:
                        return
                    answer = drain(answerer.ask(item.text, library=item.library))
                    stream.write(json.dumps(asdict(_said(item, answer))) + "\n")
                    stream.flush()
        finally:
            model.close()
    finally:
        assistant.close()


def read(folder: Path, adapter: Path | None = None) -> Iterator[Said]:
    """What is kept."""
    path = _file(folder, adapter)
    if not path.exists():
        return
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.endswith("\n"):
                row = json.loads(line)
                quotes = tuple((path, quote) for path, quote in row.pop("quotes"))
                yield Said(**row, quotes=quotes)


def _fill(assistant: Assistant, folder: Path, wanted: set[str]) -> None:
    """The libraries that are asked, with their files; those that are there stay."""
    files: dict[str, list[Path]] = dict(everyday.libraries(folder / "papers"))
    if "SQuAD" in wanted:
        files["SQuAD"] = [data.write(data.squad(), folder / "corpora" / "squad")]
    if any(name.startswith("Contract") for name in wanted):
        for number, (path, _) in enumerate(data.contracts(CONTRACTS)):
            files[f"Contract {number}"] = [path]
    there = {each.name for each in assistant.libraries()}
    for name in sorted(wanted - there):
        drain(assistant.add(files[name], library=name))


def _said(item: Asked, answer: Answer) -> Said:
    signals = dict(answer.why.signals) if answer.why is not None else {}
    quotes = tuple((each.path, each.quote) for each in answer.citations)
    return Said(item.id, signals, "" if answer.abstained else answer.text, quotes)


def _file(folder: Path, adapter: Path | None) -> Path:
    if adapter is None:
        return folder / "asked.jsonl"
    digest = hashlib.sha256(adapter.read_bytes()).hexdigest()
    return folder / f"asked-{digest[:12]}.jsonl"
