"""Which words of an answer another one does not have at their place."""

from difflib import SequenceMatcher


def pieces(text: str, reference: str) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it differs from the reference; case does not count.

    Without a reference nothing differs, and the text stays as it is written.
    """
    words, others = text.split(), reference.split()
    if not others or words == others:
        return [(text, False)]
    before, after = ([each.casefold() for each in one] for one in (others, words))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return [
        (" ".join(words[start:end]), tag != "equal")
        for tag, _, _, start, end in matcher.get_opcodes()
        if end > start
    ]
