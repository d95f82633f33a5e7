from pathlib import Path

import pytest

from engine.errors import InputError, NotFoundError
from engine.evaluate.questions import Question, read_questions


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "questions.jsonl"
    path.write_text(text, encoding="utf-8")
    return path


def test_lines_become_questions(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        '{"question": "Who?"}\n\n'
        '{"id": "b", "question": "When?\u2028", "answers": ["now"], "unanswerable": true,'
        ' "documents": ["a.pdf"], "page": 3}\n',
    )
    assert list(read_questions(path)) == [
        Question(1, "Who?"),
        Question("b", "When?\u2028", ("now",), True, ("a.pdf",), 3),
    ]


@pytest.mark.parametrize("line", ["{", "[]", '{"id": 1}', '{"question": "a", "answers": "b"}'])
def test_bad_lines_are_named(tmp_path: Path, line: str) -> None:
    path = write(tmp_path, '{"question": "Who?"}\n' + line)
    with pytest.raises(InputError, match="ine 2"):
        list(read_questions(path))


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        list(read_questions(tmp_path / "none.jsonl"))
