"""Where a bench works: a profile with the starter models and a vault, kept or thrown away."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from engine.assistant import Assistant
from engine.inference.embedder import Embedder
from engine.inference.fastembed_embedder import FastembedEmbedder
from engine.ingest import ingest
from engine.library_types import AddReport
from engine.models import starter
from engine.paths import open_profile
from engine.progress import Progress, drain
from engine.store.connect import Vault
from tests.quality.record import Record


@dataclass(frozen=True, slots=True)
class Workplace:
    """What every bench is handed."""

    folder: Path
    """For profiles and corpora; what is there from an earlier run is used again."""
    record: Record
    console: Console
    limit: int | None
    """At most this many questions of each set; ``None`` for all."""

    def cut(self, items: Sequence) -> list:  # type: ignore[type-arg]
        return list(items[: self.limit]) if self.limit is not None else list(items)

    def models(self) -> starter.StarterModels:
        return drain(starter.prepare(open_profile(self.folder / "models")))

    def embedder(self) -> Embedder:
        return FastembedEmbedder(self.models().embedder_folder)

    @contextmanager
    def vault(self, name: str) -> Iterator[Vault]:
        vault = Vault.open(open_profile(self.folder / name).vault)
        try:
            yield vault
        finally:
            vault.close()

    @contextmanager
    def assistant(self, name: str) -> Iterator[Assistant]:
        assistant = Assistant.open(self.folder / name)
        try:
            drain(assistant.prepare())
            yield assistant
        finally:
            assistant.close()

    def add(
        self, vault: Vault, embedder: Embedder, paths: Sequence[Path], library: str = "Documents"
    ) -> AddReport:
        """Index files with a bar to watch. Raises RuntimeError where any of them failed."""
        with self.bar("adding") as advance:
            work = ingest.add(vault, embedder, list(paths), library=library)
            while True:
                try:
                    step: Progress = next(work)
                except StopIteration as end:
                    report: AddReport = end.value
                    break
                advance(step.done, step.total)
        if report.failed:
            raise RuntimeError(f"{len(report.failed)} files failed, first: {report.failed[0]}")
        return report

    @contextmanager
    def bar(self, what: str):  # type: ignore[no-untyped-def]
        columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Bar(*columns, console=self.console, transient=True) as bar:
            task = bar.add_task(what, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total or None)
