"""Questions from tables, as spreadsheets write them."""

from pathlib import Path

import pytest

from engine.errors import InputError
from engine.evaluate.questions import Question, checked_questions

HEAD = "Question,Answer,Type,Unanswerable,Document,Page,Format\n"


def write(tmp_path: Path, text: str, name: str = "q.csv", encoding: str = "utf-8") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding=encoding)
    return path


def test_a_table_becomes_questions(tmp_path: Path) -> None:
    text = (
        HEAD
        + '"Who founded it, and when?","Maren / Maren Tolvey",fact,,a.pdf,3,\n\n'
        + '"How ""long""?",1/2,table,no,,,number\nWhat colour?,,,yes,,,\n'
    )
    found, bad = checked_questions(write(tmp_path, text, encoding="utf-8-sig"))
    assert bad == []
    assert found == [
        Question(2, "Who founded it, and when?", ("Maren", "Maren Tolvey"), documents=("a.pdf",),
                 page=3, type="fact"),
        Question(4, 'How "long"?', ("1/2",), type="table", format="number"),
        Question(5, "What colour?", unanswerable=True),
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "mark"), [("q.csv", ";"), ("q.tsv", "\t"), ("q.CSV", ",")])
def test_other_separators_are_found_out(tmp_path: Path, name: str, mark: str) -> None:
    lines = [["id", "question", "answers"], ["a", "Who?", "Ada"], ["b", "When?", "now"]]
    path = write(tmp_path, "".join(mark.join(line) + "\n" for line in lines), name)
    found, _ = checked_questions(path)
    assert [(each.id, each.answers) for each in found] == [("a", ("Ada",)), ("b", ("now",))]


def test_bad_lines_are_told_and_the_others_kept(tmp_path: Path) -> None:
    text = (
        HEAD
        + "Who?,Ada,,,,,\nWhat?,red,,yes,,,\nWhen?,now,,perhaps,,,\nWhy?,,nonsense,,,,\n,x,,,,,\n"
    )
    found, bad = checked_questions(write(tmp_path, text))
    assert [each.question for each in found] == ["Who?"]
    assert [each.number for each in bad] == [3, 4, 5, 6]
    assert "said to be unanswerable and has answers" in bad[0].reason
    assert "neither yes nor no" in bad[1].reason


def test_a_table_without_questions_says_what_it_wants(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="names no column “question”") as caught:
        checked_questions(write(tmp_path, "Name,Age\nAda,36\n"))
    assert "question, answer" in caught.value.hint
    with pytest.raises(InputError, match="There is no question to ask"):
        checked_questions(write(tmp_path, HEAD))
    with pytest.raises(InputError, match="empty"):
        checked_questions(write(tmp_path, ""))
