from pathlib import Path

import pytest

from engine.errors import ParseError
from engine.ingest.parsers import registry

SRT = """1
00:00:01,000 --> 00:00:03,000
<i>The tide</i>
is low.

2
00:00:03,200 --> 00:00:05,000
{\\an8}We wait.

3
01:02:03,000 --> 01:02:04,000
Later on.
"""
VTT = """WEBVTT

NOTE made by hand

STYLE
::cue {color: red}

1
00:11.000 --> 00:13.000 align:left
<v Ann>Is it &amp; was it?

00:13.000 --> 00:14.000
<v Ann>Is it &amp; was it?
<v Ann>It was.

00:14.000 --> 00:15.000
<v.loud Bo Ess>No!
"""


def text(tmp_path: Path, content: str | bytes, name: str) -> tuple[str, str]:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    document = registry.parse(path)
    return document.type, document.pages[0].text


def test_srt(tmp_path: Path) -> None:
    expected = "[00:00:01] The tide is low.\nWe wait.\n\n[01:02:03] Later on."
    assert text(tmp_path, SRT, "a.txt") == ("srt", expected)
    assert text(tmp_path, SRT.replace("\n", "\r\n"), "a.srt") == ("srt", expected)
    squeezed = SRT.replace("\n\n", "\n")
    assert text(tmp_path, squeezed, "a.srt") == ("srt", expected)
    latin = SRT.replace("low", "für").encode("cp1252")
    assert "für" in text(tmp_path, latin, "a.srt")[1]


def test_vtt(tmp_path: Path) -> None:
    expected = "[00:00:11] Ann: Is it & was it?\nIt was.\n\n[00:00:14] Bo Ess: No!"
    assert text(tmp_path, VTT, "a") == ("vtt", expected)


def test_nothing_said(tmp_path: Path) -> None:
    with pytest.raises(ParseError) as caught:
        text(tmp_path, "WEBVTT\n\n", "a.vtt")
    assert caught.value.code == "empty"
