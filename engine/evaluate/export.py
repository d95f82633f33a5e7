"""All results as a table (CSV) or as JSON, for those who go on with them elsewhere."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.errors import InputError
from engine.evaluate.outcome import Outcome

FIXED = (
    "column", "id", "type", "question", "expected", "answer", "refused", "fault", "citations",
    "retrieve_s", "first_token_s", "total_s", "read_tokens", "written_tokens",
)  # fmt: skip


def check(path: Path) -> None:
    """Whether results can be written there, before they are there. Raises InputError."""
    if path.suffix.casefold() not in (".csv", ".json"):
        raise InputError(f"{path.name} is neither .csv nor .json.", "Choose one of the two.")
    check_folder(path)


def check_folder(path: Path) -> None:
    """Whether the folder of a file is there. Raises InputError."""
    if not path.expanduser().absolute().parent.is_dir():
        raise InputError(
            f"{path} cannot be written: there is no such folder.", "Choose another place."
        )


def write(path: Path, outcomes: Sequence[Outcome], told: dict[str, Any]) -> None:
    """To a file whose ending says the form. Raises InputError."""
    check(path)
    if path.suffix.casefold() == ".csv":
        # With a mark of its encoding, without which spreadsheets take it for another.
        text = "\ufeff" + as_csv(outcomes)
    else:
        rows = [each.as_row() for each in outcomes]
        text = json.dumps({**told, "results": rows}, ensure_ascii=False, indent=1) + "\n"
    try:
        path.write_text(text, encoding="utf-8", errors="replace", newline="")
    except OSError as error:
        raise InputError(
            f"{path} cannot be written: {error.strerror}.", "Choose another place."
        ) from error


def as_csv(outcomes: Sequence[Outcome]) -> str:
    """One line for each question and column. A text that a spreadsheet would run is quoted."""
    names = list(dict.fromkeys(name for each in outcomes for name in each.scores))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*FIXED, *names])
    for each in outcomes:
        question = each.question
        row: list[object] = [
            each.mode, question.id, question.kind, question.question, " / ".join(question.answers),
            each.error or each.text, int(each.abstained), each.fault,
            "; ".join(f"{path}#page={page}" for path, page, _ in each.citations),
            round(each.retrieve_s, 4), round(each.first_token_s, 4), round(each.total_s, 4),
            each.read_tokens, each.written_tokens,
            *(each.scores.get(name, "") for name in names),
        ]  # fmt: skip
        writer.writerow([_safe(value) for value in row])
    return out.getvalue()


def _safe(value: object) -> object:
    """What begins like a formula begins with an apostrophe instead."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value
