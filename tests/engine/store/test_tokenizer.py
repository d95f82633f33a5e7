import pytest

from engine.store.connect import Vault
from engine.store.languages import language_of
from engine.store.lexical import Lexical
from engine.store.tokenizer import Tokenizer
from tests import shelf
from tests.fakes import HashingEmbedder

GERMAN = "Die Häuser der Straße wurden von den Mietern bezahlt und nicht von der Stadt."


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("What is the notice period of the contract?", "en"),
        (GERMAN, "de"),
        ("Quelle est la durée de la garantie et qui la paie ?", "fr"),
        ("超级碗在哪里举行?", "zh"),
        ("東京はどこにありますか", "ja"),
        ("Что такое гарантия?", "ru"),
        ("ما هي مدة العقد؟", "ar"),
        ("Invoice AB-1234", ""),
        ("", ""),
    ],
)
def test_languages_are_told_by_script_or_small_words(text: str, code: str) -> None:
    assert language_of(text) == code


def test_words_are_stemmed_in_their_language_and_folded() -> None:
    cutter = Tokenizer()
    assert cutter.plain("Häuser der Straße", "de") == ["haus", "der", "strass"]
    assert cutter.plain("Naïve runners, AB-1234") == ["naiv", "runner", "ab", "1234"]
    assert cutter.plain("مُدَّة العقود") == cutter.plain("مدة العقود")


def test_runs_without_spaces_become_pairs() -> None:
    cutter = Tokenizer()
    assert cutter.plain("超级碗 50") == ["超级", "级碗", "50"]
    assert cutter.tokens("碗级", single=True) == [("碗级", "碗"), "级"]


@pytest.mark.parametrize(
    ("text", "term"),
    [
        (GERMAN, "Haus"),
        (GERMAN, "Strasse"),
        ("第五十届超级碗在加利福尼亚州举行。", "超级碗"),
        ("第五十届超级碗在加利福尼亚州举行。", "碗"),
        ("ร้านอาหารไทยเปิดเก้าโมงเช้า", "อาหาร"),
        ("تُدفع قيمة العقد في أول الشهر", "العقد"),
        ("Гарантия действует два года для всех собак.", "собаки"),
    ],
)
def test_every_script_is_found_by_words(
    vault: Vault, embedder: HashingEmbedder, text: str, term: str
) -> None:
    shelf.put(vault, embedder, "/a.txt", text)
    shelf.put(vault, embedder, "/b.txt", "The harbour opens at nine in the morning.")
    (found,) = Lexical(vault).search(f'"{term}"', 10)
    assert found[1] > 0


def test_the_index_agrees_with_its_passages_after_changes(
    vault: Vault, embedder: HashingEmbedder
) -> None:
    shelf.put(vault, embedder, "/a.txt", GERMAN)
    assert Lexical(vault).languages() == ["en", "de"]
    shelf.put(vault, embedder, "/a.txt", "第五十届超级碗在加利福尼亚州举行。")
    assert Lexical(vault).languages() == ["en"]
    with vault.write() as db:
        db.execute("INSERT INTO words(words, rank) VALUES ('integrity-check', 1)")


@pytest.mark.parametrize(
    "text",
    ["Running|Harbours\nlate \\ night_shift", "a\n\n|\nb", "", "\n", "Naïve | runners\nrun"],
)
def test_words_with_the_ends_of_lines_are_the_words_of_the_lines(text: str) -> None:
    cutter = Tokenizer()
    lined = [word for line in text.split("\n") for word in (*cutter.plain(line), "\n")][:-1]
    assert cutter.lines(text) == cutter.lines(text) == lined
