"""The model behind a server, over a real server on loopback."""

import sys
import threading
import time
from collections.abc import Iterator
from types import ModuleType

import pytest

from engine.errors import InputError, ModelCrashedError, NetworkRefusedError
from engine.inference import keys
from engine.inference.chat_model import Sampling
from engine.inference.endpoint import EndpointChatModel, EndpointError
from engine.inference.process import ProcessChatModel
from engine.model_types import Message
from engine.models.starter import StarterModels
from engine.network import NetworkGuard, install
from engine.progress import CancelToken, drain
from tests.engine.inference.openai_server import OpenAIServer, serving
from tests.fakes import ScriptedChatModel

ANSWER = "The ferry leaves at 07:40 — from pier four."
QUESTION = [Message("system", "Be short."), Message("user", "When does it leave?")]


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with serving(OpenAIServer(ScriptedChatModel(ANSWER))) as served:
        yield served


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    """Whatever a test opens is closed after it, and the door with it."""
    yield
    while OPENED:
        OPENED.pop().close()


OPENED: list[EndpointChatModel] = []


def endpoint(server: OpenAIServer, **changes: object) -> EndpointChatModel:
    values: dict[str, object] = {"guard": install(), "n_ctx": 2048, "key": server.key}
    values.update(changes)
    name = str(values.pop("model", server.name))
    model = EndpointChatModel(server.url, name, **values)  # type: ignore[arg-type]
    OPENED.append(model)
    return model


def test_an_answer_comes_piece_by_piece(server: OpenAIServer) -> None:
    model = endpoint(server)
    work = model.stream(QUESTION, Sampling(max_tokens=64, seed=7, stop=("END",)))
    pieces = []
    while True:
        try:
            pieces.append(next(work))
        except StopIteration as stop:
            completion = stop.value
            break
    assert len(pieces) > 1
    assert "".join(pieces) == completion.text == ANSWER
    assert completion.finish_reason == "stop"
    assert 0 < completion.first_token_s <= completion.total_s
    assert completion.usage.prompt_tokens > 0
    (request,) = server.requests
    assert request["messages"][1] == {"role": "user", "content": "When does it leave?"}
    assert (request["max_tokens"], request["seed"], request["stop"]) == (64, 7, ["END"])
    model.close()


def test_noise_in_the_stream_is_passed_over(server: OpenAIServer) -> None:
    server.noise = True
    assert drain(endpoint(server).stream(QUESTION, Sampling())).text == ANSWER


def test_thinking_is_told_apart_from_the_answer() -> None:
    script = f"<think>It may be in the timetable.</think>\n\n{ANSWER}"
    with serving(OpenAIServer(ScriptedChatModel(script))) as server:
        completion = drain(endpoint(server).stream(QUESTION, Sampling()))
        assert completion.text == ANSWER
        assert completion.thinking == "It may be in the timetable."


def test_options_beyond_openais_own_go_only_when_asked(server: OpenAIServer) -> None:
    model = endpoint(server)
    drain(model.stream(QUESTION, Sampling()))
    drain(model.stream(QUESTION, Sampling(min_p=0.1, json_schema='{"type": "object"}')))
    plain, asked = server.requests
    assert not {"min_p", "top_k", "grammar", "response_format"} & set(plain)
    assert asked["min_p"] == 0.1
    assert asked["response_format"]["json_schema"]["schema"] == {"type": "object"}


def test_lengths_are_estimated_on_the_safe_side(server: OpenAIServer) -> None:
    model = endpoint(server)
    assert model.count_tokens("") == 0
    assert model.count_tokens("a" * 300) == 100
    assert model.count_tokens("漢" * 100) == 100
    assert model.count_prompt(QUESTION) > model.count_tokens("Be short.When does it leave?")
    assert "estimated" in model.info.note
    server.usage = False
    completion = drain(model.stream(QUESTION, Sampling()))
    assert completion.usage.prompt_tokens == model.count_prompt(QUESTION)
    assert completion.usage.completion_tokens == model.count_tokens(ANSWER)


def test_what_does_not_fit_is_told_before_it_is_sent(server: OpenAIServer) -> None:
    with pytest.raises(InputError) as raised:
        drain(endpoint(server, n_ctx=512).stream([Message("user", "long " * 2000)], Sampling()))
    assert raised.value.code == "too_long"
    assert server.requests == []


def test_stop_works_while_the_server_says_nothing(server: OpenAIServer) -> None:
    server.silent = True
    cancel = CancelToken()
    timer = threading.Timer(0.3, cancel.cancel)
    timer.start()
    started = time.monotonic()
    completion = drain(endpoint(server).stream(QUESTION, Sampling(), cancel=cancel))
    assert time.monotonic() - started < 0.3 + 0.5
    assert (completion.finish_reason, completion.text) == ("cancelled", "")
    timer.join()


def test_stop_in_the_middle_keeps_what_came(server: OpenAIServer) -> None:
    cancel = CancelToken()
    work = endpoint(server).stream(QUESTION, Sampling(), cancel=cancel)
    first = next(work)
    cancel.cancel()
    completion = drain(work)
    assert completion.finish_reason == "cancelled"
    assert completion.text.startswith(first)


def test_a_lost_connection_is_told(server: OpenAIServer) -> None:
    server.hang_up_after = 2
    with pytest.raises(ModelCrashedError, match="lost in the middle"):
        drain(endpoint(server).stream(QUESTION, Sampling()))
    server.hang_up_after = None
    assert drain(endpoint(server).stream(QUESTION, Sampling())).text == ANSWER


