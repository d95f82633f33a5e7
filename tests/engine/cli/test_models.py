"""``alcove models …`` over a real vault and self-made files, with the fakes at the seams."""

import json
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import gguf
import pytest
from click.testing import Result
from typer.testing import CliRunner

from engine.assistant import Assistant
from engine.cli import app as cli
from engine.cli import models as cli_models
from engine.inference import keys
from engine.inference.process import ProcessChatModel
from engine.models import calibration, catalogue, faster, packages
from engine.models.calibration import Calibration, Probe
from engine.models.catalogue import Offer
from engine.models.requantize import Speed
from engine.paths import open_profile
from engine.services import keeper, model_jobs
from engine.store.connect import Vault
from tests.engine.inference.openai_server import OpenAIServer
from tests.engine.inference.openai_server import serving as serving_model
from tests.engine.models.hub import Hub, serving, wait_for_bytes
from tests.fakes import HashingEmbedder, ScriptedChatModel
from tests.ggufs import write_adapter, write_model

Alcove = Callable[..., Result]
CARD = {
    "name", "role", "file", "size", "quantization", "context", "fit", "licence", "origin", "note",
    "adapters", "source", "words",
}  # fmt: skip
FIGURES = Calibration(
    20e9, (Probe("Q8_0", 300.0, 40.0, 100_000_000, 150_000_000),), "this very machine"
)


@pytest.fixture
def alcove(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Alcove]:
    """Run a command in a fresh profile that stays the same within a test."""
    model = ScriptedChatModel("The starter answers.")

    def opened(profile: Path | None = None, *, key: bytes | None = None) -> Assistant:
        home = open_profile(profile)
        return Assistant(home, Vault.open(home.vault), embedder=HashingEmbedder(), chat_model=model)

    monkeypatch.setattr(cli.Assistant, "open", opened)
    profile = str(tmp_path / "profile")

    def run(*arguments: object, input: str | None = None) -> Result:
        words = [str(argument) for argument in arguments]
        return CliRunner().invoke(cli.app, [*words, "--profile", profile], input=input)

    yield run


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def error(result: Result) -> dict[str, Any]:
    assert result.exit_code == 1
    (row,) = lines(result)
    assert row["error"]["message"]
    return dict(row["error"])


def listed(alcove: Alcove) -> list[str]:
    (row,) = lines(alcove("models", "list", "--json"))
    return [card["name"] for card in row["models"] if card["source"] != "starter"]


def test_add_show_and_remove(alcove: Alcove, tmp_path: Path) -> None:
    path = write_model(tmp_path / "disk" / "tiny.gguf")
    adapter = write_adapter(tmp_path / "disk" / "mine.gguf")
    (added,) = lines(alcove("models", "add", tmp_path / "disk", "--json"))
    (card,) = added["models"]
    assert set(card) == CARD
    assert (card["name"], card["file"], card["source"]) == ("Tiny", str(path), "added")
    assert card["adapters"] == [str(adapter)]
    assert listed(alcove) == ["Tiny"]
    (shown,) = lines(alcove("models", "show", "tiny", "--json"))
    moving = {"words"}  # tells the memory that is free at the moment
    assert {key: shown[key] for key in CARD - moving} == {key: card[key] for key in CARD - moving}
    (removed,) = lines(alcove("models", "remove", "Tiny", "--json"))
    assert removed == {"name": "Tiny", "file": str(path), "deleted": False}
    assert path.exists()
    assert "Tiny" not in listed(alcove)


def test_words_for_people(alcove: Alcove, tmp_path: Path) -> None:
    write_model(tmp_path / "disk" / "tiny.gguf")
    write_adapter(tmp_path / "disk" / "mine.gguf")
    assert "Tiny  (chat, Q8_0, fits)" in alcove("models", "add", tmp_path / "disk").stdout
    shown = alcove("models", "show", "Tiny").stdout
    assert "It fits: it needs" in shown
    assert "adapter: " in shown
    assert "left where it is" in alcove("models", "remove", "Tiny").stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["models", "show", "nothing"], "not_found"),
        (["models", "remove", "nothing"], "not_found"),
        (["models", "add", "/no/such/file.gguf"], "not_found"),
        (["models", "fit", "nothing"], "not_found"),
        (["models", "fit", "/no/such/file.gguf"], "model_missing"),
        (["models", "requantize", "nothing"], "not_found"),
        (["models", "download", "nothing"], "not_found"),
        (["models", "endpoint", "ftp://box"], "settings"),
        (["models", "endpoint", "http://box/v1"], "settings"),
        (["models", "endpoint", "--key"], "bad_input"),
        (["ask", "why?", "--model", "nothing"], "not_found"),
    ],
)
def test_known_errors(alcove: Alcove, arguments: list[str], code: str) -> None:
    assert error(alcove(*arguments, "--json"))["code"] == code


