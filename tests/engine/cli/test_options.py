"""How a model writes, from the terminal and the assistant."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from engine.assistant import Assistant
from engine.cli import app as cli
from engine.errors import EngineError
from engine.models.options import ModelOptions
from engine.models.starter import StarterModels
from engine.paths import open_profile
from engine.progress import drain
from engine.services import keeper
from engine.store.connect import Vault
from tests.fakes import HashingEmbedder, ScriptedChatModel
from tests.ggufs import write_model

Alcove = Callable[..., Result]


@pytest.fixture
def writer() -> ScriptedChatModel:
    return ScriptedChatModel("The answer as it was written.")


@pytest.fixture
def alcove(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writer: ScriptedChatModel
) -> Iterator[Alcove]:
    def opened(profile: Path | None = None, *, key: bytes | None = None) -> Assistant:
        home = open_profile(profile)
        vault = Vault.open(home.vault)
        return Assistant(home, vault, embedder=HashingEmbedder(), chat_model=writer)

    monkeypatch.setattr(cli.Assistant, "open", opened)

    def run(*arguments: object, input: str | None = None) -> Result:
        words = [*map(str, arguments), "--profile", str(tmp_path / "profile")]
        return CliRunner().invoke(cli.app, words, input=input)

    yield run


def row(result: Result) -> dict[str, Any]:
    (line,) = result.stdout.splitlines()
    return dict(json.loads(line))


def test_ask_hands_the_options_to_the_model(
    alcove: Alcove, writer: ScriptedChatModel, tmp_path: Path
) -> None:
    schema = tmp_path / "schema.json"
    schema.write_text('{"type": "object"}')
    answer = alcove(
        "ask", "Who?", "--mode", "plain", "--temperature", 0.7, "--top-p", 0.9, "--min-p", 0.05,
        "--top-k", 40, "--seed", 7, "--max-tokens", 3, "--stop", "END", "--stop", "##",
        "--json-schema", schema, "--json",
    )  # fmt: skip
    assert row(answer)["answer"] == "The answer as"
    (sampling,) = writer.samplings
    assert (sampling.temperature, sampling.top_p, sampling.min_p) == (0.7, 0.9, 0.05)
    assert (sampling.top_k, sampling.seed, sampling.stop) == (40, 7, ("END", "##"))
    assert sampling.json_schema == '{"type": "object"}'


def test_chat_hands_them_on_too(alcove: Alcove, writer: ScriptedChatModel) -> None:
    alcove("chat", "--mode", "plain", "--seed", 3, "--json", input="Who?\nWhen?\n")
    assert [sampling.seed for sampling in writer.samplings] == [3, 3]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--temperature", "9"], "settings"),
        (["--json-schema", "/no/such/file"], "bad_input"),
        (["--json-schema", "{file}"], "bad_grammar"),
        (["--grammar", "{file}", "--json-schema", "{file}"], "bad_input"),
        (["--mode", "rag", "--grammar", "{file}"], "no_form"),
    ],
)
def test_what_cannot_be_used_is_told(
    alcove: Alcove, tmp_path: Path, arguments: list[str], code: str
) -> None:
    file = tmp_path / "form"
    file.write_text("root ::= [a-z]+")
    given = [argument.format(file=file) for argument in arguments]
    answer = alcove("ask", "Who?", *(given if "--mode" in given else ["--mode", "plain", *given]),
                    "--json")  # fmt: skip
    assert answer.exit_code == 1
    assert row(answer)["error"]["code"] == code
    assert row(answer)["error"]["hint"]


def test_options_without_effect_are_told(alcove: Alcove, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("The ferry leaves at nine in the morning from the north quay.")
    alcove("add", note)
    told = alcove("ask", "When does the ferry leave?", "--temperature", 1, "--json")
    assert row(told)["answer"]
    assert "--temperature changed nothing" in told.stderr
    assert "changed nothing" not in alcove("ask", "When does the ferry leave?", "--json").stderr


def test_options_of_a_model_are_set_shown_and_reset(
    alcove: Alcove, writer: ScriptedChatModel, tmp_path: Path
) -> None:
    name = "Tiny"
    alcove("models", "add", write_model(tmp_path / "tiny.gguf"))
    fresh = row(alcove("models", "options", name, "--json"))
    assert fresh["options"] == {}
    assert fresh["defaults"]["n_ctx"] == 2048
    assert set(fresh["defaults"]) == set(ModelOptions.__dataclass_fields__)
    changes = ["--set", "temperature=0.4", "--set", "stop=END", "--set", "stop=##"]
    changed = row(alcove("models", "options", name, *changes, "--json"))
    assert changed["options"] == {"temperature": 0.4, "stop": ["END", "##"]}
    alcove("models", "options", name, "--set", "temperature=")
    assert row(alcove("models", "options", name, "--json"))["options"] == {"stop": ["END", "##"]}
    words = alcove("models", "options", name).stdout
    assert "'END', '##'" in words
    assert "default" in words
    assert row(alcove("models", "options", name, "--reset", "--json"))["options"] == {}


@pytest.mark.parametrize("setting", ["temperature", "heat=1", "top_k=many", "top_p=3"])
def test_a_wrong_setting_changes_nothing(alcove: Alcove, tmp_path: Path, setting: str) -> None:
    alcove("models", "add", write_model(tmp_path / "tiny.gguf"))
    told = alcove("models", "options", "Tiny", "--set", setting, "--json")
    assert told.exit_code == 1
    assert row(told)["error"]["hint"]
    assert row(alcove("models", "options", "Tiny", "--json"))["options"] == {}


class Loading(ScriptedChatModel):
    """Stands in for a model process; remembers how each was opened."""

    opened: list[tuple[object, object]] = []  # noqa: RUF012 - of all of them

    def __init__(self, path: Path, **options: object) -> None:
        super().__init__("Written.")
        self.path = path
        Loading.opened.append((options["n_ctx"], options["threads"]))


def test_only_context_and_threads_load_a_model_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Loading.opened = []
    monkeypatch.setattr(keeper, "ProcessChatModel", Loading)
    home = open_profile(tmp_path / "profile")
    assistant = Assistant(home, Vault.open(home.vault), embedder=HashingEmbedder())
    try:
        assistant.shelf.add(write_model(tmp_path / "tiny.gguf"))
        for options in (
            ModelOptions(),
            ModelOptions(temperature=0.3),
            ModelOptions(n_ctx=1024),
            ModelOptions(n_ctx=1024, threads=1),
        ):
            assistant.set_model_options("Tiny", options)
            assert assistant.model_options("Tiny") == options
            drain(assistant.ask("Who?", mode="plain", model="Tiny"))
        assert Loading.opened == [(2048, None), (1024, None), (1024, 1)]
    finally:
        assistant.close()


@pytest.mark.model
def test_the_real_model_keeps_to_seed_and_schema(
    tmp_path: Path, starter_models: StarterModels
) -> None:
    schema = json.dumps(
        {
            "type": "object",
            "properties": {
                "city": {"type": "string", "maxLength": 12},
                "sunny": {"type": "boolean"},
            },
            "required": ["city", "sunny"],
            "additionalProperties": False,
        }
    )
    assistant = Assistant.open(tmp_path / "profile")

    def ask(seed: int, json_schema: str = "") -> str:
        options = ModelOptions(temperature=1.2, seed=seed, max_tokens=40)
        question = "Tell me about a city by the sea."
        return drain(
            assistant.ask(question, mode="plain", options=options, json_schema=json_schema)
        ).text

    try:
        first = ask(11)
        others = {ask(seed) for seed in (12, 13)}
        assert ask(11) == first
        assert others - {first}
        answer = json.loads(ask(5, schema))
        assert isinstance(answer["city"], str)
        assert isinstance(answer["sunny"], bool)
        with pytest.raises(EngineError, match="JSON schema"):
            ask(5, '{"type": "no such type"}')
    finally:
        assistant.close()
