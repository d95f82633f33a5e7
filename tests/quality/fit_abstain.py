"""Prints the weights of both judges of ``engine/answer/abstain.py``.

``python -m tests.quality.fit_abstain FOLDER [--adapter GGUF] [--each N] [--seconds S] [--kinds …]``

``JUDGE`` without ``--adapter``: chosen on two articles of SQuAD, every other contract and half of
the everyday questions, reported on the others. ``SHORT`` with one: two articles tell too little of
the others, so that it is chosen on all eight that the adapter was not taught and the same everyday
questions, and each article is reported by weights that were fitted without it. What came of each
question is kept in FOLDER (``--seconds`` bounds the asking), so that fitting again takes seconds.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.answer import abstain
from engine.answer.abstain import Judge
from engine.answer.written import REFUSAL
from engine.evaluate import calibrate, metrics
from tests.quality import abstain_data
from tests.quality.abstain_data import Asked, Said
from tests.quality.everyday import CHOSEN, HELD_OUT, TOLD

QUESTION = ("meaning", "nearness", "context", "unmet denial", "unsought", "reading score")
TOPIC = (
    "topic", "topic meaning", "topic context", "topic lift", "topic likelihood gap",
    "topic length", "topic likelihood",
)  # fmt: skip
SHORT = (
    "meaning", "nearness", "score", "context", "passage", "names", "names in sentence",
    "unmet denial", "unsought", "reading", "reading score", "length", REFUSAL,
    "answer likelihood", "answer belief", "answer sentence", "answer context", "answer nearness",
)  # fmt: skip
SET = {"table": 2.0, "topic table": 2.0}
"""Weights that are set and not fitted: too few questions are about tables."""
DAY = ("everyday", "everyday absent")
SQUAD = ("answerable", "same topic")
PAIRS = (
    ("answerable", "same topic"),
    ("answerable", "off topic"),
    DAY,
    ("clause there", "clause absent"),
)
COVERAGE = 0.8
"""Share of the answerable questions that the threshold lets through where it is chosen."""
REPORTED = 0.8
"""Share of the answerable questions of a kind at which the wrong answers are reported."""
PULL, PULL_SHORT = 6.0, 60.0
"""Towards no weight at all; chosen with the signals by folds of what is chosen on."""

Row = tuple[Asked, Said]
Sure = Callable[[Asked, Said], float]


def fitted(rows: Sequence[Row], names: Sequence[str]) -> Judge:
    """The judge that these rows make likeliest, with its threshold."""
    signals = [said.signals for _, said in rows]
    prior = Judge(0.0, dict.fromkeys(names, 0.0))
    short = REFUSAL in names
    pull = PULL_SHORT if short else PULL
    judge = calibrate.fitted(signals, [item.answerable for item, _ in rows], prior=prior, pull=pull)
    judge = replace(judge, weights={**judge.weights, **({} if short else SET)})
    sure = [judge.probability(said.signals) for item, said in rows if item.answerable]
    return replace(judge, threshold=float(np.quantile(sure, 1 - COVERAGE)))


def by_judge(judge: Judge) -> Sure:
    """The judge's estimate; 0 where nothing was said."""
    return lambda _, said: judge.probability(said.signals) if said.text else 0.0


def left_out(rows: Sequence[Row], judge: Judge, names: Sequence[str]) -> Sure:
    """As :func:`by_judge`, but each article by a judge that was fitted without it."""
    articles = {article(item) for item, _ in rows} - {""}
    judges = {
        name: fitted([row for row in rows if article(row[0]) != name], names) for name in articles
    }
    return lambda item, said: by_judge(judges.get(article(item), judge))(item, said)


def article(item: Asked) -> str:
    """Of a question of SQuAD; empty for others."""
    return item.about.rpartition("-")[0] if item.kind in SQUAD else ""