# --- fit ---------------------------------------------------------------------------------------


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> None:
    def known(folder: Path | None = None) -> Calibration:
        return FIGURES

    monkeypatch.setattr(calibration.Calibration, "read", known)


@pytest.mark.usefixtures("measured")
def test_fit_tells_memory_speed_and_reasons(alcove: Alcove, tmp_path: Path) -> None:
    path = write_model(tmp_path / "tiny.gguf")
    (report,) = lines(alcove("models", "fit", path, "--json"))
    assert set(report) == {
        "file", "fit", "words", "memory", "n_ctx", "n_gpu_layers", "threads", "batch",
        "flash_attention", "kv_type", "tokens_per_s", "reasons",
    }  # fmt: skip
    assert report["fit"] == "fits"
    assert report["n_ctx"] == 2048
    memory = report["memory"]
    assert memory["total"] == memory["weights"] + memory["context"] + memory["overhead"]
    assert memory["context"] == 2 * 2 * 2 * 2 * 16 * 2048
    assert report["tokens_per_s"]["prefill"] > 0
    assert report["tokens_per_s"]["decode"] > 0
    alcove("models", "add", path)
    (card,) = lines(alcove("models", "show", "Tiny", "--json"))
    speeds = report["words"].partition(". ")[2]
    assert speeds.startswith("Expect to read about")
    assert card["words"].endswith(speeds)
    words = alcove("models", "fit", path).stdout
    assert report["words"].split(":")[0] in words
    assert "2048 tokens of context" in words


@pytest.mark.usefixtures("measured")
def test_fit_refuses_what_is_no_model(alcove: Alcove, tmp_path: Path) -> None:
    path = write_adapter(tmp_path / "adapter.gguf")
    assert error(alcove("models", "fit", path, "--json"))["code"] == "bad_input"
    path.write_bytes(b"GGUF")
    assert error(alcove("models", "fit", path, "--json"))["code"] == "model_damaged"


# --- ask with a model --------------------------------------------------------------------------


class FakeProcess(ScriptedChatModel):
    """Stands in for a model process; remembers which ones are open."""

    open: list[str] = []  # noqa: RUF012 - one list for all of them is what is tested

    def __init__(self, path: Path, **options: object) -> None:
        super().__init__(f"Written by {path.stem}.")
        self.path = path
        FakeProcess.open.append(path.stem)

    def close(self) -> None:
        FakeProcess.open.remove(self.path.stem)


