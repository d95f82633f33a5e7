"""Adapters through the assistant: found, used, refused with the reason, and named in answers."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from engine.answer import abstain
from engine.answer.abstain import Judge
from engine.answer.answer import TRUSTED_BYTES
from engine.answer.written import REFUSAL
from engine.assistant import Assistant
from engine.errors import InputError, ModelError, NotFoundError
from engine.evaluate.columns import Column
from engine.evaluate.questions import Question
from engine.formats.adapter import GROUNDED
from engine.formats.task import TASKS
from engine.inference.adapters import Adapter
from engine.model_types import Message
from engine.models.registry import Entry
from engine.models.starter import StarterModels
from engine.paths import open_profile
from engine.progress import drain
from engine.services.asking import calibrated_name, encoder_name
from engine.store.calibrations import Calibrations
from engine.store.connect import Vault
from engine.types import Mode
from engine.why_types import Why
from tests.fakes import AdaptableChatModel, HashingEmbedder
from tests.lora import write_adapter, write_base

QUESTION = "How many days of paid holiday does an employee have?"
PAPER = "# Holidays\n\nEvery employee has 27 days of paid holiday a year. Unused days lapse.\n"
RIGHT = "Every employee has 27 days of paid holiday a year."
WRONG = "Every employee has 41 days of paid holiday a year."


@pytest.fixture
def base(tmp_path: Path) -> Path:
    folder = tmp_path / "disk"
    folder.mkdir()
    return write_base(folder / "base.gguf", template="{{ messages }}")


@pytest.fixture
def opened(tmp_path: Path, base: Path) -> Iterator[Callable[[AdaptableChatModel], Assistant]]:
    made: list[Assistant] = []
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "holidays.md").write_text(PAPER, encoding="utf-8")

    def open_(model: AdaptableChatModel) -> Assistant:
        home = open_profile(tmp_path / "profile")
        assistant = Assistant(
            home,
            Vault.open(home.vault),
            embedder=HashingEmbedder(),
            chat_model=model,
            trusted_bytes=1,
        )
        made.append(assistant)
        drain(assistant.add([tmp_path / "papers"]))
        assistant.model_jobs.add(base)
        return assistant

    yield open_
    for assistant in made:
        assistant.close()


Opened = Callable[[AdaptableChatModel], Assistant]


def test_an_adapter_that_is_named_writes_and_is_named_in_the_answer(
    opened: Opened, base: Path, tmp_path: Path
) -> None:
    model = AdaptableChatModel(base, RIGHT)
    assistant = opened(model)
    mine = Adapter(write_adapter(tmp_path / "mine.gguf", base, name="House"), 0.5)
    both = drain(assistant.ask(QUESTION, mode="both", adapters=[mine]))
    assert (both.text, both.model, both.mode) == (RIGHT, "scripted + House", "both")
    assert not both.quotation
    assert both.citations[0].quote in PAPER
    tuned = drain(assistant.ask("Say hello.", mode="tuned", adapters=[mine]))
    assert (tuned.model, tuned.citations) == ("scripted + House", ())
    plain = drain(assistant.ask(QUESTION, mode="plain"))
    assert plain.model == "scripted"
    assert model.adapters == ()


def test_what_a_small_model_makes_up_with_an_adapter_is_replaced_by_a_quotation(
    opened: Opened, base: Path, tmp_path: Path
) -> None:
    assistant = opened(AdaptableChatModel(base, WRONG))
    mine = Adapter(write_adapter(tmp_path / "mine.gguf", base))
    answer = drain(assistant.ask(QUESTION, mode="both", adapters=[mine]))
    assert answer.quotation
    assert answer.text == "27 days"


@pytest.mark.parametrize(
    ("written", "told"),
    [("27 DAYS.", "27 days"), ("27 days of paid HOLIDAY", "27 days"), ("41 days", "27 days")],
)
def test_a_small_model_with_an_adapter_for_it_answers_in_words_of_the_documents(
    opened: Opened, base: Path, tmp_path: Path, written: str, told: str
) -> None:
    assistant = opened(AdaptableChatModel(base, written))
    grounded = Adapter(write_adapter(tmp_path / "g.gguf", base, task=GROUNDED))
    answer = drain(assistant.ask(QUESTION, mode="both", adapters=[grounded]))
    assert answer.text == told
    assert not answer.abstained
    assert [each.quote for each in answer.citations] == [RIGHT]


def test_a_refusal_is_not_believed_where_the_documents_are_sure(
    opened: Opened, base: Path, tmp_path: Path
) -> None:
    assistant = opened(AdaptableChatModel(base, "Not found."))
    grounded = Adapter(write_adapter(tmp_path / "g.gguf", base, task=GROUNDED))
    sure = "How many days of paid holiday a year does every employee have, unused days too?"
    assert drain(assistant.ask(sure, mode="both", adapters=[grounded])).text == "27 days"
    answer = drain(assistant.ask("Who painted the ceiling?", mode="both", adapters=[grounded]))
    assert answer.abstained


def test_how_sure_a_short_answer_must_be_is_kept_apart(
    opened: Opened, base: Path, tmp_path: Path
) -> None:
    assistant = opened(AdaptableChatModel(base, "27 days"))
    grounded = Adapter(write_adapter(tmp_path / "g.gguf", base, task=GROUNDED))

    def why(mode: Mode, adapters: list[Adapter] | None = None) -> Why:
        answer = drain(assistant.ask(QUESTION, mode=mode, adapters=adapters))
        assert answer.why is not None
        return answer.why

    written = why("both", [grounded])
    assert written.threshold == abstain.SHORT.threshold
    assert dict(written.signals)[REFUSAL] == pytest.approx(-10 / 20 * 3)
    assert [step.name for step in written.steps] == ["search", "write", "decide"]
    assert REFUSAL not in dict(why("rag").signals)

    strict = Judge(-1.0, {REFUSAL: -0.1}, threshold=0.99)
    encoder = encoder_name(HashingEmbedder())
    kept = calibrated_name("scripted", short=True)
    Calibrations(assistant._vault).put(None, kept, encoder, strict.as_row())
    written = why("both", [grounded])
    assert (written.threshold, written.calibrated) == (0.99, True)
    assert why("rag").threshold == abstain.JUDGE.threshold
    assert drain(assistant.evaluation.reset_calibration())
    assert why("both", [grounded]).threshold == abstain.SHORT.threshold


def test_an_answer_is_not_believed_where_the_documents_hardly_speak_of_it(
    opened: Opened, base: Path, tmp_path: Path
) -> None:
    assistant = opened(AdaptableChatModel(base, "27 days"))
    grounded = Adapter(write_adapter(tmp_path / "g.gguf", base, task=GROUNDED))
    answer = drain(assistant.ask("Who painted the ceiling?", mode="both", adapters=[grounded]))
    assert answer.abstained


def test_what_was_taught_another_task_words_no_answer_from_documents(
    opened: Opened, base: Path, tmp_path: Path
) -> None:
    model = AdaptableChatModel(base, "refund")
    assistant = opened(model)
    plain = drain(assistant.ask(QUESTION, mode="rag"))
    for number, taught in enumerate(set(TASKS) - {GROUNDED}):
        other = Adapter(write_adapter(tmp_path / f"{number}.gguf", base, task=taught))
        asked = len(model.prompts)
        answer = drain(assistant.ask(QUESTION, mode="both", adapters=[other]))
        assert (answer.text, answer.model, answer.mode) == (plain.text, "scripted", "both")
        assert (model.adapters, len(model.prompts)) == ((), asked)
        alone = drain(assistant.ask("Where is my money?", mode="tuned", adapters=[other]))
        assert (alone.text, alone.model) == ("refund", "scripted + Test adapter")
    grounded = Adapter(write_adapter(tmp_path / "g.gguf", base, task=GROUNDED, name="G"))
    stacked = drain(assistant.ask(QUESTION, mode="both", adapters=[other, grounded]))
    assert stacked.model == "scripted + G"


def test_a_tone_words_answers_from_documents_where_the_model_is_trusted(
    tmp_path: Path, base: Path
) -> None:
    home = open_profile(tmp_path / "profile")
    model = AdaptableChatModel(base, RIGHT)
    assistant = Assistant(
        home, Vault.open(home.vault), embedder=HashingEmbedder(), chat_model=model, trusted_bytes=0
    )
    try:
        (tmp_path / "holidays.md").write_text(PAPER, encoding="utf-8")
        drain(assistant.add([tmp_path / "holidays.md"]))
        assistant.model_jobs.add(base)
        tone = Adapter(write_adapter(tmp_path / "t.gguf", base, task="tone", name="House"))
        labels = Adapter(write_adapter(tmp_path / "l.gguf", base, task="classification"))
        answer = drain(assistant.ask(QUESTION, mode="both", adapters=[tone, labels]))
        assert answer.model == "scripted + House"
        assert assistant.adapters.mode("base", named=[tone]) == "both"
        assert assistant.adapters.mode("base", named=[labels]) == "tuned"
    finally:
        assistant.close()


def test_what_an_adapter_in_use_is_for_and_left_out_of_is_told(
    opened: Opened, base: Path, tmp_path: Path
) -> None:
    assistant = opened(AdaptableChatModel(base))
    assistant.profile.adapters.mkdir()
    mine = write_adapter(
        assistant.profile.adapters / "l.gguf", base, name="Labels", task="classification"
    )
    key = assistant._keeper.stored_key("base")
    assistant.adapters._memory.put(key, [Adapter(mine)])
    (used,) = assistant.adapters.in_use("base")
    assert (used.task, used.documents) == ("classification", False)
    assert used.part == (
        "It gives your labels where you ask without documents. It is left out of answers from "
        "your documents."
    )
    assert assistant.adapters.mode("base") == "rag"
    assert assistant.adapters.mode("base", documents=False) == "tuned"
    assert assistant.adapters.left_out("base", [Adapter(mine)]) == (f"Labels: {used.part}",)
    (card,) = [each for each in assistant.adapters.list() if each.name == "Labels"]
    assert (card.models, card.documents) == (("base",), ())


def test_modes_without_an_adapter_refuse_one_and_those_with_one_want_it(
    opened: Opened, base: Path, tmp_path: Path
) -> None:
    assistant = opened(AdaptableChatModel(base, RIGHT))
    mine = Adapter(write_adapter(tmp_path / "mine.gguf", base))
    with pytest.raises(InputError, match="without an adapter"):
        drain(assistant.ask(QUESTION, mode="rag", adapters=[mine]))
    with pytest.raises(InputError, match="No adapter is in use"):
        drain(assistant.ask(QUESTION, mode="both"))


def test_adapters_are_listed_under_the_models_they_fit_and_apart_with_the_reason(
    opened: Opened, base: Path, tmp_path: Path
) -> None:
    assistant = opened(AdaptableChatModel(base))
    assistant.profile.adapters.mkdir()
    mine = write_adapter(assistant.profile.adapters / "mine.gguf", base, name="Mine", task="tone")
    write_adapter(base.with_name("wide.gguf"), base, name="Wide", wider=4)
    assistant.model_jobs.add(base.with_name("wide.gguf"))
    cards = {card.name: card for card in assistant.adapters.list()}
    assert (cards["Mine"].models, cards["Mine"].task, cards["Mine"].note) == (("base",), "tone", "")
    assert cards["Wide"].models == ()
    assert "12 × 8" in cards["Wide"].note
    assert [card.name for card in assistant.adapters.list("base")] == ["Mine"]
    (model,) = [card for card in assistant.models() if card.name == "base"]
    assert model.adapters == (str(mine),)


def test_the_choice_is_kept_for_the_model_and_goes_with_the_profile(
    opened: Opened, base: Path, tmp_path: Path
) -> None:
    assistant = opened(AdaptableChatModel(base))
    assistant.profile.adapters.mkdir()
    mine = write_adapter(assistant.profile.adapters / "mine.gguf", base, name="Mine")
    far = write_adapter(tmp_path / "far.gguf", base, name="Far", seed=2)
    memory = assistant.adapters._memory
    memory.put("key", [Adapter(mine, 0.5), Adapter(far)])
    assert memory.of("key") == (Adapter(mine, 0.5), Adapter(far))
    moved = tmp_path / "moved"
    assistant.profile.root.rename(moved)
    again = type(memory)(open_profile(moved))
    assert again.of("key") == (Adapter(moved / "adapters" / "mine.gguf", 0.5), Adapter(far))
    moved.rename(assistant.profile.root)


def test_a_conversation_is_held_with_adapters_of_its_own(
    opened: Opened, base: Path, tmp_path: Path
) -> None:
    model = AdaptableChatModel(base, RIGHT)
    assistant = opened(model)
    assistant.profile.adapters.mkdir()
    mine = write_adapter(assistant.profile.adapters / "mine.gguf", base, name="Mine")
    far = write_adapter(tmp_path / "far.gguf", base, name="Far", seed=2)
    talk = assistant.create_conversation("Letters")
    assistant.set_conversation_model(talk.id, "base")
    assistant.adapters.hold(talk.id, [("Mine", 0.5), (str(far), 1.0)])
    held = ((str(mine), 0.5), (str(far), 1.0))
    assert assistant.conversation(talk.id).adapters == held
    assert assistant.conversations()[0].adapters == held
    wide = write_adapter(tmp_path / "wide.gguf", base, wider=4)
    with pytest.raises(ModelError, match="12 × 8"):
        assistant.adapters.hold(talk.id, [(str(wide), 1.0)])
    assert assistant.conversation(talk.id).adapters == held
    assistant._conversations.set_model(talk.id, "")
    assistant._conversations.set_adapters(talk.id, [Adapter(mine, 0.5)])
    answer = drain(assistant.ask(QUESTION, mode="both", conversation_id=talk.id))
    assert answer.model == "scripted + Mine"
    assert [each.scale for each in model.adapters] == [0.5]
    assistant.adapters.hold(talk.id, None)
    with pytest.raises(InputError, match="No adapter is in use"):
        drain(assistant.ask(QUESTION, mode="both", conversation_id=talk.id))


def test_a_removed_adapter_is_used_nowhere_any_more(
    opened: Opened, base: Path, tmp_path: Path
) -> None:
    assistant = opened(AdaptableChatModel(base))
    assistant.profile.adapters.mkdir()
    mine = write_adapter(assistant.profile.adapters / "mine.gguf", base, name="Mine")
    made = write_adapter(assistant.profile.adapters / "made.gguf", base, name="Made", seed=2)
    assistant.shelf._registry.put(made, Entry("", "made"))
    talk = assistant.create_conversation("Letters")
    assistant.set_conversation_model(talk.id, "base")
    assistant.adapters.hold(talk.id, [("Mine", 0.5), ("Made", 1.0)])
    key = assistant._keeper.stored_key("base")
    assistant.adapters._memory.put(key, [Adapter(mine), Adapter(made)])
    card, deleted = assistant.adapters.remove("Mine")
    assert (card.file, deleted, mine.exists()) == (str(mine), False, True)
    assert assistant.conversation(talk.id).adapters == ((str(made), 1.0),)
    assert [each.name for each in assistant.adapters.in_use("base")] == ["Made"]
    assert assistant.adapters.remove("made.gguf")[1]
    assert not made.exists()
    assert assistant.conversation(talk.id).adapters is None
    assert {"Mine", "Made"}.isdisjoint(each.name for each in assistant.adapters.list())
    with pytest.raises(NotFoundError):
        assistant.adapters.remove("Made")


def test_unknown_and_wrong_adapters_are_told(opened: Opened, base: Path, tmp_path: Path) -> None:
    assistant = opened(AdaptableChatModel(base))
    with pytest.raises(NotFoundError, match="no adapter called “mine”"):
        assistant.adapters.resolved("base", [("mine", 1.0)])
    wide = write_adapter(tmp_path / "wide.gguf", base, wider=4)
    with pytest.raises(ModelError, match="12 × 8") as raised:
        assistant.adapters.resolved("base", [(str(wide), 1.0)])
    assert raised.value.code == "adapter"


@pytest.mark.model
def test_use_proves_remembers_and_lets_go_on_the_real_model(
    tmp_path: Path, starter_models: StarterModels
) -> None:
    home = open_profile(tmp_path / "profile")
    strong = write_adapter(tmp_path / "s.gguf", starter_models.chat, strength=0.1, name="Strong")
    assistant = Assistant.open(home.root)
    try:
        drain(assistant.prepare())
        (used,) = drain(assistant.adapters.use(None, [(str(strong), 0.05)]))
        assert used.effect > 0
        assert "it was tried, and it changes what the model says" in used.words
        assert assistant.adapters.mode() == "both"
        answer = drain(assistant.ask("What is the capital of France?", mode="tuned"))
        assert answer.model.endswith(" + Strong")
        weak = write_adapter(tmp_path / "none.gguf", starter_models.chat, strength=0.0)
        with pytest.raises(ModelError, match="cannot be attached"):
            drain(assistant.adapters.use(None, [(str(weak), 1.0)]))
        assert [each.name for each in assistant.adapters.in_use()] == ["Strong"]
        assistant.adapters.off()
        assert assistant.adapters.mode() == "rag"
        plain = drain(assistant.ask("What is the capital of France?", mode="plain"))
        assert "Strong" not in plain.model
    finally:
        assistant.close()


def test_what_ships_answers_from_documents_from_the_first_start(tmp_path: Path) -> None:
    assistant = Assistant.open(tmp_path / "profile")
    try:
        (used,) = assistant.adapters.in_use()
        assert (used.name, used.documents) == ("Grounded answers", True)
        assert assistant.adapters.mode() == "both"
        assert assistant.adapters.mode(documents=False) == "plain"
        assistant.adapters.off()
        assert assistant.adapters.in_use() == ()
        assert assistant.adapters.mode() == "rag"
    finally:
        assistant.close()


def test_how_sure_a_short_answer_must_be_is_fitted_with_the_adapter(
    opened: Opened, base: Path, tmp_path: Path
) -> None:
    assistant = small(opened(AdaptableChatModel(base, _holidays)), base)
    grounded = write_adapter(tmp_path / "g.gguf", base, task=GROUNDED)
    asked = [
        Question(number, QUESTION, ("27 days",), documents=("holidays.md",)) for number in range(10)
    ] + [
        Question(10 + number, f"Who was king {number} of Spain?", unanswerable=True)
        for number in range(10)
    ]
    held = Calibrations(assistant._vault)
    encoder = encoder_name(HashingEmbedder())

    def rows() -> list[object]:
        return [
            held.find(None, calibrated_name("scripted", short=short), encoder)
            for short in (True, False)
        ]

    assert rows() == [None, None]
    fitted = drain(
        assistant.evaluation.calibrate(
            asked, mode="both", adapters=[(str(grounded), 1.0)], coverage=1.0
        )
    )
    assert (fitted.told_for, fitted.left_out) == ("scripted + g", 0)
    assert (fitted.answerable, fitted.unanswerable, fitted.refused) == (10, 10, 0)
    assert fitted.curve[-1] == (1.0, 1.0)
    assert rows() == [fitted.judge.as_row(), None]
    answer = drain(assistant.ask(QUESTION, mode="both", adapters=[Adapter(grounded)]))
    assert answer.why is not None
    assert answer.why.calibrated
    assert answer.why.threshold == pytest.approx(fitted.judge.threshold)
    # What the model answers without it is judged as before, and has a fit of its own.
    plain = drain(assistant.ask(QUESTION)).why
    assert plain is not None
    assert not plain.calibrated
    alone = drain(assistant.evaluation.calibrate(asked, coverage=1.0))
    assert (alone.told_for, alone.adapters) == ("scripted", ())
    assert rows() == [fitted.judge.as_row(), alone.judge.as_row()]
    with pytest.raises(InputError, match="answers from documents"):
        drain(assistant.evaluation.calibrate(asked, mode="tuned"))


def test_an_evaluation_asks_again_where_another_fit_decides(
    opened: Opened, base: Path, tmp_path: Path
) -> None:
    assistant = small(opened(AdaptableChatModel(base, _holidays)), base)
    grounded = write_adapter(tmp_path / "g.gguf", base, task=GROUNDED)
    column = Column("short", mode="both", adapters=((str(grounded), 1.0),))
    question = Question(1, QUESTION, ("27 days",))

    def refused() -> bool:
        return drain(assistant.comparison.run([question], [column])).outcomes[0].abstained

    assert not refused()
    strict = Judge(-1.0, {REFUSAL: -0.1}, threshold=0.99)
    kept = calibrated_name("scripted", short=True)
    Calibrations(assistant._vault).put(None, kept, encoder_name(HashingEmbedder()), strict.as_row())
    assert refused()


def small(assistant: Assistant, base: Path) -> Assistant:
    """The scripted model stands for the process of the base, which is not trusted with words."""
    assistant._keeper._key = str(base)
    assistant.model_use.set_default("base")
    assistant._asking._trusted_bytes = TRUSTED_BYTES
    return assistant


def _holidays(messages: Sequence[Message]) -> str:
    return "27 days" if "27 days" in messages[-1].content else "Not found."
