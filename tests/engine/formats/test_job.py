from pathlib import Path

import pytest

from engine.errors import InputError
from engine.formats import job
from engine.formats.job import JobEvent, JobFolder, JobSpec
from engine.formats.taught_form import TaughtForm


@pytest.fixture
def folder(tmp_path: Path) -> JobFolder:
    return JobFolder(tmp_path / "job")


def test_a_job_is_read_as_it_was_written(folder: JobFolder, tmp_path: Path) -> None:
    spec = JobSpec(
        base=tmp_path / "base.gguf",
        examples=folder.root / "examples.jsonl",
        held_out=folder.root / "held-out.jsonl",
        name="House style",
        task="tone",
        form=TaughtForm("Rule.", "{text}\n"),
        settings={"rank": 8, "method": "rslora", "targets": ["q_proj"]},
    )
    job.write_spec(folder, spec)
    assert job.read_spec(folder) == spec
    assert 'examples = "examples.jsonl"' in folder.spec.read_text(), "a job can be moved"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("= 1", "not TOML"),
        ("job = 1", "no tables"),
        ("[job]\nbase = 'a'", "does not name examples"),
        ("[job]\nbase = 1\nexamples = 'a'", "base in job.toml is not a text"),
        ("[job]\nbase = 'a'\nexamples = 'b'\nbas = 'c'", "names bas"),
        ("[job]\nbase = 'a'\nexamples = 'b'\n[[training]]", "no tables"),
    ],
)
def test_what_is_wrong_with_a_job_is_said(folder: JobFolder, text: str, reason: str) -> None:
    folder.root.mkdir()
    folder.spec.write_text(text)
    with pytest.raises(InputError, match=reason):
        job.read_spec(folder)


def test_a_folder_without_a_job_is_told(folder: JobFolder) -> None:
    with pytest.raises(InputError, match=r"there is no job\.toml"):
        job.read_spec(folder)


def test_events_are_read_on_from_where_one_was(folder: JobFolder) -> None:
    folder.root.mkdir()
    assert list(job.events(folder)) == []
    job.append(folder, JobEvent("start"))
    ((first, at),) = job.events(folder)
    assert first.kind == "start"
    assert first.at > 0
    job.append(folder, JobEvent("step", at=5.0, step=1, loss=2.5))
    ((second, _),) = job.events(folder, start=at)
    assert second == JobEvent("step", at=5.0, step=1, loss=2.5)


def test_half_a_line_spoils_neither_reading_nor_what_follows(folder: JobFolder) -> None:
    folder.root.mkdir()
    job.append(folder, JobEvent("step", step=1))
    with folder.events.open("ab") as file:
        file.write(b'{"kind": "st')
    ((_, at),) = job.events(folder)
    job.append(folder, JobEvent("start", step=2))
    assert [event.step for event, _ in job.events(folder, start=at)] == [2]


def test_events_of_a_later_version_are_passed_over(folder: JobFolder) -> None:
    folder.root.mkdir()
    folder.events.write_text('{"kind": "step", "wind": 3}\n[]\n{"kind": "done"}\n')
    assert [event.kind for event, _ in job.events(folder)] == ["done"]
