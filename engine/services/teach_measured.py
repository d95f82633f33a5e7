"""What is kept to measure on, and therefore never learnt."""

from engine.services.feedback import Feedback
from engine.services.question_sets import QuestionShelf
from engine.store.connect import Vault
from engine.store.evaluations import Evaluations
from engine.teach.sift import WHY

CALIBRATION, THUMBS = "calibration", "thumbs"


class Measured:
    """Questions of one profile that no adapter may have seen."""

    def __init__(self, vault: Vault, feedback: Feedback) -> None:
        self._evaluations = Evaluations(vault)
        self._sets = QuestionShelf(vault)
        self._feedback = feedback

    def questions(self) -> dict[str, str]:
        """Each question with the reason why it is not learnt, as the end of a sentence.

        Those of feedback that are kept apart, of earlier evaluations and of the kept sets. A set of
        thumbs counts once it was asked: until then it is also what is learnt from.
        """
        found = {each.question: WHY for each in self._feedback.questions(apart=True)}
        for stored in self._evaluations.all():
            if stored.setting.get("questions_from") not in (CALIBRATION, THUMBS):
                found |= {str(row.get("question", "")): WHY for row in stored.questions}
        for each in self._sets.all():
            if each.frozen or each.origin != THUMBS:
                why = f"their question is kept to measure on, in the set “{each.name}”"
                found |= {question.question: why for question in each.questions}
        found.pop("", None)
        return found
