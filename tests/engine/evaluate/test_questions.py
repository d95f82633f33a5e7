from pathlib import Path

import pytest

from engine.errors import InputError, NotFoundError
from engine.evaluate.questions import BadLine, Question, asked_questions


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
    assert asked_questions(path) == [
        Question(1, "Who?"),
        Question("b", "When?\u2028", ("now",), True, ("a.pdf",), 3),
    ]


@pytest.mark.parametrize("line", ["{", "[]", '{"id": 1}', '{"question": "a", "answers": "b"}'])
def test_bad_lines_are_named_and_the_others_stay(tmp_path: Path, line: str) -> None:
    path = write(tmp_path, line + '\n{"question": "Who?"}\n')
    bad, good = asked_questions(path)
    assert isinstance(bad, BadLine)
    assert (bad.number, good) == (1, Question(2, "Who?"))
    assert "ine 1" in bad.reason


@pytest.mark.parametrize("text", ["", "\n \n", "question;answer\nWho?;Me\n"])
def test_a_file_without_a_question_is_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="no question to ask"):
        asked_questions(write(tmp_path, text))


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        asked_questions(tmp_path / "none.jsonl")
    with pytest.raises(InputError, match="is a folder"):
        asked_questions(tmp_path)
