"""Models that other programs have put on this machine. Found in place; nothing is copied.

Each program's folder as its own documentation and settings name it: LM Studio, Ollama, Jan,
GPT4All, llama.cpp and the Hugging Face cache. Only names and small manifests are read here.
"""

import json
import logging
import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.models import splits

log = logging.getLogger(__name__)

MAX_DEPTH = 6
MAX_FILES = 2000
"""Looked at in one folder; a folder with more is no folder of models."""
MAX_MANIFEST_BYTES = 1 << 20
MODEL_LAYER = "application/vnd.ollama.image.model"
ADAPTER_LAYER = "application/vnd.ollama.image.adapter"
_DIGEST = re.compile(r"^sha256:([0-9a-f]{64})$")


@dataclass(frozen=True, slots=True)
class Found:
    """A model file of another program."""

    path: Path
    app: str
    name: str = ""
    """What that program calls it; empty where the file's own name is as good."""
    adapters: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Machine:
    """Where programs keep things; tests hand in their own."""

    home: Path
    environ: Mapping[str, str]
    platform: str

    @classmethod
    def this(cls) -> "Machine":
        return cls(Path.home(), os.environ, sys.platform)

    def setting(self, name: str) -> Path | None:
        value = self.environ.get(name, "")
        return Path(value).expanduser() if value else None

    @property
    def data(self) -> Path:
        """Where programs keep their data: XDG, Application Support or the roaming folder."""
        if self.platform == "darwin":
            return self.home / "Library" / "Application Support"
        if self.platform == "win32":
            return self.setting("APPDATA") or self.home / "AppData" / "Roaming"
        return self.setting("XDG_DATA_HOME") or self.home / ".local" / "share"

    @property
    def cache(self) -> Path:
        if self.platform == "darwin":
            return self.home / "Library" / "Caches"
        if self.platform == "win32":
            return self.setting("LOCALAPPDATA") or self.home / "AppData" / "Local"
        return self.setting("XDG_CACHE_HOME") or self.home / ".cache"


def find(machine: Machine | None = None) -> Iterator[Found]:
    """Every model file of the programs above, each once, in a steady order."""
    machine = machine or Machine.this()
    seen: set[str] = set()
    for found in _all(machine):
        real = os.path.realpath(found.path)
        if real not in seen:
            seen.add(real)
            yield found


def _all(machine: Machine) -> Iterator[Found]:
    for app, folders in (
        ("LM Studio", _lm_studio(machine)),
        ("Jan", _jan(machine)),
        ("GPT4All", _gpt4all(machine)),
        ("llama.cpp", _llama_cpp(machine)),
        ("Hugging Face", _hugging_face(machine)),
    ):
        for folder in folders:
            for path in files_below(folder):
                yield Found(path, app)
    for folder in _ollama(machine):
        yield from ollama_models(folder)


def files_below(folder: Path) -> Iterator[Path]:
    """The GGUF files of a folder and its subfolders; of a split model the first part only."""
    looked_at = 0
    top = len(folder.parts)
    for here, folders, names in os.walk(folder):
        deep = len(Path(here).parts) - top >= MAX_DEPTH
        folders[:] = [] if deep else sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            looked_at += 1
            if looked_at > MAX_FILES:
                log.warning("a folder of models has more than %d files", MAX_FILES)
                return
            path = Path(here) / name
            is_model = name.lower().endswith(".gguf") and not name.startswith((".", "mmproj"))
            if is_model and not splits.is_later_part(path):
                yield path


# --- folders -----------------------------------------------------------------------------------


def _lm_studio(machine: Machine) -> Iterator[Path]:
    home = machine.home / ".lmstudio"
    pointer = machine.home / ".lmstudio-home-pointer"
    if pointer.is_file():
        named = _text(pointer).strip()
        home = Path(named) if named else home
    chosen = _json(home / "settings.json").get("downloadsFolder")
    if isinstance(chosen, str) and chosen:
        yield Path(chosen)
    yield home / "models"
    yield machine.home / ".cache" / "lm-studio" / "models"


def _jan(machine: Machine) -> Iterator[Path]:
    for home in (machine.data / "Jan", machine.home / ".config" / "Jan"):
        chosen = _json(home / "settings.json").get("data_folder")
        data = Path(chosen) if isinstance(chosen, str) and chosen else home / "data"
        yield data / "llamacpp" / "models"
        yield data / "models"
    yield machine.home / "jan" / "models"


def _gpt4all(machine: Machine) -> Iterator[Path]:
    if machine.platform == "win32":
        yield machine.cache / "nomic.ai" / "GPT4All"
    yield machine.data / "nomic.ai" / "GPT4All"
    yield machine.home / ".cache" / "gpt4all"


def _llama_cpp(machine: Machine) -> Iterator[Path]:
    yield machine.setting("LLAMA_CACHE") or machine.cache / "llama.cpp"


def _hugging_face(machine: Machine) -> Iterator[Path]:
    hub = machine.setting("HF_HUB_CACHE")
    if hub is None:
        home = machine.setting("HF_HOME") or machine.home / ".cache" / "huggingface"
        hub = home / "hub"
    for repository in sorted(hub.glob("models--*")):
        yield repository / "snapshots"


def _ollama(machine: Machine) -> Iterator[Path]:
    chosen = machine.setting("OLLAMA_MODELS")
    if chosen is not None:
        yield chosen
    yield machine.home / ".ollama" / "models"
    if machine.platform == "linux":
        yield Path("/usr/share/ollama/.ollama/models")


# --- Ollama ------------------------------------------------------------------------------------


def ollama_models(folder: Path) -> Iterator[Found]:
    """The models that the manifests of an Ollama folder name, where their blobs are there."""
    manifests = folder / "manifests"
    for here, folders, names in os.walk(manifests):
        folders.sort()
        for name in sorted(names):
            manifest = Path(here) / name
            layers = _json(manifest).get("layers")
            blobs = list(_blobs(folder / "blobs", layers if isinstance(layers, list) else []))
            models = [path for kind, path in blobs if kind == MODEL_LAYER]
            if models:
                yield Found(
                    models[0],
                    "Ollama",
                    _ollama_name(manifest.relative_to(manifests)),
                    tuple(path for kind, path in blobs if kind == ADAPTER_LAYER),
                )


def _blobs(folder: Path, layers: list[Any]) -> Iterator[tuple[str, Path]]:
    for layer in layers:
        if not isinstance(layer, dict):
            continue
        # The digest becomes a file name, so nothing but a digest is taken for one.
        match = _DIGEST.match(str(layer.get("digest", "")))
        if match is None:
            continue
        path = folder / f"sha256-{match[1]}"
        if path.is_file():
            yield str(layer.get("mediaType", "")), path


def _ollama_name(manifest: Path) -> str:
    """``registry.ollama.ai/library/llama3.2/3b`` is called ``llama3.2:3b``."""
    *where, model, tag = manifest.parts
    if where == ["registry.ollama.ai", "library"]:
        where = []
    elif where[:1] == ["registry.ollama.ai"]:
        where = where[1:]
    return "/".join([*where, f"{model}:{tag}"])


def _json(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_MANIFEST_BYTES:
            return {}
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
