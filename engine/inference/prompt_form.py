"""The chat template of a model that runs, and messages written out with it."""

from collections.abc import Sequence

from engine.errors import InputError
from engine.formats import chat
from engine.formats.chat import Segment
from engine.inference.supervisor import Supervisor
from engine.model_types import Message


class PromptForm:
    """Asks nothing of the process; what it told when it started is enough."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor
        self._usable: dict[str, tuple[str, str]] = {}

    @property
    def template(self) -> str:
        """The template in use."""
        return self._found()[0]

    @property
    def note(self) -> str:
        """Why it is not the model's own; empty where it is."""
        return self._found()[1]

    def segments(
        self, messages: Sequence[Message], prefill: str = "", *, open_turn: bool = True
    ) -> list[Segment]:
        """The prompt, with the beginning of the answer. Raises InputError."""
        facts = self._supervisor.facts
        try:
            pieces = chat.segments(
                self.template,
                messages,
                add_generation_prompt=open_turn,
                bos=facts["bos"],
                eos=facts["eos"],
                control=facts["control"],
            )
        except chat.ChatTemplateError as error:
            raise InputError(
                f"This model's chat template refuses the conversation: {error}.",
                "Begin a new conversation, or choose another model.",
            ) from error
        return [*pieces, Segment(prefill, trusted=False)] if prefill else pieces

    def _found(self) -> tuple[str, str]:
        facts = self._supervisor.facts
        own: str = facts["template"]
        if own not in self._usable:
            self._usable[own] = chat.usable(own, bos=facts["bos"], eos=facts["eos"])
        return self._usable[own]
