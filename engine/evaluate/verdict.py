"""What a comparison comes to, in plain words, made from the numbers by rules that can be read.

Each rule is a function of :class:`Findings` with a name; it says one sentence or nothing, and the
figures that it rests on. Chance is told from a difference by a paired test at 5 %, raised for the
number of pairs that are looked at (Holm).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

from engine.evaluate.columns import Column
from engine.evaluate.considered import Considered, difference
from engine.evaluate.outcome import Outcome
from engine.evaluate.paired import LEVEL, Difference, holm

FEW = 20
"""Below so many questions the verdict says that they are few."""
FORM_MATTERS = 0.1
"""Least difference of a share of form that is worth a sentence."""
SHORTER = 0.75
"""Share of the length below which answers count as shorter."""
WIDE = 0.1
"""Difference of right answers that may be there although chance could have made it."""
SLOWER_S = 0.1
NO_CHANGE = "Tuning makes no difference to the form of the answers that can be told from chance."
SIMPLEST = ("plain", "rag", "tuned", "both")
"""Ways of asking, the one that takes least to keep first."""
NAMES = {
    "plain": "the model alone",
    "rag": "retrieval",
    "tuned": "tuning",
    "both": "retrieval and tuning together",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence, the rule that made it and what it rests on."""

    rule: str
    text: str
    figures: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """What the rules look at."""

    columns: tuple[Column, ...]
    outcomes: tuple[Outcome, ...]
    considered: tuple[Considered, ...]
    pairs: dict[tuple[str, str], Difference]
    """Of right answers, second minus first, p raised for their number."""

    def of(self, name: str) -> Considered:
        return next(each for each in self.considered if each.column == name)

    def by_mode(self, mode: str) -> Column | None:
        """The column of a mode: the only one, or the one that is named after it; else None."""
        found = [each for each in self.columns if each.mode == mode]
        if len(found) > 1:
            found = [each for each in found if each.name == mode]
        return found[0] if len(found) == 1 else None

    def named(self, column: Column) -> str:
        usual = self.by_mode(column.mode) == column
        return NAMES[column.mode] if usual else f"“{column.name}”"

    def right(self, name: str) -> float:
        found = self.of(name).correctness.get("all", {}).get("right")
        return found.value if found is not None else 0.0

    def pair(self, first: Column, second: Column) -> Difference | None:
        return self.pairs.get((first.name, second.name))

    def best(self) -> Column:
        """The simplest column that no other beats beyond chance."""
        unbeaten = [
            each
            for each in self.columns
            if not any(
                (found := self.pair(each, other)) is not None and found.real and found.value > 0
                for other in self.columns
            )
        ]
        top = max(self.right(each.name) for each in self.columns)
        return min(
            unbeaten or self.columns,
            key=lambda each: (
                SIMPLEST.index(each.mode), len(each.adapters), top - self.right(each.name),
            ),
        )  # fmt: skip

    @property
    def questions(self) -> int:
        return len({(str(each.question.id), each.question.question) for each in self.outcomes})


Rule = Callable[[Findings], Reason | None]


def findings(
    columns: Sequence[Column], outcomes: Sequence[Outcome], considered: Sequence[Considered]
) -> Findings:
    names = [
        each.name
        for each in columns
        if any("right" in one.scores for one in outcomes if one.mode == each.name)
    ]
    both = [
        (pair, found)
        for pair in combinations(names, 2)
        if (found := difference(outcomes, *pair, "right")) is not None
    ]
    pairs: dict[tuple[str, str], Difference] = {}
    for (pair, found), p in zip(both, holm([each.p for _, each in both]), strict=True):
        pairs[pair] = Difference(
            found.value, found.low, found.high, found.n, p, found.higher, found.lower
        )
        pairs[pair[1], pair[0]] = Difference(
            -found.value, -found.high, -found.low, found.n, p, found.lower, found.higher
        )
    return Findings(tuple(columns), tuple(outcomes), tuple(considered), pairs)


def reasons(found: Findings) -> list[Reason]:
    """What every rule has to say, the choice first."""
    return [said for rule in RULES if (said := rule(found)) is not None]


