"""Which chat model answers, and which one is in memory: what the Models page of a face changes."""

from collections.abc import Generator
from pathlib import Path

from engine.inference.process import ProcessChatModel
from engine.model_types import LoadedModel
from engine.models.shelf import Shelf
from engine.progress import CancelToken, Progress
from engine.services.asking import Asking
from engine.services.keeper import ChatModelKeeper

NOBODY = "\0"
"""No model's name: what is being warmed for any gives way."""


class ModelUse:
    """Loading and unloading wait for a question that is being answered."""

    def __init__(self, keeper: ChatModelKeeper, shelf: Shelf, asking: Asking) -> None:
        self._keeper = keeper
        self._shelf = shelf
        self._asking = asking

    @property
    def default(self) -> str:
        """Name of the model that answers where none is named; empty for the starter's."""
        return self._keeper.default

    def set_default(self, name: str) -> None:
        """Raises NotFoundError, InputError, ModelError where the model cannot answer."""
        self._keeper.set_default(name)

    def load(
        self, name: str, *, cancel: CancelToken | None = None
    ) -> Generator[Progress, None, LoadedModel | None]:
        """Have a chat model in memory before it is asked; another one that is there is ended."""
        with self._asking.turn(name, cancel):
            model = yield from self._keeper.ready(name, cancel=cancel, chosen=True)
            yield Progress("loading", 0, 0)
            if isinstance(model, ProcessChatModel):
                model.preload(cancel=cancel)
        return self.loaded()

    def unload(self) -> None:
        """Free the memory of the chat model; the next question loads it again."""
        with self._asking.turn(NOBODY, None):
            self._keeper.rest()

    def forgive(self, name: str) -> None:
        """Try a model again that failed too often: its failures are counted anew."""
        path = self._shelf.find(name).path
        self._shelf.marks.clear(path)
        self._keeper.unload(path)

    def failures(self, file: str) -> str:
        """What is said of a model that failed again and again; empty for every other."""
        mark = self._shelf.marks.of(Path(file))
        return mark.words if mark is not None and mark.unstable else ""

    def loaded(self) -> LoadedModel | None:
        """The chat model of this machine that is in memory, with what its process holds."""
        return self._keeper.loaded()
