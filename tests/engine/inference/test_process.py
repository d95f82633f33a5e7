"""The parent's side against a scripted child: every end a process can come to."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from engine.errors import (
    CancelledError,
    InputError,
    ModelCrashedError,
    ModelError,
    ModelLoadError,
    ModelMissingError,
)
from engine.inference import child, supervisor
from engine.inference.chat_model import Sampling
from engine.inference.process import ProcessChatModel
from engine.model_types import Completion, Message
from engine.progress import CancelToken
from tests.engine.inference.scripted_worker import ANSWER

WORKER = Path(__file__).with_name("scripted_worker.py")
QUESTION = [Message("user", "Where?")]

Make = Callable[..., ProcessChatModel]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Makes models over the scripted child and checks that nothing of them is left."""
    models: list[ProcessChatModel] = []
    file = tmp_path / "tiny-Q0.gguf"
    file.write_bytes(b"GGUF")
    threads = set(threading.enumerate())
    children = set(psutil.Process().children())

    def made(**script: Any) -> ProcessChatModel:
        command = [sys.executable, str(WORKER), json.dumps(script)]
        model = ProcessChatModel(file, command=command, log_folder=tmp_path)
        models.append(model)
        return model

    yield made
    for model in models:
        model.close()
    assert set(threading.enumerate()) == threads
    assert set(psutil.Process().children()) == children


def ask(
    model: ProcessChatModel, *, cancel: CancelToken | None = None, **sampling: Any
) -> tuple[str, Completion]:
    work = model.stream(QUESTION, Sampling(**sampling), cancel=cancel)
    pieces: list[str] = []
    while True:
        try:
            pieces.append(next(work))
        except StopIteration as end:
            return "".join(pieces), end.value


def test_an_answer_comes_in_pieces_and_whole(make: Make) -> None:
    text, completion = ask(make())
    assert text == completion.text == ANSWER
    assert completion.finish_reason == "stop"
    assert completion.usage.completion_tokens == len(ANSWER.encode())
    assert 0 < completion.first_token_s <= completion.total_s


def test_nothing_runs_before_it_is_needed(make: Make) -> None:
    model = make()
    assert model.pid is None
    assert model.info.name == "tiny"
    assert model.pid is not None


def test_a_follow_up_reuses_the_prefix(make: Make) -> None:
    model = make()
    _, first = ask(model)
    _, second = ask(model)
    assert first.usage.reused_tokens == 0
    assert second.usage.reused_tokens == second.usage.prompt_tokens - 1


def test_stop_texts_end_the_answer_and_are_left_out(make: Make) -> None:
    text, completion = ask(make(), stop=("Haus", "See"))
    assert text == "Grüße aus dem "
    assert completion.finish_reason == "stop"


def test_the_length_is_limited(make: Make) -> None:
    text, completion = ask(make(), max_tokens=3)
    assert (text, completion.finish_reason) == ("Gr", "length")  # ü is two bytes; half is held


def test_counting_works_while_an_answer_is_written(make: Make) -> None:
    model = make()
    work = model.stream(QUESTION, Sampling())
    next(work)
    assert model.count_tokens("four") == 4
    work.close()
    assert ask(model)[0] == ANSWER


def test_a_prompt_that_does_not_fit_is_refused(make: Make) -> None:
    model = make()
    with pytest.raises(InputError) as raised:
        list(model.stream([Message("user", "x" * 600)], Sampling()))
    assert raised.value.code == "too_long"
    assert "512" in raised.value.message
    assert ask(model)[0] == ANSWER


def test_an_answer_is_shortened_to_the_room_that_is_left(make: Make) -> None:
    model = make()
    filler = "x" * (512 - 40 - model.count_prompt([Message("user", "")]))
    work = model.stream([Message("user", filler)], Sampling(max_tokens=1000))
    assert "".join(work) == ANSWER


