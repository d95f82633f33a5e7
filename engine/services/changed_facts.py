"""Changes facts in a copy of the library and asks again: who follows, and who says the old one."""

from collections.abc import Callable, Generator, Sequence
from pathlib import Path

from engine.evaluate import freshness, measure
from engine.evaluate.columns import Column
from engine.evaluate.freshness import Change, Followed
from engine.evaluate.measure import Result
from engine.evaluate.outcome import Outcome
from engine.evaluate.questions import Question
from engine.inference.embedder import Embedder
from engine.ingest import ingest
from engine.progress import CancelToken, Progress
from engine.services.asking import Asking
from engine.services.encoders import Encoders
from engine.services.twin import twin
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.evaluations import Evaluations

Asker = Callable[[dict[str, Asking]], measure.Ask]
"""Makes what asks one question in one column, over the vaults by encoder."""


class ChangedFacts:
    """The freshness of the columns of one comparison."""

    def __init__(
        self,
        vault: Vault,
        store: Evaluations,
        asking: Asking,
        encoders: Callable[[Vault], Encoders],
    ) -> None:
        self._vault = vault
        self._store = store
        self._asking = asking
        self._encoders = encoders

    def run(
        self,
        number: int,
        questions: Sequence[Question],
        outcomes: Sequence[Outcome],
        library: str | None,
        most: int,
        columns: Sequence[Column],
        keys: dict[str, str],
        asker: Asker,
        cancel: CancelToken | None,
    ) -> Generator[Progress | Result, None, list[Followed]]:
        """Empty where no fact can be changed.

        Columns that read no documents cannot know of the change, and the same prompt gets the same
        answer: what they said before counts.
        """
        documents = Documents(self._vault)
        paths = [each.path for each in documents.documents(library)
                 if each.state == "indexed" and not each.container]  # fmt: skip
        made = freshness.changes(questions, outcomes, paths, documents.pages, most)
        made = [each for each in made if each.path in paths]
        if not made:
            return []
        reading = [column for column in columns if column.reads_documents]
        asked: list[Outcome] = []
        if reading:
            asked = yield from self._asked(number, made, reading, keys, asker, cancel)
        said = {
            (each.mode, each.question.question): each.text for each in (*outcomes, *asked)
        }  # the later one counts
        return [
            freshness.followed(change, column.name, said.get(
                (column.name, change.question.question), ""))
            for column in columns
            for change in made
        ]  # fmt: skip

    def _asked(
        self,
        number: int,
        made: Sequence[Change],
        columns: Sequence[Column],
        keys: dict[str, str],
        asker: Asker,
        cancel: CancelToken | None,
    ) -> Generator[Progress | Result, None, list[Outcome]]:
        with twin(self._vault) as (copy, folder):
            encoders = self._encoders(copy)
            embedder = yield from encoders.ready(cancel)
            for at, path in enumerate(dict.fromkeys(each.path for each in made)):
                yield from self._edit(copy, folder / f"edited-{at}", path, made, embedder, cancel)
            ask = asker({"": self._asking.over(copy, encoders.ready)})
            return (
                yield from measure.measured(
                    ask, self._store, number, [each.asked for each in made], columns,
                    {name: f"{key} changed" for name, key in keys.items()}, cancel=cancel,
                )
            )  # fmt: skip

    def _edit(
        self,
        copy: Vault,
        folder: Path,
        path: str,
        made: Sequence[Change],
        embedder: Embedder,
        cancel: CancelToken | None,
    ) -> Generator[Progress, None, None]:
        """Put the changed document in the place of the one before."""
        documents = Documents(copy)
        document = documents.document(path)
        if document is None:
            return
        text = "\n\n".join(page.text for page in documents.pages(path))
        ending = ".md" if document.type == "markdown" else ".txt"
        folder.mkdir()
        file = folder / (Path(path).stem + ending)
        changes = [each for each in made if each.path == path]
        file.write_text(freshness.edited(text, changes), encoding="utf-8", errors="replace")
        ingest.remove(copy, [Path(path)])
        yield from ingest.add(copy, embedder, [file], library=document.library, cancel=cancel)
