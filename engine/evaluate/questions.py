"""Question files: JSON lines, one question each."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import InputError, NotFoundError

EXAMPLE = 'Each line must be like {"id": 1, "question": "…"}.'


@dataclass(frozen=True, slots=True)
class Question:
    """One line of a question file; all but ``question`` is optional in the file."""

    id: Any
    """As in the file; the line number where it has none."""
    question: str
    answers: tuple[str, ...] = ()
    unanswerable: bool = False
    documents: tuple[str, ...] = ()
    """Paths of the documents that hold the answer."""
    page: int | None = None


def read_questions(path: Path) -> Iterator[Question]:
    """Yield the questions of a file. Raises NotFoundError, and InputError naming the line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise NotFoundError(f"There is no file {path}.", "Check the name.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as text.", "It must be lines in UTF-8.") from error
    # Not splitlines(): a question may hold a Unicode line separator.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield _question(line, number, path)


def _question(line: str, number: int, path: Path) -> Question:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise InputError(f"Line {number} of {path} is not JSON: {error.msg}.", EXAMPLE) from error
    if not isinstance(row, dict) or not isinstance(row.get("question"), str):
        raise InputError(f"Line {number} of {path} has no question.", EXAMPLE)
    page = row.get("page")
    return Question(
        id=row.get("id", number),
        question=row["question"],
        answers=_texts(row, "answers", number, path),
        unanswerable=bool(row.get("unanswerable", False)),
        documents=_texts(row, "documents", number, path),
        page=page if isinstance(page, int) else None,
    )


def _texts(row: dict[str, Any], key: str, number: int, path: Path) -> tuple[str, ...]:
    values = row.get(key) or []
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise InputError(f"“{key}” in line {number} of {path} is not a list of texts.", EXAMPLE)
    return tuple(values)
