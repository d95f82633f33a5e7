"""Sets of questions in a real vault."""

from pathlib import Path

import pytest

from engine.errors import InputError, NotFoundError
from engine.evaluate.questions import Question, set_hash
from engine.services.question_sets import QuestionShelf
from engine.store.connect import Vault
from engine.store.evaluations import Evaluations
from engine.store.preferences import Preference, Preferences

QUESTIONS = [
    Question(1, "Wér?", ("Ann", "ünö"), documents=("a.md",), page=2),
    Question(2, "Why not?", unanswerable=True),
]


def test_a_set_comes_back_as_it_was_kept(vault: Vault, tmp_path: Path) -> None:
    shelf = QuestionShelf(vault)
    number = shelf.keep(" Quay ", [*QUESTIONS, Question(3, "  wér? "), Question(4, " ")],
                        origin="file", library="Papers")  # fmt: skip
    [found] = shelf.all()
    assert found == shelf.one(number) == shelf.named("Quay")
    assert list(found.questions) == QUESTIONS  # each once, and only those that ask
    assert (found.origin, found.library, found.frozen) == ("file", "Papers", False)
    assert found.sha256 == set_hash(QUESTIONS)
    assert found.kinds == {"fact": 1, "unanswerable": 1}
    assert shelf.write(number, tmp_path / "q.jsonl") == 2
    assert shelf.read(tmp_path / "q.jsonl")[0] == QUESTIONS
    shelf.remove(number)
    assert shelf.all() == []
    with pytest.raises(NotFoundError):
        shelf.one(number)
    with pytest.raises(InputError, match="no set"):
        shelf.named("Quay")


def test_a_frozen_set_keeps_its_questions_and_may_take_another_name(vault: Vault) -> None:
    shelf = QuestionShelf(vault)
    number = shelf.keep("Quay", QUESTIONS)
    shelf.keep("Quay", QUESTIONS[:1], set_id=number)
    assert len(shelf.one(number).questions) == 1
    shelf.freeze(number)
    shelf.freeze(number)
    assert shelf.one(number).frozen
    with pytest.raises(InputError, match="stay as they are"):
        shelf.keep("Quay", QUESTIONS, set_id=number)
    shelf.keep("Pier", QUESTIONS[:1], set_id=number)
    assert shelf.one(number).name == "Pier"


@pytest.mark.parametrize(
    ("name", "questions", "words"),
    [("", QUESTIONS, "no name"), ("x", [], "no question"), ("Taken", QUESTIONS, "already")],
)
def test_what_cannot_be_kept_is_told(
    vault: Vault, name: str, questions: list[Question], words: str
) -> None:
    shelf = QuestionShelf(vault)
    shelf.keep("Taken", QUESTIONS)
    with pytest.raises(InputError, match=words):
        shelf.keep(name, questions)
    assert len(shelf.all()) == 1


def test_preferences_go_with_their_evaluation(vault: Vault) -> None:
    runs, store = Evaluations(vault), Preferences(vault)
    number = runs.begin("abc", {}, [])
    store.keep(number, Preference("q", "rag", "both", "rag"))
    store.keep(number, Preference("q", "both", "rag", "both"))  # changed their mind
    assert store.of(number) == [Preference("q", "both", "rag", "both")]
    runs.remove(number)
    assert store.of(number) == []
