import re

import pytest

from engine.errors import InputError
from engine.retrieve.retrieve import Retriever
from engine.store.connect import Vault
from engine.store.glossary import Glossary
from tests import shelf
from tests.fakes import HashingEmbedder

KNOWN = frozenset(["house", "horse", "what", "is", "the", "of", "limit", "limited"])


class PiecesEmbedder(HashingEmbedder):
    """Knows some words whole, and cuts the others into pieces, as sentence encoders do."""

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        spans = []
        for match in re.finditer(r"\w+|[^\w\s]", text):
            start, end = match.span()
            cut = start + 2 if match[0].lower() not in KNOWN and end - start > 2 else end
            spans += [(start, cut)] if cut == end else [(start, cut), (cut, end)]
        return spans


@pytest.fixture
def retriever(vault: Vault) -> Retriever:
    embedder = PiecesEmbedder()
    shelf.put(vault, embedder, "/law.txt", "The liability of the landlord is limited.")
    shelf.put(vault, embedder, "/heart.txt", "After a heart attack the patient rests.")
    shelf.put(vault, embedder, "/ride.txt", "A horse needs hay.", library="Farm")
    return Retriever(vault, embedder)


def _paths(retriever: Retriever, question: str) -> list[str]:
    return [hit.passage.path for hit in retriever.search(question).hits]


@pytest.mark.parametrize("typed", ["liabilty", "liabiltiy", "lability", "iability", "Liabbility"])
def test_slips_of_the_keyboard_are_forgiven_and_told(retriever: Retriever, typed: str) -> None:
    found = retriever.search(f"What is the {typed} limit")
    assert found.hits[0].passage.path == "/law.txt"
    assert found.hits[0].words == 1.0
    assert found.query is not None
    assert found.query.corrections == ((typed.lower(), "liability"),)
    assert "liability" in found.query.text


def test_real_words_quoted_words_and_codes_stay_as_typed(retriever: Retriever) -> None:
    for question in ("house", '"liabilty"', "liabilty9"):
        found = retriever.search(question).query
        assert found is not None
        assert found.corrections == ()


@pytest.mark.parametrize("typed", ["relimited", "LIAb", "aride", "unhouse"])
def test_new_words_made_of_known_ones_and_short_names_stay_as_typed(
    retriever: Retriever, typed: str
) -> None:
    found = retriever.search(f"What is the {typed}").query
    assert found is not None
    assert found.corrections == ()


def test_filters_narrow_before_ranking_and_are_told(retriever: Retriever) -> None:
    found = retriever.search("patient file:ride")
    assert [hit.passage.path for hit in found.hits] == ["/ride.txt"]
    assert found.query is not None
    assert found.query.filters == (("file", "ride"),)
    assert _paths(retriever, "patient library:Farm") == ["/ride.txt"]
    assert _paths(retriever, "patient page:2") == []
    assert _paths(retriever, "patient after:2020") == []
    assert len(_paths(retriever, "patient before:1971 type:text")) == 3


@pytest.mark.parametrize("question", ["x file:nowhere", "x type:cake", "file:law"])
def test_filters_that_cannot_be_met_are_told(retriever: Retriever, question: str) -> None:
    with pytest.raises(InputError) as told:
        retriever.search(question)
    assert told.value.hint


def test_the_glossary_is_searched_both_ways(vault: Vault, retriever: Retriever) -> None:
    assert retriever.search("MI").hits[0].words == 0.0
    Glossary(vault).add("Documents", "MI", "heart attack")
    found = retriever.search("What follows MI?")
    assert found.hits[0].passage.path == "/heart.txt"
    assert found.query is not None
    assert found.query.expansions == (("MI", "heart attack"),)
    assert found.query.text == "What follows heart attack?"
    back = retriever.search("heart attack").query
    assert back is not None
    assert back.expansions == (("heart attack", "MI"),)


def test_small_words_are_no_terms(vault: Vault, retriever: Retriever) -> None:
    Glossary(vault).add("Documents", "IT", "information technology")
    found = retriever.search("is it limited").query
    assert found is not None
    assert found.expansions == ()
    found = retriever.search("IT limited").query
    assert found is not None
    assert found.expansions == (("IT", "information technology"),)


def test_terms_on_either_side_of_a_slash_are_exchanged(vault: Vault, retriever: Retriever) -> None:
    Glossary(vault).add("Documents", "MI", "heart attack")
    found = retriever.search("Rest after MI/stroke, and/or ride").query
    assert found is not None
    assert found.expansions == (("MI", "heart attack"),)
    assert found.text == "Rest after heart attack/stroke, and/or ride"


def test_several_of_what_is_abbreviated_are_exchanged(vault: Vault, retriever: Retriever) -> None:
    Glossary(vault).add("Documents", "HA", "heart attack")
    found = retriever.search("HAs")
    assert found.query is not None
    assert found.query.expansions == (("HA", "heart attack"),)
    assert found.query.text == "heart attacks"
    assert found.hits[0].passage.path == "/heart.txt"


def test_of_several_meanings_those_in_the_documents_are_meant(
    vault: Vault, retriever: Retriever
) -> None:
    glossary = Glossary(vault)
    for number in range(6):
        glossary.add("Documents", "HA", f"hearing aid {number}")
    assert len(_expansions(retriever, "HA")) == 4
    glossary.add("Documents", "HA", "heart attack")
    assert _expansions(retriever, "HA") == (("HA", "heart attack"),)


def _expansions(retriever: Retriever, term: str) -> tuple[tuple[str, str], ...]:
    found = retriever.search(f"What is known of {term}?").query
    assert found is not None
    return found.expansions
