"""What a comparison comes to, in plain words, made from the numbers by rules that can be read.

Each rule is a function of :class:`Findings` with a name; it says one sentence or nothing, and the
figures that it rests on. Those of correctness stand here, the others in ``trade_offs``.
"""

from collections.abc import Callable, Sequence

from engine.evaluate import trade_offs
from engine.evaluate.columns import Column
from engine.evaluate.findings import (
    SIMPLEST,
    WIDE,
    Findings,
    Reason,
    capital,
    listed,
    percent,
)
from engine.evaluate.paired import Difference

FEW = 20
"""Below so many questions the verdict says that they are few."""
POOR = 0.25
"""Share of right answers below which no way is called good."""
TOO_FEW = "These questions are too few to tell the ways apart"
COVERED = {("plain", "rag"), ("plain", "tuned"), ("rag", "both"), ("tuned", "both")}
"""Pairs of modes that the rules of retrieval and tuning tell of."""
Rule = Callable[[Findings], Reason | None]


def reasons(found: Findings) -> list[Reason]:
    """What every rule has to say, the choice first."""
    return [said for rule in RULES if (said := rule(found)) is not None]


def paragraph(said: Sequence[Reason]) -> str:
    """The verdict: what was chosen, what retrieval and tuning gain, what that costs."""
    by_rule = {each.rule: each.text for each in said}
    return " ".join(by_rule[rule] for rule in SHORT if rule in by_rule)


# --- rules -------------------------------------------------------------------------------------


def use(found: Findings) -> Reason | None:
    """The simplest way that no other beats beyond chance."""
    if not found.pairs:
        return Reason("use", "Nothing could be judged: the questions name no answers.")
    figures = "; ".join(
        f"{each.name} {percent(found.right(each.name))} right" for each in found.judged
    )
    return Reason("use", _choice(found), figures)


def _choice(found: Findings) -> str:
    best = found.best()
    top = max(found.right(each.name) for each in found.judged)
    if found.differ:
        return _advice(found, best, top)
    poor = (
        f"No way answers these questions well: the best is right on {percent(top)}. "
        if top < POOR
        else ""
    )
    if found.gap >= WIDE:
        ahead = [found.named(each) for each in found.judged if found.right(each.name) == top]
        return f"{poor}{TOO_FEW}; {listed(ahead)} {'was' if len(ahead) == 1 else 'were'} ahead."
    two = len(found.judged) == 2
    tail = "either will do" if two else "any of them will do"
    if found.takes_least(best):
        tail = f"{found.named(best)} takes least"
    if not found.gap:
        share = "" if poor else f", on {percent(top)}"
        return f"{poor}{'Both' if two else 'All'} ways are right equally often{share}; {tail}."
    return f"{poor}There is no difference in correctness that chance would not make too; {tail}."


def _advice(found: Findings, best: Column, top: float) -> str:
    own, name = found.right(best.name), found.named(best)
    if own < POOR:
        said = f"Use {name}, but it is right on only {percent(own)} of these questions."
    else:
        said = f"Use {name}."
    if top - own < WIDE:
        return said
    ahead = [found.named(each) for each in found.judged if found.right(each.name) == top]
    was = "was" if len(ahead) == 1 else "were"
    return (
        f"{said} {capital(listed(ahead))} {was} {100 * (top - own):.0f} points ahead of it, but "
        "chance alone could do that too."
    )


def retrieval(found: Findings) -> Reason | None:
    """What documents add: to the model alone, else beside tuning."""
    alone = _gain(found, "retrieval", "plain", "rag", "Retrieval")
    return alone or _gain(found, "retrieval", "tuned", "both", "Retrieval")


def tuning(found: Findings) -> Reason | None:
    """What tuning adds: beside retrieval where both were measured, else alone."""
    beside = _gain(found, "tuning", "rag", "both", "Tuning")
    return beside or _gain(found, "tuning", "plain", "tuned", "Tuning")


def alone(found: Findings) -> Reason | None:
    """What tuning adds without documents, where it was measured beside them as well."""
    if _gain(found, "", "rag", "both", "") is None:
        return None
    return _gain(found, "alone", "plain", "tuned", "Without documents, tuning")


