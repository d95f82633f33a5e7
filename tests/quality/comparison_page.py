"""``python -m tests.quality.comparison_page RESULTS DOCS`` writes docs/comparison.md.

From the figures that the bench ``compare`` left in its results folder. Only numbers and verdicts
are in them: no question, no answer, no text of a document.
"""

import json
import sys
from pathlib import Path
from typing import Any

from engine.evaluate import charts
from engine.evaluate.certainty import Estimate
from engine.evaluate.considered_tables import figure, interval, tables
from engine.evaluate.evaluated import Evaluated
from tests.quality.record import machine

ABOUT = {
    "squad": (
        "Encyclopedia articles",
        "SQuAD: paragraphs of articles that nothing was chosen on and no example of the adapter "
        "comes from; one question in five has no answer there.",
    ),
    "handbook": (
        "A company's handbook",
        "Benefit plans and an employee handbook; the expected answers are whole sentences that "
        "someone wrote, so that few short answers count as right.",
    ),
    "abbreviations": (
        "Medical abbreviations",
        "A list of abbreviations among medical texts; what each stands for.",
    ),
    "contracts": (
        "Contracts",
        "Clauses of commercial contracts, half of them not there. Expected is the clause itself, "
        "word by word, which is often longer than any answer.",
    ),
}
MODES = {"plain": "model alone", "rag": "documents", "tuned": "tuned", "both": "both"}
STYLE = (
    "<style>text{font:12px system-ui,sans-serif;fill:#1F2328}.tick{fill:#5B6068;font-size:11px}"
    ".grid{stroke:#E2DED4}.bar,.dot{fill:#0F6B5C}.whisker{stroke:#1F2328;stroke-width:1.2}"
    ".stroke{stroke:#5B6068;stroke-width:.8}"
    "@media(prefers-color-scheme:dark){text{fill:#E8E6E1}.tick{fill:#A3A8AF}"
    ".grid{stroke:#2E3238}.bar,.dot{fill:#5CC8B2}.whisker{stroke:#E8E6E1}"
    ".stroke{stroke:#A3A8AF}}</style>"
)
HEAD = """# Four ways of asking, compared

The model alone, with documents, tuned, and both: the same questions, the same model (the starter's,
SmolLM2-135M), the same decoding, one machine. "Tuned" is the adapter that ships with the app, which
was taught to answer from given sentences in few words or to say that they do not tell; it was not
taught any of these subjects. This page is written by the bench:

```
ALCOVE_DATA=/path/to/data make bench-compare{args}
```

An answer is right where an expected one stands in it, or where it shares more than half of its
words (F1) and all of its numbers; to a question without an answer, where it refuses. Figures carry
their 95 % bootstrap interval. Two ways differ where McNemar's exact test says so at 5 %, raised for
the number of pairs (Holm). Facts are changed in a copy of the library for freshness. The texts of
the data sets are not part of this project, so that only numbers stand here.
"""
LITERATURE = """## What was expected, and what was found

A case study in agriculture found retrieval and tuning both to help, and their gains to add up: 6
points of accuracy for tuning, 5 more for retrieval (arXiv 2401.08406), with models a hundred times
this size. Whether that holds for a small model on your files is what a comparison tells. Here:

"""


def kept(done: Evaluated, questions: int, processor_s: dict[str, float]) -> dict[str, Any]:
    """The figures of one set, without any text of it."""
    return {
        "questions": questions,
        "verdict": done.verdict,
        "reasons": [[each.rule, each.text, each.figures] for each in done.reasons],
        "notes": list(done.notes),
        "columns": [each.name for each in done.columns],
        "documents": done.setting["documents"],
        "passages": done.setting["passages"],
        "model": done.setting["model"],
        "machine": machine(),
        "processor_s": processor_s,
        "tables": [
            {
                "title": table.title,
                "rows": [
                    [row.name, [[figure(each, row.unit), interval(each, row.unit)]
                                for each in row.values]]
                    for row in table.rows
                ],
            }
            for table in tables(done.considered)
        ],
        "points": [
            [each.column, _three(each.correctness["all"]["right"]), _three(each.speed["total_s"])]
            for each in done.considered
            if "right" in each.correctness.get("all", {}) and "total_s" in each.speed
        ],
    }  # fmt: skip


