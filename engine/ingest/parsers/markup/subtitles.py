"""Subtitles (SRT, WebVTT): what is said, in paragraphs that begin with their time."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.errors import ParseError
from engine.ingest.parsers.markup.text import read_text
from engine.ingest.parsers.options import DEFAULTS, ParseOptions
from engine.types import Page, ParsedDocument

TIME = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
CUE = re.compile(rf"[ \t]*{TIME}[ \t]*-->[ \t]*{TIME}")
VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]{1,80})>")
TAG = re.compile(r"</?[^<>\n]{1,100}>|\{\\[^{}\n]{1,100}\}")
ENDED = (".", "!", "?", "…", '"', "”", "。", "！", "？")
LONG = 300
"""Characters from which a paragraph ends with the next sentence."""
LONGEST = 700
PAUSE = 5.0
"""Seconds of silence that end a paragraph."""


@dataclass(frozen=True, slots=True)
class Cue:
    start: float
    end: float
    speaker: str
    text: str


def parse(path: Path, options: ParseOptions = DEFAULTS) -> ParsedDocument:  # noqa: ARG001
    """Raises ParseError where nothing is said."""
    source = read_text(path)
    text = "\n\n".join(_paragraphs(list(_cues(source))))
    if not text:
        raise ParseError("These subtitles hold no text.", "", "empty")
    kind = "vtt" if source.lstrip("\ufeff").startswith("WEBVTT") else "srt"
    return ParsedDocument(kind, path.stem, (Page(1, text),))


def _cues(source: str) -> Iterator[Cue]:
    lines = source.split("\n")
    at = 0
    before = ""
    while at < len(lines):
        match = CUE.match(lines[at])
        at += 1
        if match is None:
            continue
        start, end = _seconds(match.groups()[:4]), _seconds(match.groups()[4:])
        speaker = ""
        said: list[str] = []
        while at < len(lines) and lines[at].strip() and not CUE.match(lines[at]):
            voice = VOICE.search(lines[at])
            speaker = voice[1].strip() if voice else speaker
            text = html.unescape(TAG.sub("", lines[at])).strip()
            if text and text != before:  # captions that roll repeat their last line
                said.append(text)
                before = text
            at += 1
        if said and at < len(lines) and CUE.match(lines[at]) and said[-1].isdigit():
            said.pop()  # the next one's number, where no empty line parts them
        if said:
            yield Cue(start, end, speaker, " ".join(said))


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return hours * 3600 + minutes * 60 + seconds + thousandths / 1000


def _paragraphs(cues: list[Cue]) -> Iterator[str]:
    open_: list[Cue] = []
    length = 0
    for cue in cues:
        if open_ and (
            cue.speaker != open_[-1].speaker
            or cue.start - open_[-1].end > PAUSE
            or (length > LONG and open_[-1].text.endswith(ENDED))
            or length > LONGEST
        ):
            yield _paragraph(open_)
            open_, length = [], 0
        open_.append(cue)
        length += len(cue.text)
    if open_:
        yield _paragraph(open_)


def _paragraph(cues: list[Cue]) -> str:
    first = cues[0]
    seconds = int(first.start)
    time = f"[{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}]"
    speaker = f" {first.speaker}:" if first.speaker else ""
    return f"{time}{speaker} " + "\n".join(cue.text for cue in cues)
