"""The numbers of Word's lists, which are not in the text but counted by the reader."""

from dataclasses import dataclass, field
from typing import Any

from engine.ingest.parsers.office.docx_xml import child, children, value

ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"))
ROMAN_SMALL = ((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
MAX_LEVEL = 9


@dataclass(frozen=True, slots=True)
class Level:
    form: str
    """``"decimal"``, ``"lowerLetter"``, ``"bullet"``, … as Word names them."""
    pattern: str
    """``"%1.%2."``: the counters of level 1 and 2."""
    start: int


@dataclass(slots=True)
class Numbering:
    """Counts as the document is read from its beginning to its end."""

    levels: dict[tuple[str, int], Level] = field(default_factory=dict)
    """By list and level, from 0."""
    _abstract: dict[str, str] = field(default_factory=dict)
    _counters: dict[str, list[int]] = field(default_factory=dict)

    @classmethod
    def read(cls, root: Any) -> "Numbering":
        """From ``word/numbering.xml``; ``None`` where the document has none."""
        numbering = cls()
        if root is None:
            return numbering
        patterns = {
            value(abstract, "abstractNumId", own=True): _levels(abstract)
            for abstract in children(root, "abstractNum")
        }
        for number in children(root, "num"):
            name = value(number, "numId", own=True)
            abstract = value(number, "abstractNumId")
            numbering._abstract[name] = abstract
            for depth, level in patterns.get(abstract, {}).items():
                numbering.levels[name, depth] = level
            for override in children(number, "lvlOverride"):
                start = value(override, "startOverride")
                depth = _number(value(override, "ilvl", own=True))
                known = numbering.levels.get((name, depth))
                if known is not None and start:
                    numbering._abstract[name] = f"{abstract}/{name}"
                    numbering.levels[name, depth] = Level(known.form, known.pattern, _number(start))
        return numbering

    def add(self, name: str, abstract: str, depth: int, level: Level) -> None:
        """A level of a list; lists of the same ``abstract`` count on from each other."""
        self._abstract[name] = abstract
        self.levels[name, depth] = level

    def next_marker(self, name: str, depth: int) -> str:
        """The mark of the next item, e.g. ``"•"`` or ``"2.1."``; empty where it has none."""
        level = self.levels.get((name, depth))
        if level is None or level.form == "none":
            return ""
        if level.form == "bullet":
            return "•"
        counters = self._counters.setdefault(self._abstract.get(name, name), [])
        while len(counters) <= depth:
            above = self.levels.get((name, len(counters)))
            counters.append((above.start if above else 1) - (len(counters) == depth))
        counters[depth] += 1
        del counters[depth + 1 :]
        marker = level.pattern
        for number in range(depth + 1):
            form = self.levels.get((name, number), level).form
            marker = marker.replace(f"%{number + 1}", written(counters[number], form))
        return marker.strip()


def _levels(abstract: Any) -> dict[int, Level]:
    return {
        _number(value(level, "ilvl", own=True)): Level(
            value(level, "numFmt") or "decimal",
            value(level, "lvlText"),
            _number(value(level, "start") or "1"),
        )
        for level in children(abstract, "lvl")[:MAX_LEVEL]
    }


def paragraph_list(properties: Any) -> tuple[str, int] | None:
    """(list, level) that a ``w:pPr`` names; list ``"0"`` takes the paragraph out of any."""
    numbering = child(properties, "numPr")
    if numbering is None:
        return None
    name = value(numbering, "numId")
    return (name, _number(value(numbering, "ilvl"))) if name else None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def written(number: int, form: str) -> str:
    if form in ("lowerLetter", "upperLetter") and number > 0:
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter.upper() if form == "upperLetter" else letter
    if form in ("lowerRoman", "upperRoman") and 0 < number < 4000:
        text = ""
        for amount, sign in ROMAN + ROMAN_SMALL:
            text += sign * (number // amount)
            number %= amount
        return text.upper() if form == "upperRoman" else text
    return f"{number:02d}" if form == "decimalZero" else str(number)
