"""A known problem as the window shows it: a sentence, a hint, and what the one button does."""

from dataclasses import dataclass

from desktop.window_words import in_window
from engine.errors import EngineError


@dataclass(frozen=True, slots=True)
class Problem:
    message: str
    hint: str
    code: str

    @property
    def crashed(self) -> bool:
        """A fault of Alcove itself; the crash report tells more."""
        return self.code == BUG_CODE


BUG_CODE = "bug"
BUG = Problem(
    "Something inside Alcove went wrong.",
    "Your documents and conversations are safe. The report that opened tells what happened.",
    BUG_CODE,
)


def problem(error: EngineError) -> Problem:
    return Problem(in_window(error.message), in_window(error.hint), error.code)
