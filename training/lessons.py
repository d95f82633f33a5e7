"""Examples as tokens with labels: the prompt as in use, the answer as what is to be learnt."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from engine.errors import InputError
from engine.formats import chat
from engine.formats.chat import ChatTemplateError, Segment
from engine.formats.examples import REHEARSED, Example
from engine.inference.lessons import Lesson, Lessons
from engine.model_types import Message
from training.base import BaseFacts

NO_LABEL = -100
"""torch's mark for a position that no loss is taken at."""
TOLD = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One example as the trainer reads it."""

    input_ids: tuple[int, ...]
    labels: tuple[int, ...]
    """As long as ``input_ids``; NO_LABEL at the prompt."""
    rehearsed: bool = False
    """Whether the labels are what the base itself says, which it is to stay likely to say."""

    @property
    def answer_tokens(self) -> int:
        return sum(label != NO_LABEL for label in self.labels)


class TokenSource(Protocol):
    """What turns conversations into tokens: the model process, or a folder's own tokenizer."""

    def tokens(self, conversations: Sequence[Sequence[Message]]) -> Iterator[Lesson]: ...

    @property
    def template_note(self) -> str: ...

    def close(self) -> None: ...


class FolderLessons:
    """The tokenizer of a Hugging Face folder, used the way the model process uses its own."""

    def __init__(self, folder: Path) -> None:
        import transformers  # seconds, and a GGUF base does without

        self._tokenizer: Any = transformers.AutoTokenizer.from_pretrained(
            folder, local_files_only=True
        )
        self._bos = self._tokenizer.bos_token or ""
        self._eos = self._tokenizer.eos_token or ""
        self._template, self.template_note = chat.usable(
            self._tokenizer.chat_template or "", bos=self._bos, eos=self._eos
        )
        ends = transformers.GenerationConfig.from_model_config(
            transformers.AutoConfig.from_pretrained(folder, local_files_only=True)
        ).eos_token_id
        own = [self._tokenizer.eos_token_id]
        self._ends = {*own, *(ends if isinstance(ends, list) else [ends])} - {None}
        self._adds_bos = self._tokenizer("")["input_ids"][:1] == [self._tokenizer.bos_token_id]

    def tokens(self, conversations: Sequence[Sequence[Message]]) -> Iterator[Lesson]:
        for number, messages in enumerate(conversations, start=1):
            try:
                lesson = chat.lesson(
                    self._template,
                    messages,
                    bos=self._bos,
                    eos=self._eos,
                    control=self._tokenizer.all_special_tokens,
                )
            except ChatTemplateError as error:
                raise InputError(
                    f"The model's chat template refuses example {number}: {error}.",
                    "Change the example, or choose another model.",
                ) from error
            prompt, answer = self._ids(lesson.prompt), self._ids(lesson.answer)
            first = self._tokenizer.bos_token_id
            if self._adds_bos and prompt[:1] != [first]:
                prompt = [first, *prompt]
            end = next((at for at, token in enumerate(answer) if token in self._ends), len(answer))
            yield prompt, answer[: end + 1]

    def _ids(self, segments: Sequence[Segment]) -> list[int]:
        ids: list[int] = []
        for segment in segments:
            ids += self._tokenizer(
                segment.text,
                add_special_tokens=False,
                split_special_tokens=not segment.trusted,
            )["input_ids"]
        return ids

    def close(self) -> None:
        pass


def source(facts: BaseFacts, python: str) -> TokenSource:
    """The tokens of a base; ``python`` runs the model process of a GGUF file."""
    if facts.is_gguf:
        return Lessons(facts.path, command=[python, "-m", "engine.inference.worker"])
    return FolderLessons(facts.path)


def rows(examples: Sequence[Example], tokens: TokenSource, *, longest: int) -> list[Row]:
    """Rows of the examples, in their order.

    Raises InputError naming the examples that are longer than ``longest`` tokens.
    """
    made, long = [], []
    cut = tokens.tokens([example.messages for example in examples])
    for number, (prompt, answer) in enumerate(cut, start=1):
        length = len(prompt) + len(answer)
        if length > longest:
            long.append(f"number {number} has {length:,} tokens, its answer {len(answer):,}")
        made.append(
            Row(
                (*prompt, *answer),
                (*[NO_LABEL] * len(prompt), *answer),
                examples[number - 1].recipe == REHEARSED,
            )
        )
    if long:
        told = "; ".join(long[:TOLD])
        more = f"; and {len(long) - TOLD} more" if len(long) > TOLD else ""
        raise InputError(
            f"{'An example is' if len(long) == 1 else f'{len(long)} examples are'} longer than "
            f"the {longest:,} tokens that this job allows: {told}{more}.",
            "Shorten or remove them, or raise max_tokens up to the model's context.",
            code="example_too_long",
        )
    return made
