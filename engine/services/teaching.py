"""Teaching, as both faces see it: examples, their review, trainings, adapters and the loop."""

from collections.abc import Generator, Sequence
from pathlib import Path

from engine.models.adapter_memory import AdapterMemory
from engine.models.shelf import Shelf
from engine.paths import Profile
from engine.progress import CancelToken, Progress
from engine.retrieve.nearest import Nearest
from engine.services.adapter_use import AdapterUse
from engine.services.asking import Asking
from engine.services.feedback import Feedback
from engine.services.keeper import ChatModelKeeper
from engine.services.teach_adapters import TeachAdapters
from engine.services.teach_asking import TeachAsking
from engine.services.teach_beside import Beside
from engine.services.teach_examples import ReadyEmbedder, TeachExamples
from engine.services.teach_jobs import TeachJobs
from engine.services.teach_loop import AskedWith, TeachLoop
from engine.services.teach_measured import Measured
from engine.services.teach_results import TeachResult, TeachResults
from engine.settings import Settings
from engine.store.connect import Vault
from engine.teach import recipes
from engine.teach.recipes import Recipe
from engine.teach.review import Review


class Teaching:
    """What can be taught to the models of one profile."""

    def __init__(
        self,
        profile: Profile,
        settings: Settings,
        vault: Vault,
        asked: AskedWith,
        *,
        asking: Asking,
        keeper: ChatModelKeeper,
        shelf: Shelf,
        feedback: Feedback,
        adapters: AdapterUse,
        memory: AdapterMemory,
        ready_embedder: ReadyEmbedder,
        nearest: Nearest,
    ) -> None:
        self._root = profile.teaching
        measured = Measured(vault, feedback)
        self.examples = TeachExamples(
            vault, asking, keeper, feedback, measured, ready_embedder, nearest
        )
        teach_asking = TeachAsking(asking, keeper, profile.teaching)
        self.jobs = TeachJobs(profile, settings, shelf, keeper, teach_asking, measured)
        self.adapters = TeachAdapters(adapters, memory, keeper, self.jobs.made)
        beside = Beside(self.adapters, teach_asking)
        self.results = TeachResults(self.jobs, beside, teach_asking)
        self.loop = TeachLoop(
            vault, asked, feedback, self.examples, self.jobs, self.adapters, self.results, beside
        )

    def recipes(self) -> Sequence[Recipe]:
        """What can be taught, by purpose."""
        return recipes.all_recipes()

    def review(self, file: Path) -> Review:
        """A file of examples, to be looked through. Raises InputError."""
        return Review(file)

    def settle(
        self, job: Path, *, cancel: CancelToken | None = None
    ) -> Generator[Progress, None, TeachResult]:
        """What came of a training that is done; the first time it is taken and compared.

        One of the loop is put in use where it is better. Raises NotFoundError, InputError,
        TeachError, CancelledError.
        """
        if self.jobs.told(job).get("looped"):
            yield from self.loop.finish(job, cancel=cancel)
        return (yield from self.results.judge(job, cancel=cancel))

    def newest_file(self, recipe: Recipe) -> Path | None:
        """The examples of a recipe that were made last; None where none were."""
        number, found = 1, None
        while (path := self._root / f"{recipe.name}-{number}.jsonl").exists():
            number, found = number + 1, path
        return found

    def new_file(self, recipe: Recipe) -> Path:
        """Where examples of a recipe may be written: a name that is not taken."""
        number = 1
        while (path := self._root / f"{recipe.name}-{number}.jsonl").exists():
            number += 1
        return path
