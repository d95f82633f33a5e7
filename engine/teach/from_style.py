"""Examples of tone: texts that the user wrote, each after a topic, or after its plain wording."""

import re
from collections import Counter
from collections.abc import Callable, Iterator

from engine.answer import text as words_of
from engine.formats.examples import Example
from engine.teach.grounded import LeftOut
from engine.teach.recipes import Recipe

SHORTEST, LONGEST = 12, 350
"""Words of a sample."""
TOPIC_WORDS = 6

Plain = Callable[[str], str]
"""Says a text in plain words; empty where that cannot be done."""


def examples(
    recipe: Recipe, samples: Iterator[tuple[str, str]], *, plain: Plain | None = None
) -> tuple[list[Example], list[LeftOut]]:
    """Examples from texts with their source; ``plain`` words each of them neutrally first."""
    kept: list[Example] = []
    left: list[LeftOut] = []
    for source, text in samples:
        for paragraph in paragraphs(text):
            length = len(paragraph.split())
            if not SHORTEST <= length <= LONGEST:
                left.append(LeftOut(f"they have fewer than {SHORTEST} or over {LONGEST} words"))
                continue
            said = plain(paragraph) if plain is not None else ""
            asked = f"Say this in our words: {said}" if said else f"Write about: {topic(paragraph)}"
            kept.append(
                recipe.example(
                    {"text": asked}, paragraph, source=source, question=paragraph,
                    why=f"a sample of {length} words",
                )
            )  # fmt: skip
    return kept, left


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text, headings left out; lines that were wrapped are joined."""
    found = []
    for block in re.split(r"\n\s*\n", text):
        lines = [line.strip() for line in block.splitlines() if line.strip()]
        kept = [line for line in lines if not line.startswith(("#", "---", "==="))]
        if kept:
            found.append(" ".join(kept))
    return found


def topic(paragraph: str) -> str:
    """The words that a paragraph is about, in its order."""
    words = re.findall(r"[^\W_][\w’'-]*", paragraph)
    stems = [words_of.stem(word.lower()) for word in words]
    wanted = set(words_of.content(paragraph))
    counts = Counter(stem for stem in stems if stem in wanted)
    best = {
        stem for stem, _ in sorted(counts.items(), key=lambda one: (-one[1], -len(one[0]), one[0]))
        [:TOPIC_WORDS]
    }  # fmt: skip
    seen: dict[str, str] = {}
    for word, stem in zip(words, stems, strict=True):
        if stem in best:
            seen.setdefault(stem, word)
    return ", ".join(seen.values())
