"""The loop: what waits to be learnt, and a new adapter compared with what is in use."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.assistant import Assistant
from engine.errors import InputError, TeachError
from engine.evaluate.questions import Question
from engine.model_types import Message
from engine.paths import open_profile
from engine.progress import drain
from engine.store.connect import Vault
from engine.teach.compare import Decision
from engine.teach.made import MadeCard
from tests.fakes import AdaptableChatModel, HashingEmbedder
from tests.lora import write_adapter, write_base

QUESTIONS = [Question(n, f"When was boat {n} built?", ("1987",)) for n in range(4)]


def compared(tmp_path: Path, *, plain: str, tuned: str, forgets: bool = False) -> Decision:
    base = write_base(tmp_path / "base.gguf", template="{{ messages }}")
    adapter = write_adapter(tmp_path / "new.gguf", base)

    def script(messages: Sequence[Message]) -> str:
        if "boat" in messages[-1].content:
            return tuned if model.adapters else plain
        return "I forgot." if forgets and model.adapters else "Paris, seven, five, spring."

    model = AdaptableChatModel(base, script)
    home = open_profile(tmp_path / "profile")
    assistant = Assistant(
        home, Vault.open(home.vault), embedder=HashingEmbedder(), chat_model=model
    )
    try:
        return drain(assistant.teaching.loop.compared(adapter, QUESTIONS))
    finally:
        assistant.close()


def test_what_is_better_is_adopted(tmp_path: Path) -> None:
    decision = compared(tmp_path, plain="Long ago.", tuned="1987")
    assert decision.adopt
    assert (decision.before, decision.after) == (0, 1)
    assert decision.general_before == decision.general_after > 0


def test_what_is_no_better_is_kept_aside(tmp_path: Path) -> None:
    decision = compared(tmp_path, plain="1987", tuned="1987")
    assert not decision.adopt
    assert "not better" in decision.reason


def test_what_forgets_is_kept_aside(tmp_path: Path) -> None:
    decision = compared(tmp_path, plain="Long ago.", tuned="1987", forgets=True)
    assert not decision.adopt
    assert "forgets" in decision.reason
    assert decision.general_after == 0


def test_what_was_learnt_waits_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALCOVE_TRAINING_PYTHON", str(tmp_path / "nowhere"))
    home = open_profile(tmp_path / "profile")
    assistant = Assistant(
        home, Vault.open(home.vault), embedder=HashingEmbedder(),
        chat_model=AdaptableChatModel(tmp_path / "none.gguf", "No."),
    )  # fmt: skip
    try:
        for number in range(8):
            talk = assistant.create_conversation("Boats")
            question = f"When was boat {number} built?"
            drain(assistant.ask(question, conversation_id=talk.id, mode="plain"))
            assistant.feedback.correct(assistant.messages(talk.id)[-1].id, "In 1987.")
        waiting = assistant.teaching.loop.waiting()
        assert waiting.new == waiting.examples > 0
        assert waiting.new + waiting.measured == 8
        base = write_base(tmp_path / "base.gguf")
        last = max(each.message_id for each in assistant.feedback.all())
        assistant.teaching.jobs.made.take(
            write_adapter(tmp_path / "a.gguf", base), MadeCard("A", "", last_message=last)
        )
        assert assistant.teaching.loop.waiting().new == 0
        # No model file, or nothing to train with: either way nothing was made.
        with pytest.raises((InputError, TeachError)):
            drain(assistant.teaching.loop.run(recipe_name="style"))
        assert len(assistant.teaching.jobs.made.all()) == 1
    finally:
        assistant.close()
