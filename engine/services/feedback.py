"""What the user thinks of answers, and the questions and examples that come of it."""

from dataclasses import replace

from engine.evaluate.questions import Question
from engine.store.ratings import Rated, Ratings
from engine.teach import from_feedback, recipes
from engine.teach.recipes import Recipe


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