def test_stopping_in_the_middle_of_the_prompt(make: Make) -> None:
    model = make(prefill_s=0.05)
    model.preload()
    pid = model.pid
    cancel = CancelToken()
    threading.Timer(0.2, cancel.cancel).start()
    started = time.monotonic()
    text, completion = ask(model, cancel=cancel)
    assert (text, completion.finish_reason) == ("", "cancelled")
    assert time.monotonic() - started < 1.0
    assert model.pid == pid


def test_stopping_a_load(make: Make) -> None:
    model = make(load_s=30)
    cancel = CancelToken()
    threading.Timer(0.3, cancel.cancel).start()
    started = time.monotonic()
    with pytest.raises(CancelledError):
        model.preload(cancel=cancel)
    assert time.monotonic() - started < 1.0
    assert ask(make(), cancel=cancel)[1].finish_reason == "cancelled"


def test_a_process_that_does_not_stop_is_stopped(make: Make) -> None:
    model = make(prefill_s=0.2, deaf=True)
    cancel = CancelToken()
    threading.Timer(0.3, cancel.cancel).start()
    assert ask(model, cancel=cancel)[1].finish_reason == "cancelled"
    assert model.pid is None


def test_an_abandoned_answer_is_stopped_and_the_next_one_works(make: Make) -> None:
    model = make()
    work = model.stream(QUESTION, Sampling())
    next(work)
    pid = model.pid
    del work
    assert ask(model)[0] == ANSWER
    assert model.pid == pid


@pytest.mark.parametrize(
    ("crash", "last_words", "reason"),
    [
        ("SIGKILL", "", "stopped it"),
        ("SIGABRT", "ggml_aligned_malloc: failed to allocate 20.5 GB\n", "out of memory"),
        ("SIGSEGV", "", "failed inside"),
        ("SIGILL", "", "another processor"),
    ],
)
def test_a_crash_says_why(make: Make, crash: str, last_words: str, reason: str) -> None:
    model = make(crash=crash, last_words=last_words)
    with pytest.raises(ModelCrashedError, match=reason):
        ask(model)
    assert model.pid is None


def test_the_next_question_after_a_kill_works(make: Make) -> None:
    model = make(token_s=0.02)
    work = model.stream(QUESTION, Sampling())
    next(work)
    assert model.pid is not None
    os.kill(model.pid, signal.SIGKILL)
    with pytest.raises(ModelCrashedError):
        list(work)
    assert ask(model)[0] == ANSWER


def test_after_several_crashes_the_restart_waits(make: Make) -> None:
    model = make(crash="SIGKILL")
    for _ in range(3):
        with pytest.raises(ModelCrashedError):
            ask(model)
    started = time.monotonic()
    with pytest.raises(ModelCrashedError):
        ask(model)
    assert time.monotonic() - started > 0.8


def test_a_model_that_keeps_failing_is_marked(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "MAX_PAUSE_S", 0.05)
    model = make(crash="SIGABRT")
    codes = []
    for _ in range(5):
        with pytest.raises(ModelCrashedError) as raised:
            ask(model)
        codes.append(raised.value.code)
    assert codes == ["model_crashed"] * 3 + ["model_unstable"] * 2
    assert model.unstable
    assert "another model" in raised.value.hint


def test_a_suspended_process_may_come_back(make: Make) -> None:
    model = make(token_s=0.02)
    work = model.stream(QUESTION, Sampling())
    first = next(work)
    assert model.pid is not None
    os.kill(model.pid, signal.SIGSTOP)
    threading.Timer(0.6, os.kill, (model.pid, signal.SIGCONT)).start()
    assert first + "".join(work) == ANSWER


def test_a_suspended_process_is_stopped_when_asked(make: Make) -> None:
    """Also while a prompt larger than a pipe is on its way to it."""
    model = make()
    model.preload()
    assert model.pid is not None
    os.kill(model.pid, signal.SIGSTOP)
    cancel = CancelToken()
    threading.Timer(0.2, cancel.cancel).start()
    long = [Message("user", "x" * 500_000)]
    with pytest.raises(StopIteration) as end:
        next(model.stream(long, Sampling(), cancel=cancel))
    assert end.value.value.finish_reason == "cancelled"
    assert ask(model)[0] == ANSWER


