"""What ways of asking give and take beside right answers, in sentences made from the numbers."""

from collections.abc import Callable

from engine.evaluate.columns import Column
from engine.evaluate.considered import difference
from engine.evaluate.findings import Findings, Reason, capital, listed, percent
from engine.evaluate.paired import compared

FORM_MATTERS = 0.1
"""Least difference of a share of form that is worth a sentence."""
SHORTER = 0.75
"""Share of the length below which answers count as shorter."""
SLOWER_S = 0.1
SLOWER = 0.2
"""Seconds, and the share of them, that are worth a sentence."""
TIMES = 2.0
"""How many times as long is told as such."""
CHECKED = 0.5
"""Share of sentences on a checked quote from which answers count as checkable."""
REFUSED, GIVEN = 0.2, 0.5
"""Share of answerable questions refused, and of unanswerable ones answered, that are told."""
SOME = 5
"""Questions without an answer from which their share is told in the paragraph."""
NO_CHANGE = "Tuning makes no difference to the form of the answers that can be told from chance."
BASES = {"plain": (), "rag": ("plain",), "tuned": ("plain",), "both": ("rag", "tuned", "plain")}
"""Which way another one is set against."""


def manner(found: Findings) -> Reason | None:
    """What tuning does to length, format and style: beside retrieval, and without documents."""
    sentences, figures = [], []
    for before, after, where in (("rag", "both", ""), ("plain", "tuned", "without documents")):
        first, second = found.by_mode(before), found.by_mode(after)
        if first is None or second is None:
            continue
        said, told = _formed(found, first, second)
        figures += [f"{where}: {each}" if where else each for each in told]
        if said:
            sentences.append(
                f"{f'{capital(where)}, tuning' if where else 'Tuning'} {listed(said)}."
            )
    if not figures:
        return None
    return Reason("form", " ".join(sentences) or NO_CHANGE, "; ".join(figures))


def _formed(found: Findings, before: Column, after: Column) -> tuple[list[str], list[str]]:
    """What changed beyond chance, in words, and the figures of all."""
    said, figures = _exactly(found, before, after)
    one, other = found.of(before.name).form, found.of(after.name).form
    if "words" in one and "words" in other and one["words"].value:
        ratio = other["words"].value / one["words"].value
        change = difference(found.outcomes, before.name, after.name, "words")
        if change is not None and change.real and not SHORTER <= ratio <= 1 / SHORTER:
            said.append(_length(ratio))
        figures.append(f"words {one['words'].value:.0f} → {other['words'].value:.0f}")
    for name, good, bad in (
        ("format", "keeps your format more often", "keeps your format less often"),
        ("style", "comes nearer to your style", "leaves your style"),
    ):
        if name not in one or name not in other:
            continue
        change = difference(found.outcomes, before.name, after.name, name)
        told = f"{percent(one[name].value)} → {percent(other[name].value)}"
        if change is not None and change.real and abs(change.value) >= FORM_MATTERS:
            said.append(f"{good if change.value > 0 else bad} ({told})")
        figures.append(f"{name} {told}")
    return said, figures


def _exactly(found: Findings, before: Column, after: Column) -> tuple[list[str], list[str]]:
    """How often the answer is what was expected and no word more, which right answers need not be.

    Told with the form, because a longer answer that holds the expected one is as right.
    """
    one, other = (
        found.of(each.name).correctness.get("all", {}).get("em") for each in (before, after)
    )
    if one is None or other is None:
        return [], []
    change = difference(found.outcomes, before.name, after.name, "em")
    told = f"{percent(one.value)} → {percent(other.value)}"
    if change is None or not change.real or abs(change.value) < FORM_MATTERS:
        return [], [f"exact {told}"]
    more = "more" if change.value > 0 else "less"
    return [f"gives exactly the expected words {more} often ({told})"], [f"exact {told}"]


def _length(ratio: float) -> str:
    if 0.4 <= ratio <= 0.6:
        return "halves the length"
    if ratio < 1:
        return f"cuts answers to {percent(ratio)} of their length"
    return f"makes answers {ratio:.1f} times as long"


