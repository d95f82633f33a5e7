import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.inference.generation import Text, common_prefix


def written(pieces: list[bytes], stop: tuple[str, ...] = ()) -> tuple[list[str], bool]:
    """What is handed over for these tokens, and whether a stop text ended it."""
    out: list[str] = []
    text = Text(stop, out.append)
    stopped = any(text.add(piece) for piece in pieces)
    text.close()
    return out, stopped


@given(st.text(), st.data())
def test_characters_are_never_torn(text: str, data: st.DataObject) -> None:
    encoded = text.encode("utf-8", "ignore")
    cuts = sorted(data.draw(st.sets(st.integers(0, len(encoded)))))
    edges = [0, *cuts, len(encoded)]
    pieces = [encoded[a:b] for a, b in itertools.pairwise(edges)]
    out, _ = written(pieces)
    assert "".join(out) == encoded.decode()


def test_half_a_character_at_the_end_is_dropped() -> None:
    assert written(["é".encode()[:1]])[0] == []
    assert "".join(written([b"a" + "€".encode()[:2]])[0]) == "a"


@pytest.mark.parametrize(
    ("pieces", "expected", "stopped"),
    [
        ([b"one\n", b"\ntwo"], "one", True),
        ([b"one\n", b"two\n"], "one\ntwo\n", False),
        ([b"Question", b": who"], "", True),
        ([b"Quest", b"ing"], "Questing", False),
        ([b"a###b\n\n"], "a", True),
    ],
)
def test_stop_texts_across_pieces(pieces: list[bytes], expected: str, stopped: bool) -> None:
    out, ended = written(pieces, ("\n\n", "Question:", "###"))
    assert ("".join(out), ended) == (expected, stopped)


@given(st.text("ab\n", max_size=30), st.lists(st.text("ab\n", min_size=1, max_size=3), max_size=3))
def test_stop_texts_cut_at_the_earliest(text: str, stop: list[str]) -> None:
    out, stopped = written([character.encode() for character in text], tuple(stop))
    result = "".join(out)
    assert text.startswith(result)
    assert stopped == any(word in text for word in stop)
    assert not any(word in result for word in stop)
    if not stopped:
        assert result == text


@given(st.lists(st.integers(0, 2)), st.lists(st.integers(0, 2)), st.integers(-1, 10))
def test_common_prefix(first: list[int], second: list[int], limit: int) -> None:
    length = common_prefix(first, second, limit=limit)
    assert first[:length] == second[:length]
    assert length <= max(limit, 0)
    more = length + 1
    assert more > min(len(first), len(second), limit) or first[:more] != second[:more]
