"""The endpoint against llama_cpp's own server, with the starter model on loopback."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest

from engine.inference.chat_model import Sampling
from engine.inference.endpoint import EndpointChatModel, EndpointError
from engine.model_types import Message
from engine.models.starter import StarterModels
from engine.network import install
from engine.progress import CancelToken, drain

pytestmark = pytest.mark.model

KEY = "a key of this test"
CAPITAL = [Message("user", "What is the capital of France? Answer in one short sentence.")]
POEM = [Message("user", "Write two lines about a lighthouse.")]
PATIENCE_S = 120


@pytest.fixture(scope="module")
def address(starter_models: StarterModels) -> Iterator[str]:
    """A server of its own process, up and answering."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "llama_cpp.server", "--model", str(starter_models.chat),
         "--model_alias", "starter", "--n_ctx", "2048", "--n_threads", "1", "--host", "127.0.0.1",
         "--port", str(port), "--api_key", KEY],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}/v1"
    try:
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                httpx.get(f"{url}/models", headers={"authorization": f"Bearer {KEY}"})
                break
            except httpx.TransportError:
                assert process.poll() is None, "the server ended"
                assert time.monotonic() < until, "the server does not answer"
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture
def model(address: str) -> Iterator[EndpointChatModel]:
    opened = EndpointChatModel(address, "starter", guard=install(), n_ctx=2048, key=KEY)
    yield opened
    opened.close()


def test_it_answers_and_counts(model: EndpointChatModel) -> None:
    work = model.stream(CAPITAL, Sampling(max_tokens=24))
    pieces = []
    while True:
        try:
            pieces.append(next(work))
        except StopIteration as stop:
            end = stop.value
            break
    assert len(pieces) > 1
    assert "".join(pieces) == end.text
    assert "Paris" in end.text
    assert end.finish_reason == "stop"
    assert 0 < end.first_token_s < end.total_s
    assert end.usage.prompt_tokens > 0
    assert end.usage.completion_tokens > 1


def test_the_same_seed_gives_the_same_answer(model: EndpointChatModel) -> None:
    def ask(seed: int) -> str:
        dice = Sampling(max_tokens=24, temperature=1.2, top_k=60, min_p=0.02, seed=seed)
        return drain(model.stream(POEM, dice)).text

    first = ask(5)
    assert ask(5) == first
    assert len({ask(seed) for seed in (6, 7)} | {first}) > 1


def test_it_stops_where_it_is_told(model: EndpointChatModel) -> None:
    short = drain(model.stream(POEM, Sampling(max_tokens=3)))
    assert short.finish_reason == "length"
    cut = drain(model.stream(CAPITAL, Sampling(max_tokens=24, stop=("Paris",))))
    assert "Paris" not in cut.text
    assert cut.finish_reason == "stop"


def test_it_keeps_to_a_schema(model: EndpointChatModel) -> None:
    schema = {
        "type": "object",
        "properties": {"city": {"type": "string", "maxLength": 20}, "big": {"type": "boolean"}},
        "required": ["city", "big"],
    }
    told = drain(model.stream(CAPITAL, Sampling(max_tokens=60, json_schema=json.dumps(schema))))
    # Its own converter lets line ends stand in texts, which strict JSON does not know.
    assert set(json.loads(told.text, strict=False)) == {"city", "big"}


def test_it_is_cancelled_and_answers_again(model: EndpointChatModel) -> None:
    token = CancelToken()
    work = model.stream(POEM, Sampling(max_tokens=400), cancel=token)
    next(work)
    token.cancel()
    assert drain(work).finish_reason == "cancelled"
    assert "Paris" in drain(model.stream(CAPITAL, Sampling(max_tokens=24))).text


def test_a_wrong_key_and_a_long_question_are_told(address: str, model: EndpointChatModel) -> None:
    stranger = EndpointChatModel(address, "starter", guard=install(), n_ctx=2048, key="another")
    try:
        with pytest.raises(EndpointError) as told:
            drain(stranger.stream(CAPITAL, Sampling(max_tokens=4)))
        assert told.value.code == "endpoint_key"
    finally:
        stranger.close()
    wide = EndpointChatModel(address, "starter", guard=install(), n_ctx=100_000, key=KEY)
    try:
        with pytest.raises(EndpointError) as told:
            drain(wide.stream([Message("user", "word " * 3000)], Sampling(max_tokens=4)))
        assert told.value.code == "endpoint_empty"  # it says 200 and then nothing
        assert "too long" in told.value.hint
    finally:
        wide.close()
