"""Tables in the vault: names, limits, and that a question can do nothing but read its own."""

import apsw
import numpy as np
import pytest

from engine.errors import VaultError
from engine.store.connect import Vault
from engine.store.documents import Documents, FileStamp
from engine.store.table_query import Condition, Measure, TableQuery, literal, statement
from engine.store.tables import QuerySlowError, Tables, _confined
from engine.store.vectors import Vectors
from engine.types import Column, Page, ParsedDocument, PassageDraft, Table
from tests.fakes import HashingEmbedder

COLUMNS = (
    Column("Unit price", "real", "€"), Column("unit_price", "text"), Column("_row", "text"),
    Column("", "text"), Column('Robert"); DROP TABLE documents; --', "text"),
    Column("Größe", "text"),
)  # fmt: skip
ROWS = ((1.5, "a", "x", None, "q", "groß"), (2.5, "b%", "y", "z", "r", "klein"))


@pytest.fixture
def tables(vault: Vault) -> Tables:
    embedder = HashingEmbedder()
    table = Table("Price; list", COLUMNS, ROWS, ((1, 0, 1), (1, 2, 3)))
    parsed = ParsedDocument("csv", "Prices", (Page(1, "a\nb"),), tables=(table,))
    Documents(vault).put(
        FileStamp("/docs/prices.csv", 3, 1, b"x"),
        "Trade",
        parsed,
        [PassageDraft(1, 0, 3, "", "a\nb", 2)],
        np.ones((1, embedder.identity.dimension), dtype=np.float32),
        Vectors(vault).ensure(embedder.identity),
    )
    return Tables(vault)


def test_titles_become_sound_names(tables: Tables) -> None:
    (table,) = tables.all()
    assert table.sql_name == "table_1_price_list"
    assert [column.name for column in table.columns] == [
        "unit_price", "unit_price_2", "row", "column_4", "robert_drop_table_documents", "größe",
    ]  # fmt: skip
    assert tables.all("Trade") == [table]
    assert tables.all("Other") == []


def test_values_are_bound_and_shown_as_literals(tables: Tables) -> None:
    (table,) = tables.all()
    name = table.columns[4]
    query = TableQuery(
        table, where=(Condition(name, "in", ("x' OR 1=1 --",)),), measure=Measure("count")
    )
    assert statement(query).bound == ("x' OR 1=1 --",)
    counted = tables.ask(query)
    assert counted.rows == ((0,),)
    assert counted.query.endswith(""" = 'x'' OR 1=1 --'""")
    assert literal(None) == "NULL"


def test_contains_takes_wildcards_as_they_are(tables: Tables) -> None:
    (table,) = tables.all()
    query = TableQuery(table, where=(Condition(table.columns[1], "contains", ("%",)),))
    counted = tables.ask(query)
    assert [row[1] for row in counted.rows] == ["b%"]
    assert counted.places == ((1, 2, 3),)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT count(*) FROM documents",
        "SELECT text FROM pages",
        "SELECT count(*) FROM sqlite_schema",
        "SELECT load_extension('x')",
        'DELETE FROM "table_1_price_list"',
        "ATTACH ':memory:' AS other",
        "PRAGMA query_only = OFF",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n",
    ],
)
def test_nothing_else_can_be_done(vault: Vault, tables: Tables, text: str) -> None:
    (table,) = tables.all()
    with (
        pytest.raises((apsw.AuthError, apsw.ReadOnlyError, VaultError, apsw.SQLError)),
        vault.read(fresh=True) as db,
        _confined(db, table.sql_name, 5.0),
    ):
        db.execute(text).fetchall()
    assert Documents(vault).document("/docs/prices.csv") is not None


def test_the_connection_is_whole_again(vault: Vault, tables: Tables) -> None:
    (table,) = tables.all()
    tables.ask(TableQuery(table, measure=Measure("count")))
    for _ in range(3):
        assert len(Documents(vault).documents()) == 1


def test_a_slow_question_is_stopped(vault: Vault, tables: Tables) -> None:
    (table,) = tables.all()
    with vault.write() as db:
        db.execute(
            f'INSERT INTO "{table.sql_name}"(_page, _start, _end, row) '
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 200000) "
            "SELECT 1, 0, 1, 'v' || i FROM n"
        )
    group = table.columns[2]
    with pytest.raises(QuerySlowError):
        tables.ask(TableQuery(table, measure=Measure("count"), group=group), time_s=0.0)


def test_tables_go_with_their_document(vault: Vault, tables: Tables) -> None:
    Documents(vault).remove(["/docs/prices.csv"])
    assert tables.all() == []
    assert tables.strays() == []