def time(found: Findings) -> Reason | None:
    """Seconds of the advised way, and of both together, against the way each builds on; where
    neither builds on one that was measured, of the last way that does.
    """
    known = [each for each in found.columns if "total_s" in found.of(each.name).speed]
    wanted = [each for each in (found.advised, found.by_mode("both")) if each in known]
    told = [
        said for each in dict.fromkeys(wanted) if each and (said := _slower(found, each, known))
    ]
    if not told:
        others = (_slower(found, each, known) for each in reversed(known))
        told = [said for said in others if said][:1]
    if not told:
        return None
    figures = ", ".join(
        f"{each.name} {found.of(each.name).speed['total_s'].value:.1f} s" for each in known
    )
    return Reason("time", " ".join(told), figures)


def _slower(found: Findings, column: Column, known: list[Column]) -> str | None:
    bases = [found.by_mode(mode) for mode in BASES[column.mode]]
    if found.by_mode(column.mode) != column:
        bases = [found.by_mode(column.mode), *(each for each in known if each != column)]
    base = next((each for each in bases if each in known), None)
    if base is None:
        return None
    before, after = (found.of(each.name).speed["total_s"].value for each in (base, column))
    change = difference(found.outcomes, base.name, column.name, "total_s")
    sure = change is not None and change.real and (change.value > 0) == (after > before)
    name = "Both together" if column.mode == "both" else capital(found.named(column))
    than, more = found.named(base), abs(after - before)
    if more < SLOWER_S or (not sure and more < SLOWER * before):
        return f"{name} takes about as long as {than}."
    if not sure:
        word = "more" if after > before else "less"
        return f"{name} seems to take {more:.1f} s {word} for an answer than {than}."
    if before and after / before >= TIMES:
        return (
            f"{name} takes {after / before:.0f} times as long as {than}: {after:.1f} s for an "
            f"answer instead of {before:.1f} s."
        )
    word = "costs" if after > before else "saves"
    tail = f"more for an answer than {than}" if after > before else f"for an answer against {than}"
    return f"{name} {word} {more:.1f} s {tail}."


def trace(found: Findings) -> Reason | None:
    """Whether what is said can be checked."""
    shares = _verified(found)
    if not shares:
        return None
    figures = ", ".join(f"{each.name} {percent(share)}" for each, share in shares)
    best, share = max(shares, key=lambda each: each[1])
    text = (
        f"With {found.named(best)}, {percent(share)} of the sentences rest on a checked quote."
        if share
        else "No sentence rests on a checked quote."
    )
    return Reason("traceability", text, figures)


def unchecked(found: Findings) -> Reason | None:
    """That the advised way cannot be checked, where another one can."""
    shares = dict(_verified(found))
    if found.advised not in shares:
        return None
    own, best = shares[found.advised], max(shares, key=lambda each: shares[each])
    if own >= CHECKED or shares[best] < CHECKED:
        return None
    return Reason(
        "unchecked",
        f"Only {percent(own)} of the sentences of {found.named(found.advised)} rest on a checked "
        f"quote, of {found.named(best)} {percent(shares[best])}.",
    )


def _verified(found: Findings) -> list[tuple[Column, float]]:
    return [
        (each, found.of(each.name).traceability["verified"].value)
        for each in found.columns
        if "verified" in found.of(each.name).traceability
    ]


def fresh(found: Findings) -> Reason | None:
    """What happens when facts change after the set-up."""
    shares = _follows(found)
    if not shares:
        return None
    figures = ", ".join(
        f"{each.name} follows {percent(share)}, "
        f"stale {percent(found.of(each.name).freshness['stale'].value)}"
        for each, share in shares
    )
    top = max(share for _, share in shares)
    best = listed([found.named(each) for each, share in shares if share == top])
    count = len({(each.question, each.old) for each in found.fresh})
    text = (
        f"When facts change, answers follow {percent(top)} of them with {best}."
        if top
        else "When facts change, no way of asking follows."
    )
    return Reason("freshness", text, f"{figures}; facts changed: {count}" if count else figures)