def report(name: str, sure: Sure, least: float, rows: Sequence[Row]) -> None:
    """Areas under the curve, and what is answered wrongly at a coverage and at the threshold."""
    print(f"{name}, threshold {least:.2f}")
    for part in (CHOSEN, HELD_OUT, TOLD):
        for kinds in PAIRS:
            good, bad = (
                [row for row in rows if row[0].part == part and row[0].kind == kind]
                for kind in kinds
            )
            if good and bad:
                print(f"  {part:<9}{kinds[0]} / {kinds[1]}: {_costs(sure, least, good, bad)}")
        right = [row for row in rows if row[0].part == part and row[0].kind == "answerable"]
        if right:
            print(f"  {part:<9}{_quality(sure, least, right)}")


def _costs(sure: Sure, least: float, good: Sequence[Row], bad: Sequence[Row]) -> str:
    there, absent = _all(sure, good), _all(sure, bad)
    area = (there[:, None] > absent).mean() + (there[:, None] == absent).mean() / 2
    at = np.quantile(there, 1 - REPORTED)
    words = (
        f"{len(good)} and {len(bad)}: area {area:.2f}; where {REPORTED:.0%} are answered, "
        f"{(absent >= at).mean():.2f} wrongly; at the threshold {(there >= least).mean():.2f} and "
        f"{(absent >= least).mean():.2f} ({(absent >= least).sum()})"
    )
    if good[0][0].kind in DAY:
        said = [
            said.text if value >= least else ""
            for (_, said), value in zip(good, there, strict=True)
        ]
        told = [
            metrics.contains_answer(text, item.answers)
            for text, (item, _) in zip(said, good, strict=True)
        ]
        words += f"; right {sum(map(bool, told))}"
    return words


def _quality(sure: Sure, least: float, rows: Sequence[Row]) -> str:
    """EM, F1 (refusals are empty) and how many quotes hold the answer, at the threshold."""
    answered = [row for row in rows if sure(*row) >= least]
    said = {item.id: said.text for item, said in answered}
    pairs = [(said.get(item.id, ""), item.answers) for item, _ in rows]
    holds = [
        metrics.contains_answer(quote, item.answers)
        for item, said in answered
        for _, quote in said.quotes
    ]
    exact = np.mean([metrics.exact_match(text, answers) for text, answers in pairs])
    f1 = np.mean([metrics.f1(text, answers) for text, answers in pairs])
    return (
        f"{len(rows)} answerable: EM {exact:.3f}, F1 {f1:.3f}; of {len(holds)} quotes "
        f"{np.mean(holds):.3f} hold the answer"
    )


def _all(sure: Sure, rows: Sequence[Row]) -> NDArray[np.float64]:
    return np.array([sure(*row) for row in rows])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--adapter", type=Path, help="grounded answers; fits SHORT")
    parser.add_argument("--each", type=int, default=150, help="of SQuAD, of each kind and part")
    parser.add_argument("--seconds", type=float, default=3600, help="0 fits what is kept")
    parser.add_argument("--kinds", nargs="*", help="only these kinds of questions")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    asked = [
        item
        for item in abstain_data.questions(options.each)
        if not options.kinds or item.kind in options.kinds
    ]
    abstain_data.collect(
        options.folder,
        asked,
        adapter=options.adapter,
        seconds=options.seconds,
        threads=options.threads,
    )
    kept = {said.id: said for said in abstain_data.read(options.folder, options.adapter)}
    short = options.adapter is not None
    rows = [
        (item, kept[item.id])
        for item in asked
        if item.id in kept and (REFUSAL in kept[item.id].signals) == short
    ]
    if short:  # no article of SQuAD is kept from the fit: each is reported without itself
        rows = [
            (replace(item, part=CHOSEN) if item.kind in SQUAD else item, said)
            for item, said in rows
        ]
    print(dict(Counter((item.kind, item.part) for item, _ in rows)))
    now = abstain.SHORT if short else abstain.JUDGE
    report("now", by_judge(now), now.threshold, rows)
    names = SHORT if short else (*QUESTION, *TOPIC)
    chosen = [row for row in rows if row[0].part == CHOSEN]
    judge = fitted(chosen, names)
    sure = left_out(chosen, judge, names) if short else by_judge(judge)
    report(f"new: intercept {judge.intercept:.2f}", sure, judge.threshold, rows)
    for name, weight in sorted(judge.weights.items()):
        print(f'            "{name}": {weight:.2f},')


if __name__ == "__main__":
    main()
