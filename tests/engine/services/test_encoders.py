"""The encoders of a profile: found by name, by folder, and changed to."""

from pathlib import Path

import pytest

from engine.assistant import Assistant
from engine.errors import CancelledError, InputError, NotFoundError
from engine.inference import encoder_folder
from engine.models import catalogue
from engine.models.catalogue import Offer
from engine.models.encoder_shelf import FOLDER
from engine.network import NetworkGuard
from engine.paths import open_profile
from engine.progress import CancelToken, drain
from engine.services.model_jobs import ModelJobs
from engine.settings import DownloadSettings, Settings
from engine.store.connect import Vault
from tests.encoders import DIMENSION, write_encoder
from tests.engine.models.hub import Hub, serving
from tests.fakes import HashingEmbedder


@pytest.fixture
def assistant(tmp_path: Path):  # type: ignore[no-untyped-def]
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "a.txt").write_text("The bridge is a road of the river.", "utf-8")
    (docs / "b.txt").write_text("The ship is of the sea.", "utf-8")
    profile = open_profile(tmp_path / "home")
    opened = Assistant(profile, Vault.open(profile.vault), embedder=HashingEmbedder())
    drain(opened.add([docs]))
    yield opened
    opened.close()


def _put(assistant: Assistant) -> Path:
    folder = write_encoder(assistant.profile.models / FOLDER / "tiny-encoder")
    (folder / encoder_folder.CARD_FILE).write_text('{"name": "Tiny Encoder"}', "utf-8")
    return folder


def test_a_fetched_encoder_is_found_by_its_name_and_reads_the_library(assistant: Assistant) -> None:
    folder = _put(assistant)
    assert [each.name for each in assistant.encoders.found()] == ["Tiny Encoder"]
    name = assistant.encoders.folder("tiny encoder")
    assert name == str(folder)
    done = drain(assistant.reembed.run(embedder=name, passage_tokens=60))
    assert done.done
    assert assistant.encoders.open(name).identity.dimension == DIMENSION
    (hit, *_) = assistant.search("a ship of the sea").hits
    assert hit.passage.path.endswith("b.txt")
    assert hit.meaning > 0.5


def test_it_stands_in_the_list_of_models_and_can_be_removed(assistant: Assistant) -> None:
    folder = _put(assistant)
    (card,) = [each for each in assistant.models() if each.name == "Tiny Encoder"]
    assert (card.role, card.source, card.file) == ("embedding", "downloaded", str(folder))
    assert card.size_bytes == sum(each.stat().st_size for each in folder.iterdir())
    assert "reembed --encoder 'Tiny Encoder'" in card.note
    assert assistant.remove_model("tiny encoder") == (card, True)
    assert not folder.exists()
    assert all(each.name != "Tiny Encoder" for each in assistant.models())
    with pytest.raises(NotFoundError):
        assistant.remove_model("Tiny Encoder")


def test_the_one_that_serves_or_shall_serve_is_kept(assistant: Assistant) -> None:
    folder = _put(assistant)
    work = assistant.reembed.run(embedder=str(folder), passage_tokens=60)
    next(work)
    work.close()
    assert assistant.reembed.state() is not None
    with pytest.raises(InputError, match="reads your documents"):
        assistant.remove_model("Tiny Encoder")
    drain(assistant.reembed.run())
    with pytest.raises(InputError, match="reads your documents"):
        assistant.remove_model("Tiny Encoder")
    (card,) = [each for each in assistant.models() if each.name == "Tiny Encoder"]
    assert card.note == "It reads your documents for search."
    drain(assistant.reembed.run(embedder="", passage_tokens=60))
    assert assistant.remove_model("Tiny Encoder")[1]


def test_any_folder_will_do(assistant: Assistant, tmp_path: Path) -> None:
    folder = write_encoder(tmp_path / "elsewhere")
    assert assistant.encoders.folder(str(folder)) == str(folder)
    assert assistant.encoders.folder("starter") == ""
    assert assistant.encoders.folder("") == ""


def test_an_unknown_name_is_told_with_those_that_are_there(assistant: Assistant) -> None:
    _put(assistant)
    with pytest.raises(NotFoundError) as raised:
        assistant.encoders.folder("bge-huge")
    assert "Tiny Encoder" in raised.value.hint
    assert "starter" in raised.value.hint


def test_a_folder_that_is_not_whole_is_not_offered(assistant: Assistant) -> None:
    folder = _put(assistant)
    (folder / "config.json").write_text("{", "utf-8")
    assert assistant.encoders.found() == []


def test_it_is_downloaded_by_name_and_an_unfinished_one_goes_on_or_is_thrown_away(
    assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = write_encoder(tmp_path / "made")
    names = ("config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")
    texts = {f"/maker/tiny/resolve/main/{name}": (made / name).read_bytes() for name in names}
    offer = Offer(
        "Tiny Encoder", "embedding", "maker/tiny", "onnx/model.onnx", "1M", "F32", 64, "MIT",
        "Tests.", companions=names, pooling="mean",
    )  # fmt: skip
    monkeypatch.setattr(catalogue, "offers", lambda: (offer,))
    with serving(Hub((made / "model.onnx").read_bytes(), texts=texts)) as hub:
        settings = Settings(download=DownloadSettings(mirror=hub.url))
        jobs = ModelJobs(assistant.profile, settings, assistant.shelf, NetworkGuard())
        hub.pause_after = 300
        cancel = CancelToken()
        with pytest.raises(CancelledError):
            for progress in jobs.download("tiny encoder", cancel=cancel):
                if progress.total == len(hub.content) and progress.done:
                    cancel.cancel()
        assert jobs.unfinished() == {"Tiny Encoder": 300}
        jobs.discard("Tiny Encoder")
        assert jobs.unfinished() == {}
        assert assistant.encoders.found() == []
        hub.pause_after = None
        card = drain(jobs.download("tiny encoder"))
    assert (card.role, card.context) == ("embedding", 64)
    assert assistant.encoders.folder("Tiny Encoder") == card.file
    assert "reembed --encoder 'Tiny Encoder'" in card.note