def paragraph(said: Sequence[Reason]) -> str:
    """The verdict: what was chosen, what tuning gains, form, time, and how sure that is."""
    return " ".join(each.text for each in said if each.rule in SHORT)


# --- rules -------------------------------------------------------------------------------------


def use(found: Findings) -> Reason | None:
    """The simplest way that no other beats beyond chance."""
    if not found.pairs:
        return Reason("use", "Nothing could be judged: the questions name no answers.")
    best = found.best()
    figures = "; ".join(
        f"{each.name} {100 * found.right(each.name):.0f} % right" for each in found.columns
    )
    ahead = max(found.columns, key=lambda each: found.right(each.name))
    gap = found.right(ahead.name) - min(found.right(each.name) for each in found.columns)
    if not any(each.real for each in found.pairs.values()) and gap >= WIDE:
        return Reason(
            "use",
            f"These questions are too few to tell the ways apart; {found.named(ahead)} was ahead.",
            figures,
        )
    if not any(each.real for each in found.pairs.values()):
        return Reason(
            "use", f"There is no difference in correctness that chance would not make as well; "
            f"{found.named(best)} takes least.", figures,
        )  # fmt: skip
    return Reason("use", f"Use {found.named(best)}.", figures)


def retrieval(found: Findings) -> Reason | None:
    return _gain(found, "retrieval", "plain", "rag", "Retrieval")


def tuning(found: Findings) -> Reason | None:
    """What tuning adds: beside retrieval where both were measured, else alone."""
    beside = _gain(found, "tuning", "rag", "both", "Tuning")
    return beside or _gain(found, "tuning", "plain", "tuned", "Tuning")


def others(found: Findings) -> Reason | None:
    """Columns that are no mere modes, against the mode that they are a kind of, or the first."""
    odd = [each for each in found.columns if found.by_mode(each.mode) != each]
    said = []
    for each in odd:
        first = found.by_mode(each.mode) or found.columns[0]
        pair = found.pair(first, each)
        if pair is None:
            continue
        if pair.real:
            word = "better" if pair.value > 0 else "worse"
            said.append(f"“{each.name}” is {_points(pair)} points {word} than “{first.name}”")
        else:
            said.append(f"“{each.name}” does no better or worse than “{first.name}”")
    if not said:
        return None
    text = "; ".join(said)
    return Reason("others", f"{text[0].upper()}{text[1:]}.")


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
                f"{f'{_capital(where)}, tuning' if where else 'Tuning'} {_listed(said)}."
            )
    if not figures:
        return None
    return Reason("form", " ".join(sentences) or NO_CHANGE, "; ".join(figures))


def _formed(found: Findings, before: Column, after: Column) -> tuple[list[str], list[str]]:
    """What changed beyond chance, in words, and the figures of all."""
    said, figures = [], []
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
        if change is not None and change.real and abs(change.value) >= FORM_MATTERS:
            said.append(good if change.value > 0 else bad)
        figures.append(f"{name} {one[name].value:.2f} → {other[name].value:.2f}")
    return said, figures


def time(found: Findings) -> Reason | None:
    """Seconds that the chosen way or both together cost more than the quickest."""
    slow = found.by_mode("both") or found.best()
    known = [each for each in found.columns if "total_s" in found.of(each.name).speed]
    if slow not in known or len(known) < 2:
        return None
    seconds = {each.name: found.of(each.name).speed["total_s"].value for each in known}
    base = found.by_mode("rag") if slow.mode == "both" else None
    quick = base or min(known, key=lambda each: seconds[each.name])
    more = seconds[slow.name] - seconds[quick.name]
    figures = ", ".join(f"{name} {value:.1f} s" for name, value in seconds.items())
    name = "Both together" if slow.mode == "both" else _capital(found.named(slow))
    if quick == slow or abs(more) < SLOWER_S:
        return Reason("time", f"{name} takes no more time.", figures)
    word = "costs" if more > 0 else "saves"
    return Reason("time", f"{name} {word} {abs(more):.1f} s for an answer.", figures)