def _three(found: Estimate) -> list[float]:
    return [found.value, found.low, found.high, found.n]


def page(found: dict[str, dict[str, Any]], args: str = "") -> str:
    """The page of all sets that were measured."""
    first = next(iter(found.values()))
    parts = [HEAD.format(args=f' ARGS="{args}"' if args else "")]
    parts.append(
        f"\nMeasured on: {first['machine']}. Where other work shares the machine, seconds of\n"
        "ways that were asked at different times compare roughly; what docs/benchmarks.md says of\n"
        "processor time is steadier.\n\n"
    )
    if len({each["questions"] for each in found.values()}) > 1:
        parts.append(
            "The sets were asked one by one (`ALCOVE_SETS=NAME`), each with as many questions\n"
            "(`--limit`) as stand beside it; those with fewer than twenty only show the shape.\n\n"
        )
    parts.append(LITERATURE)
    for name, one in found.items():
        parts.append(f"- **{ABOUT[name][0]}**, {one['questions']} questions: {one['verdict']}\n")
    for name, one in found.items():
        parts.append(_set(name, one))
    return "".join(parts)


def _set(name: str, one: dict[str, Any]) -> str:
    title, about = ABOUT[name]
    ways = [MODES.get(each, each) for each in one["columns"]]
    lines = [
        f"\n## {title}\n\n{about} {one['questions']} questions; {one['documents']} documents, "
        f"{one['passages']:,} passages.\n\n> {one['verdict']}\n\n"
        f"![Right against seconds](comparison/{name}-scatter.svg)\n"
        f"![Right answers](comparison/{name}-bars.svg)\n\n"
        f"| | {' | '.join(ways)} |\n|---|{'---|' * len(ways)}\n"
    ]
    for table in one["tables"]:
        if not table["rows"]:
            lines.append(f"| **{table['title']}** | {' | '.join('' for _ in ways)} |\n")
            lines.append(f"| not measured | {' | '.join('–' for _ in ways)} |\n")
            continue
        lines.append(f"| **{table['title']}** | {' | '.join('' for _ in ways)} |\n")
        for label, values in table["rows"]:
            cells = [f"{value} ({between})" if between else value for value, between in values]
            lines.append(f"| {label} | {' | '.join(cells)} |\n")
    if one["processor_s"]:
        used = [f"{one['processor_s'].get(each, 0.0):.1f} s" for each in one["columns"]]
        lines.append(f"| processor time of an answer | {' | '.join(used)} |\n")
    for each in one["notes"]:
        lines.append(f"\n{each}\n")
    lines.append("\n<details><summary>What the verdict rests on</summary>\n\n")
    lines += [f"- {text} {figures}\n" for _, text, figures in one["reasons"]]
    lines.append("\n</details>\n")
    return "".join(lines)


def write(results: Path, docs: Path, args: str = "") -> None:
    """The page and its charts, from what the bench kept."""
    found = {
        name: json.loads(file.read_text("utf-8"))
        for name in ABOUT
        if (file := results / f"compare-{name}.json").is_file()
    }
    if not found:
        raise SystemExit(f"There is nothing in {results}: run the bench first.")
    folder = docs / "comparison"
    folder.mkdir(parents=True, exist_ok=True)
    for name, one in found.items():
        points = [(MODES.get(way, way), Estimate(*right), Estimate(*seconds))
                  for way, right, seconds in one["points"]]  # fmt: skip
        for kind, drawn in (
            ("bars", charts.bars([(way, right) for way, right, _ in points])),
            ("scatter", charts.scatter([(way, took, right) for way, right, took in points])),
        ):
            at = drawn.index(">") + 1
            (folder / f"{name}-{kind}.svg").write_text(drawn[:at] + STYLE + drawn[at:], "utf-8")
    (docs / "comparison.md").write_text(page(found, args), "utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]), " ".join(sys.argv[3:]))
