"""``alcove teach`` over a real vault."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from engine.formats import job as job_file
from engine.formats.job import JobFolder, JobSpec
from tests.engine.cli.test_app import alcove, documents, lines, model
from tests.lora import write_adapter, write_base

__all__ = ["alcove", "documents", "model"]

TABLE = "text,label\nI paid twice,bill\nWhy the fee?,bill\nWhere is it?,parcel\nIt is late,parcel\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "enquiries.csv"
    path.write_text(TABLE)
    return path


def test_recipes_are_told(alcove: Callable[..., Result]) -> None:
    [value] = lines(alcove("teach", "recipes", "--json"))
    assert len(value["recipes"]) == 8
    assert "answer from my documents" in alcove("teach", "recipes").stdout


def test_examples_are_built_and_looked_through(
    alcove: Callable[..., Result], table: Path, tmp_path: Path
) -> None:
    out = tmp_path / "e.jsonl"
    [built] = lines(alcove("teach", "build", table, "--recipe", "classify", "--out", out, "--json"))
    assert (built["examples"], built["file"]) == (4, str(out))
    shown = alcove("teach", "review", out)
    assert "I paid twice" in shown.stdout
    assert "4 were not looked at" in shown.stdout
    refused = alcove("teach", "train", out, "--job", tmp_path / "job", "--json")
    assert refused.exit_code == 1
    assert lines(refused)[0]["error"]["code"] == "not_reviewed"
    arguments = ("--drop", 2, "--edit", 3, "--answer", "post", "--accept", "--json")
    [value] = lines(alcove("teach", "review", out, *arguments))
    assert value["counts"] == {"new": 0, "kept": 2, "edited": 1, "dropped": 1}
    assert [each["state"] for each in value["examples"]] == ["kept", "dropped", "edited", "kept"]
    assert value["examples"][2]["answer"] == "post"
    [value] = lines(alcove("teach", "review", out, "--filter", "fee", "--json"))
    assert [each["number"] for each in value["examples"]] == [2]
    [one] = lines(alcove("teach", "review", out, "--show", 1, "--json"))
    assert one["messages"][-1] == {"role": "assistant", "content": "bill"}
    [value] = lines(
        alcove("teach", "review", out, "--filter", "parcel", "--drop-filtered", "--json")
    )
    assert value["counts"]["dropped"] == 2
    csv = tmp_path / "e.csv"
    [turned] = lines(alcove("teach", "convert", out, csv, "--to", "csv", "--json"))
    assert turned["examples"] == 2


def test_examples_from_documents(
    alcove: Callable[..., Result], documents: Path, tmp_path: Path
) -> None:
    nothing = alcove("teach", "build", "documents", "--recipe", "answer", "--json")
    assert nothing.exit_code == 1
    alcove("add", documents)
    out = tmp_path / "e.jsonl"
    result = alcove("teach", "build", "documents", "--recipe", "answer", "--out", out, "--json")
    if result.exit_code == 1:  # so small a library may yield none, and then says so
        assert lines(result)[0]["error"]["code"] == "no_examples"
    else:
        assert all(json.loads(line)["meta"]["why"] for line in out.read_text().splitlines())


def test_training_without_its_environment_is_told(
    alcove: Callable[..., Result], table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "e.jsonl"
    alcove("teach", "build", table, "--recipe", "classify", "--out", out)
    base = write_base(tmp_path / "base.gguf")
    monkeypatch.setenv("ALCOVE_TRAINING_PYTHON", str(tmp_path / "no-python"))
    result = alcove(
        "teach", "train", out, "--base", base, "--job", tmp_path / "job", "--steps", 2, "--yes",
        "--json",
    )  # fmt: skip
    assert result.exit_code == 1
    error = lines(result)[0]["error"]
    assert error["code"] == "no_training"
    assert "make setup-training" in error["hint"]
    bad = alcove("teach", "train", out, "--base", base, "--set", "rank", "--yes", "--json")
    assert "sets nothing" in lines(bad)[0]["error"]["message"]


def test_adapters_and_trainings_are_listed(alcove: Callable[..., Result], tmp_path: Path) -> None:
    assert "Grounded answers" in alcove("teach", "list").stdout  # it ships
    (tmp_path / "disk").mkdir()
    base = write_base(tmp_path / "disk" / "base.gguf")
    write_adapter(tmp_path / "disk" / "mine.gguf", base, name="Mine")
    alcove("models", "add", tmp_path / "disk")
    [value] = lines(alcove("teach", "list", "--json"))
    [each] = [one for one in value["adapters"] if one["name"] == "Mine"]
    assert (each["name"], each["base"], each["state"]) == ("Mine", "base", "ready")
    assert each["size"] > 0
    assert value["jobs"] == []
    assert value["waiting"] == {
        "new": 0, "examples": 0, "measured": 0, "recipe": "answer",
    }  # fmt: skip
    assert "Mine" in alcove("teach", "list").stdout
    for arguments in (("export", tmp_path), ("stop", tmp_path), ("back",), ("loop",)):
        assert alcove("teach", *arguments, "--json").exit_code == 1


def test_the_result_of_a_training_is_told_before_and_after(
    alcove: Callable[..., Result], tmp_path: Path
) -> None:
    assert alcove("teach", "result", tmp_path / "job", "--json").exit_code == 1
    folder = JobFolder(tmp_path / "job")
    base = write_base(tmp_path / "base.gguf")
    job_file.write_spec(folder, JobSpec(base, folder.root / "e.jsonl", name="Mine"))
    folder.report.write_text('{"name": "Mine", "files": {"adapter": "mine.gguf"}}')
    write_adapter(folder.root / "mine.gguf", base, name="Mine")
    [value] = lines(alcove("teach", "result", folder.root, "--json"))
    assert (value["better"], value["questions"]) == (False, 0)
    assert value["reason"].startswith(("There are only 0 questions", "It could not be compared"))
    assert Path(value["gguf"]).exists()
    kept = json.loads((folder.root / "compared.json").read_text())
    kept["decision"] |= {"adopt": True, "reason": "It is better.", "questions": 9,
                         "before": 0.25, "after": 0.75}  # fmt: skip
    (folder.root / "compared.json").write_text(json.dumps(kept))
    told = alcove("teach", "result", folder.root).stdout
    assert "It is better." in told
    assert "25%" in told
    assert "75%" in told


@pytest.mark.parametrize(
    "arguments",
    [
        ["build", "documents"],
        ["build", "documents", "--recipe", "answer", "--refusals", "2"],
        ["review", "x.jsonl", "--answer", "a"],
        ["review", "x.jsonl", "--state", "odd"],
        ["review", "x.jsonl", "--drop-filtered"],
        ["convert", "a", "b", "--to", "odd"],
    ],
)
def test_wrong_usage(alcove: Callable[..., Result], arguments: list[str]) -> None:
    assert alcove("teach", *arguments).exit_code == 2


def test_broken_lines_are_named(alcove: Callable[..., Result], tmp_path: Path) -> None:
    path = tmp_path / "b.jsonl"
    path.write_text('{"messages": []}\nnothing\n')
    result = alcove("teach", "review", path, "--json")
    assert "line 1" in lines(result)[0]["error"]["message"]
    assert "line 2" in lines(result)[0]["error"]["message"]
    assert alcove("teach", "build", path, "--recipe", "cook", "--json").exit_code == 1


def test_what_cannot_be_trained_is_refused_before_anything_is_begun(
    alcove: Callable[..., Result], tmp_path: Path
) -> None:
    turns = [("Say much", "word " * 9000), *((f"Hi {n}", f"ho {n}") for n in range(8))]
    path = tmp_path / "e.jsonl"
    path.write_text("".join(
        json.dumps({
            "messages": [{"role": "user", "content": asked},
                         {"role": "assistant", "content": said}],
            "meta": {"state": "kept"},
        }) + "\n"
        for asked, said in turns
    ))  # fmt: skip
    odd = write_base(tmp_path / "odd.gguf", architecture="mamba9")
    base = write_base(tmp_path / "base.gguf")
    job = tmp_path / "job"

    def refused(*more: object) -> dict[str, str]:
        result = alcove("teach", "train", path, "--job", job, "--json", *more)
        assert (result.exit_code, job.exists()) == (1, False)
        told: dict[str, str] = lines(result)[0]["error"]
        return told

    assert "mamba9” cannot be trained here" in refused("--base", odd)["message"]
    long = refused("--base", base)
    assert "One example is longer than the 1,024 tokens" in long["message"]
    assert "--longest 1024" in long["hint"]
    assert "is to be a whole number" in refused("--base", base, "--set", "rank=x")["message"]
    gone = refused("--base", tmp_path / "none.gguf")
    assert gone["message"] == f"There is no {tmp_path / 'none.gguf'}."


def test_a_source_that_holds_nothing_says_so(alcove: Callable[..., Result]) -> None:
    for source, words in (("feedback", "corrected or praised"), ("glossary", "is empty")):
        result = alcove("teach", "build", source, "--recipe", "abbreviations", "--json")
        assert words in lines(result)[0]["error"]["message"]


def test_a_training_outside_the_profile_is_listed_where_it_is_named(
    alcove: Callable[..., Result], tmp_path: Path
) -> None:
    folder = JobFolder(tmp_path / "job")
    base = write_base(tmp_path / "base.gguf")
    job_file.write_spec(folder, JobSpec(base, folder.root / "e.jsonl", name="Mine"))
    [value] = lines(alcove("teach", "list", "--json"))
    assert value["jobs"] == []
    [value] = lines(alcove("teach", "list", folder.root, "--json"))
    assert [(each["name"], each["state"]) for each in value["jobs"]] == [("Mine", "waiting")]
    assert alcove("teach", "list", tmp_path, "--json").exit_code == 1
    assert alcove("teach", "pause", folder.root).exit_code == 0
    assert folder.pause.exists()
    folder.report.write_text("{}")
    for command in ("pause", "stop"):
        result = alcove("teach", command, folder.root, "--json")
        assert "is done" in lines(result)[0]["error"]["message"]


def test_adapters_are_put_in_use_and_switched_off_by_name(
    alcove: Callable[..., Result], tmp_path: Path
) -> None:
    result = alcove("teach", "off", "nobody", "--json")
    assert "no adapter called “nobody”" in lines(result)[0]["error"]["message"]
    [value] = lines(alcove("teach", "off", "--json"))
    assert value == {"in_use": []}
    assert "--only" in alcove("teach", "use", "--help").stdout
