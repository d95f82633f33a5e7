import json
from pathlib import Path

import pytest

from engine.models import places
from engine.models.places import Found, Machine
from tests.ggufs import write_adapter, write_model

DIGEST = "a" * 64
OTHER = "b" * 64


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def found(home: Path, platform: str = "linux", **environ: str) -> list[Found]:
    return [
        model
        for model in places.find(Machine(home, environ, platform))
        if model.path.is_relative_to(home.parent)
    ]


def names(models: list[Found]) -> list[tuple[str, str]]:
    return [(model.app, model.path.name) for model in models]


def test_nothing_installed_finds_nothing(home: Path) -> None:
    assert found(home) == []


def test_lm_studio(home: Path) -> None:
    models = home / ".lmstudio" / "models" / "maker" / "repo"
    write_model(models / "tiny-Q8_0.gguf")
    write_model(models / "mmproj-tiny.gguf")
    (models / "notes.md").write_text("no model")
    assert names(found(home)) == [("LM Studio", "tiny-Q8_0.gguf")]


def test_lm_studio_moved_elsewhere(home: Path, tmp_path: Path) -> None:
    moved, chosen = tmp_path / "moved", tmp_path / "big disk"
    (home / ".lmstudio-home-pointer").write_text(f"{moved}\n")
    write_model(moved / "models" / "a" / "b" / "one.gguf")
    (moved / "settings.json").write_text(json.dumps({"downloadsFolder": str(chosen)}))
    write_model(chosen / "c" / "d" / "two.gguf")
    assert names(found(home)) == [("LM Studio", "two.gguf"), ("LM Studio", "one.gguf")]


@pytest.mark.parametrize(
    ("platform", "folder"),
    [
        ("linux", ".local/share/Jan/data/llamacpp/models/maker/tiny"),
        ("linux", ".config/Jan/data/models/tiny"),
        ("darwin", "Library/Application Support/Jan/data/llamacpp/models/tiny"),
        ("win32", "AppData/Roaming/Jan/data/llamacpp/models/tiny"),
        ("linux", "jan/models/tiny"),
    ],
)
def test_jan(home: Path, platform: str, folder: str) -> None:
    write_model(home / folder / "model.gguf")
    assert names(found(home, platform)) == [("Jan", "model.gguf")]


@pytest.mark.parametrize(
    ("platform", "folder"),
    [
        ("linux", ".local/share/nomic.ai/GPT4All"),
        ("darwin", "Library/Application Support/nomic.ai/GPT4All"),
        ("win32", "AppData/Local/nomic.ai/GPT4All"),
    ],
)
def test_gpt4all(home: Path, platform: str, folder: str) -> None:
    write_model(home / folder / "tiny.Q4_0.gguf")
    assert names(found(home, platform)) == [("GPT4All", "tiny.Q4_0.gguf")]


def test_hugging_face_links_are_found_once(home: Path) -> None:
    repository = home / ".cache" / "huggingface" / "hub" / "models--maker--tiny"
    blob = write_model(repository / "blobs" / DIGEST)
    for revision in ("one", "two"):
        folder = repository / "snapshots" / revision
        folder.mkdir(parents=True)
        (folder / "tiny.gguf").symlink_to(blob)
    (model,) = found(home)
    assert (model.app, model.path.name) == ("Hugging Face", "tiny.gguf")
    assert model.path.parent.name == "one"


def test_hugging_face_moved_by_its_variables(home: Path, tmp_path: Path) -> None:
    snapshot = Path("models--m--t") / "snapshots" / "one"
    write_model(tmp_path / "hub" / snapshot / "a.gguf")
    write_model(tmp_path / "hf" / "hub" / snapshot / "b.gguf")
    assert names(found(home, HF_HUB_CACHE=str(tmp_path / "hub"))) == [("Hugging Face", "a.gguf")]
    assert names(found(home, HF_HOME=str(tmp_path / "hf"))) == [("Hugging Face", "b.gguf")]


def ollama(folder: Path, name: str, layers: list[dict[str, object]]) -> None:
    manifest = folder / "manifests" / name
    manifest.parent.mkdir(parents=True, exist_ok=True)
    manifest.write_text(json.dumps({"schemaVersion": 2, "layers": layers}))


def layer(digest: str, kind: str = places.MODEL_LAYER) -> dict[str, object]:
    return {"mediaType": kind, "digest": f"sha256:{digest}", "size": 1}


def test_ollama_names_its_blobs(home: Path) -> None:
    folder = home / ".ollama" / "models"
    write_model(folder / "blobs" / f"sha256-{DIGEST}")
    write_adapter(folder / "blobs" / f"sha256-{OTHER}")
    template = layer(OTHER, "application/vnd.ollama.image.template")
    ollama(folder, "registry.ollama.ai/library/llama3.2/3b", [template, layer(DIGEST)])
    (model,) = found(home)
    assert (model.app, model.name) == ("Ollama", "llama3.2:3b")
    assert model.path == folder / "blobs" / f"sha256-{DIGEST}"
    assert model.adapters == ()


@pytest.mark.parametrize(
    ("manifest", "name"),
    [
        ("registry.ollama.ai/someone/tuned/latest", "someone/tuned:latest"),
        ("hf.co/maker/repo/Q8_0", "hf.co/maker/repo:Q8_0"),
    ],
)
def test_ollama_names_of_others(home: Path, manifest: str, name: str) -> None:
    folder = home / "elsewhere"
    write_model(folder / "blobs" / f"sha256-{DIGEST}")
    write_adapter(folder / "blobs" / f"sha256-{OTHER}")
    ollama(folder, manifest, [layer(DIGEST), layer(OTHER, places.ADAPTER_LAYER)])
    (model,) = found(home, OLLAMA_MODELS=str(folder))
    assert model.name == name
    assert model.adapters == (folder / "blobs" / f"sha256-{OTHER}",)


@pytest.mark.parametrize(
    "layers",
    [
        [layer(DIGEST)],  # its blob is not there
        [{"mediaType": places.MODEL_LAYER, "digest": "sha256:../../../../etc/passwd"}],
        [{"mediaType": places.MODEL_LAYER}, "text", None],
        [],
    ],
)
def test_odd_manifests_of_ollama_name_nothing(home: Path, layers: list[dict[str, object]]) -> None:
    ollama(home / ".ollama" / "models", "registry.ollama.ai/library/odd/latest", layers)
    broken = home / ".ollama" / "models" / "manifests" / "host" / "space" / "model" / "tag"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"\xff{not json")
    assert found(home) == []


def test_a_folder_gives_first_parts_and_no_hidden_files(tmp_path: Path) -> None:
    for number in range(3):
        write_model(tmp_path / f"big-{number + 1:05d}-of-00003.gguf", split=(number, 3))
    write_model(tmp_path / "deeper" / "Small.GGUF")
    write_model(tmp_path / ".cache" / "hidden.gguf")
    write_model(tmp_path / ".partial.gguf")
    assert [path.name for path in places.files_below(tmp_path)] == [
        "big-00001-of-00003.gguf",
        "Small.GGUF",
    ]
