"""No text a user can type is an error of the word index, or an operator in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.retrieve import query
from engine.retrieve.retrieve import Retriever
from engine.store.connect import Vault
from engine.store.lexical import Lexical
from tests import shelf
from tests.fakes import HashingEmbedder

TYPED = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(
            [
                '"',
                "'",
                "*",
                "^",
                ":",
                "-",
                "(",
                ")",
                "{",
                "}",
                "+",
                "NEAR",
                "AND",
                "OR",
                "NOT",
                "title:",
                "text : x",
                "NEAR(a b, 2)",
                "\0",
                "“",
                "”",
                "”“",
                "harbour",
                "a-b",
                "it's",
                "--",
                "';DROP TABLE words;",
                " ",
                "\ud800",
            ]
        ),
        max_size=10,
    ).map("".join),
)


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vault]:
    folder: Path = tmp_path_factory.mktemp("profile")
    opened = Vault.open(folder / "vault.db")
    shelf.put(opened, HashingEmbedder(), "/a.txt", "The harbour opens. NEAR and OR are words.")
    yield opened
    opened.close()


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=TYPED)
def test_no_text_is_a_syntax_error(vault: Vault, typed: str) -> None:
    expression = query.parse(typed).expression
    Lexical(vault).search(expression, 5)
    Lexical(vault).scores(expression, [1])
    if typed.strip():
        Retriever(vault, HashingEmbedder()).search(typed)


@settings(deadline=None)
@given(typed=TYPED)
def test_what_is_left_of_quotes_is_balanced(typed: str) -> None:
    assert query.parse(typed).expression.count('"') % 2 == 0