def test_a_server_that_is_not_there_is_told(server: OpenAIServer) -> None:
    model = EndpointChatModel("http://127.0.0.1:9/v1", "m", guard=install(), n_ctx=2048)
    OPENED.append(model)
    with pytest.raises(EndpointError) as raised:
        drain(model.stream(QUESTION, Sampling()))
    assert raised.value.code == "endpoint_unreachable"


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"key": "wrong"}, "endpoint_key", "another key"),
        ({"model": "absent"}, "endpoint_missing", "no model called"),
    ],
)
def test_refusals_are_told(
    server: OpenAIServer, changes: dict[str, object], code: str, words: str
) -> None:
    server.key = "right"
    with pytest.raises(EndpointError, match=words) as raised:
        drain(endpoint(server, **changes).stream(QUESTION, Sampling()))
    assert raised.value.code == code


def test_the_servers_own_words_are_told(server: OpenAIServer) -> None:
    server.error = "the context is full"
    with pytest.raises(EndpointError, match="the context is full"):
        drain(endpoint(server).stream(QUESTION, Sampling()))


def test_the_door_is_open_to_the_server_until_the_model_is_closed(server: OpenAIServer) -> None:
    guard = NetworkGuard()
    model = endpoint(server, guard=guard)
    assert guard.policy == "off"
    drain(model.stream(QUESTION, Sampling()))
    assert guard.policy == f"LAN endpoint 127.0.0.1:{server.port}"
    model.close()
    assert guard.policy == "off"
    with pytest.raises(EndpointError):
        drain(model.stream(QUESTION, Sampling()))


def test_nothing_but_the_named_server_is_reached(server: OpenAIServer) -> None:
    model = endpoint(server)
    drain(model.stream(QUESTION, Sampling()))
    import socket

    with pytest.raises(NetworkRefusedError):
        socket.create_connection(("192.0.2.1", 80), 1)
    model.close()


def test_it_does_not_pretend_to_rate_texts(server: OpenAIServer) -> None:
    with pytest.raises(EndpointError, match="cannot rate"):
        endpoint(server).score(QUESTION, ["yes", "no"])


# --- keys --------------------------------------------------------------------------------------


class FakeKeyring:
    """Stands in for the operating system's."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        errors = ModuleType("keyring.errors")

        class KeyringError(Exception):
            pass

        class PasswordDeleteError(KeyringError):
            pass

        errors.KeyringError = KeyringError  # type: ignore[attr-defined]
        errors.PasswordDeleteError = PasswordDeleteError  # type: ignore[attr-defined]

        def get(service: str, url: str) -> str | None:
            if self.locked:
                raise KeyringError
            return self.kept.get((service, url))

        def put(service: str, url: str, key: str) -> None:
            if self.locked:
                raise KeyringError
            self.kept[service, url] = key

        def delete(service: str, url: str) -> None:
            if (service, url) not in self.kept:
                raise PasswordDeleteError
            del self.kept[service, url]

        module = ModuleType("keyring")
        module.get_password, module.set_password = get, put  # type: ignore[attr-defined]
        module.delete_password = delete  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "keyring", module)
        monkeypatch.setitem(sys.modules, "keyring.errors", errors)


def test_keys_live_in_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    ring = FakeKeyring()
    ring.install(monkeypatch)
    assert keys.read("http://box/v1") == ""
    keys.store("http://box/v1", "secret")
    assert keys.read("http://box/v1") == "secret"
    keys.store("http://box/v1", "")
    keys.store("http://box/v1", "")
    assert keys.read("http://box/v1") == ""


def test_a_locked_keyring_is_told_when_storing(monkeypatch: pytest.MonkeyPatch) -> None:
    ring = FakeKeyring()
    ring.install(monkeypatch)
    ring.locked = True
    assert keys.read("http://box/v1") == ""
    with pytest.raises(keys.KeyringError, match="does not take"):
        keys.store("http://box/v1", "secret")


def test_without_the_package_servers_without_keys_still_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert keys.read("http://box/v1") == ""
    with pytest.raises(keys.KeyringError) as raised:
        keys.store("http://box/v1", "secret")
    assert "pip install keyring" in raised.value.hint


# --- a real model behind it --------------------------------------------------------------------


@pytest.mark.model
def test_a_real_model_answers_the_same_through_the_server(starter_models: StarterModels) -> None:
    served = ProcessChatModel(starter_models.chat, n_ctx=1024)
    question = [
        Message("system", "You answer in one sentence."),
        Message("user", "Name the capital of France."),
    ]
    sampling = Sampling(max_tokens=24)
    try:
        direct = drain(served.stream(question, sampling))
        with serving(OpenAIServer(served)) as server:
            model = endpoint(server)
            through = drain(model.stream(question, sampling))
            assert through.text == direct.text
            assert through.usage.prompt_tokens == direct.usage.prompt_tokens
            assert direct.usage.prompt_tokens <= model.count_prompt(question)
            cancel = CancelToken()
            work = model.stream(
                [Message("user", "Tell a long story about the sea.")],
                Sampling(max_tokens=400),
                cancel=cancel,
            )
            next(work)
            asked = time.monotonic()
            cancel.cancel()
            assert drain(work).finish_reason == "cancelled"
            assert time.monotonic() - asked < 0.5
            assert server.stopped.wait(5)
            model.close()
    finally:
        served.close()
