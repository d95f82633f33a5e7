"""What a thinking model says to itself, told apart from its answer.

Such models begin with ``<think>`` … ``</think>``; some templates write the opening mark
themselves, as the end of the prompt. A mark further on is ordinary text.
"""

from dataclasses import dataclass, field

OPEN, CLOSE = "<think>", "</think>"


@dataclass(slots=True)
class Thinking:
    """Splits an answer, piece by piece as it comes."""

    inside: bool = False
    """Whether the prompt ends inside the thinking part already."""
    text: str = ""
    """The thinking so far."""
    _held: str = ""
    _decided: bool = field(default=False)

    def add(self, piece: str) -> tuple[str, str]:
        """Take a piece; returns what of it is thinking and what is answer."""
        self._held += piece
        if self.inside:
            self._decided = True
            return self._think()
        if not self._decided:
            start = self._held.lstrip()
            if len(start) < len(OPEN) and OPEN.startswith(start):
                return "", ""  # may still begin a thinking part
            self._decided = True
            if start.startswith(OPEN):
                self.inside = True
                self._held = start[len(OPEN) :]
                return self._think()
        answer, self._held = self._held, ""
        return "", answer

    def _think(self) -> tuple[str, str]:
        thought, mark, rest = self._held.partition(CLOSE)
        if mark:
            self.inside = False
            self._held = ""
            self.text += thought
            return thought, rest.lstrip()
        keep = next((n for n in range(len(CLOSE) - 1, 0, -1) if self._held.endswith(CLOSE[:n])), 0)
        thought = self._held[: len(self._held) - keep]
        self._held = self._held[len(thought) :]
        self.text += thought
        return thought, ""

    def close(self) -> tuple[str, str]:
        """What was held back at the end."""
        held, self._held = self._held, ""
        if self.inside:
            self.text += held
            return held, ""
        return "", held


def opened_by(prompt_end: str) -> bool:
    """Whether a prompt leaves the model inside its thinking part."""
    return prompt_end.rstrip().endswith(OPEN)
