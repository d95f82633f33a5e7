"""Pulling sources: what changes, what is refused, what is told. SQLite and files; all real."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import EngineError, InputError
from engine.ingest.sources.pull import Puller, PullReport, remove
from engine.ingest.sources.sheet import SourceError
from engine.network import install
from engine.progress import drain
from engine.store.check import check
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.lexical import Lexical
from engine.store.sources import Source, Sources
from engine.store.tables import Tables
from tests.fakes import HashingEmbedder

Pull = Callable[[], PullReport]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE goods (id INTEGER PRIMARY KEY, name TEXT, price REAL, since DATE)")
        db.executemany(
            "INSERT INTO goods VALUES (?, ?, ?, ?)",
            [(number, f"Lamp {number}", 10.5 * number, f"2024-01-{number % 28 + 1:02d}")
             for number in range(1, 121)],
        )  # fmt: skip
    db.close()
    return path


@pytest.fixture
def source(shop: Path) -> Source:
    query = "SELECT * FROM goods ORDER BY id"
    return Source("Shop", "Trade", f"sqlite:///{shop}", query, key_column="id")


@pytest.fixture
def pull(vault: Vault, embedder: HashingEmbedder) -> Callable[[Source], PullReport]:
    sources = Sources(vault)

    def run(source: Source) -> PullReport:
        held = {each.name: each for each in sources.all()}
        kept = held.get(source.name) or sources.add(source)
        return drain(Puller(vault, embedder, install()).pull(kept))

    return run


def change(shop: Path, statement: str) -> None:
    with sqlite3.connect(shop) as db:
        db.execute(statement)
    db.close()


def test_rows_become_passages_on_pages(vault: Vault, source: Source, pull: Callable) -> None:
    report = pull(source)
    assert (report.rows, report.added, report.changed, report.removed) == (120, 120, 0, 0)
    pages = Documents(vault).pages("source:Shop")
    assert [len(page.text.split("\n")) for page in pages] == [50, 50, 20]
    assert pages[0].text.startswith("id: 1; name: Lamp 1; price: 10.5; since: 2024-01-02\n")
    passages = Documents(vault).passages("source:Shop")
    assert len(passages) == 120
    for passage in passages:
        assert pages[passage.page - 1].text[passage.start : passage.end] == passage.text
    assert len(Lexical(vault).search('"lamp" AND "77"', 5)) == 1
    assert all(part.ok for part in check(vault, deep=True))


def test_rows_are_a_table_with_types(vault: Vault, source: Source, pull: Callable) -> None:
    pull(source)
    (table,) = Tables(vault).all("Trade")
    assert (table.name, table.rows, table.path) == ("Shop", 120, "source:Shop")
    assert [(column.title, column.type) for column in table.columns] == [
        ("id", "integer"), ("name", "text"), ("price", "real"), ("since", "date"),
    ]  # fmt: skip


def test_only_what_changed_is_embedded(
    shop: Path, source: Source, pull: Callable, embedder: HashingEmbedder
) -> None:
    assert pull(source).embedded == 120
    again = pull(source)
    assert (again.added, again.changed, again.removed, again.embedded) == (0, 0, 0, 0)
    before = embedder.embedded
    change(shop, "UPDATE goods SET price = 1 WHERE id IN (3, 60)")
    change(shop, "DELETE FROM goods WHERE id = 10")
    change(shop, "INSERT INTO goods VALUES (500, 'Rug', 7, '2025-01-01')")
    report = pull(source)
    assert (report.added, report.changed, report.removed, report.embedded) == (1, 2, 1, 3)
    assert embedder.embedded - before == 3


def test_a_row_that_is_gone_is_not_found(
    vault: Vault, shop: Path, source: Source, pull: Callable
) -> None:
    pull(source)
    change(shop, "DELETE FROM goods WHERE id = 77")
    pull(source)
    assert Lexical(vault).search('"77"', 5) == []
    assert Tables(vault).all()[0].rows == 119


def test_the_users_template(vault: Vault, source: Source, pull: Callable) -> None:
    pull(replace(source, template="{Name} costs {price} since {since}"))
    assert (
        Documents(vault)
        .pages("source:Shop")[0]
        .text.startswith("Lamp 1 costs 10.5 since 2024-01-02\n")
    )


def test_a_template_with_an_unknown_column_is_told(source: Source, pull: Callable) -> None:
    with pytest.raises(InputError, match="colour") as raised:
        pull(replace(source, template="{name} is {colour}"))
    assert "price" in raised.value.hint


def test_a_key_that_repeats_is_told(source: Source, pull: Callable) -> None:
    with pytest.raises(InputError, match="Several rows"):
        pull(replace(source, key_column="since"))


def test_rows_are_bounded_and_told(vault: Vault, source: Source, pull: Callable) -> None:
    report = pull(replace(source, most_rows=25))
    assert report.rows == 25
    assert "first 25 rows" in report.note
    assert Sources(vault).find("Shop").reason == report.note


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("DELETE FROM goods", "source_writes"),
        ("SELECT 1; DROP TABLE goods", "source_writes"),
        ("WITH gone AS (DELETE FROM goods RETURNING *) SELECT * FROM gone", "source_writes"),
        ("SELECT * FROM pragma_table_list", "source_writes"),
        ("ATTACH 'other.db' AS other", "source_writes"),
        ("SELECT * FROM bads", "source_table"),
        ("SELECT colour FROM goods", "source_table"),
        ("SELECT FROM WHERE", "source_query"),
        ("", "source_query"),
    ],
)
def test_bad_queries_are_told_and_change_nothing(
    vault: Vault, shop: Path, source: Source, pull: Callable, query: str, code: str
) -> None:
    pull(source)
    kept = Sources(vault).find("Shop")
    with pytest.raises(SourceError) as raised:
        drain(Puller(vault, HashingEmbedder(), install()).pull(replace(kept, query=query)))
    assert raised.value.code == code
    assert raised.value.hint
    assert Sources(vault).find("Shop").code == code
    assert len(Documents(vault).passages("source:Shop")) == 120
    with sqlite3.connect(shop) as db:
        assert db.execute("SELECT count(*) FROM goods").fetchone() == (120,)
    db.close()


@pytest.mark.parametrize(
    ("address", "part"),
    [
        ("sqlite:////no/such/file.db", "is not there"),
        ("sqlite://", "no database file"),
        ("dbase://host/db", "dbase"),
        ("postgresql+psycopg2://host/db", "psycopg2"),
        ("postgresql+pg8000://x@127.0.0.1:1/db", "does not answer"),
        ("://", "no address"),
    ],
)
def test_bad_addresses_are_told(source: Source, pull: Callable, address: str, part: str) -> None:
    with pytest.raises(EngineError, match=part) as raised:
        pull(replace(source, address=address))
    assert raised.value.hint


def test_a_file_that_is_no_database(tmp_path: Path, source: Source, pull: Callable) -> None:
    file = tmp_path / "notes.db"
    file.write_text("These are notes and no database at all. " * 40)
    with pytest.raises(SourceError) as raised:
        pull(replace(source, address=f"sqlite:///{file}"))
    assert raised.value.code == "source_kind"


def test_removing_a_source_leaves_nothing(vault: Vault, source: Source, pull: Callable) -> None:
    pull(source)
    assert remove(vault, Sources(vault).find("shop")) == 120
    assert Documents(vault).documents() == []
    assert Tables(vault).all() == []
    assert Tables(vault).strays() == []
    assert Sources(vault).all() == []
    assert Documents(vault).libraries() == []


def test_a_folder_of_csv_files(
    vault: Vault, tmp_path: Path, pull: Callable, embedder: HashingEmbedder
) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "a.csv").write_text("name;price\nOak;1,50\nPine;2,25\n", encoding="utf-8")
    (folder / "b.tsv").write_text("name\tprice\nAsh\t3\n", encoding="utf-8")
    (folder / "readme.txt").write_text("not a table")
    source = Source("Exports", "Trade", str(folder))
    report = pull(source)
    assert (report.rows, report.added) == (3, 3)
    paths = [document.path for document in Documents(vault).documents()]
    assert paths == ["source:Exports/a.csv", "source:Exports/b.tsv"]
    first = Tables(vault).all()[0]
    assert [(each.title, each.type) for each in first.columns] == [
        ("name", "text"), ("price", "real"),
    ]  # fmt: skip
    (folder / "b.tsv").unlink()
    report = pull(source)
    assert (report.removed, report.embedded) == (1, 0)
    assert len(Documents(vault).documents()) == 1


def test_a_parquet_file(vault: Vault, tmp_path: Path, pull: Callable) -> None:
    import duckdb

    file = tmp_path / "goods.parquet"
    with duckdb.connect() as db:
        db.execute(
            "COPY (SELECT i AS id, 'Lamp ' || i AS name, DATE '2024-01-01' + i::INTEGER AS since "
            f"FROM range(7) t(i)) TO '{file}' (FORMAT parquet)"
        )
    assert pull(Source("Goods", "Trade", str(file), key_column="id")).rows == 7
    (table,) = Tables(vault).all()
    assert [column.type for column in table.columns] == ["integer", "text", "date"]
    assert "Lamp 6" in Documents(vault).pages("source:Goods")[0].text


def test_damaged_files_are_told(tmp_path: Path, pull: Callable) -> None:
    for name in ("a.parquet", "b.xlsx"):
        (tmp_path / name).write_bytes(b"no such thing" * 100)
        with pytest.raises(SourceError) as raised:
            pull(Source(name[0], "Trade", str(tmp_path / name)))
        assert raised.value.code == "source_kind"
