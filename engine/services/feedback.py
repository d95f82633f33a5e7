"""What the user thinks of answers, and the questions and examples that come of it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from engine.evaluate.questions import Question
from engine.store.ratings import Rated, Ratings
from engine.teach import from_feedback, recipes
from engine.teach.recipes import Recipe


@dataclass(frozen=True, slots=True)
class Thumbs:
    """Questions of rated answers, and what cannot be asked beside them."""

    questions: tuple[Question, ...]
    left: tuple[tuple[str, int], ...] = ()
    """Purposes of recipes, each with how many answers of it are left out; empty for answers that
    no adapter was asked alone for.
    """

    @property
    def words(self) -> str:
        """What is left out and why, in sentences; empty for nothing."""
        return " ".join(_left(purpose, number) for purpose, number in self.left)


def _left(purpose: str, number: int) -> str:
    one = number == 1
    answers = "1 rated answer is" if one else f"{number} rated answers are"
    if not purpose:
        return f"{answers} left out: the adapter that is asked alone was taught something else."
    were = "it was" if one else "they were"
    return (
        f"{answers} left out: {were} given without documents, by an adapter that learnt "
        f"“{purpose}”."
    )


class Feedback:
    """Thumbs and corrections of one profile. Quick; safe from several threads."""

    def __init__(self, ratings: Ratings) -> None:
        self._ratings = ratings

    def rate(self, message_id: int, up: bool | None) -> None:
        """Keep what the user thinks of an answer; None takes it back. Raises NotFoundError."""
        self._ratings.rate(message_id, up)

    def correct(self, message_id: int, text: str) -> None:
        """Keep what an answer should have said; an empty text takes it back.

        Raises NotFoundError.
        """
        self._ratings.correct(message_id, text)

    def all(self) -> list[Rated]:
        """Every rated or corrected answer, oldest first; teaching takes its examples from these."""
        return self._ratings.all()

    def taught(self, recipe: Recipe) -> int:
        """How many answers, corrected or praised, a recipe can be learnt from."""
        return sum(
            from_feedback.teaches(rated) and from_feedback.concerns(rated, recipe)
            for rated in self.all()
        )

    def questions(self, *, apart: bool = False, about: str = "") -> list[Question]:
        """Questions from thumbs and corrections, for measuring.

        ``apart`` leaves out those that an adapter may have learnt from, ``about`` those that are
        about another recipe.

        A correction is the expected answer. Thumbs up: the answer and where it stands are what is
        expected; a refusal that was right makes the question unanswerable. Thumbs down says only
        what is wrong: the question is asked without an expected answer. Questions that lean on
        earlier turns are left out: alone they say something else.
        """
        return [
            _question(rated)
            for rated in self.all()
            if not from_feedback.leans(rated)
            and not (apart and from_feedback.teaches(rated))
            and (not about or from_feedback.concerns(rated, recipes.recipe(about)))
        ]

    def thumbs(self, *, apart: bool = False, task: str = "") -> Thumbs:
        """As :meth:`questions`, each to be asked in the form in which it was answered.

        What an adapter for labels and the like was asked alone is no question to the documents.
        ``task`` is that of an adapter that is asked alone now: then only what it was asked counts.
        """
        found: list[Question] = []
        left: Counter[str] = Counter()
        for question, lone in self._rated(apart):
            if (lone.task if lone is not None else "") == task:
                found.append(question)
            else:
                left[lone.purpose if lone is not None else ""] += 1
        return Thumbs(tuple(found), tuple(left.most_common()))

    def _rated(self, apart: bool) -> Iterator[tuple[Question, Recipe | None]]:
        """Each with the recipe of an adapter that was asked alone for it."""
        for rated in self.all():
            if not from_feedback.leans(rated) and not (apart and from_feedback.teaches(rated)):
                about = from_feedback.about(rated)
                lone = about if about is not None and about.asked.alone else None
                yield _question(rated), lone


def _question(rated: Rated) -> Question:
    answer = rated.answer
    question = Question(f"thumb-{rated.message_id}", rated.question)
    if rated.correction:
        return replace(question, answers=(rated.correction,))
    if rated.up and answer.abstained:
        return replace(question, unanswerable=True)
    if rated.up:
        return replace(
            question,
            answers=(answer.text,),
            documents=tuple(dict.fromkeys(each.path for each in answer.citations)),
        )
    return question
