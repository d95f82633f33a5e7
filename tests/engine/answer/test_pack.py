from dataclasses import replace
from typing import Any

import pytest

from engine.answer import extract, pack
from engine.answer.talk import Talk, Turn
from engine.errors import InputError
from engine.model_types import Message
from engine.types import Hit, Passage
from tests.engine.answer.parts import Library
from tests.fakes import ScriptedChatModel

QUESTION = "How many days of paid holiday does an employee have?"


def test_the_best_passage_stands_next_to_the_question() -> None:
    hits = Library().hits()
    evidence = extract.best_sentences(QUESTION, hits)
    packed = pack.pack_rag(QUESTION, hits, evidence, Talk(), ScriptedChatModel(), max_tokens=100)
    assert packed.hits[-1].passage.path == "/docs/handbook.md"
    assert packed.messages[-1].content.endswith(f"Question: {QUESTION}")


def test_a_passage_that_does_not_fit_is_trimmed_around_its_evidence() -> None:
    texts = {"/a.md": "Filler words stand here in a row. " * 60 + "An employee has 27 days of "
             "paid holiday. " + "More words follow in a row. " * 60}  # fmt: skip
    hits = Library(texts).hits()
    evidence = extract.best_sentences(QUESTION, hits)
    model = ScriptedChatModel(n_ctx=400)
    packed = pack.pack_rag(QUESTION, hits, evidence, Talk(), model, max_tokens=100)
    assert "27 days" in packed.messages[-1].content
    assert model.count_prompt(packed.messages) + 100 <= 400


def test_the_oldest_turns_are_dropped_first_and_none_is_halved() -> None:
    history = [
        message
        for number in range(20)
        for message in (
            Message("user", f"Question {number} " + "word " * 20),
            Message("assistant", f"Answer {number} " + "word " * 20),
        )
    ]
    model = ScriptedChatModel(n_ctx=600)
    packed = pack.pack_plain("Last question?", Talk.of(history), model, max_tokens=100)
    turns = packed.messages[1:-1]
    assert 0 < len(turns) < len(history)
    assert turns[0].role == "user"
    assert list(turns) == history[-len(turns) :]
    assert model.count_prompt(packed.messages) + 100 <= 600


def test_the_question_must_fit() -> None:
    with pytest.raises(InputError, match="too long"):
        pack.check_question("word " * 500, ScriptedChatModel(n_ctx=400), max_tokens=100)


def test_white_space_around_a_question_is_no_matter() -> None:
    assert pack.checked("  Why? \n") == "Why?"
    with pytest.raises(InputError, match="empty"):
        pack.checked(" \n")


# --- in a conversation ---------------------------------------------------------------------------


def follow_up(packed: pack.Packed, question: str, answer: str, talk: Talk) -> Talk:
    """The talk as it goes on after an answer, with the passages in their place."""
    passages = {hit.passage.id: hit.passage for hit in packed.hits}
    came = tuple(
        replace(
            passages[id],
            start=start,
            end=end,
            text=passages[id].text[start - passages[id].start : end - passages[id].start],
        )
        for id, start, end in packed.context.passages
    )
    said = (
        Turn(Message("user", question), passages=came),
        Turn(Message("assistant", answer)),
    )
    return Talk((*talk.turns, *said), frozenset(packed.context.dropped), packed.context.summary)


def packed_rag(
    question: str, library: Library, talk: Talk, model: ScriptedChatModel, **more: Any
) -> pack.Packed:
    hits = library.hits()
    evidence = extract.best_sentences(question, hits)
    return pack.pack_rag(question, hits, evidence, talk, model, max_tokens=100, **more)


def test_a_follow_up_begins_with_the_whole_prompt_before() -> None:
    model, library = ScriptedChatModel(), Library()
    first = packed_rag(QUESTION, library, Talk(), model)
    assert len(first.context.passages) == 2
    talk = follow_up(first, QUESTION, "27 days.", Talk())
    second = packed_rag("And for part-time staff?", library, talk, model)
    assert second.messages[: len(first.messages)] == first.messages
    assert second.context.passages == ()
    assert second.context.kept == (0, 1, 2)
    assert {hit.passage.id for hit in second.hits} == {hit.passage.id for hit in first.hits}


def test_only_new_passages_come_with_a_follow_up() -> None:
    model = ScriptedChatModel()
    texts = {"/docs/a.md": "An employee has 27 days of paid holiday a year."}
    first = packed_rag(QUESTION, Library(texts), Talk(), model)
    talk = follow_up(first, QUESTION, "27 days.", Talk())
    more = texts | {"/docs/b.md": "Part-time staff have paid holiday in proportion."}
    second = packed_rag("And the holiday of part-time staff?", Library(more), talk, model)
    assert "in proportion" in second.messages[-1].content
    assert "27 days of paid" not in second.messages[-1].content
    assert [hit.passage.path for hit in second.hits] == ["/docs/a.md", "/docs/b.md"]


