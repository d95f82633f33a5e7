"""Tone from samples, summaries from documents that carry one."""

from engine.teach import from_style, from_summaries
from engine.teach.recipes import recipe
from engine.types import Passage

LETTER = """# To the guests

We are sorry that the ferry was late. Do come in, the kettle is on, and the
rooms upstairs are warm; stay until the ferry leaves again.

Short.
"""


def passage(number: int, text: str, heading: str, start: int = 0) -> Passage:
    return Passage(
        number, 1, "/p/minutes.md", "Minutes", 1, start, start + len(text), heading, text
    )


def test_samples_become_texts_after_their_topic() -> None:
    kept, left = from_style.examples(recipe("style"), iter([("letter.md", LETTER)]))
    assert len(kept) == len(left) == 1
    assert kept[0].answer.startswith("We are sorry that the ferry")
    assert "\n" not in kept[0].answer
    asked = kept[0].prompt[-1].content
    assert asked.startswith("Write about: ")
    assert "ferry" in asked
    plain, _ = from_style.examples(
        recipe("style"), iter([("letter.md", LETTER)]), plain=lambda text: "The ferry was late."
    )
    assert plain[0].prompt[-1].content == "Say this in our words: The ferry was late."


def test_a_document_with_a_summary_teaches_it() -> None:
    summary = (
        "The council will repair the pier before winter and pays out of the harbour fund for it."
    )
    text = "The council met on Monday. " + "Many spoke of the pier and its planks. " * 9
    kept, left = from_summaries.examples(
        recipe("summarise"),
        [
            ("/p/minutes.md", [
                passage(1, summary, "Minutes › Summary"),
                passage(2, text, "Minutes › Debate", 200),
                passage(3, text[100:] + "They left at ten.", "Minutes › Debate", 300),
            ]),
            ("/p/plain.md", [passage(4, text, "Debate")]),
        ],
    )  # fmt: skip
    assert [each.answer for each in kept] == [summary]
    asked = kept[0].prompt[-1].content
    assert asked.count("The council met") == 1
    assert asked.endswith("They left at ten.")  # what two passages share stands once
    assert summary not in asked
    assert [each.reason for each in left] == ["their document holds no summary of its own"]
