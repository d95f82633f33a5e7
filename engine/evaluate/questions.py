"""Question files: JSON lines or a table, one question each."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import InputError, NotFoundError
from engine.evaluate import form, question_table

EXAMPLE = (
    'Each line must be like {"id": 1, "question": "…"}; of a table (.csv), the first line names '
    "the columns: question, answer, …"
)
TYPES = ("fact", "multi-passage", "table", "vocabulary", "style", "label", "unanswerable")
"""What a question asks for; ``label`` is one of a few fixed words."""


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
    type: str = ""
    """One of :data:`TYPES`; empty where the file does not say."""
    format: str = ""
    """What the answer must look like: see :func:`engine.evaluate.form.valid`; empty for any."""
    samples: tuple[str, ...] = ()
    """Texts in the style that the answer shall have."""

    @property
    def kind(self) -> str:
        """Its type, or the one that can be told from the rest."""
        if self.unanswerable:
            return "unanswerable"
        return self.type or ("multi-passage" if len(self.documents) > 1 else "fact")


def _lines(path: Path) -> Iterator[tuple[int, str | dict[str, Any]]]:
    """The lines that are not empty, numbered from 1; those of a table as rows."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise NotFoundError(f"There is no file {path}.", "Check the name.") from error
    except IsADirectoryError as error:
        raise InputError(f"{path} is a folder.", "Give a file with one question a line.") from error
    except PermissionError as error:
        raise InputError(f"{path} may not be read.", "Check who may read it.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as text.", "It must be lines in UTF-8.") from error
    if path.suffix.casefold() in question_table.SUFFIXES:
        yield from question_table.rows(path, text)
        return
    # Not splitlines(): a question may hold a Unicode line separator.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, line


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line of a question file that cannot be used."""

    number: int
    reason: str


def asked_questions(path: Path) -> list[Question | BadLine]:
    """Every line of a file as a question, or why it is none: the others do not wait for it. An
    empty question is one too, with its id, and refused when it is asked.

    Raises NotFoundError, and InputError where the file is no text or holds no question at all.
    """
    found = [each for _, each in _each(path)]
    if not any(isinstance(each, Question) for each in found):
        raise _nothing(path, [each for each in found if isinstance(each, BadLine)])
    return found


def _each(path: Path) -> Iterator[tuple[int, Question | BadLine]]:
    for number, line in _lines(path):
        try:
            yield number, _question(line, number, path)
        except InputError as error:
            yield number, BadLine(number, error.message)


def _nothing(path: Path, bad: Sequence[BadLine]) -> InputError:
    first = bad[0].reason if bad else f"{path} is empty."
    return InputError(f"There is no question to ask. {first}", EXAMPLE)


def checked_questions(path: Path) -> tuple[list[Question], list[BadLine]]:
    """All questions of a file, and the lines that are none; the good ones do not wait for them.

    Raises NotFoundError, and InputError where the file is no text or holds no question at all.
    """
    found: list[Question] = []
    bad: list[BadLine] = []
    for number, each in _each(path):
        if isinstance(each, BadLine):
            bad.append(each)
        elif not each.question.strip():
            bad.append(BadLine(number, f"Line {number} of {path} has an empty question."))
        elif each.unanswerable and each.answers:
            reason = f"Line {number} of {path} is said to be unanswerable and has answers."
            bad.append(BadLine(number, reason))
        else:
            found.append(each)
    if not found:
        raise _nothing(path, bad)
    return found, bad


def as_row(question: Question) -> dict[str, Any]:
    """A question as a line of a file holds it; what is empty is left out."""
    row = {
        "id": question.id,
        "question": question.question,
        "answers": list(question.answers),
        "unanswerable": question.unanswerable,
        "documents": list(question.documents),
        "page": question.page,
        "type": question.type,
        "format": question.format,
        "samples": list(question.samples),
    }
    return {key: value for key, value in row.items() if value or key in ("id", "question")}


def from_row(row: dict[str, Any]) -> Question:
    """The question of a row made by :func:`as_row`."""
    return _question(row, 0, Path("questions"))


def set_hash(questions: Sequence[Question]) -> str:
    """Equal for sets that ask and expect the same in the same order: a set is frozen with it."""
    text = json.dumps([as_row(each) for each in questions], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def write_questions(path: Path, questions: Sequence[Question]) -> None:
    """Write a question file. Raises InputError where it cannot be written."""
    lines = [json.dumps(as_row(question), ensure_ascii=False) + "\n" for question in questions]
    try:
        path.write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"{path} cannot be written: {error.strerror}.", "Choose another place."
        ) from error


def _question(line: str | dict[str, Any], number: int, path: Path) -> Question:
    try:
        row = json.loads(line) if isinstance(line, str) else line
    except json.JSONDecodeError as error:
        raise InputError(f"Line {number} of {path} is not JSON: {error.msg}.", EXAMPLE) from error
    if not isinstance(row, dict) or not isinstance(row.get("question"), str):
        raise InputError(f"Line {number} of {path} has no question.", EXAMPLE)
    page, kind = row.get("page"), row.get("type") or ""
    if kind not in ("", *TYPES):
        raise InputError(
            f"The type “{kind}” in line {number} of {path} is not known.",
            f"There are {', '.join(TYPES)}.",
        )
    nothing = row.get("unanswerable", False)
    if isinstance(nothing, str):
        raise InputError(
            f"“unanswerable” in line {number} of {path} is neither yes nor no.", EXAMPLE
        )
    wanted = row.get("format") or ""
    if not isinstance(wanted, str):
        raise InputError(f"“format” in line {number} of {path} is not a text.", EXAMPLE)
    return Question(
        id=row.get("id", number),
        question=row["question"],
        answers=_texts(row, "answers", number, path),
        unanswerable=bool(nothing) or kind == "unanswerable",
        documents=_texts(row, "documents", number, path),
        page=page if isinstance(page, int) else None,
        type=kind,
        format=form.check(wanted),
        samples=_texts(row, "samples", number, path),
    )


def _texts(row: dict[str, Any], key: str, number: int, path: Path) -> tuple[str, ...]:
    values = row.get(key) or []
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise InputError(f"“{key}” in line {number} of {path} is not a list of texts.", EXAMPLE)
    return tuple(values)