def test_a_passage_whose_evidence_was_trimmed_away_comes_again() -> None:
    model, library = ScriptedChatModel(), Library()
    hit = library.hits()[0]
    part = replace(hit.passage, end=hit.passage.start + 13, text=hit.passage.text[:13])
    talk = Talk(
        (Turn(Message("user", "Hours?"), passages=(part,)), Turn(Message("assistant", "7")))
    )
    packed = packed_rag(QUESTION, library, talk, model)
    assert "27 days of paid holiday" in packed.messages[-1].content


def long_talk(exchanges: int) -> Talk:
    return Talk.of(
        [
            message
            for number in range(exchanges)
            for message in (
                Message("user", f"Question {number} " + "word " * 20),
                Message("assistant", f"Answer {number} " + "word " * 20),
            )
        ]
    )


def test_what_is_left_out_is_told_and_stays_out() -> None:
    model = ScriptedChatModel(n_ctx=600)
    packed = pack.pack_plain("Last question?", long_talk(20), model, max_tokens=100)
    use = packed.context
    assert use.dropped == tuple(range(len(use.dropped)))
    assert len(use.dropped) > 20
    assert use.kept == tuple(range(len(use.dropped), 41))
    assert use.prompt_tokens == model.count_prompt(packed.messages)
    assert use.fits
    said = [Turn(Message("user", "Last question?")), Turn(Message("assistant", "Yes."))]
    talk = Talk((*long_talk(20).turns, *said), frozenset(use.dropped))
    again = pack.pack_plain("One more?", talk, model, max_tokens=100)
    assert again.context.dropped == use.dropped
    assert again.messages[: len(packed.messages)] == packed.messages


def test_pinned_turns_stay() -> None:
    model = ScriptedChatModel(n_ctx=600)
    turns = list(long_talk(20).turns)
    turns[2] = replace(turns[2], pinned=True)
    packed = pack.pack_plain("Last question?", Talk(tuple(turns)), model, max_tokens=100)
    assert {2, 3} <= set(packed.context.kept)
    assert {0, 1, 4, 5} <= set(packed.context.dropped)


def test_more_pinned_than_fits_is_told() -> None:
    turns = tuple(replace(turn, pinned=True) for turn in long_talk(20).turns)
    with pytest.raises(InputError, match="pinned"):
        pack.pack_plain("Last?", Talk(turns), ScriptedChatModel(n_ctx=600), max_tokens=100)


def test_a_summary_stands_in_place_of_what_is_left_out() -> None:
    model = ScriptedChatModel(n_ctx=800)
    asked: list[frozenset[int]] = []

    def summarise(talk: Talk, dropped: frozenset[int]) -> str:
        asked.append(dropped)
        return "Words were said."

    packed = pack.pack_plain("Last?", long_talk(20), model, max_tokens=100, summarise=summarise)
    assert packed.context.summary == "Words were said."
    assert asked == [frozenset(packed.context.dropped)]
    assert packed.messages[1].content.startswith("Earlier in this conversation: Words were said.")
    talk = Talk(long_talk(20).turns, asked[0], "Words were said.")
    again = pack.pack_plain("Last?", talk, model, max_tokens=100, summarise=summarise)
    assert again.messages == packed.messages
    assert len(asked) == 1


def test_older_turns_make_room_for_new_passages() -> None:
    model = ScriptedChatModel(n_ctx=700)
    packed = packed_rag(QUESTION, Library(), long_talk(10), model)
    assert "27 days" in packed.messages[-1].content
    assert packed.context.dropped
    assert packed.context.fits


# --- whole documents -----------------------------------------------------------------------------

LEASE = (
    "This lease is made between Ada Brandt and Jon Vik.",
    "The rent is 640 euros a month. It is due on the first day of the month.",
    "Pets need the consent of the landlord. A deposit of two rents is paid before.",
)
NOTE = "The rent of the garage is 70 euros."
ASKED = "How high is the rent?"


