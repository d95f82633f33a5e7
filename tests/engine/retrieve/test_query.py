import pytest

from engine.retrieve import query


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("When does the harbour office open?", ("harbour", "office", "open")),
        ("Who are they?", ("who", "are", "they")),
        ("invoice AB-1234 of 2024-01", ("invoice", "ab-1234", "2024-01")),
        ("harbour Harbour HARBOUR", ("harbour",)),
        ("Größe der Straße", ("größe", "der", "straße")),
        ("", ()),
        ("?!", ()),
    ],
)
def test_stop_words_go_and_codes_stay(text: str, words: tuple[str, ...]) -> None:
    assert query.parse(text).words == words


def test_quoted_phrases_are_looked_up_whole() -> None:
    found = query.parse('the "harbour office" and “opening hours” of "?"')
    assert found.phrases == ("harbour office", "opening hours")
    assert found.expression.startswith('"harbour office" OR "opening hours" OR "harbour"')


def test_nothing_to_look_up_is_no_expression() -> None:
    assert query.parse("...").expression == ""


def test_a_large_vault_is_asked_for_rare_words_only() -> None:
    asked = query.parse("harbour office opening hours ab-1234 zebra")
    counts = {"harbour": 900, "office": 30, "opening": 15, "hours": 500, "ab-1234": 1, "zebra": 0}
    rare = query.rare(asked, counts, 10_000)
    assert rare.words == ("office", "opening", "ab-1234")


def test_a_large_vault_is_asked_for_the_rarest_where_none_is_rare() -> None:
    asked = query.parse("harbour office")
    assert query.rare(asked, {"harbour": 900, "office": 800}, 1000).words == ("office",)
    assert query.rare(asked, {}, 1000).words == ()


def test_at_most_some_rare_words_are_asked() -> None:
    asked = query.parse(" ".join(f"word{number}" for number in range(40)))
    counts = {word: place for place, word in enumerate(asked.words, start=1)}
    assert query.rare(asked, counts, 100_000).words == asked.words[: query.MOST_RARE]


def test_words_of_a_very_large_vault_are_taken_until_too_many_passages_hold_them() -> None:
    asked = query.parse("glacier moraine sediment valley")
    counts = {"glacier": 9_000, "moraine": 2_000, "sediment": 8_500, "valley": 15_000}
    few = query.rare(asked, counts, 1_000_000)
    assert few.words == ("glacier", "moraine", "sediment")
    assert sum(counts[word] for word in few.words) <= query.MOST_FOUND
    assert query.rare(asked, counts, 100_000).words == ("moraine",)


def test_common_words_alone_have_to_stand_together() -> None:
    asked = query.parse('"annual report" of the company board')
    counts = {"annual": 90_000, "report": 300_000, "company": 200_000, "board": 80_000}
    common = query.rare(asked, counts, 1_000_000)
    assert common.expression == (
        '"annual report" OR ("annual" AND "report" AND "company" AND "board")'
    )
    alone = query.rare(query.parse("company"), counts, 1_000_000)
    assert alone.expression == '"company"'
