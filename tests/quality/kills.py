"""The model process ended, at random moments, in every way a system ends one.

Each trial brings the process to one of its stages, sends a signal there, and looks at what the
user would see: a known error or a finished request, then a right answer, no process left over, and
no half-written state taken for a whole one.
"""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from engine.errors import ModelCrashedError, ModelLoadError
from engine.inference import state_file
from engine.inference.adapters import Adapter
from engine.inference.chat_model import Sampling
from engine.inference.process import ProcessChatModel
from engine.inference.state_file import StateFileError
from engine.inference.state_store import StateStore
from engine.model_types import Message
from engine.progress import drain
from tests.lora import write_adapter

STAGES = ("load", "prefill", "decode", "adapter", "save")
SIGNALS = (signal.SIGKILL, signal.SIGSEGV, signal.SIGSTOP)
SYSTEM = Message("system", "The keeper climbed the stairs and wound the clockwork. " * 60)
QUESTION = Message("user", "What is the capital of France? Answer in one short sentence.")
LONG = Message("user", "The keeper climbed the stairs and wound the clockwork. " * 200)
LATEST_S = {"load": 0.9, "prefill": 0.8, "decode": 0.4, "adapter": 0.25, "save": 0.06}
"""How long after its beginning a stage is hit at the latest."""


@dataclass(slots=True)
class Outcome:
    """What was seen."""

    trials: int = 0
    wrong: list[str] = field(default_factory=list)
    """What a user should never see, in words."""
    ended: Counter[str] = field(default_factory=Counter)
    """How the request that was hit ended, by stage, signal and end."""
    recovery_s: list[float] = field(default_factory=list)
    """From the end of the request that was hit to the right answer of the next."""


def run(
    chat: Path, folder: Path, *, trials: int, seed: int, stopped_s: float,
    tick: Callable[[], None] = lambda: None,
) -> Outcome:  # fmt: skip
    """Kill the process so many times; ``stopped_s`` is how long a suspended one stays so."""
    dice = random.Random(seed)
    store = StateStore(folder / "states")
    adapter = write_adapter(folder / "adapter.gguf", chat, strength=0.02)
    others = {child.pid for child in psutil.Process().children()}
    outcome = Outcome()
    model = ProcessChatModel(chat, n_ctx=4096, states=store)
    try:
        for number in range(trials):
            stage = STAGES[number % len(STAGES)]
            kind = SIGNALS[(number // len(STAGES)) % len(SIGNALS)]
            _trial(model, stage, kind, dice, adapter, stopped_s, outcome)
            _look(model, store, others, f"trial {number}, {stage}, {kind.name}", outcome)
            outcome.trials += 1
            tick()
    finally:
        model.close()
    left = {child.pid for child in psutil.Process().children()} - others
    if left:
        outcome.wrong.append(f"{len(left)} processes left at the end")
    return outcome


def _trial(
    model: ProcessChatModel, stage: str, kind: signal.Signals, dice: random.Random,
    adapter: Path, stopped_s: float, outcome: Outcome,
) -> None:  # fmt: skip
    work = _prepared(model, stage, adapter, dice)
    delay = dice.uniform(0, LATEST_S[stage])
    hit = threading.Thread(target=_hit, args=(model, kind, delay, stopped_s))
    hit.start()
    name = f"{stage} {kind.name}"
    try:
        work()
        outcome.ended[f"{name}: finished"] += 1
    except (ModelCrashedError, ModelLoadError) as error:
        outcome.ended[f"{name}: {error.code}"] += 1
        if not error.message or not error.hint:
            outcome.wrong.append(f"{name}: an error without words")
    finally:
        hit.join()


def _prepared(
    model: ProcessChatModel, stage: str, adapter: Path, dice: random.Random
) -> Callable[[], object]:
    """Bring the model to just before a stage; returns what enters it."""
    model.use_state(None)
    if stage == "load":
        model.unload()
        return model.preload
    if stage == "prefill":
        model.preload()
        return lambda: drain(model.stream([LONG], Sampling(max_tokens=1)))
    if stage == "decode":
        story = [Message("user", "Write a long story about the sea.")]
        drain(model.stream(story, Sampling(max_tokens=1)))
        return lambda: drain(model.stream(story, Sampling(max_tokens=60)))
    if stage == "adapter":
        model.preload()
        on = [Adapter(adapter, dice.uniform(0.5, 2))]
        return lambda: (model.attach(on), model.attach([]))
    model.warm([SYSTEM])
    return lambda: [model.save_state(f"conversation {number}") for number in range(3)]


def _hit(model: ProcessChatModel, kind: signal.Signals, delay: float, stopped_s: float) -> None:
    until = time.monotonic() + 5
    while (pid := model.pid) is None and time.monotonic() < until:
        time.sleep(0.002)
    time.sleep(delay)
    pid = model.pid or pid
    if pid is None:
        return
    with suppress(ProcessLookupError):
        os.kill(pid, kind)
        if kind is signal.SIGSTOP:
            time.sleep(stopped_s)
            os.kill(pid, signal.SIGCONT)


def _look(
    model: ProcessChatModel, store: StateStore, others: set[int], where: str, outcome: Outcome
) -> None:
    started = time.monotonic()
    if model.adapters:
        model.attach([])
    try:
        answer = drain(model.stream([QUESTION], Sampling(max_tokens=16)))
    except ModelCrashedError:  # the signal came after its request had ended
        answer = drain(model.stream([QUESTION], Sampling(max_tokens=16)))
    outcome.recovery_s.append(time.monotonic() - started)
    if "Paris" not in answer.text:
        outcome.wrong.append(f"{where}: the next answer was wrong: {answer.text!r}")
    running = {child.pid for child in psutil.Process().children()} - others
    if running != {model.pid}:
        outcome.wrong.append(f"{where}: {len(running)} processes, not one")
    for path in store.folder.glob(f"*{state_file.SUFFIX}"):
        try:
            state_file.read(path, "")
        except StateFileError as error:
            if "another model" not in str(error):
                outcome.wrong.append(f"{where}: a state {error}")
