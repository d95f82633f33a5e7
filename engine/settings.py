"""Settings of a profile: one TOML file, one frozen dataclass per area.

Keys that this version does not know are kept when the file is written again, so that an older
Alcove beside a newer one loses nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import tomlkit
from tomlkit.exceptions import TOMLKitError

from engine.errors import EngineError

VERSION = 1


class SettingsError(EngineError):
    code = "settings"


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise SettingsError(message, "Correct the value in settings.toml, or delete the line.")


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """How the chat model runs."""

    n_ctx: int = 4096
    """Context in tokens, 512 to 131072. More costs memory; never more than the model's own."""
    threads: int = 0
    """Threads of llama.cpp; 0 takes the physical cores."""
    name: str = ""
    """Chat model that answers where none is named; empty takes the starter model."""

    def __post_init__(self) -> None:
        _require(512 <= self.n_ctx <= 131_072, "model.n_ctx must lie between 512 and 131072.")
        _require(0 <= self.threads <= 256, "model.threads must lie between 0 and 256.")


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """How answers are written."""

    max_tokens: int = 256
    """Longest answer in tokens, 16 to 4096."""

    def __post_init__(self) -> None:
        _require(16 <= self.max_tokens <= 4096, "answer.max_tokens must lie between 16 and 4096.")


@dataclass(frozen=True, slots=True)
class DownloadSettings:
    """Where models of the catalogue come from, when the user asks for one."""

    mirror: str = "https://huggingface.co"
    """Address of the hub or of a mirror that answers like it."""

    def __post_init__(self) -> None:
        _require(_is_address(self.mirror), "download.mirror must be an http(s) address.")


@dataclass(frozen=True, slots=True)
class EndpointSettings:
    """A server on the local network that answers in place of a model here. Off by default."""

    enabled: bool = False
    """Whether its model is offered at all; nothing is connected before it is asked."""
    url: str = ""
    """Base address of an OpenAI-style server, e.g. ``http://192.168.1.20:8080/v1``."""
    model: str = ""
    """The server's name for its model."""
    n_ctx: int = 4096
    """Context in tokens that the server gives, 512 to 131072."""

    def __post_init__(self) -> None:
        _require(not self.url or _is_address(self.url), "endpoint.url must be an http(s) address.")
        _require(512 <= self.n_ctx <= 131_072, "endpoint.n_ctx must lie between 512 and 131072.")
        _require(
            not self.enabled or bool(self.url and self.model),
            "endpoint.enabled needs endpoint.url and endpoint.model.",
        )


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """Where training runs."""

    python: str = ""
    """Python of the training environment; empty for the one that was installed beside Alcove."""


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Settings:
    model: ModelSettings = field(default_factory=ModelSettings)
    answer: AnswerSettings = field(default_factory=AnswerSettings)
    download: DownloadSettings = field(default_factory=DownloadSettings)
    endpoint: EndpointSettings = field(default_factory=EndpointSettings)
    training: TrainingSettings = field(default_factory=TrainingSettings)


def load(path: Path) -> Settings:
    """Read the settings; the defaults where there is no file. Raises SettingsError."""
    if not path.exists():
        return Settings()
    document = _read(path)
    version = document.get("version", VERSION)
    if not isinstance(version, int) or version > VERSION:
        raise SettingsError(
            f"{path} was written by a newer version of Alcove.", "Update Alcove, or move it away."
        )
    return Settings(
        model=ModelSettings(**_area(document, "model", ModelSettings)),
        answer=AnswerSettings(**_area(document, "answer", AnswerSettings)),
        download=DownloadSettings(**_area(document, "download", DownloadSettings)),
        endpoint=EndpointSettings(**_area(document, "endpoint", EndpointSettings)),
        training=TrainingSettings(**_area(document, "training", TrainingSettings)),
    )


def save(path: Path, settings: Settings) -> None:
    """Write the settings, keeping comments and unknown keys of the file that is there."""
    document = _read(path) if path.exists() else tomlkit.document()
    document["version"] = VERSION
    for area in fields(Settings):
        values = getattr(settings, area.name)
        table = document.setdefault(area.name, tomlkit.table())
        for key in fields(values):
            table[key.name] = getattr(values, key.name)
    path.write_text(tomlkit.dumps(document), encoding="utf-8")


def _read(path: Path) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(path.read_text(encoding="utf-8"))
    except (TOMLKitError, UnicodeDecodeError, OSError) as error:
        raise SettingsError(
            f"{path} cannot be read: {error}.", "Correct the file, or delete it for the defaults."
        ) from error


def _area(document: Mapping[str, Any], name: str, area: type) -> dict[str, Any]:
    table = document.get(name, {})
    _require(isinstance(table, Mapping), f"[{name}] must be a table.")
    known = {key.name: key for key in fields(area)}
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in known:
            continue
        wanted = type(known[key].default)
        _require(
            isinstance(value, wanted) and isinstance(value, bool) == (wanted is bool),
            f"{name}.{key} must be of type {wanted.__name__}.",
        )
        values[key] = value.unwrap() if hasattr(value, "unwrap") else value
    return values
