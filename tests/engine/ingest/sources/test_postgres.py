"""Sources of a real PostgreSQL server."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import EngineError
from engine.ingest.sources.pull import Puller, PullReport
from engine.network import install
from engine.progress import drain
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.sources import Source, Sources
from engine.store.tables import Tables
from tests.engine.ingest.sources.conftest import PASSWORD, Postgres
from tests.fakes import HashingEmbedder

pytestmark = pytest.mark.e2e


@pytest.fixture
def invoices(postgres: Postgres) -> Iterator[Postgres]:
    postgres.run(
        "CREATE TABLE invoices AS SELECT i AS id, 'Customer ' || i % 9 AS customer, "
        "(i * 1.25)::numeric(10, 2) AS amount, i % 3 = 0 AS paid, "
        "TIMESTAMP '2025-01-01 08:30' + i * INTERVAL '1 day' AS issued, "
        "NULLIF('note ' || i % 4, 'note 0') AS note FROM generate_series(1, 102) AS i"
    )
    postgres.run("CREATE SEQUENCE IF NOT EXISTS counter")
    yield postgres
    postgres.run("DROP TABLE IF EXISTS invoices, bills; DROP SEQUENCE counter")


@pytest.fixture
def source(invoices: Postgres, vault: Vault) -> Source:
    query = "SELECT * FROM invoices ORDER BY id"
    return Sources(vault).add(Source("Invoices", "Office", invoices.url, query, key_column="id"))


def pull(
    vault: Vault, source: Source, password: str = PASSWORD, embedder: HashingEmbedder | None = None
) -> PullReport:
    puller = Puller(vault, embedder or HashingEmbedder(), install())
    return drain(puller.pull(source, password=password))


def test_rows_types_and_changes(vault: Vault, source: Source, invoices: Postgres) -> None:
    embedder = HashingEmbedder()
    assert pull(vault, source, embedder=embedder).added == 102
    first = Documents(vault).pages("source:Invoices")[0].text.split("\n")[2]
    assert first == (
        "id: 3; customer: Customer 3; amount: 3.75; paid: yes; issued: 2025-01-04 08:30:00; "
        "note: note 3"
    )
    (table,) = Tables(vault).all()
    assert [column.type for column in table.columns] == [
        "integer", "text", "real", "text", "date", "text",
    ]  # fmt: skip
    invoices.run("UPDATE invoices SET amount = 9000 WHERE id = 50")
    invoices.run("DELETE FROM invoices WHERE id <= 2")
    report = pull(vault, source, embedder=embedder)
    assert (report.rows, report.added, report.changed, report.removed, report.embedded) == (
        100, 0, 1, 2, 1,
    )  # fmt: skip


def test_percent_and_colon_are_no_parameters(vault: Vault, source: Source) -> None:
    query = "SELECT id, customer, '10:30' AS at FROM invoices WHERE customer LIKE '%r 1%'"
    assert pull(vault, replace(source, query=query)).rows == 12


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT nextval('counter')", "source_writes"),
        ("WITH x AS (SELECT 1) DELETE FROM invoices", "source_writes"),
        ("SELECT * FROM invoices FOR SHARE", "source_writes"),
        ("SELECT * INTO bills FROM invoices", "source_writes"),
        ("SELECT * FROM nothing", "source_table"),
        ("SELECT nothing FROM invoices", "source_table"),
        ("SELECT * FROM invoices WHERE", "source_query"),
    ],
)
def test_what_cannot_be_read_is_told(vault: Vault, source: Source, query: str, code: str) -> None:
    pull(vault, source)
    with pytest.raises(EngineError) as raised:
        pull(vault, replace(source, query=query))
    assert raised.value.code == code, raised.value.message
    assert raised.value.hint
    assert len(Documents(vault).passages("source:Invoices")) == 102


def test_the_server_itself_refuses_to_write(
    vault: Vault, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.ingest.sources.statement.checked", lambda query: query)
    for query in ("DELETE FROM invoices RETURNING *", "CREATE TABLE bills (id int)"):
        with pytest.raises(EngineError):
            pull(vault, replace(source, query=query))
    assert pull(vault, source).rows == 102


def test_a_wrong_password_is_told_and_not_shown(vault: Vault, source: Source) -> None:
    with pytest.raises(EngineError) as raised:
        pull(vault, source, password="not-this-one")
    assert raised.value.code == "source_login"
    assert "not-this-one" not in raised.value.message + raised.value.hint
    assert Sources(vault).find("Invoices").code == "source_login"


def test_a_table_that_went_keeps_what_was_pulled(
    vault: Vault, source: Source, invoices: Postgres
) -> None:
    pull(vault, source)
    invoices.run("DROP TABLE invoices")
    with pytest.raises(EngineError) as raised:
        pull(vault, source)
    assert raised.value.code == "source_table"
    assert Sources(vault).find("Invoices").rows == 102
    assert Tables(vault).all()[0].rows == 102


def test_a_huge_result_is_bounded_and_told(vault: Vault, source: Source) -> None:
    query = "SELECT i, 'row ' || i AS name FROM generate_series(1, 300000) AS i"
    report = pull(vault, replace(source, query=query, key_column="i", most_rows=2000))
    assert report.rows == 2000
    assert "first 2000 rows" in report.note


def test_over_a_unix_socket(vault: Vault, source: Source, invoices: Postgres) -> None:
    socket = f"{invoices.sockets}/.s.PGSQL.{invoices.port}"
    address = f"postgresql+pg8000://alcove@/postgres?unix_sock={socket}"
    assert pull(vault, replace(source, address=address)).rows == 102


def test_the_password_is_nowhere_in_the_vault(vault: Vault, source: Source, profile: Path) -> None:
    pull(vault, source)
    for file in profile.glob("vault.db*"):
        assert PASSWORD.encode() not in file.read_bytes()
