"""A model asked as an example asks it: for comparing adapters, and for what it is to keep."""

from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path

from engine.errors import InputError, ModelError, NotFoundError
from engine.formats import examples as example_file
from engine.formats.examples import Example
from engine.inference.adapters import Adapter
from engine.inference.chat_model import Adaptable, Sampling
from engine.model_types import Message
from engine.progress import CancelToken, Progress
from engine.services.asking import Asking
from engine.services.keeper import ChatModelKeeper
from engine.teach import rehearsal, review

REHEARSING = "asking the model what it is to keep"


class TeachAsking:
    """Asks the models of one profile, a turn at a time, so that conversations come between."""

    def __init__(self, asking: Asking, keeper: ChatModelKeeper, root: Path) -> None:
        self._asking = asking
        self._keeper = keeper
        self._root = root

    def name_of(self, base: Path) -> str | None:
        """A model by its file; None for the one that answers."""
        try:
            return None if self._keeper.file_of(None) == base else str(base)
        except (NotFoundError, InputError):
            return str(base)

    def answer(
        self, asked: Sequence[Message], most: int, adapters: Sequence[Adapter], model: str | None,
        cancel: CancelToken | None,
    ) -> Generator[Progress, None, str]:  # fmt: skip
        """One answer of at most so many tokens."""
        if cancel is not None:
            cancel.check()
        with self._asking.turn(model or "", cancel):
            yield from self._opened(model, adapters, cancel)
            open_ = yield from self._keeper.ready(model, cancel=cancel)
            stream = open_.stream(asked, Sampling(max_tokens=most), cancel=cancel)
            pieces: list[str] = []
            while True:
                try:
                    pieces.append(next(stream))
                except StopIteration:
                    break
        if cancel is not None:
            cancel.check()
        return "".join(pieces).strip()

    def restore(
        self, adapters: Sequence[Adapter], model: str | None, cancel: CancelToken | None
    ) -> Generator[Progress, None, None]:
        """The model as it is used again."""
        with self._asking.turn(model or "", cancel):
            yield from self._opened(model, adapters, cancel)

    def kept(
        self, base: Path, count: int, cancel: CancelToken | None
    ) -> Generator[Progress, None, list[Example]]:
        """The model's own answers to plain requests; as many as are wanted, each asked once.

        Empty for a model that does not run here, such as a folder. Raises CancelledError.
        """
        if not base.is_file():
            return []
        file = rehearsal.file_of(self._root, base)
        there = example_file.read(file) if file.exists() else []
        if len(there) < count:
            try:
                made = yield from self._rehearsed(self.name_of(base), there, count, cancel)
            except (InputError, ModelError, NotFoundError):
                made = []
            if made:
                there = [*there, *made]
                review.write(file, there)
        return rehearsal.labelled(there)[:count]

    def _rehearsed(
        self,
        model: str | None,
        there: Sequence[Example],
        count: int,
        cancel: CancelToken | None,
    ) -> Generator[Progress, None, list[Example]]:
        made: list[Example] = []
        for asked in rehearsal.after(there):
            if len(there) + len(made) == count:
                break
            yield Progress(REHEARSING, len(made), count - len(there))
            said = yield from self.answer(asked, rehearsal.MOST_TOKENS, (), model, cancel)
            if (example := rehearsal.example(asked, said)) is not None:
                tokens = yield from self._tokens(example, model, cancel)
                made.append(replace(example, more={"tokens": tokens}))
        return made

    def _tokens(
        self, example: Example, model: str | None, cancel: CancelToken | None
    ) -> Generator[Progress, None, int]:
        with self._asking.turn(model or "", cancel):
            open_ = yield from self._keeper.ready(model, cancel=cancel)
            return open_.count_prompt(example.messages)

    def _opened(
        self, model: str | None, adapters: Sequence[Adapter], cancel: CancelToken | None
    ) -> Generator[Progress, None, None]:
        open_ = yield from self._keeper.ready(model, cancel=cancel)
        if isinstance(open_, Adaptable):
            there = [(each.path, each.scale) for each in open_.adapters]
            if there != [(each.path, each.scale) for each in adapters]:
                open_.attach(adapters)
