"""Trainings: a job folder made from examples, run in a process of its own, taken as an adapter."""

import json
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from engine.errors import InputError, NotFoundError, TeachError
from engine.formats import examples as example_file
from engine.formats import job as job_file
from engine.formats.examples import Example
from engine.formats.job import JobFolder, JobSpec
from engine.models.registry import Entry
from engine.models.shelf import Shelf
from engine.paths import Profile
from engine.progress import CancelToken, Progress
from engine.services.keeper import ChatModelKeeper
from engine.services.teach_asking import TeachAsking
from engine.services.teach_measured import Measured
from engine.services.teach_plan import Plan
from engine.settings import Settings
from engine.teach import (
    defaults,
    forms,
    live,
    machine_check,
    recipes,
    rehearsal,
    review,
    sift,
    trainer_process,
)
from engine.teach.defaults import TrainingMachine
from engine.teach.grounded import LeftOut
from engine.teach.live import Live
from engine.teach.machine_check import Machine, MachineCheck
from engine.teach.made import MadeAdapters, MadeCard
from engine.teach.recipes import Recipe
from engine.teach.review import Review

EXAMPLES, HELD_OUT, CARD = "examples.jsonl", "held-out.jsonl", "card.json"
COMPARED = "compared.json"
"""How its adapter fared beside the model as it was."""
JobState = Literal["waiting", "training", "paused", "stopped", "failed", "trained"]


@dataclass(frozen=True, slots=True)
class Trained:
    """A training that was done."""

    job: Path
    adapter: Path | None
    """The GGUF file in the job's folder; None where the base is no GGUF file."""
    report: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class JobCard:
    """A training as it is listed."""

    job: Path
    name: str
    state: JobState
    words: str = ""
    """What it said last."""
    compared: bool = False
    """Whether its adapter was taken and compared."""


