"""A training as it would be, before it begins."""

from dataclasses import dataclass

from engine.formats.examples import Example
from engine.formats.job import JobFolder, JobSpec
from engine.teach.recipes import Recipe


@dataclass(frozen=True, slots=True)
class Plan:
    """What a training would be, before it begins; everything may be set otherwise."""

    folder: JobFolder
    spec: JobSpec
    recipe: Recipe | None
    taught: tuple[Example, ...]
    held_out: tuple[Example, ...]
    base_name: str = ""
    looped: bool = False
    """Whether it comes out of the loop: then it is adopted by itself where it is better."""
    rehearse: bool = True
    """Whether some of the model's own answers are learnt beside, so that it forgets less."""
    left_out: tuple[tuple[str, int], ...] = ()
    """Reasons why examples are not learnt, each with how many."""

    @property
    def left_words(self) -> str:
        """``2 examples are left out: …``; empty for none."""
        told = "; ".join(
            f"{number} {'example is' if number == 1 else 'examples are'} left out: {reason}"
            for reason, number in self.left_out
        )
        return f"{told}." if told else ""
