"""The models that Alcove can fetch: a list that ships with the app and needs no network to read."""

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from typing import Any, Literal

from engine.errors import NotFoundError

FILE = "catalogue.toml"


@dataclass(frozen=True, slots=True)
class Offer:
    """One file of a public repository, and what to know before fetching it."""

    name: str
    role: Literal["chat", "embedding", "reranking"]
    repo: str
    """``owner/repository`` on the hub."""
    file: str
    parameters: str
    """As its makers say it, e.g. ``"4B"``."""
    quantization: str
    context: int
    """Longest input in tokens that the model was trained for."""
    licence: str
    purpose: str
    revision: str = "main"
    size_bytes: int = 0
    """0 where it is not known for certain; the hub tells it then."""
    sha256: str = ""
    """Empty where it is not known for certain; the hub tells it then."""

    companions: tuple[str, ...] = ()
    """Files of the same repository without which an encoder cannot be read."""
    pooling: str = ""
    """Of an encoder: ``"mean"`` or ``"cls"``."""
    query_prefix: str = ""
    """What the encoder wants before a question."""

    @property
    def path(self) -> str:
        """Below the address of the hub or a mirror."""
        return f"{self.repo}/resolve/{self.revision}/{self.file}"


@cache
def offers() -> tuple[Offer, ...]:
    """The whole list, small models first within their role."""
    text = resources.files("engine.models").joinpath(FILE).read_text(encoding="utf-8")
    known = {field.name for field in fields(Offer)}
    rows = tomllib.loads(text)["model"]
    return tuple(Offer(**{key: _frozen(row[key]) for key in row if key in known}) for row in rows)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def find(name: str) -> Offer:
    """The offer of that name. Raises NotFoundError."""
    for offer in offers():
        if name.casefold() in (offer.name.casefold(), offer.file.casefold()):
            return offer
    raise NotFoundError(
        f"The catalogue has no model called “{name}”.",
        "It has: " + ", ".join(offer.name for offer in offers()) + ".",
    )
