import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.inference.thinking import Thinking, opened_by


def split(text: str, cuts: list[int], *, inside: bool = False) -> tuple[str, str]:
    thinking = Thinking(inside=inside)
    thought, said = "", ""
    edges = [0, *sorted(cuts), len(text)]
    for start, end in itertools.pairwise(edges):
        more_thought, more_said = thinking.add(text[start:end])
        thought, said = thought + more_thought, said + more_said
    more_thought, more_said = thinking.close()
    assert thinking.text == thought + more_thought
    return thought + more_thought, said + more_said


@pytest.mark.parametrize(
    ("text", "inside", "thought", "said"),
    [
        ("<think>hm</think>\n\nYes.", False, "hm", "Yes."),
        ("\n<think>\nhm\n</think>Yes.", False, "\nhm\n", "Yes."),
        ("hm</think>Yes.", True, "hm", "Yes."),
        ("Yes.", False, "", "Yes."),
        ("The tag <think> opens it.", False, "", "The tag <think> opens it."),
        ("<thin", False, "", "<thin"),
        ("<think>cut off", False, "cut off", ""),
        ("a < b </thin", True, "a < b </thin", ""),
        ("", False, "", ""),
    ],
)
def test_thinking_is_told_apart(text: str, inside: bool, thought: str, said: str) -> None:
    for cut in range(len(text) + 1):
        assert split(text, [cut], inside=inside)[0] == thought
        # Space after the mark is only known to be that within its piece.
        assert split(text, [cut], inside=inside)[1].lstrip() == said.lstrip()


@given(st.text("<think>/ab ", max_size=40), st.lists(st.integers(0, 40), max_size=8))
def test_pieces_give_what_the_whole_gives(text: str, cuts: list[int]) -> None:
    cuts = [min(cut, len(text)) for cut in cuts]
    thought, said = split(text, cuts)
    whole_thought, whole_said = split(text, [])
    assert thought == whole_thought
    assert said.lstrip() == whole_said.lstrip()
    if not text.lstrip().startswith("<think>"):
        assert (thought, said) == ("", text)


def test_a_prompt_may_open_the_thinking() -> None:
    assert opened_by("<|im_start|>assistant\n<think>\n")
    assert not opened_by("<|im_start|>assistant\n")
