"""Recipes: what can be taught, named by purpose, with the form of its examples and its defaults."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Literal, cast

from engine.errors import NotFoundError
from engine.formats import task as task_names
from engine.formats.examples import Example
from engine.formats.taught_form import ANY, TaughtForm
from engine.model_types import Message

Metric = Literal["em", "f1", "rouge_l"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """One purpose. ``dataclasses.replace`` changes whatever a user wants otherwise."""

    name: str
    """Short name, such as ``"classify"``."""
    purpose: str
    """What the user reads: "answer from my documents"."""
    about: str
    form: str
    """What an example looks like, in words."""
    sources: tuple[str, ...]
    """Kinds of sources that examples can be made from."""
    task: str
    """What the adapter will say that it is for."""
    metric: Metric
    """By which its answers are measured."""
    system: str = ""
    """The rule that stands first; empty where the prompt is that of an answer from documents."""
    prompt: str = ""
    """The user's turn, with the names of its parts in braces."""
    training: Mapping[str, Any] = field(default_factory=dict)
    """Settings of a training job that suit this purpose."""

    @property
    def asked(self) -> TaughtForm:
        """The form of its questions; that of answers from documents is made where they are."""
        alone = task_names.is_alone(self.task)
        return TaughtForm(self.system, self.prompt or ANY, alone)

    def example(
        self, parts: Mapping[str, str], answer: str, *, source: str, why: str, **more: Any
    ) -> Example:
        """An example in this recipe's form; its parts fill the prompt."""
        turn = Message("user", self.asked.filled(parts))
        return self.of((turn,), answer, source=source, why=why, **more)

    def asking(self, text: str) -> tuple[Message, ...]:
        """A text as it is put to a model that was taught this."""
        return self.asked.messages(text)

    def of(
        self, turns: tuple[Message, ...], answer: str, *, source: str, why: str, **more: Any
    ) -> Example:
        """An example of turns that stand as they are, behind this recipe's rule."""
        first = self.asked.begun()
        if turns and turns[0].role == "system":
            first = ()
        return Example(
            (*first, *turns, Message("assistant", answer.strip())),
            recipe=self.purpose,
            source=source,
            why=why,
            more={"state": "new", **more},
        )


@cache
def all_recipes() -> tuple[Recipe, ...]:
    """Every recipe, in the order in which they are offered."""
    text = resources.files("engine.teach").joinpath("recipes.toml").read_text(encoding="utf-8")
    return tuple(
        Recipe(
            name=name,
            purpose=values["purpose"],
            about=values["about"],
            form=values["form"],
            sources=tuple(values["sources"]),
            task=values["task"],
            metric=cast(Metric, values["metric"]),
            system=values.get("system", ""),
            prompt=values.get("prompt", ""),
            training=values.get("training", {}),
        )
        for name, values in tomllib.loads(text).items()
    )


def of_task(task: str) -> Recipe | None:
    """The recipe that teaches a task; None for a task from elsewhere."""
    return next((each for each in all_recipes() if each.task == task), None)


def recipe(name: str) -> Recipe:
    """A recipe by its name or purpose; capitals do not count. Raises NotFoundError."""
    wanted = " ".join(name.casefold().split())
    for each in all_recipes():
        if wanted in (each.name, each.purpose.casefold()):
            return each
    raise NotFoundError(
        f"There is no recipe called “{name}”.",
        "Recipes: " + ", ".join(f"{each.name} ({each.purpose})" for each in all_recipes()) + ".",
    )
