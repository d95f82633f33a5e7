"""Word's formulas (OMML, ECMA-376 part 1, chapter 22) written in the notation of TeX.

Models and people read ``\\frac{a}{b}`` better than the bare letters in a row.
"""

from collections.abc import Callable
from typing import Any

from engine.ingest.parsers.office.docx_xml import child, children, name_of, value

MAX_DEPTH = 60
OPERATORS = {"∑": "\\sum", "∏": "\\prod", "∐": "\\coprod", "∫": "\\int", "∬": "\\iint",
             "∭": "\\iiint", "∮": "\\oint", "∯": "\\oiint", "∰": "\\oiiint", "⋃": "\\bigcup",
             "⋂": "\\bigcap", "⋁": "\\bigvee", "⋀": "\\bigwedge", "⨁": "\\bigoplus",
             "⨂": "\\bigotimes"}  # fmt: skip
SIGNS = {"×": " \\times ", "÷": " \\div ", "±": " \\pm ", "∓": " \\mp ", "·": " \\cdot ",
         "⋅": " \\cdot ", "≤": " \\leq ", "≥": " \\geq ", "≠": " \\neq ", "≈": " \\approx ",
         "≡": " \\equiv ", "∞": " \\infty ", "∂": " \\partial ", "∇": " \\nabla ", "∈": " \\in ",
         "∉": " \\notin ", "⊂": " \\subset ", "⊆": " \\subseteq ", "∪": " \\cup ", "∩": " \\cap ",
         "→": " \\to ", "⇒": " \\Rightarrow ", "⇔": " \\Leftrightarrow ", "∀": " \\forall ",
         "∃": " \\exists ", "…": " \\ldots ", "⋯": " \\cdots ", "−": "-", "π": " \\pi ",
         "α": " \\alpha ", "β": " \\beta ", "γ": " \\gamma ", "δ": " \\delta ", "ε": " \\epsilon ",
         "ϵ": " \\epsilon ", "θ": " \\theta ", "λ": " \\lambda ", "μ": " \\mu ", "ρ": " \\rho ",
         "σ": " \\sigma ", "τ": " \\tau ", "φ": " \\phi ", "χ": " \\chi ", "ψ": " \\psi ",
         "ω": " \\omega ", "Γ": " \\Gamma ", "Δ": " \\Delta ", "Θ": " \\Theta ",
         "Λ": " \\Lambda ", "Σ": " \\Sigma ", "Φ": " \\Phi ", "Ω": " \\Omega "}  # fmt: skip
ACCENTS = {"̂": "\\hat", "̃": "\\tilde", "̄": "\\bar", "̅": "\\bar", "⃗": "\\vec", "̇": "\\dot",
           "̈": "\\ddot"}  # fmt: skip
FUNCTIONS = frozenset(
    ["sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh", "arcsin", "arccos",
     "arctan", "log", "ln", "exp", "lim", "max", "min", "sup", "inf", "det", "gcd", "arg", "dim"]
)  # fmt: skip


def formula(element: Any) -> str:
    """An ``m:oMath`` or ``m:oMathPara`` on one line; several lines of it are parted by breaks."""
    if name_of(element) == "oMathPara":
        lines = [formula(one) for one in children(element, "oMath")]
        return "\n".join(line for line in lines if line)
    text = " ".join(_row(element, 0).split())
    return text.replace(" _", "_").replace(" ^", "^").replace("{ ", "{").replace(" }", "}")


def _row(element: Any, depth: int) -> str:
    if element is None or depth > MAX_DEPTH:
        return ""
    return "".join(_one(part, depth + 1) for part in element)


def _one(part: Any, depth: int) -> str:
    name = name_of(part)
    if name == "r":
        return "".join(_signs(text.text or "") for text in children(part, "t"))
    if name == "t":
        return part.text or ""
    write = WRITERS.get(name)
    if write is not None:
        return write(part, depth)
    if name.endswith("Pr") or name in ("del", "moveFrom", "instrText"):
        return ""
    return _row(part, depth)


def _signs(text: str) -> str:
    return "".join(SIGNS.get(sign, sign) for sign in text)


def _part(element: Any, name: str, depth: int) -> str:
    return _row(child(element, name), depth).strip()


