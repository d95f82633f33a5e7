"""The form in which an adapter was asked while it learnt, and is asked again in use.

The same function puts a text into it for an example and for a question, so that the model reads
byte for byte what it was taught on. It travels in the adapter's own file.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from string import Formatter

from engine.model_types import Message

LONGEST = 8000
"""Characters of a rule or a prompt; a longer one, as of a stranger's file, is not taken."""
ANY = "{text}"
"""The prompt that is the text itself."""


@dataclass(frozen=True, slots=True)
class TaughtForm:
    """A rule that stands first, and the user's turn with its parts in braces."""

    system: str = ""
    """Empty where none stood there."""
    prompt: str = ANY
    alone: bool = False
    """Whether each question stands by itself, without the turns before it."""

    @classmethod
    def read(cls, system: str, prompt: str, *, alone: bool = False) -> "TaughtForm | None":
        """The form that a file names; None for one that cannot be filled."""
        if not prompt or len(system) > LONGEST or len(prompt) > LONGEST:
            return None
        form = cls(system, prompt, alone)
        try:
            sound = all(
                name is None or (name.isidentifier() and not spec and conversion is None)
                for _, name, spec, conversion in Formatter().parse(prompt)
            )
        except ValueError:
            return None
        return form if sound and form.parts else None

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of what an example brings along, each once."""
        names = (name for _, name, _, _ in Formatter().parse(self.prompt))
        return tuple(dict.fromkeys(name for name in names if name))

    def filled(self, parts: Mapping[str, str]) -> str:
        """The user's turn of these parts. Raises KeyError where one lacks."""
        return self.prompt.format_map(parts).strip()

    def taken(self, turn: str) -> Mapping[str, str] | None:
        """The parts of a turn that stands in this form; None for another."""
        found = _pattern(self.prompt.strip()).fullmatch(turn)
        return found.groupdict() if found is not None else None

    def suits(self, text: str) -> bool:
        """Whether a text can be put into the form, or stands in it."""
        return len(self.parts) == 1 or self.taken(text.strip()) is not None

    def turn(self, text: str) -> str:
        """A text as the user's turn: in the form; as it is where it stands there already, or the
        form has several parts.
        """
        text = text.strip()
        if self.taken(text) is not None or len(self.parts) != 1:
            return text
        return self.filled({self.parts[0]: text})

    def begun(self) -> tuple[Message, ...]:
        """What stands before every turn."""
        return (Message("system", self.system),) if self.system else ()

    def messages(self, text: str) -> tuple[Message, ...]:
        """What the model reads for one text, without turns before it."""
        return (*self.begun(), Message("user", self.turn(text)))

    def with_fixed(self, parts: Mapping[str, str]) -> "TaughtForm":
        """The form with these parts in it for good."""
        prompt = ""
        for words, name, _, _ in Formatter().parse(self.prompt):
            prompt += _escaped(words)
            if name:
                prompt += _escaped(parts[name]) if name in parts else f"{{{name}}}"
        return replace(self, prompt=prompt)

    @property
    def words(self) -> str:
        """How it is to be asked, where a text alone does not tell; else empty."""
        if len(self.parts) == 1:
            return ""
        return "Ask it in the form that it was taught: " + " ".join(self.prompt.split())


@cache
def _pattern(prompt: str) -> re.Pattern[str]:
    found, pattern = set[str](), ""
    for words, name, _, _ in Formatter().parse(prompt):
        pattern += re.escape(words)
        if name:
            pattern += f"(?P={name})" if name in found else f"(?P<{name}>.+?)"
            found.add(name)
    return re.compile(pattern, re.DOTALL)


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