class TeachJobs:
    """Trainings of one profile."""

    def __init__(
        self,
        profile: Profile,
        settings: Settings,
        shelf: Shelf,
        keeper: ChatModelKeeper,
        asking: TeachAsking,
        measured: Measured,
    ) -> None:
        self.root = profile.teaching
        self.made = MadeAdapters(profile.adapters)
        self._settings = settings
        self._shelf = shelf
        self._keeper = keeper
        self._asking = asking
        self._measured = measured
        self._started: dict[Path, subprocess.Popen[bytes]] = {}

    def plan(
        self,
        examples: Path,
        *,
        job: Path | None = None,
        name: str = "",
        model: str | None = None,
        base: Path | None = None,
        settings: Mapping[str, Any] | None = None,
        unseen: bool = False,
        looped: bool = False,
        rehearse: bool = True,
        longest: int = 0,
        held_out: Sequence[Example] | None = None,
        machine: TrainingMachine | None = None,
    ) -> Plan:
        """What training on a file of examples would be, with settings that suit.

        ``base`` is a GGUF file or a folder; without it, the model of this name, by default the one
        that answers. ``settings`` go before the suggested ones; examples of more tokens than
        ``longest`` are left out where it is above 0. Without ``held_out``, a share of the examples
        is measured on and not learnt. Raises InputError, also where nobody has
        looked at the examples and ``unseen`` does not allow that.
        """
        every = Review(examples).trained(unseen=unseen)
        every, left = self._unmeasured(every, job)
        short = [each for each in every if not longest or review.tokens_of(each) <= longest]
        taught, aside = sift.split(short) if held_out is None else (short, list(held_out))
        recipe = recipe_of(taught)
        name = name or (recipe.purpose.capitalize() if recipe is not None else examples.stem)
        base = base or self._keeper.file_of(model)
        if base is None or not base.exists():
            raise InputError(
                "There is no model file here to train on.",
                "Run `alcove models prepare`, or choose a model that lies on this machine.",
            )
        lengths = [
            each.more["tokens"] for each in taught if isinstance(each.more.get("tokens"), int)
        ]
        suited = defaults.settings(
            recipe or recipes.recipe("answer"),
            parameters=self._shelf.header_of(base).parameters if base.is_file() else 0,
            examples=len(taught) + (rehearsal.wanted(len(taught)) if rehearse else 0),
            longest=max(lengths) if len(lengths) == len(taught) else 0,
            machine=machine or TrainingMachine.this(),
        )
        folder = JobFolder((job or self._free(name)).expanduser().absolute())
        spec = JobSpec(
            base=base,
            examples=folder.root / EXAMPLES,
            held_out=folder.root / HELD_OUT if aside else None,
            name=name,
            task=recipe.task if recipe is not None else "",
            form=forms.of_examples(recipe, taught),
            settings={**suited, **(settings or {})},
        )
        return Plan(
            folder, spec, recipe, tuple(taught), tuple(aside), base.stem, looped, rehearse,
            tuple(Counter(each.reason for each in left).most_common()),
        )  # fmt: skip

    def _unmeasured(
        self, examples: list[Example], job: Path | None
    ) -> tuple[list[Example], list[LeftOut]]:
        """Without what is kept to measure on. Raises InputError where nothing is left.

        A training that began was looked at then.
        """
        if job is not None and JobFolder(job.expanduser().absolute()).spec.exists():
            return examples, []
        kept, left = sift.apart(examples, self._measured.questions())
        if left and not kept:
            raise InputError(
                f"Nothing is left to learn: of all {len(left)} examples, {left[0].reason}.",
                "What is measured on is never learnt. Teach other examples, or remove the set.",
                code="measured",
            )
        return kept, left

    def python(self) -> Path:
        """The Python of the training environment. Raises TeachError with what to install."""
        return trainer_process.interpreter(self._settings.training.python)

    def check(self, plan: Plan, machine: Machine | None = None) -> MachineCheck:
        """What this machine would give for it. A second of work. Raises ModelError."""
        base = plan.spec.base
        sizes = machine_check.Base.of(base, self._shelf.header_of(base))
        lengths = [review.tokens_of(each) for each in plan.taught]
        machine = machine or Machine.now(plan.folder.root)
        return machine_check.check(sizes, plan.spec.settings, lengths, machine)

    def train(
        self, plan: Plan, *, cancel: CancelToken | None = None
    ) -> Generator[Progress, None, Trained]:
        """Train as planned, or go on where the same plan was stopped.

        Closing this generator leaves the training running; cancelling stops it with a checkpoint.
        Raises TeachError with the reason where it cannot be done, CancelledError.
        """
        at = yield from self.begin(plan, cancel=cancel)
        return (yield from self.follow(plan.folder.root, start=at, cancel=cancel))

    def begin(
        self, plan: Plan, *, cancel: CancelToken | None = None
    ) -> Generator[Progress, None, int]:
        """Start the training, which then runs by itself. Returns where its events begin.

        Answers of the model's own are put among the examples before, see
        :mod:`engine.teach.rehearsal`.
        """
        python, folder = self.python(), plan.folder
        if plan.rehearse and not folder.spec.exists():
            plan = yield from self._rehearsed(plan, cancel)
        if folder.spec.exists():
            self._check_same(plan)
        else:
            review.write(plan.spec.examples, plan.taught)
            if plan.spec.held_out is not None:
                review.write(plan.spec.held_out, plan.held_out)
            try:
                job_file.write_spec(folder, plan.spec)
                (folder.root / CARD).write_text(
                    json.dumps(
                        {
                            "recipe": plan.recipe.name if plan.recipe is not None else "",
                            "base": plan.base_name,
                            "last_message": _last_message(plan),
                            "looped": plan.looped,
                        }
                    ),
                    encoding="utf-8",
                )
            except OSError as error:
                raise TeachError(
                    f"The job folder {folder.root} cannot be written: {error.strerror}.",
                    "Choose another one with --job.",
                ) from error
        return self._start(folder, python)

    def _rehearsed(self, plan: Plan, cancel: CancelToken | None) -> Generator[Progress, None, Plan]:
        wanted = rehearsal.wanted(len(plan.taught))
        kept = yield from self._asking.kept(plan.spec.base, wanted, cancel)
        context = self._shelf.header_of(plan.spec.base).n_ctx_train if kept else 0
        settings, kept = rehearsal.fitting(plan.spec.settings, kept, context)
        return replace(
            plan,
            taught=rehearsal.among(plan.taught, kept),
            spec=replace(plan.spec, settings=settings),
        )

    def go_on(self, job: Path) -> int:
        """Start a training again that was stopped or failed; it goes on from its checkpoint.

        Returns where its events begin. Raises NotFoundError, InputError, TeachError.
        """
        folder = self._folder(job)
        if folder.report.exists():
            raise InputError("This training is done.", "Start a new one.")
        return self._start(folder, self.python())

    def _start(self, folder: JobFolder, python: Path) -> int:
        at = trainer_process.end_of_events(folder)
        self._started[folder.root] = trainer_process.start(folder, python)
        return at

    def watch(
        self, job: Path, *, since: int = 0, cancel: CancelToken | None = None
    ) -> Generator[Live, None, Live]:
        """Look at a training until it ends; see :func:`engine.teach.live.watch`."""
        folder = self._folder(job)
        end = yield from live.watch(
            folder, self._started.get(folder.root), since=since, cancel=cancel
        )
        self._started.pop(folder.root, None)
        return end

    def discard(self, job: Path) -> None:
        """Delete the folder of a training that does not run; an adapter that was taken stays.

        Raises NotFoundError, InputError.
        """
        folder = self._folder(job)
        if trainer_process.running(folder):
            raise InputError("This training runs.", "Stop it first.")
        shutil.rmtree(folder.root, ignore_errors=True)

    def follow(
        self, job: Path, *, start: int = 0, cancel: CancelToken | None = None
    ) -> Generator[Progress, None, Trained]:
        """Follow a training that runs, whoever started it. As :meth:`train`."""
        folder = self._folder(job)
        process = self._started.get(folder.root)
        yield from trainer_process.follow(folder, process, start=start, cancel=cancel)
        self._started.pop(folder.root, None)
        return self.trained(job)

    def pause(self, job: Path, on: bool = True) -> None:
        """Let a training wait, or go on. Raises NotFoundError."""
        trainer_process.pause(self._folder(job), on)

    def stop(self, job: Path) -> None:
        """End a training with a checkpoint, from which it can go on. Raises NotFoundError."""
        trainer_process.stop(self._folder(job))

    def trained(self, job: Path) -> Trained:
        """What a training left. Raises NotFoundError, InputError where it is not done."""
        folder = self._folder(job)
        try:
            report = json.loads(folder.report.read_text(encoding="utf-8"))
            named = report["files"].get("adapter")
        except (OSError, ValueError, KeyError) as error:
            raise InputError(
                f"The training in {folder.root} is not done.",
                "Go on with it by the command that began it.",
                code="not_trained",
            ) from error
        return Trained(folder.root, folder.root / named if named else None, report)

    def export(self, job: Path, name: str = "") -> Path:
        """Take the adapter of a training among those of this profile; returns its file.

        Raises NotFoundError, InputError, TeachError.
        """
        done = self.trained(job)
        if done.adapter is None or not done.adapter.exists():
            raise InputError(
                "This training left no adapter in GGUF form.",
                "A Hugging Face folder's adapter stays in PEFT's form; train on the GGUF file.",
            )
        told = self._card(done.job)
        report = done.report
        card = MadeCard(
            name=name or str(report.get("name", "Adapter")),
            file="",
            task=str(report.get("task", "")),
            recipe=str(told.get("recipe", "")),
            base=str(told.get("base") or Path(str(report.get("base", ""))).stem),
            job=str(done.job),
            made_at=round(time.time(), 3),
            last_message=int(told.get("last_message", 0)),
            report={
                key: report.get(key)
                for key in ("examples", "held_out_examples", "outcome", "settings")
            },
        )
        file = self.made.take(done.adapter, card)
        self._shelf.register_adapter(file, Entry("", "made", name=card.name))
        return file

    def jobs(self) -> list[JobCard]:
        """Every training of this profile, as it stands."""
        found = self.root.glob("*/job.toml") if self.root.is_dir() else []
        return [self.card(path.parent) for path in sorted(found, key=_begun_at)]

    def learnt(self, job: Path) -> tuple[list[Example], list[Example]]:
        """What a training learnt, without what it rehearsed, and what it was measured on.

        Both are empty where its folder is gone.
        """
        try:
            taught = rehearsal.without(example_file.read(job / EXAMPLES))
            held = job / HELD_OUT
            return taught, example_file.read(held) if held.exists() else []
        except (OSError, InputError):
            return [], []

    def told(self, job: Path) -> Mapping[str, Any]:
        """What stood fast when a training began: its recipe, its base, whether it was looped."""
        return self._card(self._folder(job).root)

    def card(self, job: Path) -> JobCard:
        """One training as it stands. Raises NotFoundError, InputError."""
        folder = self._folder(job)
        spec, event = job_file.read_spec(folder), trainer_process.last(folder)
        state: JobState
        if trainer_process.running(folder):
            state = "paused" if folder.pause.exists() else "training"
        elif folder.report.exists():
            state = "trained"
        elif event is None:
            state = "waiting"
        else:
            state = "failed" if event.kind == "error" else "stopped"
        words = event.message if event is not None else ""
        return JobCard(folder.root, spec.name, state, words, (folder.root / COMPARED).exists())

    def _free(self, name: str) -> Path:
        slug = "-".join("".join(c if c.isalnum() else " " for c in name.casefold()).split())
        number = 1
        while (self.root / f"{slug or 'adapter'}-{number}").exists():
            number += 1
        return self.root / f"{slug or 'adapter'}-{number}"

    def _folder(self, job: Path) -> JobFolder:
        folder = JobFolder(job.expanduser().absolute())
        if not folder.spec.exists():
            raise NotFoundError(f"There is no training in {job}.", "See `alcove teach list`.")
        return folder

    def _card(self, job: Path) -> dict[str, Any]:
        try:
            value = json.loads((job / CARD).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return value if isinstance(value, dict) else {}

    def _check_same(self, plan: Plan) -> None:
        """Raises InputError where the folder holds another job, or one that is done."""
        there = job_file.read_spec(plan.folder)
        new = [each.example for each in Review(there.examples).all()]
        same = (
            there.base == plan.spec.base
            and _without_room(there.settings) == _without_room(plan.spec.settings)
            and _answers(rehearsal.without(new)) == _answers(plan.taught)
        )
        if plan.folder.report.exists() or not same:
            what = "is done" if same else "is another one"
            raise InputError(
                f"The training in {plan.folder.root} {what}.", "Choose another folder with --job."
            )


def _begun_at(spec: Path) -> float:
    try:
        return spec.stat().st_mtime
    except OSError:
        return 0.0


def recipe_of(examples: Sequence[Example]) -> Recipe | None:
    """The recipe of most examples; None where they name none that is known."""
    named = Counter(each.recipe for each in examples if each.recipe).most_common(1)
    try:
        return recipes.recipe(named[0][0]) if named else None
    except NotFoundError:
        return None


def _without_room(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Without the bound on length, which gives room to what is rehearsed."""
    return {name: value for name, value in settings.items() if name != "max_tokens"}


def _answers(examples: Sequence[Example]) -> list[tuple[Any, ...]]:
    return [each.messages for each in examples]


def _last_message(plan: Plan) -> int:
    every = [*plan.taught, *plan.held_out]
    told = [each.more.get("message") for each in every]
    return max((number for number in told if isinstance(number, int)), default=0)
