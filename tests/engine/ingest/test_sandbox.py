import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from engine.ingest.parsers.options import ParseOptions
from engine.ingest.sandbox import Outcome, Sandbox
from engine.ingest.sandbox_child import FOLDER_PREFIX, Limits

NAUGHTY = [sys.executable, "-P", "-m", "tests.engine.ingest.naughty_reader"]
ROOT = Path(__file__).parents[3]

Open = Callable[..., Sandbox]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    made: list[Sandbox] = []

    def make(seconds: float = 60, memory: int = 2**30, most: int = 1) -> Sandbox:
        limits = Limits(seconds, idle_seconds=seconds + 6, memory_bytes=memory)
        made.append(Sandbox(limits=limits, most=most, command=NAUGHTY))
        return made[-1]

    yield make
    for sandbox in made:
        sandbox.close()


def _read(sandbox: Sandbox, *files: Path, password: str | None = None) -> list[Outcome]:
    """Outcomes in the order of the files."""
    for key, file in enumerate(files):
        sandbox.submit(key, file, ParseOptions(password, ocr=False))
    found: dict[int, Outcome] = {}
    until = time.monotonic() + 120
    while len(found) < len(files):
        assert time.monotonic() < until
        if (outcome := sandbox.take(0.2)) is not None:
            found[outcome.key] = outcome
    return [found[key] for key in range(len(files))]


def _file(folder: Path, name: str, text: str = "Some text.") -> Path:
    (folder / name).write_text(text)
    return folder / name


def test_a_file_is_read_elsewhere_and_the_process_is_used_again(
    opened: Open, tmp_path: Path
) -> None:
    files = [_file(tmp_path, name) for name in ("a.txt", "pid.1", "pid.2", "slides.pptx")]
    text, one, two, slides = _read(opened(), *files)
    assert text.parsed is not None
    assert text.parsed.pages[0].text == "Some text."
    assert one.parsed is not None
    assert one.parsed == two.parsed
    assert int(one.parsed.pages[0].text) != os.getpid()
    assert slides.parsed is not None
    assert slides.parsed.pages[0].label == "Slide 1"


def test_attachments_and_notes_come_through(opened: Open, tmp_path: Path) -> None:
    (box,) = _read(opened(), _file(tmp_path, "box.zip"))
    assert box.parsed is not None
    assert box.parsed.note == "A note."
    assert [(each.name, each.code) for each in box.parsed.attachments] == [
        ("in.txt", ""), ("in.txt", ""), ("bad.xyz", "unsupported"),
    ]  # fmt: skip
    inner = box.parsed.attachments[0].parsed
    assert inner is not None
    assert inner.pages[0].text == "Some text."


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("slow", "timeout", "more than 2 s of work"),
        ("busy", "timeout", "more than 2 s of work"),
        ("greedy", "memory", "needs more than 0.25 GB"),
        ("crash", "crash", "made the reader crash"),
        ("bug", "fault", "ZeroDivisionError"),
        ("connect", "network", "another machine"),
        ("x.bad", "damaged", "damaged"),
    ],
)
def test_a_file_harms_only_itself(
    opened: Open, tmp_path: Path, name: str, code: str, words: str
) -> None:
    files = [_file(tmp_path, each) for each in ("a.txt", name, "b.txt")]
    first, bad, last = _read(opened(seconds=2, memory=2**28), *files)
    assert first.parsed is not None
    assert last.parsed is not None
    assert (bad.parsed, bad.code) == (None, code)
    assert words in bad.reason
    assert "secret" not in bad.reason


@pytest.mark.parametrize("name", ["huge", "native"])
def test_no_file_gets_a_gigabyte(opened: Open, tmp_path: Path, name: str) -> None:
    first, bad, last = _read(opened(), *(_file(tmp_path, each) for each in ("a.txt", name, "b")))
    assert first.parsed is not None
    assert last.parsed is not None
    assert bad.parsed is None
    assert bad.reason == "This file needs more than 1 GB of memory to be read."


def test_too_much_text_is_refused_and_much_text_comes_through(opened: Open, tmp_path: Path) -> None:
    files = [_file(tmp_path, "endless.txt"), _file(tmp_path, "big.txt")]
    endless, big = _read(opened(), *files)
    assert endless.code == "too_large"
    assert big.parsed is not None
    assert len(big.parsed.pages[0].text) == 10_000_000


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the system's own walls")
def test_a_parser_that_was_taken_over_gets_nowhere(opened: Open, tmp_path: Path) -> None:
    sandbox = opened()
    shut = sandbox.protections()
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept.txt").write_text("kept")
    (outcome,) = _read(sandbox, _file(tmp_path, "attempts.txt", str(outside)))
    assert outcome.parsed is not None
    told = dict(line.split(": ") for line in outcome.parsed.pages[0].text.split("\n\n"))
    assert told["write inside"] == "done"
    if "writing" in shut:
        assert (told["write outside"], told["remove outside"]) == ("refused", "refused")
        assert (outside / "kept.txt").exists()
    if "sockets" in shut:
        assert (told["socket"], told["program"], told["signal"]) == ("refused",) * 3
    assert "memory" in shut


def test_a_slow_file_does_not_hold_up_the_others(opened: Open, tmp_path: Path) -> None:
    sandbox = opened(seconds=30, most=2)
    sandbox.submit(0, _file(tmp_path, "slow.txt"), ParseOptions(ocr=False))
    for key in range(1, 4):
        sandbox.submit(key, _file(tmp_path, f"{key}.txt"), ParseOptions(ocr=False))
    found: set[int] = set()
    until = time.monotonic() + 25
    while len(found) < 3 and time.monotonic() < until:
        if (outcome := sandbox.take(0.2)) is not None:
            found.add(outcome.key)
    assert found == {1, 2, 3}


def test_closing_ends_the_processes_and_leaves_nothing(opened: Open, tmp_path: Path) -> None:
    sandbox = opened()
    _read(sandbox, _file(tmp_path, "a.txt"))
    sandbox.submit(1, _file(tmp_path, "slow.txt"), ParseOptions(ocr=False))
    (pid,) = sandbox.pids
    folders = list(Path(os.environ.get("TMPDIR", "/tmp")).glob(f"{FOLDER_PREFIX}{os.getpid()}-*"))
    assert folders
    sandbox.close()
    assert not psutil.pid_exists(pid)
    assert not any(folder.exists() for folder in folders)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_no_process_outlives_a_parent_that_was_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path\n"
        "from engine.ingest.sandbox import Sandbox\n"
        "sandbox = Sandbox(command=sys.argv[2:])\n"
        "sandbox.submit(0, Path(sys.argv[1], 'pid.1'))\n"
        "while (found := sandbox.take(1)) is None: pass\n"
        "sandbox.submit(1, Path(sys.argv[1], 'busy.1'))\n"
        "print(found.parsed.pages[0].text, flush=True)\n"
        "time.sleep(60)\n"
    )
    for name in ("pid.1", "busy.1"):
        _file(tmp_path, name)
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path), *NAUGHTY],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert psutil.pid_exists(child)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    until = time.monotonic() + 20
    while psutil.pid_exists(child) and time.monotonic() < until:
        time.sleep(0.05)
    assert not psutil.pid_exists(child)