def _fraction(element: Any, depth: int) -> str:
    above, below = _part(element, "num", depth), _part(element, "den", depth)
    kind = value(child(element, "fPr"), "type")
    if kind == "noBar":
        return f"\\binom{{{above}}}{{{below}}}"
    return f"{above}/{below}" if kind == "lin" else f"\\frac{{{above}}}{{{below}}}"


def _script(element: Any, depth: int) -> str:
    text = _part(element, "e", depth)
    for name, sign in (("sub", "_"), ("sup", "^")):
        if child(element, name) is not None:
            text += f"{sign}{{{_part(element, name, depth)}}}"
    return text


def _before(element: Any, depth: int) -> str:
    low, high = _part(element, "sub", depth), _part(element, "sup", depth)
    return f"{{}}_{{{low}}}^{{{high}}}{_part(element, 'e', depth)}"


def _large(element: Any, depth: int) -> str:
    sign = value(child(element, "naryPr"), "chr") or "∫"
    text = OPERATORS.get(sign, sign)
    low, high = _part(element, "sub", depth), _part(element, "sup", depth)
    text += (f"_{{{low}}}" if low else "") + (f"^{{{high}}}" if high else "")
    return f"{text} {_part(element, 'e', depth)}"


def _root(element: Any, depth: int) -> str:
    degree, inside = _part(element, "deg", depth), _part(element, "e", depth)
    return f"\\sqrt[{degree}]{{{inside}}}" if degree else f"\\sqrt{{{inside}}}"


def _fenced(element: Any, depth: int) -> str:
    properties = child(element, "dPr")
    marks = {"begChr": "(", "endChr": ")", "sepChr": "|"}
    for name in marks:
        if child(properties, name) is not None:
            marks[name] = value(properties, name)
    inside = marks["sepChr"].join(_row(one, depth) for one in children(element, "e"))
    left, right = (
        {"{": "\\{", "}": "\\}"}.get(marks[name], marks[name]) for name in ("begChr", "endChr")
    )
    return f"{left}{inside.strip()}{right}"


def _function(element: Any, depth: int) -> str:
    name = _part(element, "fName", depth)
    head, _, rest = name.partition("_")
    if head.strip() in FUNCTIONS:
        name = f"\\{head.strip()}" + (f"_{rest}" if rest else "")
    inside = _part(element, "e", depth)
    return f"{name} {inside}"


def _matrix(element: Any, depth: int) -> str:
    rows = [
        " & ".join(_row(cell, depth).strip() for cell in children(row, "e"))
        for row in children(element, "mr")
    ]
    joined = " \\\\ ".join(rows)
    return f"\\begin{{matrix}} {joined} \\end{{matrix}}"


def _lines(element: Any, depth: int) -> str:
    return " \\\\ ".join(_row(line, depth).strip() for line in children(element, "e"))


def _accent(element: Any, depth: int) -> str:
    sign = value(child(element, "accPr"), "chr") or "̂"
    command = ACCENTS.get(sign, "\\hat")
    return f"{command}{{{_part(element, 'e', depth)}}}"


def _bar(element: Any, depth: int) -> str:
    low = value(child(element, "barPr"), "pos") != "top"
    return f"\\{'under' if low else 'over'}line{{{_part(element, 'e', depth)}}}"


def _limit(element: Any, depth: int) -> str:
    sign = "_" if name_of(element) == "limLow" else "^"
    return f"{_part(element, 'e', depth)}{sign}{{{_part(element, 'lim', depth)}}}"


def _grouped(element: Any, depth: int) -> str:
    over = value(child(element, "groupChrPr"), "pos") == "top"
    return f"\\{'over' if over else 'under'}brace{{{_part(element, 'e', depth)}}}"


WRITERS: dict[str, Callable[[Any, int], str]] = {
    "f": _fraction, "sSub": _script, "sSup": _script, "sSubSup": _script, "sPre": _before,
    "nary": _large, "rad": _root, "d": _fenced, "func": _function, "m": _matrix, "eqArr": _lines,
    "acc": _accent, "bar": _bar, "limLow": _limit, "limUpp": _limit, "groupChr": _grouped,
}  # fmt: skip
