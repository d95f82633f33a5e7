"""A cold question: the starter model as prepared for this machine against the one as published.

All answer the same questions of SQuAD in turns, from the same library. Before every question what
a published one held of the question before is dropped, as it has no warm-up. The first token of an
answer that is read out of the documents is its first word, so it comes when the sentences have been
weighed. "Published" is the file as it comes, weighed as now; "published, in turn" weighs one
sentence after another as well, which is how answers were made before anything was made faster.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from engine.answer import prompt
from engine.answer.answer import Answerer
from engine.evaluate import metrics
from engine.inference.process import ProcessChatModel
from engine.model_types import Message, Scores, Usage
from engine.models import packages
from engine.models.calibration_text import TEXT
from engine.progress import CancelToken, drain
from engine.retrieve.retrieve import Retriever
from engine.store.documents import Documents
from engine.types import Answer
from tests.quality import data
from tests.quality.record import Row
from tests.quality.workplace import Workplace

QUESTIONS = 200
FROM_NOTHING = 10
PREPARED = "prepared"


class InTurn(ProcessChatModel):
    """Weighs one sentence after another."""

    def score_each(
        self,
        prompts: Sequence[Sequence[Message]],
        continuation: str,
        *,
        cancel: CancelToken | None = None,
    ) -> Scores:
        scores = [self.score(messages, [continuation]) for messages in prompts]
        read = sum(one.usage.prompt_tokens for one in scores)
        held = sum(one.usage.reused_tokens for one in scores)
        return Scores(tuple(one.values[0] for one in scores), Usage(read, 0, held))


def run(place: Workplace) -> None:
    corpus = data.squad()
    queries = place.cut(data.chosen(corpus.queries, QUESTIONS, lambda query: query.id))
    embedder = place.embedder()
    prepared, published = place.models().chat, packages.find(packages.CHAT)
    with place.vault("squad") as vault:
        place.add(vault, embedder, [data.write(corpus, place.folder / "corpora" / "squad")])

        def asked(model: ProcessChatModel, question: str) -> Answer:
            answerer = Answerer(Retriever(vault, embedder), model, Documents(vault))
            return drain(answerer.ask(question))

        models = {
            PREPARED: ProcessChatModel(prepared),
            "published": ProcessChatModel(published),
            "published, in turn": InTurn(published),
        }
        answers: dict[str, list[Answer]] = {name: [] for name in models}
        try:
            for model in models.values():
                model.preload()
            with place.bar("cold questions") as advance:
                for number, query in enumerate(queries):
                    for name in _rotated(list(models), number):
                        if name != PREPARED:
                            models[name].measure(TEXT, prompt_tokens=8, decode_tokens=1)
                        answers[name].append(asked(models[name], query.text))
                    advance(number + 1, len(queries))
        finally:
            for model in models.values():
                model.close()
        texts = [query.text for query in queries[:FROM_NOTHING]]
        opened = _from_nothing(prepared, published, texts, asked)
    over = f"squad, {len(queries)} questions"
    for name, given in answers.items():
        said = ["" if answer.abstained else answer.text for answer in given]
        pairs = list(zip(said, queries, strict=True))
        place.record.mean(
            "cold", over, f"EM, {name}", [metrics.exact_match(t, q.answers) for t, q in pairs]
        )
        place.record.mean("cold", over, f"F1, {name}", [metrics.f1(t, q.answers) for t, q in pairs])
    times = {name: [a.timings.first_token_s for a in given] for name, given in answers.items()}
    _rows(place, over, times)
    _rows(place, f"squad, {len(texts)} questions, model not loaded before", opened)


def _from_nothing(
    prepared: Path,
    published: Path,
    questions: Sequence[str],
    asked: Callable[[ProcessChatModel, str], Answer],
) -> dict[str, list[float]]:
    """Seconds to the answer of the first question after opening.

    The window reads what it can before the question is typed; without a warm-up the process is
    started and the model loaded when the question comes.
    """
    times: dict[str, list[float]] = {PREPARED: [], "published, in turn": []}
    for question in questions:
        for name in times:
            warmed = name == PREPARED
            model = ProcessChatModel(prepared) if warmed else InTurn(published)
            try:
                if warmed:
                    model.warm(prompt.asking("", ""))
                started = time.perf_counter()
                asked(model, question)
                times[name].append(time.perf_counter() - started)
            finally:
                model.close()
    return times


def _rows(place: Workplace, over: str, times: dict[str, list[float]]) -> None:
    for name, seconds in times.items():
        place.record.add(
            Row("cold", over, f"first token, {name}", statistics.median(seconds), "s",
                len(seconds), min(seconds), max(seconds), note="median, least and most")
        )  # fmt: skip
        ratios = [slow / quick for slow, quick in zip(seconds, times[PREPARED], strict=True)]
        if name != PREPARED and len(ratios) > 1:
            low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
            place.record.add(
                Row("cold", over, f"first token, {name} / {PREPARED}", middle, n=len(ratios),
                    low=low, high=high, note="median and quartiles of pairs")
            )  # fmt: skip


def _rotated(names: list[str], by: int) -> list[str]:
    by %= len(names)
    return names[by:] + names[:by]
