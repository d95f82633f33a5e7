from dataclasses import replace

import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.training import families
from training.label_trainer import Collator, _apart, dataset
from training.lessons import NO_LABEL, Row
from training.sheets import one_by_one, sheets


def row(*tokens: int, answer: int = 1) -> Row:
    """A row whose last ``answer`` tokens are learnt."""
    told = len(tokens) - answer
    return Row(tokens, (*[NO_LABEL] * told, *tokens[told:]))


PASSAGES = (5, 6, 7, 8, 9)
ASKED = [row(*PASSAGES, 11, 12), row(*PASSAGES, 13, 14, 15, answer=2), row(*PASSAGES, 16, 17)]


def test_questions_about_the_same_passages_share_them() -> None:
    (sheet,) = sheets(ASKED)
    assert sheet.beginning == PASSAGES
    assert sheet.input_ids == (*PASSAGES, 11, 12, 13, 14, 15, 16, 17)
    assert sheet.positions == (0, 1, 2, 3, 4, 5, 6, 5, 6, 7, 5, 6)
    assert sheet.branch == (0, 0, 0, 0, 0, 1, 1, 2, 2, 2, 3, 3)
    none = NO_LABEL
    assert sheet.labels == (*[none] * 5, none, 12, none, 14, 15, none, 17)
    assert sheet.tokens == sum(len(each.input_ids) for each in ASKED)


def test_a_label_is_never_part_of_the_beginning_nor_predicted_from_it() -> None:
    (sheet,) = sheets([row(5, 6, 7), row(5, 6, 8)])
    assert sheet.beginning == (5,)
    assert [each.input_ids for each in sheet.branches] == [(6, 7), (6, 8)]


def test_sheets_are_no_longer_than_allowed_and_hold_no_more_examples() -> None:
    many = [row(*PASSAGES, number, 1) for number in range(20, 40)]
    assert all(len(each.branches) <= 3 for each in sheets(many, most=3))
    assert all(len(each.input_ids) <= 12 for each in sheets(many, longest=12))
    assert len(sheets([row(*range(50))], longest=12)) == 1


@given(
    st.lists(
        st.tuples(st.lists(st.integers(1, 3), min_size=2, max_size=12), st.integers(1, 3)),
        min_size=1,
        max_size=30,
    )
)
def test_every_example_stands_in_one_sheet_as_it_was(drawn: list[tuple[list[int], int]]) -> None:
    rows = [row(*tokens, answer=min(answer, len(tokens) - 1)) for tokens, answer in drawn]
    made = sheets(rows, longest=20, most=4)
    key = lambda each: (each.input_ids, each.labels)  # noqa: E731
    assert sorted(one_by_one(made), key=key) == sorted(rows, key=key)
    assert sum(len(each.input_ids) for each in made) <= sum(len(each.input_ids) for each in rows)


def test_a_sheet_costs_the_loss_of_its_examples_one_by_one() -> None:
    torch.manual_seed(0)
    for name in ("llama", "qwen3", "gemma2", "gemma3"):
        model = families.make_model(families.FAMILIES[name]).eval()
        with torch.no_grad():
            alone = torch.cat([_scores(model, [each]) for each in ASKED])
            (sheet,) = sheets(ASKED)
            together = _scores(model, [sheet])
        assert torch.allclose(alone, together, atol=1e-4), name


def _scores(model, units):  # type: ignore[no-untyped-def]
    """Logits before each label, (n_labels, n_vocab)."""
    batch = Collator(0)([dataset(units)[0]])
    more = {}
    if "branch" in batch:
        more = {"position_ids": batch["position_ids"], **_apart(model, batch["branch"])}
    logits = model(input_ids=batch["input_ids"], use_cache=False, **more).logits
    return logits[0, :-1][batch["labels"][0, 1:] != NO_LABEL]


def test_what_is_rehearsed_stays_marked_in_its_sheet() -> None:
    own = replace(row(*PASSAGES, 18, 19), rehearsed=True)
    (sheet,) = sheets([*ASKED, own])
    marked = [token for token, kept in zip(sheet.input_ids, sheet.rehearsed, strict=True) if kept]
    assert marked == [18, 19]
    assert [each.rehearsed for each in one_by_one([sheet])] == [False, False, False, True]
    assert Collator(0)([dataset([sheet])[0]])["rehearsed"].sum() == 2
    assert Collator(0)([dataset([own])[0], dataset(ASKED[:1])[0]])["rehearsed"].sum() == 7
