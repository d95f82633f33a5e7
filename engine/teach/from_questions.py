"""Grounded answers from questions whose answers are known, as a question file holds them."""

from collections.abc import Generator, Sequence

from engine.evaluate.questions import Question
from engine.formats.examples import Example
from engine.progress import CancelToken, Progress
from engine.teach import grounded
from engine.teach.from_documents import REFUSALS, Kept
from engine.teach.grounded import Asked, Find, LeftOut
from engine.teach.recipes import Recipe


def examples(
    recipe: Recipe,
    questions: Sequence[Question],
    find: Find,
    *,
    origin: str,
    refusals: float = REFUSALS,
    cancel: CancelToken | None = None,
) -> Generator[Progress, None, Kept]:
    """Examples from questions, whose answers must stand in the passages that are found for them.

    Questions without an answer become refusals. Where they are rarer than the share wanted, some
    with an answer lose their passage.
    """
    without = sum(question.unanswerable for question in questions)
    with_answer = sum(bool(question.answers) for question in questions)
    lacking = max(0.0, refusals * (with_answer + without) - without)
    share = grounded.Share(lacking / with_answer if with_answer else 0.0)
    kept: list[Example] = []
    left: list[LeftOut] = []
    for done, question in enumerate(questions):
        yield Progress("making examples", done, len(questions))
        if cancel is not None:
            cancel.check()
        source = question.documents[0] if question.documents else origin
        asked = Asked(
            question.question, question.answers, source, f"a question of {origin}",
            documents=question.documents,
        )  # fmt: skip
        made: Example | LeftOut
        if question.unanswerable:
            made = grounded.refused(recipe, asked, find)
        elif not question.answers:
            made = LeftOut("their answer is not known")
        else:
            made = grounded.answered(recipe, asked, find)
            if isinstance(made, Example) and share.takes():
                made = grounded.refused(recipe, asked, find)
        if isinstance(made, Example):
            kept.append(made)
        else:
            left.append(made)
    return kept, left
