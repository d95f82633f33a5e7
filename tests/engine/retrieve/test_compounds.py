"""German words that are made of others are found by their parts."""

import pytest

from engine.retrieve import compounds, query
from engine.retrieve.retrieve import Retriever
from engine.store.connect import Vault
from engine.store.lexical import Lexical
from tests import shelf
from tests.fakes import HashingEmbedder

TEXTS = {
    "/dichte.txt": "Die Dichte der Bevölkerung ist im Norden der Insel sehr viel höher.",
    "/hafen.txt": "Der Hafen der Stadt ist in den Wintermonaten für alle Boote geschlossen.",
    "/brot.txt": "Das Brot wird am Morgen von der Bäckerei an der Brücke gebracht.",
}


@pytest.fixture
def lexical(vault: Vault, embedder: HashingEmbedder) -> Lexical:
    for path, text in TEXTS.items():
        shelf.put(vault, embedder, path, text, title="")
    return Lexical(vault)


def _parts(lexical: Lexical, question: str) -> tuple[str, ...]:
    return compounds.parts(query.parse(question), lexical)


def test_a_long_word_is_taken_apart_where_both_parts_are_known(lexical: Lexical) -> None:
    whole = "Wie hoch ist die Bevölkerungsdichte der Insel?"
    assert _parts(lexical, whole) == ("bevolker", "dicht")
    assert _parts(lexical, "Wann ist der Stadthafen für die Boote zu?") == ("stadt", "haf")


def test_words_that_are_known_short_or_foreign_stay_whole(
    lexical: Lexical, vault: Vault, embedder: HashingEmbedder
) -> None:
    assert _parts(lexical, "Wann kommt das Brot in der Frühe an die Brücke?") == ()
    assert _parts(lexical, "Wo liegt der Zauberkasten mit den Karten?") == ()
    assert _parts(lexical, "What is the stadthafen of the town called?") == ()
    for number in range(compounds.RARE):
        text = f"Der Stadthafen hat die Nummer {number} und ist für alle Boote offen."
        shelf.put(vault, embedder, f"/{number}.txt", text, title="")
    assert _parts(lexical, "Wann ist der Stadthafen für die Boote zu?") == ()


def test_the_parts_find_their_passage(
    lexical: Lexical, vault: Vault, embedder: HashingEmbedder
) -> None:
    found = Retriever(vault, embedder).search("Wie ist die Bevölkerungsdichte?").hits
    assert found[0].passage.path == "/dichte.txt"
    assert found[0].words == 1.0
