"""What the tests of the Teach page share: a window over a model that adapters can be made for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.main_window import MainWindow
from desktop.settings.window_state import WindowState
from desktop.teach.page import TeachPage
from desktop.teach.recipe_card import RecipeCard
from desktop.theme.theme import Theme
from engine.assistant import Assistant
from engine.formats import examples as example_file
from engine.formats.examples import Example
from engine.model_types import Message
from engine.paths import open_profile
from engine.store.connect import Vault
from tests import scripted_trainer
from tests.fakes import AdaptableChatModel, HashingEmbedder
from tests.lora import write_adapter, write_base

WAIT_MS = 40_000
GENERAL = "Paris, seven, five, spring."


@dataclass
class TeachStage:
    """A window on the Teach page, and what stands behind it."""

    window: MainWindow
    assistant: Assistant
    model: AdaptableChatModel
    base: Path
    hold: Path
    """While it is there, a training waits at its third step."""
    qtbot: QtBot
    theme: Theme
    closed: bool = False

    @property
    def page(self) -> TeachPage:
        return self.window.teach

    def until(self, what: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(what, timeout=WAIT_MS)

    def idle(self) -> None:
        self.until(lambda: not self.window.lanes.busy)

    def open(self) -> None:
        self.window.go("teach")
        self.until(lambda: self.page.facts is not None)

    def recipe(self, name: str) -> RecipeCard:
        return next(card for card in self.page.purpose.cards if card.recipe.name == name)

    def choose(self, name: str) -> None:
        card = self.recipe(name)
        card.chosen.emit(card.recipe)

    def reviewed(self, file: Path) -> None:
        """Examples of a file, made, looked through and taken."""
        self.choose("classify")
        form = self.page.examples.form
        form.add_files([file])
        form.make.click()
        review = self.page.examples.review
        self.until(lambda: self.page.examples.reviewing and len(review.examples.every) > 0)
        review.accept_button.click()
        self.until(review.go_button.isEnabled)

    def checked(self, file: Path) -> None:
        """Up to the machine's verdict."""
        self.reviewed(file)
        self.page.examples.review.go_button.click()
        self.until(lambda: self.page.check.check is not None)


def labelled(path: Path, count: int = 40) -> Path:
    """A table of texts with a label, for the recipe that classifies."""
    rows = [f"Text number {n} about boats,{'refund' if n % 2 else 'berth'}" for n in range(count)]
    path.write_text("text,label\n" + "\n".join(rows) + "\n", "utf-8")
    return path


def stage(
    qtbot: QtBot, theme: Theme, root: Path, patch: pytest.MonkeyPatch, *, tuned: str = "refund"
) -> TeachStage:
    """``tuned`` is what the model says of texts once an adapter is attached."""
    base = root / "base.gguf"
    if not base.exists():
        write_base(base, template="{{ messages }}")
    adapter = write_adapter(root / "made.gguf", base, name="House")
    hold = scripted_trainer.install(root, adapter, patch)

    def script(messages: Sequence[Message]) -> str:
        if "Text" in messages[-1].content:
            return tuned if model.adapters else "No idea."
        return GENERAL

    model = AdaptableChatModel(base, script)
    home = open_profile(root / "profile")
    assistant = Assistant(
        home, Vault.open(home.vault), embedder=HashingEmbedder(), chat_model=model
    )
    assistant.model_jobs.add(base)
    assistant._keeper._key = str(base)  # the scripted model stands for the base's process
    assistant.model_use.set_default("base")
    state = WindowState(home.root)
    state.unwatched = frozenset({"Documents"})
    window = MainWindow(theme, assistant, state)
    window.show()
    window.begin()
    qtbot.waitUntil(lambda: window.readiness.is_ready, timeout=WAIT_MS)
    made = TeachStage(window, assistant, model, base, hold, qtbot, theme)
    made.open()
    return made


def close(made: TeachStage) -> None:
    """End the window and every training that it began."""
    if made.closed:
        return
    made.closed = True
    jobs = made.assistant.teaching.jobs
    for job in list(jobs._started):
        jobs.stop(job)
    made.hold.unlink(missing_ok=True)
    for process in list(jobs._started.values()):
        process.wait(60)
    if not made.window.isHidden():
        made.qtbot.waitUntil(lambda: not made.page.training.running, timeout=WAIT_MS)
        made.window.close()
    made.assistant.close()
    made.window.deleteLater()


def examples(path: Path, count: int, state: str = "new") -> Path:
    example_file.write(
        path,
        [
            Example(
                (Message("user", f"Foreign {n}"), Message("assistant", "berth")),
                source=f"{n}", more={"state": state},
            )
            for n in range(count)
        ],
    )  # fmt: skip
    return path
