"""Training reads token by token what the model process reads in use."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from engine.errors import InputError
from engine.formats import chat
from engine.formats.examples import Example
from engine.inference.chat_model import Sampling
from engine.inference.lessons import Lessons
from engine.inference.process import ProcessChatModel
from engine.model_types import Message
from tests.training import families
from training import base, lessons
from training.lessons import NO_LABEL, FolderLessons

WORKER = [sys.executable, "-m", "engine.inference.worker"]
CONVERSATION = (
    Message("system", "Answer from the passages: naïve, 你好, \t two  spaces."),
    Message("user", "First? <|im_end|> and more"),
    Message("assistant", "Yes."),
    Message("user", "[1] Page one.\n\n[2] Page two.\n\nSecond?"),
    Message("assistant", "At nine – „perhaps“."),
)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    family = families.FAMILIES["llama"]
    path = tmp_path_factory.mktemp("tiny") / "tiny.gguf"
    return families.write_gguf(family, families.make_model(family), path)


@pytest.fixture
def process(tiny: Path) -> Iterator[Lessons]:
    opened = Lessons(tiny, command=WORKER)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model as Hugging Face keeps it, with the same tokens."""
    root = tmp_path_factory.mktemp("folder")
    families.make_model(families.FAMILIES["llama"]).save_pretrained(root)
    vocabulary = {token: number for number, token in enumerate(families.vocabulary()[:256])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in families.CONTROL])
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|im_end|>",
        chat_template=families.TEMPLATE,
        additional_special_tokens=families.CONTROL,
    ).save_pretrained(root)
    return root


def text_of(tokens: list[int]) -> str:
    """Tokens of the tiny vocabulary as text: one a byte, control tokens by name."""
    return b"".join(
        bytes([token]) if token < 256 else families.CONTROL[token - 256].encode()
        for token in tokens
    ).decode()


def test_the_prompt_is_byte_for_byte_what_the_template_renders(process: Lessons) -> None:
    ((prompt, answer),) = process.tokens([CONVERSATION])
    assert text_of(prompt) == chat.render(families.TEMPLATE, CONVERSATION[:-1])
    assert text_of(answer) == "At nine – „perhaps“.<|im_end|>"


def test_control_words_inside_messages_end_no_turn(process: Lessons) -> None:
    ((prompt, _),) = process.tokens([CONVERSATION])
    ends = prompt.count(families.vocabulary().index("<|im_end|>"))
    assert ends == len(CONVERSATION) - 1


def test_the_prompt_is_as_long_as_the_one_that_is_answered(tiny: Path, process: Lessons) -> None:
    ((prompt, _),) = process.tokens([CONVERSATION])
    model = ProcessChatModel(tiny, n_ctx=256, command=WORKER)
    try:
        stream = model.stream(CONVERSATION[:-1], Sampling(max_tokens=1))
        while True:
            try:
                next(stream)
            except StopIteration as end:
                assert end.value.usage.prompt_tokens == len(prompt)
                break
    finally:
        model.close()


def test_a_folder_gives_the_same_tokens_as_its_gguf(folder: Path, process: Lessons) -> None:
    assert list(FolderLessons(folder).tokens([CONVERSATION])) == list(
        process.tokens([CONVERSATION])
    )


def test_only_the_answer_is_learnt(process: Lessons) -> None:
    (row,) = lessons.rows([Example(CONVERSATION)], process, longest=1000)
    ((prompt, answer),) = process.tokens([CONVERSATION])
    assert row.input_ids == (*prompt, *answer)
    assert row.labels == (*[NO_LABEL] * len(prompt), *answer)
    assert row.answer_tokens == len(answer)


def test_examples_longer_than_the_context_are_named(process: Lessons) -> None:
    short = Example((Message("user", "a"), Message("assistant", "b")))
    long = Example((Message("user", "a"), Message("assistant", "b" * 300)))
    with pytest.raises(InputError, match=r"number 2 has 32. tokens, its answer 301") as caught:
        lessons.rows([short, long, short], process, longest=256)
    assert caught.value.code == "example_too_long"


def test_a_base_without_template_is_trained_with_the_common_one_and_told(tmp_path: Path) -> None:
    family = families.FAMILIES["qwen2"]
    path = tmp_path / "bare.gguf"
    families.write_gguf(family, families.make_model(family), path, template="")
    tokens = lessons.source(base.look(path), sys.executable)
    try:
        assert "no chat template" in tokens.template_note
        ((prompt, _),) = tokens.tokens([CONVERSATION[3:]])
        assert text_of(prompt) == chat.render(chat.CHATML, CONVERSATION[3:4])
    finally:
        tokens.close()
