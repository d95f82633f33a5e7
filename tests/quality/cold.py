"""A cold question: the starter model as prepared for this machine against the one as published.

Both answer the same questions of SQuAD in turns, from the same library; what the published one held
of the question before is dropped first, as it has no warm-up. The first token of an answer that is
read out of the documents is its first word.
"""

import statistics

from engine.answer.answer import Answerer
from engine.evaluate import metrics
from engine.inference.process import ProcessChatModel
from engine.models import packages
from engine.models.calibration_text import TEXT
from engine.progress import drain
from engine.retrieve.retrieve import Retriever
from engine.store.documents import Documents
from engine.types import Answer
from tests.quality import data
from tests.quality.record import Row
from tests.quality.workplace import Workplace

QUESTIONS = 200


def run(place: Workplace) -> None:
    corpus = data.squad()
    queries = place.cut(data.chosen(corpus.queries, QUESTIONS, lambda query: query.id))
    embedder = place.embedder()
    with place.vault("squad") as vault:
        place.add(vault, embedder, [data.write(corpus, place.folder / "corpora" / "squad")])
        models = {
            "prepared": ProcessChatModel(place.models().chat),
            "published": ProcessChatModel(packages.find(packages.CHAT)),
        }
        answers: dict[str, list[Answer]] = {name: [] for name in models}
        try:
            for model in models.values():
                model.preload()
            with place.bar("cold questions") as advance:
                for number, query in enumerate(queries):
                    turn = list(models.items())
                    for name, model in turn if number % 2 else reversed(turn):
                        if name == "published":
                            model.measure(TEXT, prompt_tokens=8, decode_tokens=1)
                        answerer = Answerer(Retriever(vault, embedder), model, Documents(vault))
                        answers[name].append(drain(answerer.ask(query.text)))
                    advance(number + 1, len(queries))
        finally:
            for model in models.values():
                model.close()
    over = f"squad, {len(queries)} questions"
    for name, given in answers.items():
        said = ["" if answer.abstained else answer.text for answer in given]
        pairs = list(zip(said, queries, strict=True))
        place.record.mean(
            "cold", over, f"EM, {name}", [metrics.exact_match(t, q.answers) for t, q in pairs]
        )
        place.record.mean("cold", over, f"F1, {name}", [metrics.f1(t, q.answers) for t, q in pairs])
        seconds = [answer.timings.first_token_s for answer in given]
        place.record.add(
            Row("cold", over, f"first token, {name}", statistics.median(seconds), "s",
                len(seconds), min(seconds), max(seconds), note="median, least and most")
        )  # fmt: skip
    ratios = [
        slow.timings.first_token_s / quick.timings.first_token_s
        for slow, quick in zip(answers["published"], answers["prepared"], strict=True)
    ]
    if len(ratios) > 1:
        low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
        place.record.add(
            Row("cold", over, "first token, published / prepared", middle, n=len(ratios), low=low,
                high=high, note="median and quartiles of pairs")
        )  # fmt: skip
