"""Examples from glossaries: what short forms mean, and house terms in two languages."""

from collections.abc import Iterable

from engine.formats.examples import Example
from engine.teach.recipes import Recipe

ASKED = ("{term}", "What does {term} mean?", "What is {term} short for?")
"""How a short form is asked for: which of these, its letters decide."""


def examples(recipe: Recipe, pairs: Iterable[tuple[str, str]], *, origin: str) -> list[Example]:
    """An example for each term; several meanings of one stand in one answer."""
    meanings: dict[str, list[str]] = {}
    for term, meaning in pairs:
        known = meanings.setdefault(term.strip(), [])
        if meaning.strip() and meaning.strip().casefold() not in map(str.casefold, known):
            known.append(meaning.strip())
    return [
        recipe.example(
            {"term": ASKED[sum(map(ord, term)) % len(ASKED)].format(term=term)},
            "; ".join(found),
            source=f"{origin}: {term}",
            why="a term of the glossary",
            question=term,
        )
        for term, found in meanings.items()
        if term and found
    ]


def translations(recipe: Recipe, pairs: Iterable[tuple[str, str]], *, origin: str) -> list[Example]:
    """Each house term for its plain wording, as far as it is said in few words."""
    return [
        recipe.example(
            {"from": "plain words", "to": "our terms", "text": meaning.strip()},
            term,
            source=f"{origin}: {term}",
            why="a term of the glossary",
            question=meaning.strip(),
        )
        for term, meaning in pairs
        if term.strip() and meaning.strip()
    ]
