"""Four ways of asking side by side: the model alone, retrieval, an adapter, and both.

Four sets: SQuAD's articles that retrieval was not chosen on, an employee handbook, medical
abbreviations, clauses of contracts. ``ALCOVE_ADAPTER`` names the adapter; without it the adapter
that ships with the app serves. ``ALCOVE_SETS`` names some of the sets, parted by commas. Every
second question of a set, in an order without favour, is asked: the others were for choosing. The
report of each set lies in the working folder (``--work``), its figures in the results folder, from
which :mod:`tests.quality.comparison_page` writes the page.
"""

import json
import os
import time
from pathlib import Path

import psutil

from engine.assistant import Assistant
from engine.evaluate import page, report
from engine.evaluate.columns import Column
from engine.evaluate.evaluated import Evaluated
from engine.evaluate.measure import Result
from engine.evaluate.questions import Question
from engine.models import starter_adapter
from engine.progress import Progress, drain
from tests.quality import abbreviations, comparison_page, contracts, data
from tests.quality.record import Row
from tests.quality.workplace import Workplace

QUESTIONS = 50
"""Of each set, where nothing else is said."""
FACTS = 10
"""Facts of each set that are changed."""
SETS = ("squad", "handbook", "abbreviations", "contracts")


def run(place: Workplace) -> None:
    columns = chosen_columns()
    named = os.environ.get("ALCOVE_SETS", "")
    for name in named.split(",") if named else SETS:
        with place.assistant(f"compare-{name}") as assistant:
            questions = SOURCES[name](place, assistant)
            count = place.limit if place.limit is not None else QUESTIONS
            questions = data.chosen(questions, count, lambda each: f"{each.id} {each.question}")
            clock = ProcessorClock(assistant)
            started = time.perf_counter()
            done = measured(place, assistant, questions, columns, name, clock)
            minutes = (time.perf_counter() - started) / 60
            figures = comparison_page.kept(done, len(questions), clock.each())
            place.record.folder.mkdir(parents=True, exist_ok=True)
            (place.record.folder / f"compare-{name}.json").write_text(json.dumps(figures, indent=1))
            report.write(place.folder / f"compare-{name}.html", page.html(done))
        over = f"{name}, {len(questions)} questions"
        told(place, done, over)
        place.record.add(Row("compare", over, "minutes of the run", minutes, "min", 1))


def chosen_columns() -> list[Column]:
    named = os.environ.get("ALCOVE_ADAPTER", "")
    adapter = Path(named) if named else starter_adapter.path()
    if adapter is None:
        raise SystemExit("The adapter that ships is not there. Name another in ALCOVE_ADAPTER.")
    chosen = ((str(adapter.absolute()), 1.0),)
    return [
        Column("plain", "plain"), Column("rag", "rag"),
        Column("tuned", "tuned", adapters=chosen), Column("both", "both", adapters=chosen),
    ]  # fmt: skip


def measured(
    place: Workplace, assistant: Assistant, questions: list[Question], columns: list[Column],
    name: str, clock: "ProcessorClock",
) -> Evaluated:  # fmt: skip
    work = assistant.comparison.run(
        questions, columns, source=name,
        changed_facts=min(FACTS, len(questions)),
    )  # fmt: skip
    with place.bar(f"comparing {name}") as advance:
        while True:
            try:
                event = next(work)
            except StopIteration as stop:
                done: Evaluated = stop.value
                return done
            if isinstance(event, Progress):
                advance(event.done, event.total)
            else:
                clock.tick(event)


class ProcessorClock:
    """Processor seconds of answers by way of asking: of this process and of the model's."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._used: dict[str, list[float]] = {}
        self._last = self._now()

    def tick(self, event: Result) -> None:
        now = self._now()
        name = event.outcome.mode
        if not event.kept and name not in self._used:
            self._used[name] = []  # the first one loads and attaches
        elif not event.kept and now > self._last:
            self._used[name].append(now - self._last)
        self._last = now

    def each(self) -> dict[str, float]:
        """Means of what was asked now; nothing for what was known."""
        return {name: sum(used) / len(used) for name, used in self._used.items() if used}

    def _now(self) -> float:
        total = 0.0
        for pid in (os.getpid(), self._assistant.model_pid):
            try:
                times = psutil.Process(pid).cpu_times() if pid is not None else None
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system if times is not None else 0.0
        return total


def told(place: Workplace, done: Evaluated, over: str) -> None:
    for each in done.considered:
        parts = {
            **each.correctness.get("all", {}), **each.form, **each.traceability, **each.freshness,
            **each.speed,
        }  # fmt: skip
        for measure, found in parts.items():
            unit = "s" if measure.endswith("_s") else ""
            place.record.add(
                Row("compare", over, f"{each.column}: {measure}", found.value, unit, found.n,
                    found.low, found.high)
            )  # fmt: skip
    place.record.note(f"{over}: {done.verdict}")
    for note in done.notes:
        place.record.note(f"{over}: {note}")


# --- the sets ----------------------------------------------------------------------------------


def squad(place: Workplace, assistant: Assistant) -> list[Question]:
    corpus = data.squad()
    drain(assistant.add([data.write(corpus, place.folder / "corpora" / "squad")]))
    held = [each for each in corpus.queries if each.group.replace("_", " ") not in corpus.chosen_on]
    answered = [
        Question(each.id, each.text, each.answers, documents=tuple(each.relevant)) for each in held
    ]
    titles = {each.group for each in held}
    none = [Question(each.id, each.text, unanswerable=True)
            for each in data.squad_unanswerable() if each.group in titles]  # fmt: skip
    few = data.chosen(none, len(answered) // 4, lambda each: str(each.id))
    return answered + few


def handbook(place: Workplace, assistant: Assistant) -> list[Question]:
    files, rows = data.handbook()
    drain(assistant.add([file.parent for file in files[:1]]))
    return [
        Question(number, text, (answer,), documents=tuple(sorted({name for name, _ in cited})))
        for number, (text, cited, answer) in enumerate(rows)
        if number % 2
    ]


def medical(place: Workplace, assistant: Assistant) -> list[Question]:
    """The list of abbreviations is a document among medical texts."""
    file = data.folder("finetune") / "medical_abbreviations" / "abbreviations.csv"
    listed = file.read_text("utf-8-sig")
    corpus = abbreviations.corpus(listed)
    texts = data.write(corpus, place.folder / "corpora" / "abbreviations")
    drain(assistant.add([file, texts]))
    return [
        Question(number, f"What does the medical abbreviation {term} stand for?", meanings,
                 documents=(file.name,), type="vocabulary")
        for number, (term, meanings) in enumerate(sorted(_meanings(listed).items()))
        if number % 2
    ]  # fmt: skip


def _meanings(listed: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in listed.splitlines()[1:]:
        term, _, rest = line.partition(",")
        meaning = rest.split(",")[0].strip().strip('"')
        if term and len(meaning.split()) > 1:
            found[term] = (*found.get(term, ()), meaning)
    return found


def clauses(place: Workplace, assistant: Assistant) -> list[Question]:
    """Each contract is named in its questions, because they lie in one library."""
    questions = []
    for path, rows in data.contracts(contracts.CONTRACTS):
        drain(assistant.add([path]))
        for row in rows[1::2]:
            questions.append(
                Question(
                    f"{path.stem} {row['category']}",
                    f"{path.stem}: {row['question']}",
                    () if row["absent"] else tuple(row["spans"]),
                    bool(row["absent"]),
                    (path.name,),
                )
            )
    return questions


SOURCES = {
    "squad": squad,
    "handbook": handbook,
    "abbreviations": medical,
    "contracts": clauses,
}