def stale(found: Findings) -> Reason | None:
    """That the advised way follows fewer changed facts than another one, beyond chance."""
    own, shares = found.advised, dict(_follows(found))
    if own not in shares:
        return None
    best = max(shares, key=lambda each: shares[each])
    followed = {
        name: {(each.question, each.old): float(each.follows) for each in found.fresh
               if each.column == name}
        for name in (own.name, best.name)
    }  # fmt: skip
    both = [each for each in followed[own.name] if each in followed[best.name]]
    if not both:
        return None
    change = compared(*([followed[name][each] for each in both] for name in (own.name, best.name)))
    if not change.real:
        return None
    return Reason(
        "stale",
        f"When facts change, {found.named(own)} follows {percent(shares[own])} of them, "
        f"{found.named(best)} {percent(shares[best])}.",
    )


def _follows(found: Findings) -> list[tuple[Column, float]]:
    return [
        (each, found.of(each.name).freshness["follows"].value)
        for each in found.columns
        if found.of(each.name).freshness
    ]


def refusing(found: Findings) -> Reason | None:
    """Questions without an answer, and those with one that were refused."""
    parts = []
    for metric, words in (
        ("rightly_refused", "Questions without an answer that were refused"),
        ("wrongly_refused", "Questions with an answer that were refused"),
    ):
        shares = [(each, share) for each in found.columns
                  if (share := _mean(found, each, metric)) is not None]  # fmt: skip
        if shares:
            told = ", ".join(f"{each.name} {percent(share)}" for each, (share, _) in shares)
            parts.append(f"{words}: {told}.")
    return Reason("refusing", " ".join(parts)) if parts else None


def refusals(found: Findings) -> Reason | None:
    """That the advised way refuses too much, or answers what has no answer."""
    if found.advised is None:
        return None
    said = []
    if (wrongly := _mean(found, found.advised, "wrongly_refused")) and wrongly[0] >= REFUSED:
        said.append(f"refuses {percent(wrongly[0])} of the questions that have an answer")
    rightly = _mean(found, found.advised, "rightly_refused")
    if rightly and rightly[1] >= SOME and 1 - rightly[0] >= GIVEN:
        what = "those that have none" if said else "the questions that have no answer"
        said.append(f"answers {percent(1 - rightly[0])} of {what}")
    if not said:
        return None
    return Reason("refusals", f"{capital(found.named(found.advised))} {listed(said)}.")


def _mean(found: Findings, column: Column, metric: str) -> tuple[float, int] | None:
    values = [
        each.scores[metric]
        for each in found.outcomes
        if each.mode == column.name and not each.error and metric in each.scores
    ]
    return (sum(values) / len(values), len(values)) if values else None


def failed(found: Findings) -> Reason | None:
    """Questions that could not be asked; they count for nothing."""
    told = []
    for each in found.columns:
        own = [one for one in found.outcomes if one.mode == each.name]
        if count := sum(bool(one.error) for one in own):
            told.append(f"{count} of {len(own)} with {found.named(each)}")
    if not told:
        return None
    return Reason("failed", f"Questions that could not be asked are left out: {listed(told)}.")


def cost(found: Findings) -> Reason | None:
    """Minutes before the first answer, and what is kept for it."""
    told = []
    for each in found.columns:
        one = found.of(each.name).cost
        minutes = one.setup_minutes
        took = "set-up not known" if minutes is None else f"{minutes:.1f} min set-up"
        used = f", {one.joules:.0f} J an answer" if one.joules is not None else ""
        told.append(f"{each.name}: {took}, {one.disk_bytes / 1e6:.0f} MB on disk, "
                    f"{one.memory_bytes / 1e6:.0f} MB in memory{used}")  # fmt: skip
    return Reason("cost", "This is what each way takes to set up and to keep.", "; ".join(told))


RULES: tuple[Callable[[Findings], Reason | None], ...] = (
    manner, time, trace, unchecked, fresh, stale, refusing, refusals, failed, cost,
)  # fmt: skip