def test_a_process_that_answers_nothing_is_given_up(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "PING_AFTER_S", 0.1)
    monkeypatch.setattr(child, "HUNG_AFTER_S", 0.8)
    model = make(prefill_s=0.03)
    assert ask(model)[0] == ANSWER  # slow, but it answers when asked
    assert model.pid is not None
    os.kill(model.pid, signal.SIGSTOP)
    with pytest.raises(ModelCrashedError, match="did not answer"):
        model.count_tokens("x")
    assert ask(model)[0] == ANSWER


def test_thinking_is_told_apart(make: Make) -> None:
    template = "{% for m in messages %}{{ m.content }}{% endfor %}<think>\n"
    model = make(template=template)
    thoughts: list[str] = []
    work = model.stream(QUESTION, Sampling(), on_thinking=thoughts.append)
    with pytest.raises(StopIteration) as end:
        while True:
            next(work)
    assert end.value.value.text == ""
    assert end.value.value.thinking == "".join(thoughts) == ANSWER


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("error loading model architecture: unknown model architecture: 'x'", "unsupported_model"),
        ("tensor 'a' data is not within the file bounds, model is corrupted", "model_damaged"),
        ("gguf_init_from_file_impl: invalid magic characters: 'PK'", "not_a_model"),
        ("ggml_backend_cpu_buffer: failed to allocate buffer of size 9", "out_of_memory"),
    ],
)
def test_a_load_that_is_refused_says_why(make: Make, said: str, code: str) -> None:
    with pytest.raises(ModelLoadError) as raised:
        make(refuse_load=said).preload()
    assert raised.value.code == code
    assert raised.value.hint


def test_a_missing_file_is_told(tmp_path: Path, make: Make) -> None:
    model = make()
    (tmp_path / "tiny-Q0.gguf").unlink()
    with pytest.raises(ModelMissingError):
        model.preload()


@pytest.mark.parametrize("fault", ["silent", "babble", "stillborn"])
def test_a_child_that_does_not_greet_is_given_up(
    make: Make, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = supervisor.Child
    monkeypatch.setattr(
        supervisor, "Child", lambda *given, **named: started(*given, hello_timeout_s=0.5, **named)
    )
    with pytest.raises(ModelLoadError, match="could not be started"):
        make(**{fault: True}).preload()


def test_closing_from_another_thread_ends_an_answer(make: Make) -> None:
    model = make(prefill_s=0.2)
    closing = threading.Timer(0.5, model.close)
    closing.start()
    assert ask(model)[1].finish_reason == "cancelled"
    closing.join()
    assert model.pid is None
    with pytest.raises(ModelError):
        model.preload()


def test_unloading_frees_and_the_next_call_loads(make: Make) -> None:
    model = make()
    model.preload()
    model.unload()
    assert model.pid is None
    assert ask(model)[0] == ANSWER


def test_no_orphan_when_the_parent_is_killed(tmp_path: Path) -> None:
    (tmp_path / "tiny.gguf").write_bytes(b"GGUF")
    program = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from engine.inference.process import ProcessChatModel\n"
        f"model = ProcessChatModel(Path({str(tmp_path / 'tiny.gguf')!r}),\n"
        f"    command=[sys.executable, {str(WORKER)!r}, '{{}}'])\n"
        "model.preload()\n"
        "print(model.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert psutil.pid_exists(pid)
        parent.kill()
    until = time.monotonic() + 5
    while psutil.pid_exists(pid) and time.monotonic() < until:
        time.sleep(0.02)
    assert not psutil.pid_exists(pid)


def test_a_broken_template_is_told(make: Make) -> None:
    model = make(template="{% for message in messages %}")
    assert "broken" in model.info.note
    assert ask(model)[0] == ANSWER
