import json

import pytest

from engine.errors import NotFoundError
from engine.model_types import Usage
from engine.store import answers
from engine.store.chats import Chats
from engine.store.connect import Vault
from engine.store.rows import value
from engine.types import Answer, Citation, ContextUse, Hit, Passage, Sentence, Timings
from engine.why_types import FoundPassage, Step, Why

ANSWER = Answer(
    question="When does the office open?",
    text="At nine. Ünïcode too.",
    abstained=False,
    sentences=(Sentence("At nine.", (1,), True), Sentence("Ünïcode too.", (), False)),
    citations=(Citation("/a.txt", 1, 4, 10, "opens at nine", 7, 3),),
    timings=Timings(0.1, 0.2, 0.3),
    usage=Usage(10, 5, 2),
    model="small",
    nearest=(Hit(1, Passage(7, 3, "/a.txt", "A", 1, 0, 20, "H", "text"), 0.5, 0.25, 0.75),),
    quotation=True,
    context=ContextUse(4096, 900, 256, (0, 3, 4), (1, 2), "Hours were asked for.", ((7, 0, 20),)),
    thinking="The user means the office.",
    why=Why(
        "When does the office open?",
        (FoundPassage(1, "/a.txt", 1, "", "H", 0, 20, 7, 3, 0.5, 0.25, 0.75, "both", "cited"),),
        (Step("search", 0.1),),
        probability=0.8,
        threshold=0.33,
        signals=(("meaning", 0.75),),
        corrections=(("ofice", "office"),),
        filters=(("type", "txt"),),
        phrases=("harbour office",),
        whole=("/a.txt",),
        ordering=("/a.txt",),
    ),
)


@pytest.fixture
def chats(vault: Vault) -> Chats:
    return Chats(vault)


def test_a_conversation_comes_back_after_a_restart(vault: Vault) -> None:
    chats = Chats(vault)
    made = chats.create("Opening hours")
    chats.append(made.id, "user", "When?")
    chats.append(made.id, "assistant", ANSWER.text, ANSWER)
    vault.close()
    again = Vault.open(vault.path)
    question, answer = Chats(again).messages(made.id)
    again.close()
    assert (question.role, question.text, question.answer) == ("user", "When?", None)
    assert answer.answer == ANSWER


def test_an_answer_stored_before_filters_were_told_is_read() -> None:
    stored = json.loads(answers.to_json(ANSWER))
    for name in ("filters", "phrases", "whole", "ordering"):
        del stored["why"][name]
    del stored["why"]["passages"][0]["part"]
    read = answers.from_json(json.dumps(stored))
    assert read is not None
    assert read.why is not None
    assert (read.why.filters, read.why.phrases, read.why.whole) == ((), (), ())
    assert not read.why.passages[0].part


def test_the_conversation_changed_last_is_first(chats: Chats) -> None:
    first, second = chats.create("first"), chats.create("second")
    assert [each.id for each in chats.conversations()] == [second.id, first.id]
    chats.append(first.id, "user", "hello")
    assert [each.id for each in chats.conversations()] == [first.id, second.id]


def test_renaming_and_deleting(chats: Chats, vault: Vault) -> None:
    made = chats.create()
    chats.append(made.id, "user", "hello")
    chats.rename(made.id, "New name")
    assert [each.title for each in chats.conversations()] == ["New name"]
    chats.delete(made.id)
    chats.delete(made.id)
    assert chats.conversations() == []
    with vault.read() as db:
        assert value(db, "SELECT count(*) FROM messages") == 0
    for attempt in (
        lambda: chats.messages(made.id),
        lambda: chats.append(made.id, "user", "x"),
        lambda: chats.rename(made.id, "x"),
    ):
        with pytest.raises(NotFoundError):
            attempt()


def test_the_last_answer_can_be_replaced_and_only_an_answer(chats: Chats) -> None:
    made = chats.create()
    chats.append(made.id, "user", "When?")
    with pytest.raises(NotFoundError):
        chats.replace_last_answer(made.id, "At ten.")
    chats.append(made.id, "assistant", "At nine.", ANSWER)
    chats.replace_last_answer(made.id, "At ten.")
    assert [(each.text, each.answer) for each in chats.messages(made.id)] == [
        ("When?", None),
        ("At ten.", None),
    ]


def test_an_answer_of_a_newer_version_is_shown_as_its_text(chats: Chats, vault: Vault) -> None:
    made = chats.create()
    chats.append(made.id, "assistant", "At nine.", ANSWER)
    stored = json.loads(answers.to_json(ANSWER))
    stored["version"] = answers.VERSION + 1
    stored["unheard_of"] = True
    with vault.write() as db:
        db.execute("UPDATE messages SET answer = ?", (json.dumps(stored),))
    (message,) = chats.messages(made.id)
    assert (message.text, message.answer) == ("At nine.", None)


def test_turns_are_pinned_and_let_go(chats: Chats) -> None:
    made = chats.create()
    question = chats.append(made.id, "user", "When?")
    assert not question.pinned
    assert chats.pin(question.id, True).pinned
    assert chats.messages(made.id)[0].pinned
    assert not chats.pin(question.id, False).pinned
    with pytest.raises(NotFoundError):
        chats.pin(question.id + 1, True)


def test_a_conversation_keeps_its_model(chats: Chats) -> None:
    made = chats.create()
    assert made.model == chats.conversation(made.id).model == ""
    chats.set_model(made.id, "small")
    assert chats.conversation(made.id).model == "small"
    assert chats.conversations()[0].model == "small"
    for attempt in (lambda: chats.conversation(99), lambda: chats.set_model(99, "x")):
        with pytest.raises(NotFoundError):
            attempt()


def test_a_conversation_keeps_its_adapters_as_long_as_its_model(chats: Chats) -> None:
    made = chats.create("Letters")
    assert chats.conversation(made.id).adapters is None
    chats.set_adapters(made.id, [("/a/house.gguf", 0.5), ("/a/terms.gguf", 1.0)])
    held = (("/a/house.gguf", 0.5), ("/a/terms.gguf", 1.0))
    assert chats.conversation(made.id).adapters == held
    chats.set_model(made.id, "")
    assert chats.conversations()[0].adapters == held
    chats.set_adapters(made.id, [])
    assert chats.conversation(made.id).adapters == ()
    chats.set_adapters(made.id, held)
    chats.set_model(made.id, "Other")
    assert chats.conversation(made.id).adapters is None
    with pytest.raises(NotFoundError):
        chats.set_adapters(999, None)
