"""The way from a question to its answer, in words."""

import math

from desktop import names
from engine.answer.written import REFUSAL
from engine.why_types import Found, FoundPassage, Use, Why

FOUND: dict[Found, str] = {"words": "words", "meaning": "meaning", "both": "both"}
USES: dict[Use, tuple[str, str]] = {
    "cited": ("cited", "number"),
    "read": ("read", "soft"),
    "cut": ("no room", "warn"),
    "unread": ("not needed", "soft"),
}
"""What became of a passage, and the kind of label that says it."""
STEPS = {
    "count": "counting",
    "search": "searching",
    "weigh": "weighing sentences",
    "decide": "deciding",
    "write": "writing",
}


def understood(why: Why) -> list[str]:
    """What was made of the question, a sentence each."""
    said = [f"Searched for “{why.asked}”."]
    said += [f"Only where the {name} is “{value}”." for name, value in why.filters]
    said += [f"Word for word: “{phrase}”." for phrase in why.phrases]
    said += [f"“{typed}” was read as “{meant}”." for typed, meant in why.corrections]
    said += [f"Beside “{word}” also “{other}”." for word, other in why.expansions]
    return said


def found(why: Why) -> str:
    """How many passages were found by what, and what was cut for space."""
    if not why.passages:
        return ""
    ways = [each.found_by for each in why.passages]
    parts = [f"{ways.count(way)} by {name}" for way, name in FOUND.items() if way in ways]
    many = len(ways)
    said = f"{many} {'passage' if many == 1 else 'passages'}: {', '.join(parts)}."
    cut = sum(1 for each in why.passages if each.use == "cut")
    if cut:
        were = "was" if cut == 1 else "were"
        said += f" {cut} {were} left out, because the model’s memory had no room."
    partly = sum(1 for each in why.passages if each.part)
    if partly:
        were = "was" if partly == 1 else "were"
        said += f" {partly} {were} read in part only."
    return said


def whole(why: Why) -> str:
    """Which documents were read from beginning to end; empty where none was."""
    titles = [names.document_name(path) for path in why.whole]
    if not titles:
        return ""
    if len(titles) == 1:
        return f"{titles[0]} is short, so the model read all of it."
    return f"{', '.join(titles[:-1])} and {titles[-1]} are short, so the model read all of them."


def use(passage: FoundPassage) -> tuple[str, str]:
    """What became of a passage, and the kind of label that says it."""
    said, kind = USES[passage.use]
    return (f"{said} in part", "warn") if passage.part and passage.use == "read" else (said, kind)


def sure(why: Why) -> str:
    """How sure it was that the documents answer the question; empty where nobody asked."""
    if why.probability is None or why.threshold is None:
        return ""
    value, least = round(100 * why.probability), round(100 * why.threshold)
    fitted = "fitted on this library" if why.calibrated else "the same for every library"
    verdict = "so it was answered" if why.probability >= why.threshold else "so it was not"
    if value == least and why.probability < why.threshold:
        value -= 1  # rounding must not turn the verdict round
    return (
        f"The documents answer it with a likelihood of {value}\u00a0%. Answers are given from "
        f"{least}\u00a0% on ({fitted}), {verdict}.{inclined(why)}"
    )


def inclined(why: Why) -> str:
    """How far the model itself was for refusing; empty where it was not asked that."""
    refusal = dict(why.signals).get(REFUSAL)
    if refusal is None:
        return ""
    share = round(100 * math.exp(refusal))
    return f" The model itself would have said that they do not tell, to {share}\u00a0%."


def steps(why: Why) -> str:
    """``Searching 0.03 s · deciding 0.01 s · writing 1.20 s``."""
    said = "  ·  ".join(f"{STEPS.get(one.name, one.name)} {one.seconds:.2f} s" for one in why.steps)
    return said[:1].upper() + said[1:]
