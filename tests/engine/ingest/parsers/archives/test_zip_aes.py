"""Members encrypted with AES: files made once by another program with the password "harbour"."""

import base64
from pathlib import Path

import pytest

from engine.errors import ParseError
from engine.ingest.parsers import registry

MADE = {
    "deflate-256": (
        "UEsDBBQAAQBjAClidV0AAAAANAAAADkAAAAIAAsAdGlkZS50eHQBmQcAAgBBRQMIALSQKqNJI73X/xrZGtBeKXwl"
        "Wcx/dfURedZCKO0JG4a1pdxUeLCuEuLeGvN7PKd2YtMY2IZQSwECFAMUAAEAYwApYnVdAAAAADQAAAA5AAAACAAL"
        "AAAAAAAAAAAAgAEAAAAAdGlkZS50eHQBmQcAAgBBRQMIAFBLBQYAAAAAAQABAEEAAABlAAAAAAA="
    ),
    "stored-128": (
        "UEsDBBQAAQBjAClidV0AAAAATQAAADkAAAAIAAsAdGlkZS50eHQBmQcAAgBBRQEAAO1Nbk7mxepBWYZjhFmgZ1tG"
        "msfo6jN0LKFHNaeEdhf0M70tYnYhoIpFCcd7JgeFJ9d2G2knfCYuZyt6es9a+2daeq/HicvIgm1eYr7zUEsBAhQD"
        "FAABAGMAKWJ1XQAAAABNAAAAOQAAAAgACwAAAAAAAAAAAIABAAAAAHRpZGUudHh0AZkHAAIAQUUBAABQSwUGAAAA"
        "AAEAAQBBAAAAfgAAAAAA"
    ),
    "bzip2-192": (
        "UEsDBC4AAQBjAClidV0AAAAAVgAAADkAAAAIAAsAdGlkZS50eHQBmQcAAgBBRQIMADzJjhCgZV0TPIMuD6sjbSAh"
        "3bduRAqEwcHm5IE0T2lCZ/bp5zcs2dA9KWi854p0AgZVZv9VKe8rFC4rBm9f80LJQBiBUdv59qyIohcFDy1xsi5K"
        "jNEWUEsBAi4DLgABAGMAKWJ1XQAAAABWAAAAOQAAAAgACwAAAAAAAAAAAIABAAAAAHRpZGUudHh0AZkHAAIAQUUC"
        "DABQSwUGAAAAAAEAAQBBAAAAhwAAAAAA"
    ),
}


def made(tmp_path: Path, kind: str) -> Path:
    path = tmp_path / "papers.zip"
    path.write_bytes(base64.b64decode(MADE[kind]))
    return path


@pytest.mark.parametrize("kind", MADE)
def test_read(tmp_path: Path, kind: str) -> None:
    (member,) = registry.parse(made(tmp_path, kind), password="harbour").attachments
    assert member.parsed is not None
    assert member.parsed.pages[0].text == "High tide at noon. " * 2 + "High tide at noon."


@pytest.mark.parametrize(
    ("password", "said"), [(None, "need a password"), ("anchor", "does not open")]
)
def test_locked(tmp_path: Path, password: str | None, said: str) -> None:
    with pytest.raises(ParseError, match=said) as error:
        registry.parse(made(tmp_path, "deflate-256"), password=password)
    assert error.value.code == "encrypted"


def test_changed_on_the_way(tmp_path: Path) -> None:
    path = made(tmp_path, "stored-128")
    content = bytearray(path.read_bytes())
    content[80] ^= 1
    path.write_bytes(content)
    (member,) = registry.parse(path, password="harbour").attachments
    assert member.code == "damaged"
