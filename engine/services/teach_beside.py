"""A new adapter asked beside what is in use: the same questions before and after."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

from engine.inference.adapters import Adapter
from engine.model_types import Message
from engine.progress import CancelToken, Progress
from engine.services import acting
from engine.services.teach_adapters import TeachAdapters
from engine.services.teach_asking import TeachAsking
from engine.teach import compare
from engine.teach.compare import Decision, Scores


@dataclass(frozen=True, slots=True)
class Said:
    """One answer to a question that is kept to measure on."""

    text: str
    score: float
    """How right it is, [0, 1]."""


Ask = Callable[[int, Sequence[Adapter]], Generator[Progress, None, Said]]
"""Asks the held-out question of this number with exactly these adapters."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What was decided, and what was said to each held-out question."""

    decision: Decision
    before: tuple[Said, ...]
    after: tuple[Said, ...]


class Beside:
    """Compares new adapters of one profile. Nothing is put in use by it."""

    def __init__(self, adapters: TeachAdapters, asking: TeachAsking) -> None:
        self._adapters = adapters
        self._asking = asking

    def compared(
        self, new: Sequence[Adapter], held_out: int, ask: Ask, model: str | None,
        cancel: CancelToken | None, *, documents: bool = False,
    ) -> Generator[Progress, None, Compared]:  # fmt: skip
        """Ask so many held-out questions and the general ones, with what is in use and with these.

        Where no ``documents`` are asked, only those take part that will when it is used. Raises
        what asking raises.
        """
        kept = self._adapters.in_use(model)
        bare = acting.alone(kept), acting.acting(new, "tuned", trusted=False)
        general = compare.general_questions()
        each_way = held_out + len(general)
        said: list[tuple[Said, ...]] = []
        scores: list[Scores] = []
        for way, adapters in enumerate((kept, new)):
            stage = "asking the new adapter" if way else "asking the model as it is"
            answers: list[Said] = []
            known: list[float] = []
            for at in range(held_out):
                yield Progress(stage, way * each_way + at, 2 * each_way)
                answers.append((yield from ask(at, adapters if documents else bare[way])))
            for at, question in enumerate(general, start=held_out):
                yield Progress(stage, way * each_way + at, 2 * each_way)
                written = yield from self._asking.answer(
                    (Message("user", question.question),), compare.GENERAL_TOKENS, bare[way],
                    model, cancel,
                )  # fmt: skip
                known.append(compare.general_score(question, written))
            said.append(tuple(answers))
            scores.append(Scores(tuple(each.score for each in answers), tuple(known)))
        yield from self._asking.restore(kept, model, cancel)
        return Compared(compare.decide(scores[0], scores[1]), said[0], said[1])
