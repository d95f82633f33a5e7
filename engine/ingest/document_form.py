"""Documents as plain values, for the way from the reading process to ours."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from engine.types import Attachment, Heading, Page, ParsedDocument, SheetRows

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""Characters that are no text; each becomes one replacement character, so that spans hold."""


def clean(parsed: ParsedDocument) -> ParsedDocument:
    """The document with every character storable, none moved."""
    pages = tuple(
        replace(
            page,
            text=storable(page.text),
            label=storable(page.label),
            headings=tuple(
                replace(heading, title=storable(heading.title)) for heading in page.headings
            ),
        )
        for page in parsed.pages
    )
    attachments = tuple(
        replace(
            each,
            name=storable(each.name),
            parsed=clean(each.parsed) if each.parsed is not None else None,
        )
        for each in parsed.attachments
    )
    return replace(
        parsed,
        title=storable(parsed.title),
        note=storable(parsed.note),
        pages=pages,
        attachments=attachments,
    )


def storable(text: str) -> str:
    return UNSTORABLE.sub("\ufffd", text)


def texts(parsed: ParsedDocument) -> Iterator[str]:
    """All page texts of a document and of those inside it."""
    yield from (page.text for page in parsed.pages)
    for each in parsed.attachments:
        if each.parsed is not None:
            yield from texts(each.parsed)


def to_values(parsed: ParsedDocument) -> dict[str, Any]:
    """What JSON can hold of a cleaned document."""
    return {
        "type": parsed.type,
        "title": parsed.title,
        "note": parsed.note,
        "scanned": parsed.scanned,
        "pages": [
            [
                page.number,
                page.text,
                [[each.start, each.level, each.title] for each in page.headings],
                page.label,
                [[each.start, each.row, each.columns] for each in page.rows],
                page.merged,
            ]
            for page in parsed.pages
        ],
        "attachments": [
            [
                each.name,
                to_values(each.parsed) if each.parsed is not None else None,
                each.code,
                each.reason,
            ]
            for each in parsed.attachments
        ],
    }


def from_values(values: dict[str, Any]) -> ParsedDocument:
    """The document again."""
    return ParsedDocument(
        type=values["type"],
        title=values["title"],
        pages=tuple(
            Page(
                number,
                text,
                tuple(Heading(*heading) for heading in headings),
                label,
                tuple(SheetRows(start, row, tuple(columns)) for start, row, columns in rows),
                tuple((top, left, bottom, right) for top, left, bottom, right in merged),
            )
            for number, text, headings, label, rows, merged in values["pages"]
        ),
        attachments=tuple(
            Attachment(name, from_values(inner) if inner is not None else None, code, reason)
            for name, inner, code, reason in values["attachments"]
        ),
        note=values["note"],
        scanned=values["scanned"],
    )