def test_ask_uses_the_named_model_and_only_one_is_open(
    alcove: Alcove, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    FakeProcess.open = []
    monkeypatch.setattr(keeper, "ProcessChatModel", FakeProcess)
    for name in ("one", "two"):
        alcove("models", "add", write_model(tmp_path / f"{name}.gguf", name=name.title()))
    plain = ["ask", "Who writes?", "--mode", "plain", "--json"]
    assert "starter" in lines(alcove(*plain))[0]["answer"]
    assert "by one" in lines(alcove(*plain, "--model", "One"))[0]["answer"]
    assert FakeProcess.open == []  # closed with the assistant
    settings_file = tmp_path / "profile" / "settings.toml"
    settings_file.write_text('[model]\nname = "two"\n')
    assert "by two" in lines(alcove(*plain))[0]["answer"]


def test_changing_the_model_ends_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.progress import drain

    FakeProcess.open = []
    monkeypatch.setattr(keeper, "ProcessChatModel", FakeProcess)
    home = open_profile(tmp_path / "profile")
    assistant = Assistant(home, Vault.open(home.vault), embedder=HashingEmbedder())
    try:
        for name in ("one", "two"):
            assistant.shelf.add(write_model(tmp_path / f"{name}.gguf", name=name.title()))
        seen: list[Sequence[str]] = []
        for name in ("One", "Two", "Two", "One"):
            drain(assistant.ask("Who?", mode="plain", model=name))
            seen.append(tuple(FakeProcess.open))
        assert seen == [("one",), ("two",), ("two",), ("one",)]
        assistant.remove_model("One")
        assert FakeProcess.open == []
    finally:
        assistant.close()


def test_a_damaged_file_cannot_be_asked(alcove: Alcove, tmp_path: Path) -> None:
    (tmp_path / "profile" / "models").mkdir(parents=True)
    (tmp_path / "profile" / "models" / "broken.gguf").write_bytes(b"GGUF")
    told = error(alcove("ask", "why?", "--model", "broken", "--json"))
    assert told["code"] == "model"
    assert "cut off" in told["message"]


# --- downloads ---------------------------------------------------------------------------------


OFFER = Offer(
    "Tiny Hub", "chat", "maker/tiny", "tiny.gguf", "1B", "Q8_0", 2048, "MIT", "For tests."
)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(catalogue, "offers", lambda: (OFFER,))
    with serving(Hub(write_model(tmp_path / "source.gguf").read_bytes())) as served:
        (tmp_path / "profile").mkdir()
        settings_file = tmp_path / "profile" / "settings.toml"
        settings_file.write_text(f'[download]\nmirror = "{served.url}"\n')
        yield served


def test_the_catalogue_needs_no_network(alcove: Alcove) -> None:
    (row,) = lines(alcove("models", "catalogue", "--json"))
    assert len(row["models"]) >= 14
    assert {"name", "role", "repo", "file", "size", "licence", "purpose"} <= set(row["models"][0])
    assert "Qwen3 4B" in alcove("models", "catalogue").stdout


def test_download_registers_and_remove_deletes(alcove: Alcove, hub: Hub, tmp_path: Path) -> None:
    (row,) = lines(alcove("models", "download", "tiny hub", "--json"))
    (card,) = row["models"]
    assert (card["name"], card["source"], card["licence"]) == ("Tiny Hub", "downloaded", "MIT")
    assert card["origin"] == "downloaded: maker/tiny"
    assert listed(alcove) == ["Tiny Hub"]
    (status,) = lines(alcove("status", "--json"))
    assert status["network"]["policy"] == "off"
    (removed,) = lines(alcove("models", "remove", "Tiny Hub", "--json"))
    assert removed["deleted"] is True
    assert not Path(card["file"]).exists()
    assert listed(alcove) == []


def test_a_failed_download_is_told(alcove: Alcove, hub: Hub) -> None:
    hub.corrupt = True
    assert error(alcove("models", "download", "Tiny Hub", "--json"))["code"] == "download_damaged"
    assert listed(alcove) == []


# --- requantize --------------------------------------------------------------------------------


@pytest.fixture
def converting(monkeypatch: pytest.MonkeyPatch) -> dict[str, Speed]:
    """Conversion and measuring without llama.cpp; the speeds can be changed."""
    speeds = {
        "Q4_1": Speed(100, 40, 25.0, 1),
        "Q4_0": Speed(390, 70, 31.0, 1),
        "Q8_0": Speed(300, 60, 25.2, 1),
    }

    def make(
        source: Path, published: str, folder: Path, *, candidates: Sequence[str], cancel: object
    ) -> Iterator[str]:
        files = {published: source}
        for kind in candidates:
            yield f"converting to {kind}"
            files[kind] = write_model(folder / f"{kind}.gguf")
        return files

    def measure(files: dict[str, Path], *, together: bool, cancel: object) -> Iterator[str]:
        yield "measuring"
        return {name: speeds[name] for name in files}

    monkeypatch.setattr(faster.requantize, "make_candidates", make)
    monkeypatch.setattr(faster.requantize, "measure", measure)
    return speeds


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    return write_model(
        tmp_path / "disk" / "slow.gguf",
        name="Slow",
        quantization=gguf.LlamaFileType.MOSTLY_Q4_1,
    )


def test_requantize_keeps_the_best_that_reads_as_well(
    alcove: Alcove, slow: Path, converting: dict[str, Speed], tmp_path: Path
) -> None:
    alcove("models", "add", slow)
    before = slow.read_bytes()
    (row,) = lines(alcove("models", "requantize", "Slow", "--json"))
    assert row["kept"] == "Q8_0"
    assert (row["before"]["perplexity"], row["after"]["perplexity"]) == (25.0, 25.2)
    assert set(row["candidates"]) == {"Q4_1", "Q4_0", "Q8_0"}
    assert row["model"]["name"] == "Slow Q8_0"
    assert row["model"]["source"] == "made"
    assert slow.read_bytes() == before
    assert sorted(listed(alcove)) == ["Slow", "Slow Q8_0"]
    made = Path(row["model"]["file"])
    assert [path.name for path in made.parent.iterdir()] == ["slow-Q8_0.gguf"]
    (removed,) = lines(alcove("models", "remove", "Slow Q8_0", "--json"))
    assert removed["deleted"] is True
    assert not made.exists()


def test_requantize_keeps_nothing_that_does_not_pay(
    alcove: Alcove, slow: Path, converting: dict[str, Speed], tmp_path: Path
) -> None:
    converting.update({"Q4_1": Speed(400, 80, 25.0, 1)})
    (row,) = lines(alcove("models", "requantize", slow, "--json"))
    assert (row["kept"], row["after"], row["model"]) == (None, None, None)
    assert "nothing else is clearly faster" in row["reason"]
    assert list((tmp_path / "profile" / "models" / "made").iterdir()) == []


def test_requantize_to_a_named_one_tells_both_measurements(
    alcove: Alcove, slow: Path, converting: dict[str, Speed]
) -> None:
    result = alcove("models", "requantize", slow, "--to", "Q4_0")
    assert "perplexity 25.00 before and 31.00 after (+24.0%)" in result.stdout
    assert "kept as “Slow Q4_0”" in result.stdout
    told = error(alcove("models", "requantize", slow, "--to", "Q2_K", "--json"))
    assert told["code"] == "bad_input"


def test_requantize_asks_for_room_first(
    alcove: Alcove, slow: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faster, "SPARE_BYTES", 1 << 60)
    assert error(alcove("models", "requantize", slow, "--json"))["code"] == "disk_full"


@pytest.mark.model
def test_a_real_model_is_made_faster_and_answers(alcove: Alcove, tmp_path: Path) -> None:
    source = tmp_path / "disk" / "mine.gguf"
    source.parent.mkdir()
    source.write_bytes(packages.find(packages.CHAT).read_bytes())
    (row,) = lines(alcove("models", "requantize", source, "--to", "Q8_0", "--json"))
    assert row["kept"] == "Q8_0"
    assert row["after"]["perplexity"] == pytest.approx(row["before"]["perplexity"], rel=0.04)
    name = row["model"]["name"]
    (answer,) = lines(alcove("ask", "Say hello.", "--mode", "plain", "--model", name, "--json"))
    assert answer["answer"]
    assert answer["usage"]["completion_tokens"] > 0


# --- a server ----------------------------------------------------------------------------------


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    found: dict[str, str] = {}
    monkeypatch.setattr(keys, "read", lambda url: found.get(url, ""))
    monkeypatch.setattr(keys, "store", found.__setitem__)
    return found


def test_a_server_is_off_until_named_and_then_answers(alcove: Alcove, kept: dict[str, str]) -> None:
    (row,) = lines(alcove("models", "endpoint", "--json"))
    assert row == {"enabled": False, "url": "", "model": "", "n_ctx": 4096, "key": False}
    with serving_model(OpenAIServer(ScriptedChatModel("The server answers."))) as server:
        server.key = "secret"
        arguments = ["models", "endpoint", server.url, "--model", "served", "--n-ctx", 2048]
        (row,) = lines(alcove(*arguments, "--key", "--json", input="secret\n"))
        assert row == {
            "enabled": True, "url": server.url, "model": "served", "n_ctx": 2048, "key": True,
        }  # fmt: skip
        assert kept == {server.url: "secret"}
        name = f"served at 127.0.0.1:{server.port}"
        assert name in listed(alcove)
        (status,) = lines(alcove("status", "--json"))
        assert status["network"]["policy"] == f"LAN endpoint 127.0.0.1:{server.port} when asked"
        ask = ["ask", "Who?", "--mode", "plain", "--json"]
        assert "starter" in lines(alcove(*ask))[0]["answer"]
        assert "server" in lines(alcove(*ask, "--model", name))[0]["answer"]
        assert len(server.requests) == 1
        alcove("models", "endpoint", "--off")
        assert error(alcove(*ask, "--model", name))["code"] == "not_found"
    assert "secret" not in Path(alcove_settings(alcove)).read_text()


def alcove_settings(alcove: Alcove) -> str:
    (status,) = lines(alcove("status", "--json"))
    return f"{status['profile']}/settings.toml"


def test_the_modules_are_the_ones_in_use() -> None:
    """The fakes above replace names that these modules really look up."""
    assert keeper.ProcessChatModel is ProcessChatModel
    assert model_jobs.faster is faster


def test_ctrl_c_asks_slow_work_to_end_and_a_second_one_interrupts() -> None:
    before = signal.getsignal(signal.SIGINT)
    with cli_models.interruptible() as cancel:
        signal.raise_signal(signal.SIGINT)
        assert cancel.cancelled
        assert signal.getsignal(signal.SIGINT) is before
    assert signal.getsignal(signal.SIGINT) is before


def test_a_stopped_download_ends_with_130_and_keeps_its_part(
    alcove: Alcove, hub: Hub, tmp_path: Path
) -> None:
    hub.pause_after = 200
    part = tmp_path / "profile" / "models" / "downloads" / "tiny.gguf.part"

    def interrupt() -> None:
        if wait_for_bytes(part, 200):  # by now it is the download that takes the signal
            signal.raise_signal(signal.SIGINT)

    watcher = threading.Thread(target=interrupt)
    watcher.start()
    result = alcove("models", "download", "Tiny Hub")
    watcher.join()
    assert result.exit_code == 130
    assert part.stat().st_size == 200