def together(found: Findings) -> Reason | None:
    """Two ways that differ in more than one thing."""
    modes = sorted((each.mode for each in found.columns), key=SIMPLEST.index)
    if len(modes) != 2 or modes[0] == modes[1] or tuple(modes) in COVERED:
        return None
    first, second = (found.by_mode(mode) for mode in modes)
    if first is None or second is None:
        return None
    than = f" over {found.named(first)}"
    return _gain(found, "together", first.mode, second.mode, capital(found.named(second)), than)


def others(found: Findings) -> Reason | None:
    """Columns that are no mere modes, against the mode that they are a kind of, or the first."""
    odd = [each for each in found.columns if found.by_mode(each.mode) != each]
    said, figures = [], []
    for each in odd:
        first = found.by_mode(each.mode) or found.columns[0]
        pair = found.pair(first, each)
        if pair is None:
            continue
        figures.append(_figures(pair, first.name, each.name))
        if pair.real:
            word = "better" if pair.value > 0 else "worse"
            said.append(f"“{each.name}” is {_points(pair)} points {word} than “{first.name}”")
        elif abs(pair.value) >= WIDE:
            word = "better" if pair.value > 0 else "worse"
            said.append(
                f"“{each.name}” seems {_points(pair)} points {word} than “{first.name}”, but "
                "chance alone could do that too"
            )
        else:
            said.append(
                f"“{each.name}” does no better or worse than “{first.name}” that can be told from "
                f"chance ({_margin(pair)})"
            )
    if not said:
        return None
    return Reason("others", f"{capital('; '.join(said))}.", "; ".join(figures))


def few(found: Findings) -> Reason | None:
    if found.questions >= FEW:
        return None
    known = bool(found.pairs) and TOO_FEW in _choice(found)
    text = (
        "Ask twenty questions or more."
        if known
        else "So few questions tell little; ask twenty or more."
    )
    count = found.questions
    return Reason("few", text, f"{count} question{'s' if count != 1 else ''}")


RULES: tuple[Rule, ...] = (
    use, retrieval, tuning, alone, together, others, *trade_offs.RULES, few,
)  # fmt: skip
SHORT = (
    "use", "unchecked", "retrieval", "tuning", "together", "others", "refusals", "form", "stale",
    "time", "failed", "few",
)  # fmt: skip
"""Rules whose sentences make the paragraph, in its order."""


def _gain(
    found: Findings, rule: str, before: str, after: str, word: str, than: str = ""
) -> Reason | None:
    first, second = found.by_mode(before), found.by_mode(after)
    if first is None or second is None or (pair := found.pair(first, second)) is None:
        return None
    figures = _figures(pair, first.name, second.name)
    points = f"{_points(pair)} points of correctness"
    if not pair.real and abs(pair.value) >= WIDE:
        verb = "add" if pair.value > 0 else "take away"
        text = f"{word} seems to {verb} {points}{than}, but chance alone could do that too."
    elif not pair.real:
        # Only what is known to gain little is advised against.
        advice = " Don't tune for it." if rule == "tuning" and pair.high <= WIDE else ""
        text = (
            f"{word} makes no difference to correctness that can be told from chance "
            f"({_margin(pair)}).{advice}"
        )
    elif pair.value > 0:
        text = f"{word} adds {points}{than}."
    else:
        text = f"{word} takes {points} away{than}."
    return Reason(rule, text, figures)


def _figures(pair: Difference, first: str, second: str) -> str:
    return (
        f"{second} minus {first}: {100 * pair.value:+.1f} points (95 %: {100 * pair.low:+.1f} to "
        f"{100 * pair.high:+.1f}), better on {pair.higher}, worse on {pair.lower} of {pair.n}, "
        f"p {pair.p:.3f}"
    )


def _points(pair: Difference) -> str:
    return f"{abs(100 * pair.value):.0f} ± {100 * pair.margin:.0f}"


def _margin(pair: Difference) -> str:
    value = round(100 * pair.value)
    return f"{f'{value:+d}' if value else '0'} ± {100 * pair.margin:.0f} points"
