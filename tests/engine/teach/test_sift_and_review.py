"""Doubles and leaks left out, documents kept apart, and the review of what is left."""

from pathlib import Path

import pytest

from engine.errors import InputError
from engine.formats import examples as example_file
from engine.formats.examples import Example
from engine.model_types import Message
from engine.teach import sift
from engine.teach.recipes import recipe
from engine.teach.review import Review


def example(question: str, answer: str = "yes", source: str = "a.md", **more: object) -> Example:
    return recipe("classify").example(
        {"text": question}, answer, source=source, why="made", question=question, **more
    )


def test_doubles_and_measured_questions_are_left_out() -> None:
    kept, left = sift.sifted(
        [
            example("When does the northern ferry leave?"),
            example("when does the Northern ferry leave"),
            example("When does the northern ferry of Odell leave?"),
            example("Who keeps the lighthouse on Gull Rock?"),
        ],
        {"Who keeps the lighthouse of Gull Rock?": "of a set"},
    )
    assert [sift.question_of(each) for each in kept] == [
        "When does the northern ferry leave?", "When does the northern ferry of Odell leave?",
    ]  # fmt: skip
    assert [each.reason for each in left] == [
        "of a set", "their question is asked already",
    ]  # fmt: skip


def test_a_measured_question_behind_passages_is_found() -> None:
    measured = {"When does the northern ferry leave?": "of a set", "Why?": "of another"}
    behind = Example(
        (Message("user", "The tide rises.\n\nQuestion: When does the Northern ferry leave"),
         Message("assistant", "At nine.")),
    )  # fmt: skip
    other = Example((Message("user", "Why not?"), Message("assistant", "Because.")))
    kept, left = sift.apart([behind, other], measured)
    assert (kept, [each.reason for each in left]) == ([other], ["of a set"])


def test_no_document_is_on_both_sides() -> None:
    every = [example(f"Question {n}?", source=f"{n % 20}.md") for n in range(200)]
    taught, held_out = sift.split(every)
    assert len(held_out) == 20
    assert not {each.source for each in taught} & {each.source for each in held_out}
    assert sift.split(every) == (taught, held_out)
    one = [example(f"Question {n}?", source="one.md") for n in range(50)]
    assert sift.split(one) == (one, [])


def test_a_review_keeps_drops_edits_and_tells(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    made = [
        example("One?", quote="Yes, it says.", tokens=12), example("Two?", "no"), example("Three?"),
    ]  # fmt: skip
    example_file.write(path, made)
    look = Review(path)
    with pytest.raises(InputError, match="Nobody has looked at 3") as raised:
        look.trained()
    assert raised.value.code == "not_reviewed"
    assert len(look.trained(unseen=True)) == 3
    look.drop([2])
    edited = look.edit(1, answer=" It does. ", count=lambda turns: len(turns))
    assert (edited.state, edited.example.answer, edited.tokens) == ("edited", "It does.", 3)
    assert edited.quote == ""  # the answer stands there no more
    assert look.accept() == 1
    again = Review(path)
    assert again.counts() == {"new": 0, "kept": 1, "edited": 1, "dropped": 1}
    assert [each.answer for each in again.trained()] == ["It does.", "yes"]
    assert [each.number for each in again.found("three")] == [3]
    assert [each.number for each in again.found(state="dropped")] == [2]
    again.keep([2])
    assert len(Review(path).trained()) == 3


def test_a_question_is_changed_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    example_file.write(path, [example("One?"), example("Two?")])
    look = Review(path)
    changed = look.edit(2, question="What is two?")
    assert changed.example.prompt[-1].content == "Text: What is two?\nLabel:"
    assert changed.question == "What is two?"
    for number, answer in ((3, "x"), (0, "x"), (1, " ")):
        with pytest.raises(InputError):
            look.edit(number, answer=answer)
    with pytest.raises(InputError, match="no example 9"):
        look.drop([1, 9])
    assert Review(path).counts()["dropped"] == 0


def test_examples_written_by_hand_are_seen_already(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    example_file.write(path, [Example((Message("user", "Q"), Message("assistant", "A")))])
    assert len(Review(path).trained()) == 1
