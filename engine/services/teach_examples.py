"""Builds examples from what the user names: documents, feedback, glossaries, tables, samples."""

from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engine.answer.answer import TOP
from engine.answer.guard import Guard
from engine.errors import InputError, ModelError, NotFoundError
from engine.evaluate.questions import checked_questions
from engine.formats.examples import Example
from engine.inference.embedder import Embedder
from engine.progress import CancelToken, Progress
from engine.retrieve.nearest import Nearest
from engine.retrieve.retrieve import Retriever
from engine.services.asking import Asking
from engine.services.feedback import Feedback
from engine.services.keeper import ChatModelKeeper
from engine.services.teach_measured import Measured
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.glossary import Glossary
from engine.teach import (
    convert,
    from_documents,
    from_feedback,
    from_glossary,
    from_questions,
    from_style,
    from_summaries,
    from_tables,
    review,
    rows,
    sift,
)
from engine.teach.grounded import Find, LeftOut
from engine.teach.recipes import Recipe
from engine.types import Document, Hit, Passage

COUNT = 200
"""Examples from documents where no number is named."""
WORDS = ("documents", "feedback", "glossary")
"""Sources that are no files."""
EMPTY = {
    "feedback": "No answer that teaches this was corrected or praised yet.",
    "glossary": "The glossary is empty.",
}
"""Why a source gave nothing at all."""
TABLES = (".csv", ".tsv", ".jsonl", ".ndjson", ".json")
SAMPLES = (".txt", ".md", ".text", ".markdown")

Made = Generator[Progress, None, tuple[list[Example], list[LeftOut]]]
ReadyEmbedder = Callable[[CancelToken | None], Generator[Progress, None, Embedder]]


@dataclass(frozen=True, slots=True)
class Built:
    """Examples that were written, and what became of the rest."""

    file: Path
    examples: int
    left_out: tuple[tuple[str, int], ...]
    """Reasons, each with how many were left out for it, most first."""
    note: str = ""
    """What could not be done beside; mostly empty."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How examples are to be built."""

    recipe: Recipe
    library: str | None = None
    count: int = COUNT
    """Examples from documents, at most."""
    refusals: float = from_documents.REFUSALS
    """Share of grounded examples whose passage is taken away, [0, 1]."""
    columns: tuple[str, ...] = ()
    """Columns of a table, in the order that the recipe needs; empty to tell them by name."""
    model: str | None = None
    """Whose tokens are counted; None for the model that answers."""
    seed: int = 0


