"""``alcove source`` over a real vault and a real SQLite database."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from click.testing import Result
from keyring.backend import KeyringBackend
from typer.testing import CliRunner

from engine.assistant import Assistant
from engine.cli import app as cli
from engine.paths import open_profile
from engine.progress import CancelToken, Progress
from engine.store.connect import Vault
from tests.fakes import HashingEmbedder, ScriptedChatModel


class MemoryKeyring(KeyringBackend):
    """A keyring that lasts as long as a test."""

    priority = 1.0

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]


@pytest.fixture
def ring() -> Iterator[MemoryKeyring]:
    before, made = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE repairs (id INTEGER, boat TEXT, status TEXT, cost REAL)")
        db.executemany(
            "INSERT INTO repairs VALUES (?, ?, ?, ?)",
            [(number, f"Boat {number % 7}", ("open", "done")[number % 2], number * 2.5)
             for number in range(1, 103)],
        )  # fmt: skip
    db.close()
    return path


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    return tmp_path / "profile"


def opened(profile: Path | None = None, *, key: bytes | None = None) -> Assistant:
    home = open_profile(profile)
    return Assistant(
        home, Vault.open(home.vault), embedder=HashingEmbedder(), chat_model=ScriptedChatModel()
    )


@pytest.fixture
def alcove(profile: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setattr(cli.Assistant, "open", opened)
    runner = CliRunner()

    def run(*arguments: object, input: str | None = None) -> Result:
        words = [str(argument) for argument in arguments]
        return runner.invoke(cli.app, [*words, "--profile", str(profile)], input=input)

    return run


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def add(alcove: Callable[..., Result], shop: Path, *more: str) -> Result:
    return alcove(
        "source", "add", "Repairs", f"sqlite:///{shop}", "--table", "repairs", "--key", "id",
        *more, "--json",
    )  # fmt: skip


def test_a_source_is_added_listed_pulled_and_removed(
    alcove: Callable[..., Result], shop: Path
) -> None:
    (report,) = lines(add(alcove, shop))
    assert (report["rows"], report["added"], report["embedded"]) == (102, 102, 102)
    (listed,) = lines(alcove("source", "list", "--json"))
    (source,) = listed["sources"]
    assert (source["name"], source["rows"], source["path"]) == ("Repairs", 102, "source:Repairs")
    assert source["query"] == 'SELECT * FROM "repairs"'
    with sqlite3.connect(shop) as db:
        db.execute("DELETE FROM repairs WHERE id = 9")
    db.close()
    (report,) = lines(alcove("source", "pull", "--json"))
    assert (report["rows"], report["removed"], report["embedded"]) == (101, 1, 0)
    assert lines(alcove("source", "remove", "Repairs", "--json")) == [
        {"source": "Repairs", "rows": 101}
    ]
    (status,) = lines(alcove("status", "--json"))
    assert status["documents"] == 0


def test_a_counted_answer_shows_its_query_and_cites_rows(
    alcove: Callable[..., Result], shop: Path
) -> None:
    add(alcove, shop)
    (answer,) = lines(alcove("ask", "How many repairs are open?", "--json"))
    assert answer["answer"].startswith("There are 51 rows")
    assert answer["query"] == ('SELECT count(*) FROM "table_1_repairs" WHERE "status" = \'open\'')
    assert not answer["abstained"]
    assert len(answer["citations"]) == 20
    assert "first 20 of 51" in answer["answer"]
    (shown,) = lines(alcove("show", "source:Repairs", "--json"))
    for citation in answer["citations"]:
        text = shown["pages"][citation["page"] - 1]["text"]
        assert text[citation["start"] : citation["end"]] == citation["quote"]
        assert "status: open" in citation["quote"]
    words = alcove("ask", "What is the total cost of repairs for Boat 3?").stdout
    expected = sum(number * 2.5 for number in range(1, 103) if number % 7 == 3)
    assert f"{expected:g}" in words
    assert "Counted with: SELECT sum" in words


def test_other_questions_still_read(alcove: Callable[..., Result], shop: Path) -> None:
    add(alcove, shop)
    (answer,) = lines(alcove("ask", "Who built the lighthouse?", "--json"))
    assert "query" not in answer


def test_what_fails_at_first_is_not_kept(alcove: Callable[..., Result], shop: Path) -> None:
    result = alcove("source", "add", "X", f"sqlite:///{shop}", "--table", "nothing", "--json")
    assert result.exit_code == 1
    (row,) = lines(result)
    assert row["error"]["code"] == "source_table"
    assert lines(alcove("source", "list", "--json")) == [{"sources": []}]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["add", "X", "sqlite:////no/file.db", "--table", "t"], "not_found"),
        (["add", "X", "/no/such/file.csv"], "not_found"),
        (["add", "X", "oracle://h/db"], "bad_input"),
        (["add", "a/b", "sqlite:////x.db", "--table", "t"], "bad_input"),
        (["pull", "Nothing"], "not_found"),
        (["remove", "Nothing"], "not_found"),
    ],
)
def test_mistakes_are_told(alcove: Callable[..., Result], arguments: list[str], code: str) -> None:
    result = alcove("source", *arguments, "--json")
    assert result.exit_code == 1
    (row,) = lines(result)
    assert row["error"]["code"] == code
    assert row["error"]["hint"]


def test_one_source_that_fails_does_not_stop_the_others(
    alcove: Callable[..., Result], shop: Path, tmp_path: Path
) -> None:
    add(alcove, shop)
    file = tmp_path / "a.csv"
    file.write_text("name,price\nOak,1\nAsh,2\n")
    alcove("source", "add", "Woods", file)
    shop.unlink()
    result = alcove("source", "pull", "--json")
    assert result.exit_code == 1
    first, second = lines(result)
    assert first["error"]["code"] == "not_found"
    assert second["source"] == "Woods"
    assert "is not there" in alcove("source", "list").stdout


def test_a_password_goes_to_the_keyring_only(
    alcove: Callable[..., Result], profile: Path, ring: MemoryKeyring
) -> None:
    address = "postgresql://clerk:top-secret-9@127.0.0.1:1/office"
    result = alcove("source", "add", "Office", address, "--table", "t", "--json")
    assert result.exit_code == 1
    assert lines(result)[0]["error"]["code"] == "source_away"
    assert "top-secret-9" not in result.stdout + result.stderr
    assert ring.held == {}, "what was not kept needs no password"
    for file in profile.rglob("*"):
        assert not file.is_file() or b"top-secret-9" not in file.read_bytes()


def test_sources_are_pulled_when_their_time_has_come(
    alcove: Callable[..., Result], shop: Path, profile: Path
) -> None:
    add(alcove, shop, "--every", "5")
    assistant = opened(profile)
    try:
        work = assistant.sources.pull_due()
        with pytest.raises(StopIteration) as stop:
            next(work)
        assert stop.value.value == []
        with assistant._vault.write() as db:
            db.execute("UPDATE sources SET tried_at = tried_at - 301")
        cancel = CancelToken()
        reports = []
        for event in assistant.sources.watch(cancel=cancel):
            if not isinstance(event, Progress):
                reports.append(event)
                cancel.cancel()
        assert [report.rows for report in reports] == [102]
    finally:
        assistant.close()


def test_a_source_is_changed_or_stays_as_it_was(
    alcove: Callable[..., Result], shop: Path, ring: MemoryKeyring
) -> None:
    add(alcove, shop)

    def change(*what: str) -> Result:
        return alcove("source", "change", "Repairs", *what, "--json")

    def listed() -> dict[str, Any]:
        source: dict[str, Any] = lines(alcove("source", "list", "--json"))[0]["sources"][0]
        return source

    assert lines(change("--every", "60")) == [{"source": "Repairs", "every": 60}]
    query = "SELECT id, boat FROM repairs WHERE status = 'open'"
    (report,) = lines(change("--query", query))
    assert (report["rows"], report["removed"]) == (51, 51)
    assert change("--query", "SELECT nothing FROM repairs").exit_code == 1
    assert (listed()["query"], listed()["rows"]) == (query, 51)
    before = listed()["address"]
    unreachable = "postgresql://ada:seven-lamps@127.0.0.1:1/shop"
    assert change("--address", unreachable, "--query", query).exit_code == 1
    assert listed()["address"] == before
    assert ring.held == {}, "the password of what was not kept is forgotten"
