"""Conversations as the tokens that training needs, from the process that reads them in use."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.errors import InputError
from engine.formats import chat
from engine.inference import wire
from engine.inference.prompt_form import PromptForm
from engine.inference.requests import Requests
from engine.inference.supervisor import Supervisor
from engine.model_types import Message

BATCH = 64
"""Conversations in one request."""
N_CTX = 256
"""Nothing is evaluated; the smallest context will do."""

Lesson = tuple[list[int], list[int]]
"""The prompt, and the answer with the token that ends it."""


class Lessons:
    """A model process that only counts out tokens. One caller at a time."""

    def __init__(self, path: Path, *, command: Sequence[str] | None = None) -> None:
        """``command`` replaces the worker, as for ProcessChatModel; nothing is started yet."""
        self._supervisor = Supervisor(path, n_ctx=N_CTX, threads=1, log_file=None, command=command)
        self._form = PromptForm(self._supervisor)
        self._requests = Requests(self._supervisor)

    @property
    def template_note(self) -> str:
        """Why the template in use is not the model's own; empty where it is. Raises ModelError."""
        self._supervisor.ready()
        return self._form.note

    def tokens(self, conversations: Sequence[Sequence[Message]]) -> Iterator[Lesson]:
        """Tokens of conversations that end with the assistant's turn, in their order.

        The prompt is token by token what is read when the question is asked. Raises ModelError,
        and InputError where the chat template refuses a conversation.
        """
        child = self._supervisor.ready()
        for start in range(0, len(conversations), BATCH):
            part = conversations[start : start + BATCH]
            cut = [self._cut(messages, start + at) for at, messages in enumerate(part, start=1)]
            done = self._requests.ask(child, "lessons", lessons=cut)
            for prompt, answer in done["lessons"]:
                yield list(prompt), list(answer)

    def _cut(self, messages: Sequence[Message], number: int) -> list[list[list[object]]]:
        facts = self._supervisor.facts
        try:
            lesson = chat.lesson(
                self._form.template,
                messages,
                bos=facts["bos"],
                eos=facts["eos"],
                control=facts["control"],
            )
        except chat.ChatTemplateError as error:
            raise InputError(
                f"The model's chat template refuses example {number}: {error}.",
                "Change the example, or choose another model.",
            ) from error
        return [wire.segments(lesson.prompt), wire.segments(lesson.answer)]

    def close(self) -> None:
        """End the process."""
        self._supervisor.close()
