"""Conversations as the text a model was trained on: its own chat template, rendered safely.

Training and inference both render with this module, so that a model sees in use exactly what it
saw in training. The template is Jinja2 and comes from a file of unknown origin: it runs in
Jinja's immutable sandbox. The environment is the one Hugging Face documents for chat templates
(``transformers``, "Writing a chat template"): blocks trimmed, ``raise_exception`` and
``strftime_now`` at hand.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NoReturn

from jinja2 import Template
from jinja2.exceptions import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from engine.model_types import Message

CHATML = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
"""What is used where a model brings no usable template of its own."""

# Private-use characters: no text or template holds them, and no template treats them specially.
_OPEN, _CLOSE = "\ue0f0", "\ue0f1"

_PROBE = (
    Message("user", "question one"),
    Message("assistant", "answer one"),
    Message("user", "question two"),
)


class ChatTemplateError(ValueError):
    """A chat template that cannot render a conversation; the text says why."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a prompt. Control tokens are recognised only where ``trusted``.

    Text of messages is not trusted: a document that spells out ``<|im_end|>`` must not end the
    turn it is quoted in.
    """

    text: str
    trusted: bool


@dataclass(frozen=True, slots=True)
class Lesson:
    """A conversation cut where its last answer begins, as training needs it."""

    prompt: list[Segment]
    """What the model reads when it is asked: the same as in use."""
    answer: list[Segment]
    """What it is to write then, with what the template puts behind an answer."""


def render(
    template: str,
    messages: Sequence[Message],
    *,
    add_generation_prompt: bool = True,
    bos: str = "",
    eos: str = "",
) -> str:
    """The prompt as one text. Raises ChatTemplateError where the template cannot make it.

    A template that refuses a system message gets its text in front of the first user message.
    """
    try:
        return _render(template, messages, add_generation_prompt, bos, eos)
    except ChatTemplateError:
        folded = _fold_system(messages)
        if folded is None:
            raise
        return _render(template, folded, add_generation_prompt, bos, eos)


def segments(
    template: str,
    messages: Sequence[Message],
    *,
    add_generation_prompt: bool = True,
    bos: str = "",
    eos: str = "",
    control: Collection[str] = (),
) -> list[Segment]:
    """The prompt cut into what the template wrote (trusted) and what the messages say (not).

    Where a template changes the text of messages, they cannot be told apart; then the ``control``
    texts inside messages are broken up by a space instead.
    """

    def rendered(spoken: Sequence[Message]) -> str:
        return render(
            template, spoken, add_generation_prompt=add_generation_prompt, bos=bos, eos=eos
        )

    whole = rendered(messages)
    marked = rendered(
        [Message(message.role, f"{_OPEN}{index}{_CLOSE}") for index, message in enumerate(messages)]
    )
    for contents in (
        [message.content for message in messages],
        [message.content.strip() for message in messages],
    ):
        pieces = _fill(marked, contents)
        if pieces is not None and "".join(piece.text for piece in pieces) == whole:
            return pieces
    return [
        Segment(
            rendered(
                [Message(message.role, _broken(message.content, control)) for message in messages]
            ),
            trusted=True,
        )
    ]


def lesson(
    template: str,
    messages: Sequence[Message],
    *,
    bos: str = "",
    eos: str = "",
    control: Collection[str] = (),
) -> Lesson:
    """A conversation that ends with the assistant's turn, as prompt and answer.

    Raises ChatTemplateError, also where the template drops the answer.
    """
    *before, answer = messages
    prompt = segments(template, before, bos=bos, eos=eos, control=control)
    mark = f"{_OPEN}{len(before)}{_CLOSE}"
    marked = render(
        template,
        [*before, Message(answer.role, mark)],
        add_generation_prompt=False,
        bos=bos,
        eos=eos,
    )
    _, found, behind = marked.rpartition(mark)
    if not found:
        raise ChatTemplateError("it drops the assistant's turn")
    written = [Segment(answer.content.strip(), trusted=False)]
    return Lesson(prompt, [*written, Segment(behind, trusted=True)] if behind else written)


def usable(template: str, *, bos: str = "", eos: str = "") -> tuple[str, str]:
    """The template to use and, where it is not the model's own, why: empty where it is."""
    if not template.strip():
        return CHATML, "the file holds no chat template; the common ChatML form is used"
    try:
        text = render(template, _PROBE, bos=bos, eos=eos)
    except ChatTemplateError as fault:
        return CHATML, f"its chat template is broken ({fault}); the common ChatML form is used"
    if any(message.content not in text for message in _PROBE):
        return CHATML, "its chat template drops messages; the common ChatML form is used"
    return template, ""


def _render(
    template: str, messages: Sequence[Message], add_generation_prompt: bool, bos: str, eos: str
) -> str:
    turns = [{"role": message.role, "content": message.content} for message in messages]
    try:
        return _compiled(template).render(
            messages=turns,
            add_generation_prompt=add_generation_prompt,
            bos_token=bos,
            eos_token=eos,
        )
    # A template is a program from outside; beside Jinja's errors it can raise what any expression
    # can: a missing key, a wrong type, a number out of range.
    except (TemplateError, LookupError, TypeError, ValueError, ArithmeticError) as error:
        raise ChatTemplateError(str(error) or type(error).__name__) from error


@lru_cache(maxsize=16)
def _compiled(template: str) -> Template:
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.globals["raise_exception"] = _raise_exception
    environment.globals["strftime_now"] = _strftime_now
    environment.filters["tojson"] = _to_json
    return environment.from_string(template)


def _raise_exception(message: str) -> NoReturn:
    raise TemplateError(message)


def _strftime_now(form: str) -> str:
    return datetime.now().strftime(form)


def _to_json(value: Any, indent: int | None = None) -> str:
    """Jinja's own filter escapes characters for HTML, which a prompt does not want."""
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _fold_system(messages: Sequence[Message]) -> list[Message] | None:
    """The system text in front of the first user message; None where there is nothing to fold."""
    if len(messages) < 2 or messages[0].role != "system" or messages[1].role != "user":
        return None
    first = Message("user", f"{messages[0].content}\n\n{messages[1].content}")
    return [first, *messages[2:]]


def _fill(marked: str, contents: Sequence[str]) -> list[Segment] | None:
    """Put contents where their marks stand; None unless every mark stands there once, in order."""
    pieces = []
    rest = marked
    for index, content in enumerate(contents):
        before, mark, rest = rest.partition(f"{_OPEN}{index}{_CLOSE}")
        if not mark or _OPEN in before:
            return None
        pieces += [Segment(before, trusted=True), Segment(content, trusted=False)]
    if _OPEN in rest:
        return None
    pieces.append(Segment(rest, trusted=True))
    return [piece for piece in pieces if piece.text]


def _broken(text: str, control: Collection[str]) -> str:
    for word in control:
        if len(word) > 1:
            text = text.replace(word, f"{word[0]} {word[1:]}")
    return text