class TeachExamples:
    """Builds examples of one profile."""

    def __init__(
        self, vault: Vault, asking: Asking, keeper: ChatModelKeeper, feedback: Feedback,
        measured: Measured, ready_embedder: ReadyEmbedder, nearest: Nearest,
    ) -> None:  # fmt: skip
        self._vault = vault
        self._documents = Documents(vault)
        self._glossary = Glossary(vault)
        self._measured = measured
        self._asking = asking
        self._keeper = keeper
        self._feedback = feedback
        self._ready_embedder = ready_embedder
        self._nearest = nearest

    def build(
        self,
        sources: Sequence[str],
        wanted: Wanted,
        file: Path,
        *,
        measured: Sequence[str] = (),
        cancel: CancelToken | None = None,
    ) -> Generator[Progress, None, Built]:
        """Build examples from all sources into one file, to be looked through.

        A source is ``documents``, ``feedback``, ``glossary`` or a path. ``measured`` are questions
        that must not be learnt, beside those that are kept to measure on. Raises
        InputError, NotFoundError, and ExamplesError with the lines of a broken file.
        """
        self._asking.check_library(wanted.library)
        made: list[Example] = []
        left: list[LeftOut] = []
        for source in sources:
            more, out = yield from self.examples(source, wanted, cancel)
            made += more
            left += out
        apart = {**dict.fromkeys(measured, sift.WHY), **self._measured.questions()}
        kept, doubles = sift.sifted(made, apart)
        reasons = Counter(each.reason for each in [*left, *doubles]).most_common()
        if not kept:
            told = f" Left out: {reasons[0][1]}, because {reasons[0][0]}." if reasons else ""
            if not reasons:
                told = "".join(f" {EMPTY[each]}" for each in sources if each in EMPTY)
            raise InputError(
                f"No example could be made.{told}",
                f"“{wanted.recipe.purpose}” takes: {', '.join(wanted.recipe.sources)}.",
                code="no_examples",
            )
        note = ""
        try:
            kept = yield from self._counted(kept, wanted.model, cancel)
        except ModelError as error:
            note = f"Tokens were not counted: {error.message}"
        review.write(file, kept)
        return Built(file, len(kept), tuple(reasons), note)

    def examples(self, source: str, wanted: Wanted, cancel: CancelToken | None = None) -> Made:
        """Examples of one source, before they are sifted. Raises InputError, NotFoundError."""
        recipe = wanted.recipe
        if source == "feedback":
            find = (yield from self._finder(wanted, cancel)) if recipe.name == "answer" else None
            return from_feedback.examples(recipe, self._feedback.all(), find)
        if source == "glossary":
            return self._from_glossary(wanted), []
        path = Path(source).expanduser().absolute()
        if source == "documents":
            return (yield from self._from_library(None, wanted, cancel))
        if path.is_file() and path.suffix.lower() in TABLES:
            return (yield from self._from_file(path, wanted, cancel))
        if recipe.name == "style" and path.exists():
            return from_style.examples(recipe, self._samples(path))
        return (yield from self._from_library(path, wanted, cancel))

    def counter(
        self, model: str | None = None, *, cancel: CancelToken | None = None
    ) -> Generator[Progress, None, review.Count]:
        """What counts the tokens of a conversation as a model does. Raises ModelError."""
        with self._asking.turn(model or "", cancel):
            chat_model = yield from self._keeper.ready(model, cancel=cancel)
        return chat_model.count_prompt

    # --- each kind of source -------------------------------------------------------------------

    def _from_file(self, path: Path, wanted: Wanted, cancel: CancelToken | None) -> Made:
        recipe = wanted.recipe
        if convert.holds_examples(path):
            brought = [
                replace(each, recipe=each.recipe or recipe.purpose) for each in convert.read(path)
            ]
            return brought, []
        if recipe.name == "answer":
            questions, bad = checked_questions(path)
            find = yield from self._finder(wanted, cancel)
            kept, left = yield from from_questions.examples(
                recipe, questions, find, origin=path.name, refusals=wanted.refusals,
                cancel=cancel,
            )  # fmt: skip
            return kept, [*left, *(LeftOut("their line holds no question") for _ in bad)]
        yield Progress("reading", 0, 0, path.name)
        return from_tables.examples(recipe, rows.read(path), wanted.columns)

    def _from_glossary(self, wanted: Wanted) -> list[Example]:
        entries = self._glossary.all(wanted.library)
        pairs = [(each.term, each.meaning) for each in entries]
        if wanted.recipe.name == "translate":
            return from_glossary.translations(wanted.recipe, pairs, origin="glossary")
        if wanted.recipe.name == "abbreviations":
            return from_glossary.examples(wanted.recipe, pairs, origin="glossary")
        raise _no_source(wanted.recipe, "The glossary")

    def _from_library(self, path: Path | None, wanted: Wanted, cancel: CancelToken | None) -> Made:
        found = self._below(path, wanted.library)
        if wanted.recipe.name == "answer":
            find = yield from self._finder(wanted, cancel)
            passages = [each for document in found for each in self._passages(document)]
            return (
                yield from from_documents.examples(
                    wanted.recipe, passages, wanted.count, find,
                    refusals=wanted.refusals, seed=wanted.seed, cancel=cancel,
                )
            )  # fmt: skip
        if wanted.recipe.name == "summarise":
            return from_summaries.examples(
                wanted.recipe, ((each.path, self._passages(each)) for each in found)
            )
        if wanted.recipe.name == "style":
            pages = (
                (each.path, page.text)
                for each in found
                for page in self._documents.pages(each.path)
            )
            return from_style.examples(wanted.recipe, pages)
        raise _no_source(wanted.recipe, "Documents")

    def _below(self, path: Path | None, library: str | None) -> list[Document]:
        """The indexed documents of a library, at a path or below. Raises NotFoundError."""
        every = [each for each in self._documents.documents(library) if each.state == "indexed"]
        if path is None:
            if not every:
                raise NotFoundError("There are no documents yet.", "Add some: alcove add FOLDER")
            return every
        found = [
            each for each in every if each.path == str(path) or Path(each.path).is_relative_to(path)
        ]
        if not found:
            raise NotFoundError(
                f"{path} is in no library.",
                f"Add it first: alcove add {path}" if path.exists() else
                f"Name a file or a folder, or one of {', '.join(WORDS)}.",
            )  # fmt: skip
        return found

    def _passages(self, document: Document) -> list[Passage]:
        return self._documents.passages(document.path)

    def _samples(self, path: Path) -> Iterator[tuple[str, str]]:
        files = [path] if path.is_file() else sorted(path.rglob("*"))
        for file in files:
            if file.is_file() and file.suffix.lower() in SAMPLES:
                yield file.name, rows.text_of(file)

    # --- helpers -------------------------------------------------------------------------------

    def _finder(
        self, wanted: Wanted, cancel: CancelToken | None
    ) -> Generator[Progress, None, Find]:
        """The search in use, with what gives orders blanked as in an answer."""
        embedder = yield from self._ready_embedder(cancel)
        retriever = Retriever(self._vault, embedder, self._nearest)

        def find(question: str) -> Sequence[Hit]:
            found = retriever.search(question, library=wanted.library, top=2 * TOP)
            return Guard(self._documents).read(found.hits)

        return find

    def _counted(
        self, examples: Sequence[Example], model: str | None, cancel: CancelToken | None
    ) -> Generator[Progress, None, list[Example]]:
        counted: list[Example] = []
        with self._asking.turn(model or "", cancel):
            chat_model = yield from self._keeper.ready(model, cancel=cancel)
            for each in examples:
                if len(counted) % 20 == 0:
                    yield Progress("counting tokens", len(counted), len(examples))
                if cancel is not None:
                    cancel.check()
                tokens = chat_model.count_prompt(each.messages)
                counted.append(replace(each, more={**each.more, "tokens": tokens}))
        return counted


def _no_source(recipe: Recipe, what: str) -> InputError:
    return InputError(
        f"{what} cannot teach “{recipe.purpose}”.", f"It takes: {', '.join(recipe.sources)}."
    )
