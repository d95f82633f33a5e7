"""Prints the weights of ``engine/answer/abstain.py``.

``python -m tests.quality.fit_abstain FOLDER [--each N] [--seconds S]``

Chosen on half of the articles of SQuAD and every other contract, reported on the others. What was
found for each question is kept in FOLDER (``--seconds`` bounds the reading), so that fitting again
takes seconds. Three difficulties: off topic, same topic but unanswerable, absent clause.
"""

import argparse
from collections import Counter
from pathlib import Path

import numpy as np

from engine.answer import abstain, extract
from engine.answer.abstain import Judge, Signals
from engine.answer.reader import Reader
from engine.evaluate import calibrate
from tests.quality import abstain_data
from tests.quality.abstain_data import Asked

QUESTION = ("meaning", "nearness", "context", "unmet denial", "unsought", "reading score")
TOPIC = (
    "topic", "topic meaning", "topic context", "topic lift", "topic likelihood gap",
    "topic length", "topic likelihood",
)  # fmt: skip
PAIRS = (
    ("answerable", "same topic"),
    ("answerable", "off topic"),
    ("clause there", "clause absent"),
)
COVERAGE = 0.8


def signals(item: Asked) -> Signals:
    rarity = extract.rarity(item.hits)
    readings = Reader().read(item.text, item.evidence, rarity)
    found = abstain.signals(
        item.text, item.hits, item.evidence, readings, rarity=rarity, prior=item.prior
    )
    return found or {}


def report(name: str, judge: Judge, items: list[Asked], rows: list[Signals]) -> None:
    """Areas under the curve, and what is answered wrongly at a coverage and at the threshold."""
    sure = np.array([judge.probability(row) for row in rows])
    for choosing in (True, False):
        for there, absent in PAIRS:
            mine = {
                kind: sure[[i.kind == kind and i.choosing == choosing for i in items]]
                for kind in (there, absent)
            }
            good, bad = mine[there], mine[absent]
            if not len(good) or not len(bad):
                continue
            area = (good[:, None] > bad[None]).mean() + (good[:, None] == bad[None]).mean() / 2
            at = np.quantile(good, 1 - COVERAGE)
            print(
                f"{name:<8} {'chosen on' if choosing else 'held out ':<9} {there} / {absent} "
                f"({len(good)}, {len(bad)}): area {area:.2f}; at {COVERAGE:.0%} coverage "
                f"{(bad >= at).mean():.2f} answered; at the threshold "
                f"{(good >= judge.threshold).mean():.2f} and {(bad >= judge.threshold).mean():.2f}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--each", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=3600)
    options = parser.parse_args()
    abstain_data.collect(options.folder, each=options.each, seconds=options.seconds)
    items = list(abstain_data.read(options.folder))
    rows = [signals(item) for item in items]
    print(dict(Counter((item.kind, item.choosing) for item in items)))
    report("now", abstain.JUDGE, items, rows)
    chosen = [at for at, item in enumerate(items) if item.choosing]
    prior = Judge(0.0, dict.fromkeys((*QUESTION, *TOPIC), 0.0))
    judge = calibrate.fitted(
        [rows[at] for at in chosen], [items[at].answerable for at in chosen], prior=prior, pull=2.0
    )
    sure = [judge.probability(rows[at]) for at in chosen if items[at].answerable]
    judge = Judge(judge.intercept, judge.weights, float(np.quantile(sure, 1 - COVERAGE)))
    report("new", judge, items, rows)
    print(f"intercept {judge.intercept:.2f}, threshold {judge.threshold:.2f}")
    for name, weight in sorted(judge.weights.items()):
        print(f'            "{name}": {weight:.2f},')


if __name__ == "__main__":
    main()
