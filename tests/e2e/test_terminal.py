"""The installed command on the sample library, with the real starter models."""

import functools
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples" / "library"
ALCOVE = Path(sys.executable).with_name("alcove")


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("profile")
    (report,) = run(folder, "add", str(SAMPLES), "--json")
    assert report["failed"] == []
    assert report["indexed"] >= 5
    return folder


def run(profile: Path, *arguments: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [ALCOVE, *arguments, "--profile", profile],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_second_add_finds_nothing_to_do(profile: Path) -> None:
    (report,) = run(profile, "add", str(SAMPLES), "--json")
    assert report["indexed"] == 0
    assert report["unchanged"] >= 5


def test_answers_carry_quotes_that_stand_on_their_page(profile: Path) -> None:
    questions = [
        json.loads(line) for line in (ROOT / "samples" / "questions.jsonl").read_text().splitlines()
    ]
    answerable = [row for row in questions if not row.get("unanswerable")][:6]
    cited_right = 0
    for row in answerable:
        (answer,) = run(profile, "ask", row["question"], "--json")
        for citation in answer["citations"]:
            (shown,) = run(profile, "show", citation["path"], "--json")
            page = shown["pages"][citation["page"] - 1]
            assert page["page"] == citation["page"]
            assert page["text"][citation["start"] : citation["end"]] == citation["quote"]
        names = {Path(citation["path"]).name for citation in answer["citations"]}
        cited_right += bool(names & {Path(name).name for name in row["documents"]})
        assert answer["abstained"] == (not answer["citations"])
    # The starter model is tiny; half of a handful is the floor that a broken path cannot reach.
    assert cited_right >= 3


def test_questions_about_something_else_are_refused(profile: Path) -> None:
    (answer,) = run(profile, "ask", "Who won the chess world championship in 1972?", "--json")
    assert answer["abstained"]
    assert answer["citations"] == []


def test_doctor_and_models_are_well(profile: Path) -> None:
    (report,) = run(profile, "doctor", "--deep", "--json")
    assert report["ok"], report
    (models,) = run(profile, "models", "list", "--json")
    assert {card["role"] for card in models["models"]} == {"chat", "embedding"}
    assert all(card["licence"] and card["origin"] for card in models["models"])
    (status,) = run(profile, "status", "--json")
    assert status["network"] == {"policy": "off", "connections": 0, "refused": 0}


def test_interrupt_stops_cleanly_and_keeps_what_was_done(tmp_path: Path, profile: Path) -> None:
    papers = tmp_path / "papers"
    papers.mkdir()
    for number in range(400):
        text = f"# Note {number}\n\n" + f"The key of locker {number} hangs at hook {number}. " * 40
        (papers / f"{number:03}.md").write_text(text)
    home = tmp_path / "home"
    process = subprocess.Popen(
        [ALCOVE, "add", papers, "--profile", home],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ,
        # Tests started in the background inherit that Ctrl-C is ignored.
        preexec_fn=functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        time.sleep(0.5)
        (status,) = run(home, "status", "--json")
        if status["documents"] > 5:
            break
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    (status,) = run(home, "status", "--json")
    assert 5 < status["documents"] < 400
    (report,) = run(home, "add", str(papers), "--json")
    assert report["indexed"] + report["unchanged"] == 400
    assert report["unchanged"] >= status["documents"]
    (health,) = run(home, "doctor", "--deep", "--json")
    assert health["ok"], health