def lease_hits() -> tuple[list[Hit], list[Hit]]:
    """What is found for the question, and the lease with all its passages in reading order."""
    passages, at = [], 0
    for number, text in enumerate(LEASE, start=1):
        passages.append(Passage(number, 1, "/lease.md", "Lease", 1, at, at + len(text), "", text))
        at += len(text) + 2
    note = Passage(9, 2, "/note.md", "Note", 1, 0, len(NOTE), "", NOTE)
    rent = Hit(1, passages[1], 1.0, 0.8, 0.8)
    found = [rent, Hit(2, note, 0.4, 0.4, 0.4), Hit(3, passages[2], 0.3, 0.2, 0.3)]
    whole = [Hit(0, passages[0], 0.0, 0.0, 0.0), rent, found[2]]
    return found, whole


def packed_lease(talk: Talk, model: ScriptedChatModel, **more: Any) -> pack.Packed:
    found, whole = lease_hits()
    evidence = extract.best_sentences(ASKED, found)
    return pack.pack_rag(ASKED, found, evidence, talk, model, max_tokens=100, whole=[whole], **more)


def test_a_short_document_stands_whole_and_in_order_next_to_the_question() -> None:
    packed = packed_lease(Talk(), ScriptedChatModel())
    said = packed.messages[-1].content
    assert "[2] Lease\n" + "\n\n".join(LEASE) in said
    assert said.index("[1] Note") < said.index("[2] Lease")
    assert packed.whole == ("/lease.md",)
    assert packed.cut == ()
    assert [id for id, _, _ in packed.context.passages] == [9, 1, 2, 3]
    assert {hit.passage.id for hit in packed.hits} == {1, 2, 3, 9}


def test_a_document_without_room_gives_way_to_its_passages() -> None:
    model = ScriptedChatModel(n_ctx=240)
    packed = packed_lease(Talk(), model)
    assert packed.whole == ()
    assert "640 euros" in packed.messages[-1].content
    assert "Ada Brandt" not in packed.messages[-1].content
    assert packed.context.fits


@pytest.mark.parametrize("n_ctx", range(236, 330, 3))
def test_whatever_room_there_is_the_prompt_fits(n_ctx: int) -> None:
    model = ScriptedChatModel(n_ctx=n_ctx)
    packed = packed_lease(Talk(), model, explain=lambda text: [("rent", "what is paid " * 4)])
    assert packed.context.fits
    if packed.whole:
        assert "\n\n".join(LEASE) in packed.messages[-1].content


def test_a_follow_up_reads_the_document_where_it_stands() -> None:
    model = ScriptedChatModel()
    first = packed_lease(Talk(), model)
    second = packed_lease(follow_up(first, ASKED, "640 euros.", Talk()), model)
    assert second.messages[: len(first.messages)] == first.messages
    assert second.context.passages == ()
    assert second.whole == ("/lease.md",)


def test_of_a_document_that_stood_in_part_the_rest_comes_with_a_follow_up() -> None:
    model = ScriptedChatModel()
    found, _ = lease_hits()
    evidence = extract.best_sentences(ASKED, found)
    first = pack.pack_rag(ASKED, found[:1], evidence[:1], Talk(), model, max_tokens=100)
    second = packed_lease(follow_up(first, ASKED, "640 euros.", Talk()), model)
    assert [id for id, _, _ in second.context.passages] == [9, 1, 3]
    assert "640 euros a month" not in second.messages[-1].content


# --- what had no room ----------------------------------------------------------------------------


def test_passages_that_had_no_room_are_told() -> None:
    texts = {f"/{number}.md": f"Rule {number} of paid holiday. " + "It is so. " * 30
             for number in range(4)}  # fmt: skip
    library = Library(texts)
    packed = packed_rag(
        "What is rule 2 of paid holiday?", library, Talk(), ScriptedChatModel(n_ctx=420)
    )
    read = {hit.passage.id for hit in packed.hits}
    assert packed.cut
    assert read | {hit.passage.id for hit in packed.cut} == {1, 2, 3, 4}
    assert not read & {hit.passage.id for hit in packed.cut}


NAMES = [f"N{number}" for number in range(70)] + ["Heron"] + [f"M{number}" for number in range(20)]


def test_a_follow_up_keeps_the_header_over_a_row() -> None:
    rows = "\n".join(f"Room {name} | {number}0 euros" for number, name in enumerate(NAMES))
    library = Library({"/rooms.md": f"Room | Price a night\n{rows}"})
    model = ScriptedChatModel(n_ctx=330)
    question = "What is the price a night of room Heron?"
    first = packed_rag(question, library, Talk(), model)
    assert "[1] rooms.md\nRoom | Price a night\n…\n" in first.messages[-1].content
    assert "Room Heron |" in first.messages[-1].content
    model = ScriptedChatModel(n_ctx=2000)
    second = packed_rag(question, library, follow_up(first, question, "710", Talk()), model)
    assert second.messages[: len(first.messages)] == first.messages