def trace(found: Findings) -> Reason | None:
    """Whether what is said can be checked."""
    shares = [
        (each, found.of(each.name).traceability["verified"].value)
        for each in found.columns
        if "verified" in found.of(each.name).traceability
    ]
    if not shares:
        return None
    figures = ", ".join(f"{each.name} {100 * share:.0f} %" for each, share in shares)
    best, share = max(shares, key=lambda each: each[1])
    text = (
        f"With {found.named(best)}, {100 * share:.0f} % of the sentences rest on a checked quote."
        if share
        else "No sentence rests on a checked quote."
    )
    return Reason("traceability", text, figures)


def fresh(found: Findings) -> Reason | None:
    """What happens when facts change after the set-up."""
    known = [
        (each, found.of(each.name).freshness)
        for each in found.columns
        if found.of(each.name).freshness
    ]
    if not known:
        return None
    figures = ", ".join(
        f"{each.name} follows {100 * one['follows'].value:.0f} %, "
        f"stale {100 * one['stale'].value:.0f} %"
        for each, one in known
    )
    best, share = max(known, key=lambda each: each[1]["follows"].value)
    follows = share["follows"].value
    text = (
        f"When facts change, {found.named(best)} follows {100 * follows:.0f} % of them."
        if follows
        else "When facts change, no way of asking follows."
    )
    return Reason("freshness", text, figures)


def refusing(found: Findings) -> Reason | None:
    """Questions without an answer."""
    shares = [
        (each, kinds["unanswerable"]["right"].value)
        for each in found.columns
        if "unanswerable" in (kinds := found.of(each.name).correctness)
    ]
    if not shares:
        return None
    told = ", ".join(f"{each.name} {100 * share:.0f} %" for each, share in shares)
    return Reason("refusing", f"Of the questions without an answer are refused: {told}.")


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
    return Reason("cost", "What each takes stands beside it.", "; ".join(told))


def few(found: Findings) -> Reason | None:
    if found.questions >= FEW:
        return None
    return Reason("few", "So few questions tell little; ask twenty or more.", f"{found.questions}")


RULES: tuple[Rule, ...] = (
    use, retrieval, tuning, others, manner, time, trace, fresh, refusing, cost, few,
)  # fmt: skip
SHORT = ("use", "retrieval", "tuning", "others", "form", "time", "few")
"""Rules whose sentences make the paragraph."""


def _gain(found: Findings, rule: str, before: str, after: str, word: str) -> Reason | None:
    first, second = found.by_mode(before), found.by_mode(after)
    if first is None or second is None or (pair := found.pair(first, second)) is None:
        return None
    figures = (
        f"{second.name} minus {first.name}: {100 * pair.value:+.1f} points "
        f"(95 %: {100 * pair.low:+.1f} to {100 * pair.high:+.1f}), better on {pair.higher}, worse "
        f"on {pair.lower} of {pair.n}, p {pair.p:.3f}"
    )
    margin = f"{100 * pair.value:+.0f} ± {100 * pair.margin:.0f} points"
    if not pair.real and abs(pair.value) >= WIDE:
        return Reason(
            rule, f"{word} seems to {'add' if pair.value > 0 else 'take'} "
            f"{abs(100 * pair.value):.0f} ± {100 * pair.margin:.0f} points of correctness, but "
            "chance alone could do that too.", figures,
        )  # fmt: skip
    if not pair.real:
        advice = " Don't tune for it." if word == "Tuning" else ""
        return Reason(
            rule, f"{word} makes no difference to correctness that can be told from chance "
            f"({margin}).{advice}", figures,
        )  # fmt: skip
    word += " adds" if pair.value > 0 else " takes"
    tail = "" if pair.value > 0 else " away"
    told = f"{abs(100 * pair.value):.0f} ± {100 * pair.margin:.0f}"
    return Reason(rule, f"{word} {told} points of correctness{tail}.", figures)


def _length(ratio: float) -> str:
    if 0.4 <= ratio <= 0.6:
        return "halves the length"
    if ratio < 1:
        return f"cuts answers to {100 * ratio:.0f} % of their length"
    return f"makes answers {ratio:.1f} times as long"


def _points(pair: Difference) -> str:
    return f"{abs(100 * pair.value):.0f} ± {100 * pair.margin:.0f}"


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


__all__ = ["LEVEL", "RULES", "Findings", "Reason", "findings", "paragraph", "reasons"]
