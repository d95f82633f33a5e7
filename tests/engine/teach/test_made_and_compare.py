"""Adapters that were made here with their cards, what was in use before, and the decision."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import TeachError
from engine.evaluate.questions import Question
from engine.teach import compare
from engine.teach.compare import Scores
from engine.teach.made import MadeAdapters, MadeCard
from engine.types import Answer, Timings, Usage
from tests.lora import write_adapter, write_base


def answer(text: str, *, abstained: bool = False) -> Answer:
    return Answer("?", text, abstained, (), (), Timings(0, 0, 0), Usage(0, 0, 0))


def test_an_adapter_is_taken_with_its_card_and_a_name_of_its_own(tmp_path: Path) -> None:
    base = write_base(tmp_path / "base.gguf")
    first = write_adapter(tmp_path / "1.gguf", base)
    second = write_adapter(tmp_path / "2.gguf", base, seed=2)
    made = MadeAdapters(tmp_path / "adapters")
    assert made.all() == []
    file = made.take(first, MadeCard("House style", "", made_at=1.0, report={"examples": 3}))
    assert file.name == "house-style.gguf"
    assert made.take(first, MadeCard("House style", "", made_at=1.0)) == file  # the same one
    other = made.take(second, MadeCard("House style", "", made_at=2.0))
    assert other.name == "house-style-2.gguf"
    assert [each.file for each in made.all()] == ["house-style.gguf", "house-style-2.gguf"]
    assert made.of(other) is not None
    assert made.of(first) is None
    other.unlink()
    assert len(made.all()) == 1
    with pytest.raises(TeachError, match="cannot be used"):
        made.take(base, MadeCard("No adapter", ""))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with 64 KB; skipped where none may be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if mount is None or os.name != "posix":
        pytest.skip("mounts nothing")
    options = ["-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if subprocess.run([mount, *options], capture_output=True, check=False).returncode:
        pytest.skip("may mount nothing here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_keeps_no_half_of_an_adapter(tmp_path: Path, small_disk: Path) -> None:
    base = write_base(tmp_path / "base.gguf", width=2048)
    adapter = write_adapter(tmp_path / "1.gguf", base, rank=8)
    assert adapter.stat().st_size > 64 << 10
    with pytest.raises(TeachError, match="No space left") as caught:
        MadeAdapters(small_disk).take(adapter, MadeCard("Mine", ""))
    assert caught.value.code == "disk_full"
    assert "Free some space" in caught.value.hint
    assert list(small_disk.iterdir()) == []


def test_changes_are_taken_back_one_by_one(tmp_path: Path) -> None:
    made = MadeAdapters(tmp_path)
    made.changed("m", (), (("a.gguf", 1.0),))
    made.changed("other", (), (("x.gguf", 1.0),))
    made.changed("m", (("a.gguf", 1.0),), (("b.gguf", 0.5),))
    made.changed("m", (("b.gguf", 0.5),), (("b.gguf", 0.5),))  # nothing changed
    assert [each.after for each in made.changes("m")] == [(("a.gguf", 1.0),), (("b.gguf", 0.5),)]
    undone = made.undo("m")
    assert undone is not None
    assert undone.before == (("a.gguf", 1.0),)
    assert made.undo("m") is not None
    assert made.undo("m") is None
    assert len(made.changes("other")) == 1
    (tmp_path / "history.json").write_text("{broken")
    assert made.changes("m") == []


def test_only_what_is_better_and_forgets_nothing_is_adopted() -> None:
    before = Scores((0.0, 0.5, 0.0, 0.5), (1.0,) * 18 + (0.0,) * 2)
    better = compare.decide(before, Scores((1.0, 0.5, 0.5, 1.0), before.general))
    assert better.adopt
    assert "from 25% to 75% on 4 questions" in better.reason
    same = compare.decide(before, Scores((0.5, 0.0, 0.5, 0.0), before.general))
    assert not same.adopt
    assert "not better" in same.reason
    forgets = compare.decide(before, Scores((1.0,) * 4, (1.0,) * 17 + (0.0,) * 3))
    assert not forgets.adopt
    assert "fell from 90% to 85%" in forgets.reason
    few = compare.decide(Scores((0.0,), ()), Scores((1.0,), ()))
    assert not few.adopt
    assert "only 1 questions" in few.reason


def test_answers_are_scored_as_they_were_wanted() -> None:
    known = Question(1, "When?", ("at 07:40",))
    assert compare.score(known, answer("At 07:40.")) == 1
    assert compare.score(known, answer("I did not find it.", abstained=True)) == 0
    unknown = Question(2, "Who?", unanswerable=True)
    assert compare.score(unknown, answer("", abstained=True)) == 1
    assert compare.score(unknown, answer("Ada")) == 0
    general = compare.general_questions()
    assert len(general) == 100
    assert compare.general_score(general[0], "It is Paris, of course.") == 1
    assert compare.general_score(general[0], "Lyon") == 0
