"""What a model keeps saying while it learns something else."""

from dataclasses import replace
from pathlib import Path

from engine.formats.examples import Example
from engine.model_types import Message
from engine.teach import compare, rehearsal


def new(number: int) -> Example:
    return Example((Message("user", f"Text {number}"), Message("assistant", "label")))


def test_nothing_is_rehearsed_that_forgetting_is_measured_with() -> None:
    asked = {each.question.casefold() for each in compare.general_questions()}
    assert len(set(rehearsal.requests())) == len(rehearsal.requests()) >= 30
    assert not asked & {each.casefold() for each in rehearsal.requests()}


def test_a_share_of_the_examples_within_bounds() -> None:
    assert rehearsal.wanted(6) == rehearsal.FEWEST
    assert rehearsal.wanted(60) == 20
    assert rehearsal.wanted(6_000) == len(rehearsal.requests())


def test_half_of_the_requests_come_as_in_a_conversation() -> None:
    prompts = rehearsal.prompts()
    assert [each[-1].content for each in prompts] == list(rehearsal.requests())
    assert {each[0].role for each in prompts} == {"system", "user"}
    assert sum(each[0].role == "system" for each in prompts) == len(prompts) // 2


def test_asking_goes_on_after_the_last_answer() -> None:
    prompts = rehearsal.prompts()
    there = [kept for asked in prompts[:3] if (kept := rehearsal.example(asked, "Yes."))]
    assert rehearsal.after([]) == prompts
    assert rehearsal.after(there) == prompts[3:]
    assert rehearsal.after([new(1)]) == prompts


def test_an_answer_ends_with_a_whole_sentence() -> None:
    asked = [Message("user", "What is the moon?")]
    kept = rehearsal.example(asked, "A ball of rock. It goes round the")
    assert kept is not None
    assert kept.answer == "A ball of rock."
    assert kept.recipe == rehearsal.RECIPE
    assert rehearsal.example(asked, "A ball of rock that") is None
    assert rehearsal.example(asked, "") is None


def test_they_stand_evenly_among_what_is_new() -> None:
    taught = [new(number) for number in range(6)]
    kept = [new(100), new(101)]
    mixed = rehearsal.among(taught, kept)
    assert [each for each in mixed if each in taught] == taught
    assert [mixed.index(each) for each in kept] == [3, 7]
    assert rehearsal.among(taught, []) == tuple(taught)
    assert rehearsal.among(taught[:1], kept) == (taught[0], *kept)


def test_among_many_examples_they_come_again_up_to_a_bound() -> None:
    kept = [new(1000), new(1001)]
    mixed = rehearsal.among([new(number) for number in range(50)], kept)
    assert [each for each in mixed if each in kept] == kept * 3
    assert mixed[8] == kept[0]
    many = rehearsal.among([new(number) for number in range(400)], kept)
    assert sum(each in kept for each in many) == 2 * rehearsal.MOST_TIMES


def test_a_bound_on_length_lets_them_in() -> None:
    kept = [replace(new(number), more={"tokens": number}) for number in (80, 120, 400)]
    assert rehearsal.fitting({"max_tokens": 64}, kept) == ({"max_tokens": 120}, kept[:2])
    assert rehearsal.fitting({"max_tokens": 64}, kept, 100) == ({"max_tokens": 80}, kept[:1])
    assert rehearsal.fitting({"max_tokens": 2048}, kept) == ({"max_tokens": 2048}, kept)
    assert rehearsal.fitting({"steps": 5}, kept) == ({"steps": 5}, kept[:2])
    assert rehearsal.fitting({"max_tokens": 64}, []) == ({"max_tokens": 64}, [])


def test_every_model_has_a_file_of_its_own(tmp_path: Path) -> None:
    first, second = tmp_path / "a.gguf", tmp_path / "b.gguf"
    first.write_bytes(b"1")
    second.write_bytes(b"12")
    names = {rehearsal.file_of(tmp_path, each) for each in (first, second, first)}
    assert len(names) == 2
