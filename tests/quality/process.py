"""The model process under use: how soon it stops, whether it grows, what reuse and saved states
save, and what the user sees when it is killed."""

import statistics
import threading
import time
from collections.abc import Callable

import psutil

from engine.errors import CancelledError
from engine.inference.chat_model import Sampling
from engine.inference.process import ProcessChatModel
from engine.inference.state_store import StateStore
from engine.model_types import Completion, Message
from engine.models import gguf_header
from engine.progress import CancelToken, drain
from tests.quality import kills
from tests.quality import memory as measured
from tests.quality.record import Row
from tests.quality.workplace import Workplace

TRIES = 200
QUESTIONS = 500
KILLS = 200
ROUNDS = 7
STOPPED_S = 10.0
LONG = [Message("user", "The keeper climbed the stairs and wound the clockwork. " * 250)]
STORY = [Message("user", "Write a long story about the sea.")]


def run(place: Workplace) -> None:
    for bench in (reuse, stops, memory, ends):
        bench(place)


# --- the first token -----------------------------------------------------------------------------


def reuse(place: Workplace) -> None:
    """First token of a follow-up and of a conversation reopened after a restart / a cold one."""
    chat = place.models().chat
    over = f"{chat.name}, about 1,000 tokens of context"
    cold: list[float] = []
    follow: list[float] = []
    reopened: list[float] = []
    store = StateStore(place.folder / "states")
    for number in range(place.limit or ROUNDS):
        text = f"Chapter {number}. " + "Bells ring over the harbour, and nobody knows why. " * 85
        talk = [Message("user", text + " What do the bells do? One sentence.")]
        more = "And where? One sentence."
        model = ProcessChatModel(chat, states=store)
        try:
            model.preload()
            model.use_state(f"bench {number}")
            first = _ask(model, talk)
            talk += [Message("assistant", first.text), Message("user", more)]
            second = _ask(model, talk)
            talk += [Message("assistant", second.text), Message("user", more)]
            model.close()
            model = ProcessChatModel(chat, states=store)
            model.preload()
            model.use_state(f"bench {number}")
            third = _ask(model, talk)
        finally:
            model.close()
        cold.append(first.first_token_s)
        follow.append(second.first_token_s)
        reopened.append(third.first_token_s)
    for name, times in (("cold", cold), ("follow-up", follow), ("reopened", reopened)):
        _row(place, over, f"first token, {name}", [1000 * t for t in times], "ms")
    for name, times in (("follow-up", follow), ("reopened", reopened)):
        ratios = [a / b for a, b in zip(times, cold, strict=True)]
        _row(place, over, f"first token, {name} / cold", ratios, "")


def _ask(model: ProcessChatModel, talk: list[Message]) -> Completion:
    return drain(model.stream(talk, Sampling(max_tokens=24)))


# --- stopping ------------------------------------------------------------------------------------


def stops(place: Workplace) -> None:
    """From the request to stop until the caller has its end, at random moments."""
    chat = place.models().chat
    tries = place.limit or TRIES
    model = ProcessChatModel(chat)
    try:
        for stage in ("load", "prefill", "decode"):
            times: list[float] = []
            reloads = 0
            for number in range(tries):
                delay = (number * 7919 % 101) / 101  # spread evenly, in no order
                if stage == "load":
                    model.unload()
                    times += _stop_after(0.4 * delay, lambda token: _load(model, token))
                    continue
                model.preload()
                pid = model.pid
                talk, tokens = (LONG, 1) if stage == "prefill" else (STORY, 400)
                work = _writing(model, talk, tokens)
                times += _stop_after(0.05 + 0.5 * delay, work)
                reloads += model.pid != pid
                model.warm(STORY)  # so that the next prefill has something to do
            note = f"{reloads} reloads" if stage != "load" else ""
            over = f"{chat.name}, {tries} tries, {stage}"
            for name, share in (("median", 50), ("p99", 99)):
                value = statistics.quantiles(times, n=100, method="inclusive")[share - 1]
                place.record.add(
                    Row("process", over, f"stop latency, {name}", 1000 * value, "ms", len(times),
                        1000 * min(times), 1000 * max(times), note=note)
                )  # fmt: skip
    finally:
        model.close()


def _load(model: ProcessChatModel, token: CancelToken) -> None:
    try:
        model.preload(cancel=token)
    except CancelledError:
        return


def _writing(
    model: ProcessChatModel, talk: list[Message], tokens: int
) -> Callable[[CancelToken], object]:
    return lambda token: drain(model.stream(talk, Sampling(max_tokens=tokens), cancel=token))


def _stop_after(delay: float, work: Callable[[CancelToken], object]) -> list[float]:
    """Seconds from stopping to its end; none where it had ended before."""
    token = CancelToken()
    asked = [0.0]

    def stop() -> None:
        asked[0] = time.perf_counter()
        token.cancel()

    timer = threading.Timer(delay, stop)
    timer.start()
    work(token)
    ended = time.perf_counter()
    timer.cancel()
    timer.join()
    return [ended - asked[0]] if 0 < asked[0] < ended else []


# --- memory --------------------------------------------------------------------------------------


def memory(place: Workplace) -> None:
    """Memory of the child after a tenth of the questions, and after all."""
    chat = place.models().chat
    questions = place.limit or QUESTIONS
    warm = max(1, questions // 10)
    model = ProcessChatModel(chat)
    sizes = []
    try:
        for number in range(questions):
            text = f"Question {number}: " + "which bell rings? " * (number * 37 % 60)
            drain(model.stream([Message("user", text)], Sampling(max_tokens=4)))
            if number + 1 >= warm:
                sizes.append(psutil.Process(model.pid).memory_info().rss)
        info = model.info
        assert model.pid is not None
        found = measured.of(model.pid)
    finally:
        model.close()
    over = f"{chat.name}, {questions} questions"
    size = chat.stat().st_size
    kv = gguf_header.read(chat).kv_bytes_per_token * info.n_ctx
    note = f"file {size / 1e6:.0f} MB, context {kv / 1e6:.0f} MB, own {found.own / 1e6:.0f} MB"
    for name, value in (
        ("memory / (file + context)", found.total / (size + kv)),
        ("memory without the context / file", (found.total - kv) / size),
    ):
        place.record.add(Row("process", over, name, value, note=note))
    place.record.add(
        Row("process", over, "memory at the end / after a tenth", sizes[-1] / sizes[0], n=questions)
    )


# --- kills ---------------------------------------------------------------------------------------


def ends(place: Workplace) -> None:
    """The process ended at random moments, in every way a system ends one."""
    chat = place.models().chat
    folder = place.folder / "kills"
    folder.mkdir(parents=True, exist_ok=True)
    outcome = kills.run(
        chat, folder, trials=place.limit or KILLS, seed=1,
        stopped_s=STOPPED_S,
    )  # fmt: skip
    over = f"{chat.name}, kill, segmentation fault and suspension in {', '.join(kills.STAGES)}"
    place.record.add(
        Row("process", over, "trials with anything wrong", len(outcome.wrong), "trials",
            outcome.trials, note="; ".join(outcome.wrong[:3]))
    )  # fmt: skip
    _row(place, over, "next right answer after", outcome.recovery_s, "s")


def _row(place: Workplace, over: str, measure: str, values: list[float], unit: str) -> None:
    place.record.add(
        Row("process", over, measure, statistics.median(values), unit, len(values), min(values),
            max(values), note="median, least and most")
    )  # fmt: skip
