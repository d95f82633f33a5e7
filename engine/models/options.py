"""How a model generates: what can be set, and what its makers recommend."""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cache
from importlib import resources
from typing import Any

from engine.inference.chat_model import Sampling
from engine.models.gguf_header import GgufHeader
from engine.settings import SettingsError

FAMILIES = "families.toml"
_HEADER_KEYS = {
    "general.sampling.temp": "temperature",
    "general.sampling.top_p": "top_p",
    "general.sampling.min_p": "min_p",
    "general.sampling.top_k": "top_k",
    "general.sampling.penalty_repeat": "repeat_penalty",
}
SEED_LIMIT = 2**32


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """Options of one model; None leaves one to the model's defaults. Raises SettingsError."""

    temperature: float | None = None
    """0 takes the likeliest token, up to 2 for more variety."""
    top_p: float | None = None
    """Share of probability kept, above 0 and at most 1; 1 keeps all."""
    min_p: float | None = None
    """Tokens less likely than this share of the likeliest are left out, 0 to below 1."""
    top_k: int | None = None
    """Number of likeliest tokens kept, 0 to 1000; 0 keeps all."""
    repeat_penalty: float | None = None
    """1 leaves repetition alone, up to 2."""
    seed: int | None = None
    """Of the dice, 0 to 4294967295: the same seed gives the same answer."""
    max_tokens: int | None = None
    """Longest answer in tokens, 1 to 32768; thinking models get room to think beside it."""
    stop: tuple[str, ...] | None = None
    """At most 16 texts of at most 200 characters that end the answer."""
    n_ctx: int | None = None
    """Context in tokens, 512 to 131072; a change loads the model again."""
    threads: int | None = None
    """Threads of llama.cpp, 0 to 256; 0 takes the physical cores. A change loads it again."""

    def __post_init__(self) -> None:
        _number("temperature", self.temperature, 0, 2)
        _number("top_p", self.top_p, 0, 1, low_open=True)
        _number("min_p", self.min_p, 0, 1, high_open=True)
        _whole("top_k", self.top_k, 0, 1000)
        _number("repeat_penalty", self.repeat_penalty, 1, 2)
        _whole("seed", self.seed, 0, SEED_LIMIT - 1)
        _whole("max_tokens", self.max_tokens, 1, 32_768)
        _whole("n_ctx", self.n_ctx, 512, 131_072)
        _whole("threads", self.threads, 0, 256)
        if self.stop is not None:
            sound = isinstance(self.stop, tuple) and all(
                isinstance(text, str) and 0 < len(text) <= 200 for text in self.stop
            )
            _require(sound and len(self.stop) <= 16, "stop takes at most 16 short texts.")

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "ModelOptions":
        """From a table of a TOML or JSON file; keys that are not known are left out."""
        known = {field.name for field in fields(cls)}
        found = {key: value for key, value in values.items() if key in known}
        stop = found.get("stop")
        if isinstance(stop, Sequence) and not isinstance(stop, str):
            found["stop"] = tuple(stop)
        return cls(**found)

    def values(self) -> dict[str, Any]:
        """Only what is set."""
        return {key: value for key, value in asdict(self).items() if value is not None}

    def over(self, defaults: "ModelOptions") -> "ModelOptions":
        """These, and for what they leave open the defaults."""
        return replace(defaults, **self.values())

    def sampling(self, *, max_tokens: int) -> Sampling:
        """How the next token is chosen; ``max_tokens`` where the options set none."""
        plain = {
            key: value for key, value in self.values().items() if key not in ("n_ctx", "threads")
        }
        return Sampling(**{"max_tokens": max_tokens, **plain})


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise SettingsError(message, "Give another value, or leave it out for the default.")


def _number(
    name: str,
    value: object,
    low: float,
    high: float,
    *,
    low_open: bool = False,
    high_open: bool = False,
) -> None:
    if value is None:
        return
    sound = (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and math.isfinite(value)
        and (low < value if low_open else low <= value)
        and (value < high if high_open else value <= high)
    )
    above, below = "above " if low_open else "", "below " if high_open else ""
    _require(sound, f"{name} must be a number from {above}{low:g} to {below}{high:g}.")


def _whole(name: str, value: object, low: int, high: int) -> None:
    sound = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
    _require(value is None or sound, f"{name} must be a whole number from {low} to {high}.")


EXACT = ModelOptions(temperature=0.0, repeat_penalty=1.1)
"""For answers from documents, where variety only makes up things."""

TAUGHT = ModelOptions(temperature=0.0, repeat_penalty=1.0)
"""For labels, fields and queries, which repeat what stands in the text."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The options of one model."""

    own: ModelOptions = field(default_factory=ModelOptions)
    """What the user set for it."""
    defaults: ModelOptions = field(default_factory=ModelOptions)
    """What its makers recommend, and the settings of the profile."""
    thinks: bool = False

    @property
    def all(self) -> ModelOptions:
        return self.own.over(self.defaults)

    def for_question(
        self, asked: ModelOptions, *, from_documents: bool, taught: bool = False
    ) -> ModelOptions:
        """What was asked for this once, then what is set, then what suits the way of answering.

        ``taught`` tells that an adapter answers each text in one way.

        Thinking models keep to their makers' recommendation: they repeat themselves without end
        where always the likeliest token is taken.
        """
        fallback = self.defaults
        if not self.thinks and (from_documents or taught):
            fallback = (EXACT if from_documents else TAUGHT).over(self.defaults)
        return asked.over(self.own).over(fallback)


# --- what its makers recommend -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Family:
    """Models of one kind and how their makers want them sampled."""

    name: str
    match: tuple[str, ...]
    """Parts of a name's lower-case letters and digits; all must be there."""
    options: ModelOptions
    thinks: bool = False
    """Thinks before it answers; such models repeat themselves where the likeliest is taken."""


@cache
def families() -> tuple[Family, ...]:
    """The list that ships with the app; the first match counts."""
    text = resources.files("engine.models").joinpath(FAMILIES).read_text(encoding="utf-8")
    return tuple(
        Family(
            name=row["name"],
            match=tuple(row["match"]),
            options=ModelOptions.of(row.get("options", {})),
            thinks=bool(row.get("thinks", False)),
        )
        for row in tomllib.loads(text)["family"]
    )


def family_of(*names: str) -> Family | None:
    """The family that a model's name, or else its file's name, tells."""
    for name in names:
        plain = "".join(letter for letter in name.casefold() if letter.isalnum())
        for family in families():
            if all(part in plain for part in family.match):
                return family
    return None


def recommended(header: GgufHeader | None, *names: str) -> ModelOptions:
    """The makers' options: what the file itself says, else what is known of its family."""
    family = family_of(*names, header.name if header is not None else "")
    known = family.options if family is not None else ModelOptions()
    return of_header(header).over(known) if header is not None else known


def of_header(header: GgufHeader) -> ModelOptions:
    """The options that a file carries; values out of range are left out."""
    found = ModelOptions()
    for key, name in _HEADER_KEYS.items():
        value = header.metadata.get(key)
        if value is None or isinstance(value, str | list):
            continue
        # A 32-bit 0.6 is 0.6000000238 here.
        number = round(value, 4) if isinstance(value, float) else value
        try:
            found = ModelOptions.of({**found.values(), name: number})
        except SettingsError:
            continue
    return found
