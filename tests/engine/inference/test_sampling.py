"""How the next token is chosen, on the real starter model."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from engine.errors import InputError
from engine.inference.process import ProcessChatModel
from engine.model_types import Message
from engine.models.starter import StarterModels
from tests.engine.inference.talk import CAPITAL, ask

pytestmark = pytest.mark.model

POEM = [Message("user", "Write two lines about a lighthouse.")]


@pytest.fixture
def model(starter_models: StarterModels) -> Iterator[ProcessChatModel]:
    model = ProcessChatModel(starter_models.chat)
    yield model
    model.close()


@pytest.mark.parametrize("narrow", [{"top_k": 1}, {"min_p": 0.999}, {"top_p": 0.0001}])
def test_narrow_dice_choose_the_likeliest(model: ProcessChatModel, narrow: dict[str, Any]) -> None:
    greedy = ask(model, POEM, max_tokens=16).text
    assert ask(model, POEM, max_tokens=16, temperature=1.5, seed=9, **narrow).text == greedy


def test_the_same_seed_whatever_was_asked_before(model: ProcessChatModel) -> None:
    dice: dict[str, Any] = {"temperature": 1.0, "min_p": 0.02, "top_k": 60, "max_tokens": 24}
    first = ask(model, POEM, seed=5, **dice).text
    ask(model, CAPITAL, seed=1, **dice)
    assert ask(model, POEM, seed=5, **dice).text == first
    assert len({ask(model, POEM, seed=seed, **dice).text for seed in (6, 7, 8)}) > 1


def test_an_answer_keeps_to_a_grammar(model: ProcessChatModel) -> None:
    grammar = 'root ::= ("yes" | "no") ", " [0-9] [0-9] " percent"'
    for seed in range(3):
        text = ask(model, POEM, grammar=grammar, temperature=1.0, seed=seed).text
        word, number = text.split(", ")
        assert word in ("yes", "no")
        assert number[:2].isdigit()
        assert number[2:] == " percent"


def test_an_answer_keeps_to_a_schema(model: ProcessChatModel) -> None:
    schema = {
        "type": "object",
        "properties": {
            "city": {"type": "string", "maxLength": 20},
            "country": {"enum": ["France", "Italy"]},
            "people": {"type": "integer", "minimum": 1, "maximum": 99},
        },
        "required": ["city", "country", "people"],
        "additionalProperties": False,
    }
    answer = json.loads(ask(model, CAPITAL, json_schema=json.dumps(schema), max_tokens=200).text)
    assert set(answer) == {"city", "country", "people"}
    assert answer["country"] in ("France", "Italy")
    assert isinstance(answer["people"], int)


@pytest.mark.parametrize(
    "wrong",
    [
        {"grammar": "root ::= ("},
        {"grammar": 'other ::= "a"'},
        {"json_schema": "{"},
        {"json_schema": '{"type": "no such type"}'},
        {"json_schema": '{"$ref": "#/definitions/none"}'},
        {"json_schema": '{"$ref": "https://example.org/schema.json"}'},
    ],
)
def test_a_wrong_form_is_told_and_harms_nothing(
    model: ProcessChatModel, wrong: dict[str, str]
) -> None:
    with pytest.raises(InputError) as raised:
        ask(model, CAPITAL, **wrong)
    assert raised.value.code == "bad_grammar"
    assert "Paris" in ask(model, CAPITAL).text


def test_stop_texts_and_a_grammar_go_together(model: ProcessChatModel) -> None:
    text = ask(model, CAPITAL, grammar='root ::= "one; two; three"', stop=("; t",)).text
    assert text == "one"
