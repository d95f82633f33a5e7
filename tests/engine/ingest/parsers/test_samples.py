"""The sample library reads as the golden files say, and its questions point to true places.

After a meant change: ``python -m tests.engine.ingest.parsers.test_samples`` writes them anew; look
at the difference before committing.
"""

import json
from pathlib import Path

import pytest

from engine.ingest.parsers import registry
from engine.types import ParsedDocument

ROOT = Path(__file__).parents[4]
LIBRARY = ROOT / "samples" / "library"
GOLDEN = ROOT / "tests" / "golden" / "samples"
FILES = sorted(path for path in LIBRARY.iterdir() if path.is_file())


def written(document: ParsedDocument) -> str:
    lines = [f"{document.type}: {document.title}"]
    for page in document.pages:
        headings = [f"{heading.level}@{heading.start} {heading.title}" for heading in page.headings]
        lines += [f"=== page {page.number}", *headings, "---", page.text]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_golden(path: Path) -> None:
    expected = (GOLDEN / f"{path.name}.txt").read_text(encoding="utf-8")
    assert written(registry.parse(path)) == expected


def test_the_library_has_about_a_dozen_pages_in_five_formats() -> None:
    types = {registry.parse(path).type for path in FILES}
    assert types == {"pdf", "docx", "markdown", "html", "text"}


def test_answers_stand_where_the_questions_say() -> None:
    lines = (ROOT / "samples" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert len({row["id"] for row in rows}) == len(rows)
    assert sum(row["unanswerable"] for row in rows) >= 5
    for row in rows:
        if row["unanswerable"]:
            assert not row["answers"]
            continue
        (name,) = row["documents"]
        text = registry.parse(LIBRARY / name).pages[row["page"] - 1].text
        folded = " ".join(text.split()).lower()
        assert any(answer.lower() in folded for answer in row["answers"]), row["question"]


if __name__ == "__main__":
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for file in FILES:
        (GOLDEN / f"{file.name}.txt").write_text(written(registry.parse(file)), encoding="utf-8")
