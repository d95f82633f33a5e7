import pytest

from engine.store import lexical as module
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.lexical import Lexical
from tests import shelf
from tests.fakes import HashingEmbedder


@pytest.fixture
def lexical(vault: Vault, embedder: HashingEmbedder) -> Lexical:
    shelf.put(vault, embedder, "/a.txt", "Naïve sailors are running to the harbour.")
    shelf.put(vault, embedder, "/b.txt", "The harbour harbour harbour.", library="Sea")
    shelf.put(vault, embedder, "/c.txt", "Invoice AB-1234 is unpaid.", title="Bills")
    return Lexical(vault)


def _paths(vault: Vault, found: list[tuple[int, float]]) -> list[str]:
    passages = Documents(vault).passages_by_id([id for id, _ in found])
    return [passages[id].path for id, _ in found]


def test_the_best_match_is_first_and_scores_are_positive(vault: Vault, lexical: Lexical) -> None:
    found = lexical.search('"harbour"', 10)
    assert _paths(vault, found) == ["/b.txt", "/a.txt"]
    assert found[0][1] > found[1][1] > 0
    assert len(lexical.search('"harbour"', 1)) == 1


def test_words_are_folded_and_stemmed(vault: Vault, lexical: Lexical) -> None:
    assert _paths(vault, lexical.search('"naive" OR "run"', 10)) == ["/a.txt"]
    assert lexical.cut([("Naïve Runners", "RUNNING\nHarbours"), ("", "")]) == [
        (["naiv", "runner"], ["run", "\n", "harbour"]),
        ([], []),
    ]


def test_titles_count(vault: Vault, lexical: Lexical) -> None:
    assert _paths(vault, lexical.search('"bill"', 10)) == ["/c.txt"]


def test_a_library_limits_the_search(vault: Vault, lexical: Lexical) -> None:
    library = Documents(vault).library_id("Sea")
    assert _paths(vault, lexical.search('"harbour"', 10, library)) == ["/b.txt"]


def test_many_chosen_passages_are_marked_instead_of_listed(
    lexical: Lexical, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = lexical.search('"harbour"', 10)
    assert len(found) == 2
    for most_listed in (0, 100):
        monkeypatch.setattr(module, "MOST_LISTED", most_listed)
        for id, score in found:
            assert lexical.search('"harbour"', 10, only=[id]) == [(id, pytest.approx(score))]
        assert lexical.search('"harbour"', 10, only=[id for id, _ in found]) == found
        assert lexical.search('"harbour"', 1, only=[found[1][0]])[0][0] == found[1][0]


def test_what_is_known_of_the_index_follows_the_vault(
    vault: Vault, embedder: HashingEmbedder, lexical: Lexical
) -> None:
    assert lexical.frequencies(["ferry", "harbour"]) == {"ferry": 0, "harbour": 2}
    assert lexical.languages() == ["en"]
    german = "Die Fähre fährt nicht von dem Hafen ab, und das ist der Grund für die Verspätung."
    shelf.put(vault, embedder, "/d.txt", f"A ferry.\n\n{german}")
    shelf.put(vault, embedder, "/e.txt", german)
    assert lexical.frequencies(["ferry"]) == {"ferry": 1}
    assert lexical.languages() == ["en", "de"]
    Documents(vault).remove(["/b.txt", "/e.txt"])
    assert lexical.frequencies(["harbour"]) == {"harbour": 1}


def test_scores_of_chosen_passages_are_those_of_the_search(lexical: Lexical) -> None:
    found = dict(lexical.search('"harbour" OR "invoice"', 10))
    for id, score in found.items():
        assert lexical.scores('"harbour" OR "invoice"', [id, 999]) == {id: pytest.approx(score)}


def test_frequencies_know_stems_and_unknown_words(lexical: Lexical) -> None:
    assert lexical.frequencies(["harbours", "invoice", "zebra", "AB-1234", "?"]) == {
        "harbours": 2,
        "invoice": 1,
        "zebra": 0,
        "AB-1234": 1,
        "?": 0,
    }
